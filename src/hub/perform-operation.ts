/**
 * A client operation from request to answer: its row, lane sequence and effect commit together in the process that got the
 * request, after the rows that wait ahead (reliability.md rule 3.11).
 */
import { HubError } from '../core/errors.js'
import { type MessageId, messageId, type PersonId, personLane } from '../core/ids.js'
import type { Mapped } from '../core/message.js'
import { SHARED } from '../core/stored.js'
import type { Store } from '../store/contract.js'
import type { Claim, NewMessage } from '../store/inbox.js'
import { type ApplyContext, applyMapped } from './apply-message.js'
import { deriveList } from './derive-list.js'
import { type Draft, finishDraft, openDraft } from './draft.js'
import { claimIdle } from './idle-lane.js'
import { engineInput } from './list-input.js'
import type {
  ClientOperation,
  OperationEffect,
  OperationRequest,
  OperationResult,
} from './operations/client-operation.js'
import { personView } from './operations/person-view.js'
import { retryRaces } from './retry-races.js'
import { stageOperationContent } from './stage-client-write.js'
import { keepLease } from './work-lane.js'
import { bringIn, openWorking } from './working-set.js'
import type { Workspace } from './workspace.js'
import type { WriteDeps } from './write-resource.js'

export interface OperationDeps extends WriteDeps {
  readonly store: WriteDeps['store'] & Pick<Store, 'answerByIdentity'>
  /** By name. */
  readonly operations: ReadonlyMap<string, ClientOperation>
}

/**
 * @throws HubError NOT_FOUND, GONE (the target), PRECONDITION_REQUIRED, VERSION_STALE (If-Match), RESOURCE_INVALID
 *   (parameters or result), MESSAGE_CONFLICT (the key with other content), LANE_BUSY, STORE_UNAVAILABLE, and those of the operation
 */
export async function performOperation(
  deps: OperationDeps,
  request: OperationRequest,
): Promise<OperationResult> {
  const operation = deps.operations.get(request.operation)
  if (operation === undefined) throw new HubError('NOT_FOUND', 'no such operation')
  if (operation.ifMatch === 'list-version' && request.ifMatch === undefined)
    throw new HubError('PRECONDITION_REQUIRED', 'If-Match must name the version of the medication list', {
      at: 'If-Match',
    })
  const problems = deps.derive.validate(request.parameters)
  if (problems.length > 0)
    throw new HubError('RESOURCE_INVALID', 'the parameters break R4', {
      at: problems[0]?.at ?? '',
      issues: problems,
    })
  return retryRaces(deps, (until) => performOnce(deps, operation, request, until))
}

async function performOnce(
  deps: OperationDeps,
  operation: ClientOperation,
  request: OperationRequest,
  until: number,
): Promise<OperationResult> {
  const person = await ownerOf(deps, request)
  const claim = await claimIdle(deps, personLane(person), until)
  const stopBeating = keepLease(deps, claim)
  try {
    return await performClaimed(deps, operation, request, claim, person)
  } finally {
    stopBeating()
    await deps.store.release(claim)
  }
}

async function ownerOf({ store }: OperationDeps, { id, type }: OperationRequest): Promise<PersonId> {
  const found = await store.read(type, id)
  if (found === undefined || found.personId === SHARED) throw new HubError('NOT_FOUND', 'no such resource')
  if (found.deleted) throw new HubError('GONE', 'the resource was deleted')
  return found.personId
}

async function performClaimed(
  deps: OperationDeps,
  operation: ClientOperation,
  request: OperationRequest,
  claim: Claim,
  person: PersonId,
): Promise<OperationResult> {
  const now = deps.clock()
  const row = rowOf(deps, request, now)
  const repeated = await answerGiven(deps, request, row)
  if (repeated !== undefined) return { text: repeated }
  const workspace = await openWorking(deps, person, claim.effectSeq)
  await bringIn(deps.store, workspace, [{ type: request.type, key: request.id }])
  deps.cache.put(workspace)
  const view = personView(workspace)
  const target = view.find(`${request.type}/${request.id}`)
  if (target === undefined) throw new HubError('CONCURRENT_CHANGE', 'the resource became another person’s')
  checkVersion(operation, request, view.list?.version)
  const effect = operation.apply({
    target,
    person: view,
    parameters: request.parameters,
    clientId: request.clientId,
    now: row.receivedAt,
    newId: deps.newId,
    config: deps.derive.config,
    products: deps.derive.products,
    engine: () => engineInput(workspace, deps.derive, row.receivedAt),
  })
  const draft = openDraft(workspace, new Map(), row.id, now)
  try {
    return { text: await commitOperation(deps, request, claim, { operation, draft, workspace, row, effect }) }
  } catch (error) {
    deps.cache.drop(person)
    throw error
  }
}

