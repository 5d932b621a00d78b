import { HubError } from '../core/errors.js'
import { type LaneKey, type MessageId, type PersonId, personId, personOfLane } from '../core/ids.js'
import type { ChannelProtocol, Envelope, Identity, Mapped, MessageType, Reply } from '../core/message.js'
import type { Clock, NewId } from '../core/ports.js'
import { SHARED, type StoredResource } from '../core/stored.js'
import type { Store } from '../store/contract.js'
import type { AssignmentWrite, Effect, ResourceWrite } from '../store/effect.js'
import type { Claim, LaneRow } from '../store/inbox.js'
import { type Applied, applyMapped } from './apply-message.js'
import { type DeriveContext, deriveList } from './derive-list.js'
import { type Draft, openDraft } from './draft.js'
import { stageMerge } from './merge-persons.js'
import { findPlace, type Here } from './message-place.js'
import type { PersonCache } from './person-cache.js'
import { identifiersOf } from './references.js'
import type { SharedRegister } from './shared-register.js'
import { openWorkspace, type Workspace } from './workspace.js'

export interface ProcessDeps {
  readonly store: Pick<
    Store,
    'loadPerson' | 'commit' | 'handOver' | 'resolveDevice' | 'ensurePerson' | 'findPersons' | 'read'
  >
  readonly protocol: (channel: Envelope['channel']) => ChannelProtocol | undefined
  readonly cache: PersonCache
  readonly shared: SharedRegister
  readonly derive: DeriveContext
  readonly clock: Clock
  readonly newId: NewId
  readonly zone: string
}

export type Processed =
  | { readonly kind: 'committed' }
  /** The row belongs to another person's lane, which is to be worked on before this lane goes on. */
  | { readonly kind: 'handed-over'; readonly to: LaneKey }

/**
 * @throws HubError with the fate of its code: LEASE_LOST, CONCURRENT_CHANGE and STORE_UNAVAILABLE come back later,
 *   MESSAGE_INVALID, CODE_UNMAPPED, RESOURCE_INVALID, DEVICE_UNKNOWN, DEVICE_UNASSIGNED … end as dead letters
 */
export async function processRow(deps: ProcessDeps, claim: Claim, row: LaneRow): Promise<Processed> {
  const type = deps.protocol(row.envelope.channel)?.types.get(row.envelope.kind)
  if (type === undefined)
    throw new HubError(
      'MESSAGE_TYPE_UNSUPPORTED',
      `no mapping for ${row.envelope.channel} ${row.envelope.kind}`,
    )
  const context = { zone: deps.zone, receivedAt: row.receivedAt, sender: row.envelope.sender }
  const parsed = type.parse(row.body, row.envelope.part, context)
  const mapped = type.map(parsed, context)
  const place = await findPlace(deps, claim, row, mapped)
  if (place.kind === 'elsewhere') {
    await deps.store.handOver(claim, row.id, place.lane)
    return { kind: 'handed-over', to: place.lane }
  }
  const workspace = await openPerson(deps, place.person, claim)
  try {
    await commitEffect(deps, claim, row, { type, parsed, mapped, place, workspace })
  } catch (error) {
    deps.cache.drop(workspace.personId)
    deps.shared.forget()
    throw error
  }
  return { kind: 'committed' }
}

async function openPerson(deps: ProcessDeps, person: PersonId | undefined, claim: Claim): Promise<Workspace> {
  if (person === undefined) return emptyWorkspace()
  const own = personOfLane(claim.lane) === person
  const cached = own ? deps.cache.get(person, claim.effectSeq) : undefined
  return cached ?? openWorkspace(await deps.store.loadPerson(person))
}

/** For device and sender lanes without a person: only shared resources are written. */
const emptyWorkspace = (): Workspace =>
  openWorkspace({
    personId: personId(SHARED),
    mergedInto: undefined,
    effectSeq: 0,
    identities: [],
    resources: new Map(),
    amendments: [],
    sources: [],
    listVersion: 0,
    nextChangeAt: undefined,
  })

interface Work {
  readonly type: MessageType
  readonly parsed: unknown
  readonly mapped: Mapped
  readonly place: Here
  readonly workspace: Workspace
}

