/** Whose list a person's list was at an instant, and whose facts went into it, after mergers of persons. */
import type { PersonId } from '../core/ids.js'
import type { Merger } from '../store/as-of-contract.js'

export interface OwnedBy {
  /** Who had the list then. */
  readonly owner: PersonId
  /** Who has the facts now: the last survivor. */
  readonly holder: PersonId
  /** Whose facts were the owner's then: the owner, and who had been merged into it. Undefined: there was no merger. */
  readonly persons: ReadonlySet<PersonId> | undefined
}

/**
 * @param mergers all those whose last survivor is `holder`
 * @param known ISO instant
 */
export function ownedAt(
  person: PersonId,
  holder: PersonId,
  mergers: readonly Merger[],
  known: string,
): OwnedBy {
  if (mergers.length === 0) return { owner: holder, holder, persons: undefined }
  const by = mergers.filter(({ at }) => at <= known)
  const owner = ownerOf(person, by)
  const everyone = new Set([holder, ...mergers.map(({ prior }) => prior)])
  return { owner, holder, persons: new Set([...everyone].filter((one) => ownerOf(one, by) === owner)) }
}

/** A person who was merged is named with each further survivor too: the first step leads on to the next. */
function ownerOf(person: PersonId, mergers: readonly Merger[]): PersonId {
  const first = mergers.find(({ prior }) => prior === person)
  return first === undefined
    ? person
    : ownerOf(
        first.survivor,
        mergers.filter(({ prior }) => prior !== person),
      )
}
