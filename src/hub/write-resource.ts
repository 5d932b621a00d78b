/**
 * FHIR create and update: a message like any other (channel `fhir`), but its row, lane sequence and effect commit
 * together in the process that got the request, after the rows that wait ahead (reliability.md rule 3.11).
 */
import type { FhirResource } from 'fhir/r4.js'
import { SHARED_WRITE_TYPES } from '../core/client-types.js'
import { HubError } from '../core/errors.js'
import { type LaneKey, laneKey, messageId, type PersonId, personId, personLane } from '../core/ids.js'
import type { Mapped } from '../core/message.js'
import { SHARED, type StoredResource } from '../core/stored.js'
import type { Store } from '../store/contract.js'
import type { Claim, NewMessage } from '../store/inbox.js'
import type { FoundResource } from '../store/views.js'
import { type Applied, applyMapped } from './apply-message.js'
import { clientAssignment } from './client-assignment.js'
import { deriveList } from './derive-list.js'
import { type Draft, finishDraft, openDraft } from './draft.js'
import { identifiersOf } from './references.js'
import { stageClientContent } from './stage-client-write.js'
import { keepLease, type WorkDeps, workClaim } from './work-lane.js'
import { openWorkspace, type Workspace } from './workspace.js'
import type { WriteRequest, WriteResult } from './write-request.js'
import { findOwner, findTarget } from './write-target.js'

export interface WriteDeps extends WorkDeps {
  readonly store: WorkDeps['store'] & Pick<Store, 'search' | 'findPersons' | 'ensurePerson' | 'loadShared'>
  readonly hash: (bytes: Uint8Array) => string
  readonly wait: (ms: number) => Promise<void>
  readonly encode: (text: string) => Uint8Array
}

/** Waiting time for rows ahead in the lane, in milliseconds; then 503 and nothing stored. */
export const LANE_WAIT_MS_MAX = 10_000

/**
 * @throws HubError RESOURCE_INVALID, REFERENCE_UNKNOWN, NOT_FOUND, METHOD_NOT_ALLOWED (update-as-create, layer line),
 *   VERSION_STALE, MULTIPLE_MATCHES, IDENTITY_CONFLICT, LANE_BUSY, STORE_UNAVAILABLE
 */
export async function writeResource(deps: WriteDeps, request: WriteRequest): Promise<WriteResult> {
  const target = await findTarget(deps, request)
  const person = await findOwner(deps, request, target)
  const lane = person === undefined ? sharedLane(deps, request, target) : personLane(person)
  const claim = await claimIdle(deps, lane)
  const stopBeating = keepLease(deps, claim)
  try {
    return await writeClaimed(deps, request, claim, person)
  } finally {
    stopBeating()
    await deps.store.release(claim)
  }
}

/**
 * Updates of one shared resource are ordered by its own lane, creates by that of its first identifier: as a hash, since
 * lane keys travel to Redis and into logs.
 */
function sharedLane(deps: WriteDeps, request: WriteRequest, target: FoundResource | undefined): LaneKey {
  if (target !== undefined) return laneKey(`r-${target.id}`)
  const first = identifiersOf(request.body)[0]
  const name = first === undefined ? deps.newId() : `${request.type}|${first.system}|${first.value}`
  return laneKey(`r-${deps.hash(deps.encode(name)).slice(0, 32)}`)
}

/** Takes the lease of the lane and works off what waits ahead. @throws HubError LANE_BUSY */
async function claimIdle(deps: WriteDeps, lane: LaneKey): Promise<Claim> {
  const until = deps.clock() + LANE_WAIT_MS_MAX
  for (let pause = 2; ; pause = Math.min(pause * 2, 100)) {
    const claim = await deps.store.claim(lane, deps.owner, {
      leaseMs: deps.leaseMs,
      rowsMax: 50,
      evenIfIdle: true,
    })
    if (claim !== undefined) {
      if (claim.rows.length === 0) return claim
      await workAhead(deps, claim)
    } else if (deps.clock() >= until) {
      throw new HubError('LANE_BUSY', 'earlier messages of this patient are still being worked off')
    } else {
      await deps.wait(pause)
    }
    if (deps.clock() >= until)
      throw new HubError('LANE_BUSY', 'earlier messages of this patient are still being worked off')
  }
}

async function workAhead(deps: WriteDeps, claim: Claim): Promise<void> {
  const stopBeating = keepLease(deps, claim)
  try {
    await workClaim(deps, claim)
  } finally {
    stopBeating()
    await deps.store.release(claim)
  }
}

async function writeClaimed(
  deps: WriteDeps,
  request: WriteRequest,
  claim: Claim,
  person: PersonId | undefined,
): Promise<WriteResult> {
  // Looked up again under the lease: nobody else writes this lane now.
  const found = await findTarget(deps, request)
  if (request.method === 'create' && found !== undefined) return unchanged(found)
  checkVersion(request, found)
  const workspace = await openOwner(deps, person, claim)
  const now = deps.clock()
  const shared = await sharedTarget(deps, request, found)
  const id = found?.id ?? (request.type === 'Patient' && person !== undefined ? person : deps.newId())
  const row = newRow(deps, request, id, now)
  const draft = openDraft(workspace, shared, row.id, now)
  const previous = previousOf(draft, request.type, id)
  if (previous?.layer === 'line')
    throw new HubError('METHOD_NOT_ALLOWED', 'the hub derives this resource; clients cannot write it', {
      at: 'meta.tag',
    })
  stageClientContent(draft, request, id, previous, now)
  try {
    return await commitWrite(deps, request, claim, { person, workspace, draft, row, id })
  } catch (error) {
    if (person !== undefined) deps.cache.drop(person)
    throw error
  }
}

