/** What the rest of the hub may ask about what was known when. Instants are ISO, UTC. */
import type { PersonId } from '../core/ids.js'
import type { SourceState, StoredResource } from '../core/stored.js'

/** The list version that held at an instant. */
export interface InForce {
  readonly version: number
  readonly createdAt: string
  readonly validFrom: string
  readonly listId: string
  /** When the version before was made. */
  readonly formerAt: string | undefined
}

/** From `at` on the prior's facts are the survivor's. */
export interface Merger {
  readonly prior: PersonId
  readonly survivor: PersonId
  readonly at: string
}

export type KnownVersion = StoredResource & { readonly deleted: boolean }

export interface AsOfStore {
  /**
   * From now on nothing of this person is dated at or before `known` (an effect that would be is refused with
   * CONCURRENT_CHANGE), unless time alone changes the list by then: then the lane has to be worked first.
   * @returns who has the person's facts now; undefined when nobody knows the person
   */
  readonly tell: (
    person: PersonId,
    known: string,
  ) => Promise<{ readonly holder: PersonId; readonly nextChangeAt: string | undefined } | undefined>
  /** Mergers whose last survivor is `holder`, in order of time. */
  readonly owners: (holder: PersonId) => Promise<readonly Merger[]>
  /** The version that held at an instant, as known then. */
  readonly inForce: (owner: PersonId, at: string) => Promise<InForce | undefined>
  readonly knownSources: (owner: PersonId, known: string) => Promise<readonly SourceState[]>
  /** Rows that had waited, or lain parked, for more than 5 s. */
  readonly openRows: (owner: PersonId, known: string) => Promise<number>
  /**
   * All versions of facts that were known; of intakes and hand-outs of devices those that the engine may look back to
   * from `at` (some more may come with them): none heard of before `dailySince`.
   * @returns undefined when there are more than `rowsMax`
   */
  readonly knownFacts: (
    holder: PersonId,
    range: {
      readonly known: string
      readonly at: string
      readonly types: readonly string[]
      readonly dailySince: string
      readonly rowsMax: number
    },
  ) => Promise<readonly KnownVersion[] | undefined>
  /**
   * What the hub had derived at `former`, and the first versions of lines and of the team that came later and were
   * known by `known`.
   * @returns undefined when there are more than `rowsMax`
   */
  readonly knownLines: (
    holder: PersonId,
    range: { readonly former: string | undefined; readonly known: string; readonly rowsMax: number },
  ) => Promise<readonly KnownVersion[] | undefined>
}