async function commitEffect(deps: ProcessDeps, claim: Claim, row: LaneRow, work: Work): Promise<void> {
  const { mapped, place, workspace } = work
  const now = deps.clock()
  const shared = await deps.shared.load(mapped)
  if (place.device !== undefined) knowDevice(shared, place.device, mapped)
  const draft = openDraft(workspace, shared, row.id, now)
  const merged =
    place.prior === undefined || place.person === undefined
      ? undefined
      : stageMerge(draft, await deps.store.loadPerson(place.prior))
  const applied = applyMapped(draft, mapped, {
    messageId: row.id,
    receivedAt: row.receivedAt,
    newId: deps.newId,
    validate: deps.derive.validate,
  })
  const derived =
    place.person === undefined
      ? { writes: [], list: undefined, nextChangeAt: undefined }
      : deriveList(draft, deps.derive)
  const reply = row.answerOwed ? receiptOf(deps, work, applied) : undefined
  const writes = [...applied.writes, ...derived.writes]
  await deps.store.commit(claim, {
    message: {
      kind: 'claimed',
      rows: [
        {
          id: row.id,
          state: applied.superseded ? 'superseded' : 'done',
          unmapped: [...mapped.unmapped, ...draft.unmapped],
          ...(reply === undefined ? {} : { answer: reply }),
        },
      ],
    },
    personId: place.person,
    writes,
    amendments: applied.amendments,
    identities: [...applied.identities, ...(merged?.identities ?? [])],
    sources: place.person === undefined ? [] : [applied.source],
    list: derived.list,
    nextChangeAt: derived.nextChangeAt,
    merge:
      merged === undefined || place.person === undefined
        ? undefined
        : { survivor: place.person, prior: merged.prior },
    ...registerChanges(draft, writes, work, row.id),
    at: new Date(now).toISOString(),
  })
  workspace.effectSeq += 1
  for (const write of writes) if (write.personId === SHARED) deps.shared.remember(write.stored)
  if (merged !== undefined) deps.cache.drop(merged.prior)
  // A merge re-sequences lanes and counters in the database; what is cached would be behind.
  if (place.person !== undefined && merged === undefined) deps.cache.put(workspace)
}

function receiptOf(deps: ProcessDeps, work: Work, applied: Applied): Reply | undefined {
  return work.type.receipt?.(work.parsed, {
    targetKnown: applied.targetKnown,
    newId: deps.newId(),
    now: new Date(deps.clock()).toISOString(),
  })
}

/** A device may be named by an identifier that is not the first one it was registered with. */
function knowDevice(shared: Map<string, StoredResource>, device: StoredResource, mapped: Mapped): void {
  for (const item of mapped.resources) {
    if (item.resource.resourceType !== 'Device') continue
    const known = shared.get(`Device|${item.key}`)
    if (known === undefined) shared.set(`Device|${item.key}`, device)
  }
  for (const { system, value } of identifiersOf(device.resource)) {
    const key = `Device|${system}|${value}`
    if (!shared.has(key)) shared.set(key, device)
  }
}

function registerChanges(
  draft: Draft,
  writes: readonly ResourceWrite[],
  work: Work,
  id: MessageId,
): Pick<Effect, 'assignment' | 'devices'> {
  const devices = writes.flatMap(({ stored }) =>
    stored.type === 'Device' ? [{ deviceId: stored.id, identities: identifiersOf(stored.resource) }] : [],
  )
  const { assignment } = work.mapped
  if (assignment === undefined || work.place.person === undefined) return { assignment: undefined, devices }
  const { person: _person, device, ...rest } = assignment
  const deviceId = work.place.device?.id ?? deviceOf(draft, device)
  if (deviceId === undefined)
    throw new HubError(
      'DEVICE_UNKNOWN',
      `assignment of message ${id} names a device that is not registered`,
      {
        at: 'device.identifiers',
      },
    )
  const write: AssignmentWrite = { ...rest, deviceId, deviceIdentities: device, personId: work.place.person }
  return { assignment: write, devices }
}

function deviceOf(draft: Draft, identifiers: readonly Identity[]): string | undefined {
  for (const { system, value } of identifiers) {
    const stored = draft.shared.get(`Device|${system}|${value}`)
    if (stored !== undefined) return stored.id
  }
  return undefined
}