function checkVersion(request: WriteRequest, found: FoundResource | undefined): void {
  if (request.ifMatch === undefined) return
  if (found === undefined || !request.ifMatch.includes(found.version))
    throw new HubError('VERSION_STALE', 'the resource has another version than If-Match names', {
      at: 'If-Match',
    })
}

async function openOwner(deps: WriteDeps, person: PersonId | undefined, claim: Claim): Promise<Workspace> {
  if (person !== undefined) {
    const cached = deps.cache.get(person, claim.effectSeq)
    return cached ?? openWorkspace(await deps.store.loadPerson(person))
  }
  return openWorkspace({
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
}

async function sharedTarget(
  deps: WriteDeps,
  request: WriteRequest,
  found: FoundResource | undefined,
): Promise<Map<string, StoredResource>> {
  if (found === undefined || !SHARED_WRITE_TYPES.has(request.type)) return new Map()
  const resource = JSON.parse(found.text) as FhirResource // The store holds what was validated as this type.
  const first = identifiersOf(resource)[0]
  const key = first === undefined ? `id|${found.id}` : `${first.system}|${first.value}`
  const [stored] = await deps.store.loadShared([{ type: request.type, key }])
  return stored === undefined ? new Map() : new Map([[`${request.type}/${found.id}`, stored]])
}

function previousOf(draft: Draft, type: string, id: string): StoredResource | undefined {
  return draft.workspace.resources.get(`${type}/${id}`) ?? draft.shared.get(`${type}/${id}`)
}

function newRow(deps: WriteDeps, request: WriteRequest, id: string, now: number): NewMessage {
  const rowId = messageId(deps.newId())
  const body = deps.encode(JSON.stringify(request.body))
  return {
    id: rowId,
    envelope: {
      channel: 'fhir',
      kind: `${request.method}:${request.type}`,
      sender: request.clientId,
      messageId: rowId,
      part: 0,
      sentAt: new Date(now).toISOString(),
      subject: { by: 'none' },
    },
    body,
    contentType: 'application/fhir+json',
    contentHash: deps.hash(body),
    state: 'waiting',
    answer: { status: 200, contentType: 'application/fhir+json', body: `{"id":"${id}"}` },
    receivedAt: new Date(now).toISOString(),
  }
}

interface Write {
  readonly person: PersonId | undefined
  readonly workspace: Workspace
  readonly draft: Draft
  readonly row: NewMessage
  readonly id: string
}

async function commitWrite(
  deps: WriteDeps,
  request: WriteRequest,
  claim: Claim,
  write: Write,
): Promise<WriteResult> {
  const { draft, person, row, workspace } = write
  const applied = applyMapped(draft, clientStatement(request, write), {
    messageId: row.id,
    receivedAt: row.receivedAt,
    newId: deps.newId,
    validate: deps.derive.validate,
  })
  const written = applied.writes.find(({ stored }) => stored.type === request.type && stored.id === write.id)
  if (written === undefined) {
    finishDraft(draft, deps.derive.validate)
    const present = previousOf(draft, request.type, write.id)
    if (present === undefined) throw new HubError('UNEXPECTED', 'a write left nothing behind')
    if (person !== undefined) deps.cache.put(workspace)
    return resultOf(present, 200)
  }
  const derived = person === undefined ? undefined : deriveList(draft, deps.derive)
  const assignment = await clientAssignment(deps.store, request, workspace)
  await deps.store.commit(claim, {
    message: { kind: 'new', message: row, unmapped: [] },
    personId: person,
    writes: [...applied.writes, ...(derived?.writes ?? [])],
    amendments: [],
    identities: applied.identities,
    sources: person === undefined ? [] : [applied.source],
    list: derived?.list,
    nextChangeAt: derived?.nextChangeAt,
    merge: undefined,
    assignment,
    devices: devicesOf(applied),
    at: row.receivedAt,
  })
  workspace.effectSeq += 1
  if (person !== undefined) deps.cache.put(workspace)
  else deps.shared.forget()
  const current = workspace.resources.get(`${request.type}/${write.id}`) ?? written.stored
  return resultOf(current, written.method === 'POST' ? 201 : 200)
}

/** What the client says, in the words of a mapped message: the resource itself is staged already. */
function clientStatement(request: WriteRequest, write: Write): Mapped {
  return {
    source: { key: `fhir|${request.clientId}`, role: 'client', name: request.clientId },
    authorship: {
      recorded: write.row.receivedAt,
      author: { type: 'Device', display: request.clientId },
      activity: request.method === 'create' ? 'CREATE' : 'UPDATE',
    },
    resources: [],
    amendments: [],
    identifiers: request.type === 'Patient' ? identifiersOf(request.body) : [],
    unmapped: [],
  }
}

const devicesOf = (applied: Applied) =>
  applied.writes.flatMap(({ stored }) =>
    stored.type === 'Device' ? [{ deviceId: stored.id, identities: identifiersOf(stored.resource) }] : [],
  )

const resultOf = (stored: StoredResource, status: 200 | 201): WriteResult => ({
  status,
  text: stored.text,
  id: stored.id,
  version: stored.version,
  lastUpdated: stored.lastUpdated,
})

const unchanged = (found: FoundResource): WriteResult => ({
  status: 200,
  text: found.text,
  id: found.id,
  version: found.version,
  lastUpdated: found.lastUpdated,
})
