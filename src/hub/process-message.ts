/**
 * One inbox row to its effect: parse, map, apply, derive the list, commit; all of it again from the start after a
 * retry, nothing kept from the attempt before (reliability.md 4).
 */
import type { Device } from 'fhir/r4.js'
import { HubError } from '../core/errors.js'
import {
  type LaneKey,
  type MessageId,
  type PersonId,
  personId,
  personLane,
  personOfLane,
} from '../core/ids.js'
import type {
  ChannelProtocol,
  Envelope,
  Identity,
  Mapped,
  MessageType,
  Reply,
  Subject,
} from '../core/message.js'
import type { Clock, NewId } from '../core/ports.js'
import { SHARED, type StoredResource } from '../core/stored.js'
import type { AssignmentWrite, Claim, Effect, LaneRow, ResourceWrite, Store } from '../store/contract.js'
import { type Applied, applyMapped } from './apply-message.js'
import { type DeriveContext, deriveList } from './derive-list.js'
import { type Draft, openDraft } from './draft.js'
import { stageMerge } from './merge-persons.js'
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

interface Here {
  readonly kind: 'here'
  readonly person: PersonId | undefined
  /** The Device resource that a device event speaks of, when it is registered. */
  readonly device: StoredResource | undefined
  /** Of a merge: who is joined into `person`. */
  readonly prior: PersonId | undefined
}
type Place = Here | { readonly kind: 'elsewhere'; readonly lane: LaneKey }

async function findPlace(deps: ProcessDeps, claim: Claim, row: LaneRow, mapped: Mapped): Promise<Place> {
  const person = personOfLane(claim.lane)
  const { subject } = row.envelope
  switch (subject.by) {
    case 'device':
      return placeOfDeviceEvent(deps, person, subject, mapped)
    case 'merge':
      return placeOfMerge(deps, claim, subject)
    case 'person':
    case 'none':
      return { kind: 'here', person, device: undefined, prior: undefined }
  }
}

async function placeOfDeviceEvent(
  deps: ProcessDeps,
  person: PersonId | undefined,
  subject: Extract<Subject, { by: 'device' }>,
  mapped: Mapped,
): Promise<Place> {
  const found = await deps.store.resolveDevice(subject.identifiers, subject.occurredAt, subject.assignmentRef)
  if (found.ambiguous)
    throw new HubError('ASSIGNMENT_CONFLICT', 'the identifiers name two devices', {
      at: 'device.identifiers',
    })
  const device = found.deviceId === undefined ? undefined : await readDevice(deps, found.deviceId)
  const stated = mapped.assignment?.person ?? []
  const target =
    stated.length > 0
      ? await deps.store.ensurePerson(stated, personId(deps.newId()))
      : (found.personId ?? (mapped.assignment === undefined ? undefined : person))
  if (target !== undefined && target !== person) return { kind: 'elsewhere', lane: personLane(target) }
  if (target === undefined && yieldsPersonFacts(mapped)) {
    if (device === undefined && found.deviceId === undefined)
      throw new HubError('DEVICE_UNKNOWN', 'no device is registered under these identifiers', {
        at: 'device.identifiers',
      })
    throw new HubError('DEVICE_UNASSIGNED', 'the device was assigned to nobody at that time', {
      at: 'occurredAt',
    })
  }
  return { kind: 'here', person: target, device, prior: undefined }
}

const yieldsPersonFacts = (mapped: Mapped): boolean =>
  mapped.assignment !== undefined ||
  mapped.resources.some((item) => item.scope === 'person' && item.onlyWithPerson !== true) ||
  mapped.amendments.some((amendment) => amendment.onlyWithPerson !== true)

async function readDevice(deps: ProcessDeps, id: string): Promise<StoredResource | undefined> {
  const found = await deps.store.read('Device', id)
  if (found === undefined || found.deleted) return undefined
  const resource = JSON.parse(found.text) as Device // The store holds Devices under this type.
  const first = identifiersOf(resource)[0]
  return {
    type: 'Device',
    id,
    version: found.version,
    key: first === undefined ? `id|${id}` : `${first.system}|${first.value}`,
    order: '',
    layer: 'fact',
    text: found.text,
    resource,
    sourceKey: '',
    messageId: undefined,
    lastUpdated: found.lastUpdated,
  }
}

async function placeOfMerge(
  deps: ProcessDeps,
  claim: Claim,
  subject: Extract<Subject, { by: 'merge' }>,
): Promise<Place> {
  const survivor = personOfLane(claim.lane)
  const second = claim.second === undefined ? undefined : personOfLane(claim.second.lane)
  const priors = await deps.store.findPersons(subject.prior)
  if (priors.length > 1)
    throw new HubError('IDENTITY_CONFLICT', 'the prior identifiers belong to two persons', { at: 'MRG-1' })
  // The row may have been claimed through either of its two lanes.
  const prior = priors[0]
  const person = prior !== undefined && prior === survivor ? second : survivor
  return {
    kind: 'here',
    person: person ?? survivor,
    device: undefined,
    prior: prior === person ? undefined : prior,
  }
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
      id: row.id,
      state: applied.superseded ? 'superseded' : 'done',
      unmapped: [...mapped.unmapped, ...draft.unmapped],
      ...(reply === undefined ? {} : { answer: reply }),
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
