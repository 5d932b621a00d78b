/**
 * Inbox rows to their effect: parse, map, apply, derive the list, commit; all of it again from the start after a retry,
 * nothing kept from the attempt before (reliability.md 4).
 */
import { codeOf, ERRORS, HubError } from '../core/errors.js'
import { type LaneKey, type PersonId, personId, personOfLane } from '../core/ids.js'
import type { ChannelProtocol, Envelope, Mapped, MessageReceipt, MessageType } from '../core/message.js'
import type { Clock, NewId } from '../core/ports.js'
import { SHARED } from '../core/stored.js'
import type { Store } from '../store/contract.js'
import type { Claim, LaneRow } from '../store/inbox.js'
import { commitWorks } from './commit-works.js'
import type { DeriveContext } from './derive-list.js'
import { findPlace, type Here, type Place } from './message-place.js'
import type { PersonCache } from './person-cache.js'
import type { SharedRegister } from './shared-register.js'
import { openWorking } from './working-set.js'
import { emptyWorkspace, openWorkspace, type Workspace } from './workspace.js'

export interface ProcessDeps {
  readonly store: Pick<
    Store,
    | 'loadNamed'
    | 'loadPerson'
    | 'commit'
    | 'handOver'
    | 'resolveDevice'
    | 'ensurePerson'
    | 'findPersons'
    | 'read'
    | 'search'
  >
  readonly protocol: (channel: Envelope['channel']) => ChannelProtocol | undefined
  readonly cache: PersonCache
  readonly shared: SharedRegister
  readonly derive: DeriveContext
  /** Keeps what the receiver of a message of ours said of it; the first word stands. False when there is no such message. */
  readonly noteReceipt: (receipt: MessageReceipt) => Promise<boolean>
  readonly clock: Clock
  readonly newId: NewId
  readonly zone: string
  /** Told of each applied message of which nothing was newer than what stood. */
  readonly superseded: (channel: string) => void
}

export type Processed =
  /** These rows, the first of those given, ended in one transaction. */
  | { readonly kind: 'committed'; readonly rows: readonly LaneRow[] }
  /** The first row belongs to another person's lane, which is to be worked on before this lane goes on. */
  | { readonly kind: 'handed-over'; readonly to: LaneKey }
  /** One of several rows failed: nothing was stored, each is to be tried alone so that the fault is found. */
  | { readonly kind: 'spoiled' }

/** Rows that wait in a lane one behind the other and end in one transaction, with one derivation of the list. */
export const EFFECT_ROWS_MAX = 16

/**
 * The head rows of a lane, as many as go together.
 * @throws HubError about the first row, with the fate of its code: LEASE_LOST, CONCURRENT_CHANGE and STORE_UNAVAILABLE
 *   come back later, MESSAGE_INVALID, CODE_UNMAPPED, RESOURCE_INVALID, DEVICE_UNKNOWN, DEVICE_UNASSIGNED … are dead letters
 */
export async function processRows(
  deps: ProcessDeps,
  claim: Claim,
  rows: readonly LaneRow[],
): Promise<Processed> {
  const first = rows[0]
  if (first === undefined) return { kind: 'committed', rows: [] }
  const prepared = await prepare(deps, claim, first)
  if (prepared.place.kind === 'elsewhere') {
    await deps.store.handOver(claim, first.id, prepared.place.lane)
    return { kind: 'handed-over', to: prepared.place.lane }
  }
  const works = [{ ...prepared, place: prepared.place, row: first }]
  for (const row of goesAlone(works[0]) ? [] : rows.slice(1)) {
    const next = await prepareQuietly(deps, claim, row)
    if (next === undefined || next.person !== works[0]?.place.person || goesAlone(next.work)) break
    works.push(next.work)
  }
  const workspace = await openPerson(deps, prepared.place.person, claim, prepared.place.prior)
  try {
    await commitWorks(deps, claim, workspace, works)
  } catch (error) {
    deps.cache.drop(workspace.personId)
    deps.shared.forget()
    if (works.length > 1 && !isTrouble(error)) return { kind: 'spoiled' }
    throw error
  }
  return { kind: 'committed', rows: works.map(({ row }) => row) }
}

/** Our own trouble, which trying each row alone would not mend. */
const isTrouble = (error: unknown): boolean => {
  const code = codeOf(error)
  return ERRORS[code].fate === 'retry' || ERRORS[code].fate === 'look-up'
}

export interface Prepared {
  readonly type: MessageType
  readonly parsed: unknown
  readonly mapped: Mapped
  readonly place: Place
}

export interface Work extends Prepared {
  readonly place: Here
  readonly row: LaneRow
}

export async function prepare(deps: ProcessDeps, claim: Claim, row: LaneRow): Promise<Prepared> {
  const protocol = deps.protocol(row.envelope.channel)
  if (protocol === undefined)
    throw new HubError(
      'CHANNEL_MISCONFIGURED',
      `this process does not know the channel ${row.envelope.channel}`,
    )
  const type = protocol.types.get(row.envelope.kind)
  if (type === undefined)
    throw new HubError(
      'MESSAGE_TYPE_UNSUPPORTED',
      `no mapping for ${row.envelope.channel} ${row.envelope.kind}`,
    )
  const context = { zone: deps.zone, receivedAt: row.receivedAt, sender: row.envelope.sender }
  const parsed = type.parse(row.body, row.envelope.part, context)
  const mapped = type.map(parsed, context)
  return { type, parsed, mapped, place: await findPlace(deps, claim, row, mapped) }
}

/** A further row, or undefined where it must wait for its own turn: it fails, or belongs elsewhere. */
export async function prepareQuietly(
  deps: ProcessDeps,
  claim: Claim,
  row: LaneRow,
): Promise<{ readonly work: Work; readonly person: PersonId | undefined } | undefined> {
  try {
    const { place, ...prepared } = await prepare(deps, claim, row)
    return place.kind === 'elsewhere'
      ? undefined
      : { work: { ...prepared, place, row }, person: place.person }
  } catch {
    // Told when the row is the first of its turn.
    return undefined
  }
}

/** Changes to the register of persons or devices are committed before the next row is looked at. */
export const goesAlone = (work: Work | undefined): boolean =>
  work === undefined ||
  work.place.prior !== undefined ||
  work.place.person === undefined ||
  work.mapped.assignment !== undefined

/** @param prior whom the message joins into the person: then everything is loaded, since everything is brought together */
export async function openPerson(
  deps: ProcessDeps,
  person: PersonId | undefined,
  claim: Claim,
  prior?: PersonId,
): Promise<Workspace> {
  if (person === undefined) return emptyWorkspace(personId(SHARED))
  if (prior !== undefined) return openWorkspace(await deps.store.loadPerson(person))
  const own = personOfLane(claim.lane) === person
  return openWorking(deps, person, own ? claim.effectSeq : undefined)
}
