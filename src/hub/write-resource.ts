/**
 * FHIR create and update: a message like any other (channel `fhir`), but its row, lane sequence and effect commit
 * together in the process that got the request, after the rows that wait ahead (reliability.md rule 3.11).
 */
import { codeOf, HubError } from '../core/errors.js'
import { type LaneKey, laneKey, type PersonId, personId, personLane } from '../core/ids.js'
import { SHARED, type StoredResource } from '../core/stored.js'
import type { Store } from '../store/contract.js'
import type { AbsentResource } from '../store/effect.js'
import type { Claim, NewMessage } from '../store/inbox.js'
import type { FoundResource } from '../store/views.js'
import { type Applied, applyMapped } from './apply-message.js'
import { clientAssignment } from './client-assignment.js'
import { clientRow, clientStatement } from './client-message.js'
import { checkClientContent } from './client-rules.js'
import { deriveList } from './derive-list.js'
import { type Draft, finishDraft, openDraft } from './draft.js'
import { claimIdle } from './idle-lane.js'
import { identifiersOf } from './references.js'
import { retryRaces } from './retry-races.js'
import { stageClientContent } from './stage-client-write.js'
import { keepLease, type WorkDeps } from './work-lane.js'
import { bringIn, namedIn, openWorking } from './working-set.js'
import { emptyWorkspace, type Workspace } from './workspace.js'
import { findOwner, type Owner, patientExists } from './write-owner.js'
import type { WriteRequest, WriteResult } from './write-request.js'
import { absentBy, findTarget } from './write-target.js'

export interface WriteDeps extends WorkDeps {
  readonly store: WorkDeps['store'] & Pick<Store, 'search' | 'findPersons' | 'loadSharedById'>
  readonly hash: (bytes: Uint8Array) => string
  readonly wait: (ms: number) => Promise<void>
  readonly encode: (text: string) => Uint8Array
}

/** @throws HubError RESOURCE_INVALID, REFERENCE_UNKNOWN, NOT_FOUND, METHOD_NOT_ALLOWED (update-as-create, layer line),
 *   VERSION_STALE, MULTIPLE_MATCHES, IDENTITY_CONFLICT, CONCURRENT_CHANGE, LANE_BUSY, STORE_UNAVAILABLE
 */
export async function writeResource(deps: WriteDeps, request: WriteRequest): Promise<WriteResult> {
  return retryRaces(deps, (until) => writeOnce(deps, request, until))
}

async function writeOnce(deps: WriteDeps, request: WriteRequest, until: number): Promise<WriteResult> {
  const target = await findTarget(deps, request)
  if (request.method === 'create' && target !== undefined) return unchanged(target)
  const owner = await ownerOf(deps, request, target)
  const lane = owner.person === undefined ? sharedLane(deps, request, target) : personLane(owner.person)
  const claim = await claimIdle(deps, lane, until)
  const stopBeating = keepLease(deps, claim)
  try {
    return await writeClaimed(deps, request, claim, owner)
  } finally {
    stopBeating()
    await deps.store.release(claim)
  }
}