function checkVersion(
  { ifMatch }: ClientOperation,
  request: OperationRequest,
  version: number | undefined,
): void {
  switch (ifMatch) {
    case 'none':
      return
    case 'list-version':
      if (version === undefined || request.ifMatch?.includes(version) !== true)
        throw new HubError('VERSION_STALE', 'the medication list has another version than If-Match names', {
          at: 'If-Match',
        })
  }
}

interface Operated {
  readonly operation: ClientOperation
  readonly draft: Draft
  readonly workspace: Workspace
  readonly row: NewMessage
  readonly effect: OperationEffect
}

async function commitOperation(
  deps: OperationDeps,
  request: OperationRequest,
  claim: Claim,
  { draft, effect, operation, row, workspace }: Operated,
): Promise<string> {
  const answer = () => JSON.stringify(effect.answer(personView(workspace)))
  stageEffect(draft, request, effect)
  const context: ApplyContext = {
    messageId: row.id,
    receivedAt: row.receivedAt,
    newId: deps.newId,
    validate: deps.derive.validate,
  }
  const applied = applyMapped(draft, statementOf(request, effect, row.receivedAt), context)
  if (!applied.writes.some(({ stored }) => stored.layer === 'fact')) {
    finishDraft(draft, deps.derive.validate)
    return answer()
  }
  if (operation.internal === true) workspace.sources.delete(applied.source.key)
  const derived = deriveList(draft, deps.derive)
  const text = answer()
  await deps.store.commit(claim, {
    message: {
      kind: 'new',
      message: { ...row, answer: { status: 200, contentType: 'application/fhir+json', body: text } },
      unmapped: [],
    },
    personId: workspace.personId,
    writes: [...applied.writes, ...derived.writes],
    amendments: [],
    identities: applied.identities,
    sources: operation.internal === true ? [] : [applied.source],
    list: derived.list,
    nextChangeAt: derived.nextChangeAt,
    merge: undefined,
    assignment: undefined,
    devices: [],
    at: row.receivedAt,
  })
  workspace.effectSeq += 1
  deps.cache.put(workspace)
  return text
}

function stageEffect(draft: Draft, { clientId }: OperationRequest, { resources }: OperationEffect): void {
  for (const resource of resources) stageOperationContent(draft, resource, clientId)
}

function statementOf(request: OperationRequest, effect: OperationEffect, receivedAt: string): Mapped {
  const { clientId, operation } = request
  return {
    source: { key: `fhir|${clientId}`, role: 'client', name: clientId },
    authorship: {
      recorded: receivedAt,
      author: effect.author ?? { type: 'Device', display: clientId },
      ...(effect.onBehalfOf === undefined ? {} : { onBehalfOf: effect.onBehalfOf }),
      activity: operation,
    },
    resources: [],
    amendments: [],
    identifiers: [],
    unmapped: [],
  }
}

/** @param now milliseconds since the epoch */
function rowOf(deps: OperationDeps, request: OperationRequest, now: number): NewMessage {
  const id = messageId(deps.newId())
  const { clientId, key, ...asked } = request
  const body = deps.encode(JSON.stringify(asked))
  return {
    id,
    envelope: {
      channel: 'fhir',
      kind: `operation:${request.operation}`,
      sender: clientId,
      messageId: key === undefined ? id : keyName(key),
      part: 0,
      sentAt: new Date(now).toISOString(),
      subject: { by: 'none' },
    },
    body,
    contentType: 'application/fhir+json',
    contentHash: deps.hash(body),
    state: 'waiting',
    receivedAt: new Date(now).toISOString(),
  }
}

/** Never the id of another row. */
const keyName = (key: string): MessageId => messageId(`key-${key}`)

/** The answer that the first request of this key got. */
async function answerGiven(
  { store }: OperationDeps,
  { clientId, key }: OperationRequest,
  row: NewMessage,
): Promise<string | undefined> {
  if (key === undefined) return undefined
  const former = await store.answerByIdentity('fhir', clientId, row.envelope.messageId)
  if (former === undefined) return undefined
  if (former.contentHash !== row.contentHash)
    throw new HubError('MESSAGE_CONFLICT', 'this Idempotency-Key was used for another request', {
      at: 'Idempotency-Key',
    })
  return former.answer?.body
}