async function ownerOf(
  deps: WriteDeps,
  request: WriteRequest,
  target: FoundResource | undefined,
): Promise<Owner> {
  try {
    return await findOwner(deps, request, target)
  } catch (error) {
    // The Patient that is in the way may be what the condition asks for, made since that was looked up.
    if (codeOf(error) !== 'IDENTITY_CONFLICT' || request.condition === undefined) throw error
    if ((await findTarget(deps, request)) === undefined) throw error
    throw new HubError('CONCURRENT_CHANGE', 'a resource meets the condition by now', { cause: error })
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

async function writeClaimed(
  deps: WriteDeps,
  request: WriteRequest,
  claim: Claim,
  owner: Owner,
): Promise<WriteResult> {
  // Looked up again under the lease: nobody else writes this lane now.
  const found = await findTarget(deps, request)
  if (request.method === 'create' && found !== undefined) return unchanged(found)
  const { person } = owner
  if (found !== undefined && found.personId !== (person ?? SHARED))
    throw new HubError('CONCURRENT_CHANGE', 'the resource became another owner’s')
  checkVersion(request, found)
  const workspace = await openOwner(deps, person, claim)
  const now = deps.clock()
  const shared = await sharedTarget(deps, found)
  const id = found?.id ?? (request.type === 'Patient' && person !== undefined ? person : deps.newId())
  const [first] = identifiersOf(owner.body)
  const keys = first === undefined ? [id] : [id, `${first.system}|${first.value}`]
  await bringIn(deps.store, workspace, namedIn(owner.body, keys))
  const row = clientRow(deps, request, id, now)
  const draft = openDraft(workspace, shared, row.id, now)
  const previous = previousOf(draft, request.type, id)
  if (previous !== undefined && found === undefined) throw patientExists()
  if (previous?.layer === 'line')
    throw new HubError('METHOD_NOT_ALLOWED', 'the hub derives this resource; clients cannot write it', {
      at: 'meta.tag',
    })
  checkClientContent(owner.body, now, deps.zone)
  stageClientContent(draft, { ...request, body: owner.body }, id, previous, now)
  const absent = found === undefined ? absentBy(request) : undefined
  try {
    return await commitWrite(deps, request, claim, { owner, workspace, draft, row, id, absent })
  } catch (error) {
    if (person !== undefined) deps.cache.drop(person)
    if (owner.isNew && codeOf(error) === 'IDENTITY_CONFLICT')
      throw new HubError('CONCURRENT_CHANGE', 'this person was made at the same time', { cause: error })
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
  return person === undefined ? emptyWorkspace(personId(SHARED)) : openWorking(deps, person, claim.effectSeq)
}

async function sharedTarget(
  deps: WriteDeps,
  found: FoundResource | undefined,
): Promise<Map<string, StoredResource>> {
  const stored =
    found?.personId === SHARED ? await deps.store.loadSharedById(found.type, found.id) : undefined
  return stored === undefined ? new Map() : new Map([[`${stored.type}/${stored.id}`, stored]])
}

function previousOf(draft: Draft, type: string, id: string): StoredResource | undefined {
  return draft.workspace.resources.get(`${type}/${id}`) ?? draft.shared.get(`${type}/${id}`)
}

interface Write {
  readonly owner: Owner
  readonly workspace: Workspace
  readonly draft: Draft
  readonly row: NewMessage
  readonly id: string
  readonly absent: AbsentResource | undefined
}

async function commitWrite(
  deps: WriteDeps,
  request: WriteRequest,
  claim: Claim,
  write: Write,
): Promise<WriteResult> {
  const { absent, draft, owner, row, workspace } = write
  const { person } = owner
  const applied = applyMapped(draft, clientStatement(request, owner.body, row.receivedAt), {
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
  const assignment = await clientAssignment(deps.store, { ...request, body: owner.body }, workspace)
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
    ...(absent === undefined ? {} : { absent }),
    ...(owner.isNew ? { makesPerson: true } : {}),
  })
  workspace.effectSeq += 1
  workspace.identities = [...workspace.identities, ...applied.identities]
  if (person !== undefined) deps.cache.put(workspace)
  else deps.shared.forget()
  const current = workspace.resources.get(`${request.type}/${write.id}`) ?? written.stored
  return resultOf(current, written.method === 'POST' ? 201 : 200)
}

const devicesOf = (applied: Applied) =>
  applied.writes.flatMap(({ stored }) =>
    stored.type === 'Device' ? [{ deviceId: stored.id, identities: identifiersOf(stored.resource) }] : [],
  )

const resultOf = (stored: StoredResource, status: 200 | 201): WriteResult => ({
  status,
  text: JSON.stringify(stored.resource),
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
