/**
 * `Task/{id}/$baton-accept`, `$baton-reject` by the receiver of an offer, `$baton-withdraw` by its giver, also of a
 * delegation (medication-list.md 7, R3 and R9). The state of the Task is what is asked of it: of several answers the first
 * counts, the same again gives the same Task, another one is refused.
 */
import type { Task } from 'fhir/r4.js'
import { codeSystemUrl } from '../../core/canonical.js'
import { HubError } from '../../core/errors.js'
import { partyIn } from '../../medication-list/facts/read-responsibility.js'
import type { AnswerKind } from '../../medication-list/facts/responsibility-fact.js'
import { answerOutput } from '../../medication-list/responsibility/baton-task.js'
import { isSameParty, type Party } from '../../medication-list/responsibility/party.js'
import { storedTask } from './baton-offer.js'
import { actorOf, heldBy } from './baton-party.js'
import type { ClientOperation, OperationCall, OperationEffect } from './client-operation.js'
import { personAgent } from './list-operation.js'
import { firstNamed } from './parameters.js'

interface AnswerRule {
  readonly kind: Extract<AnswerKind, 'accepted' | 'rejected' | 'withdrawn'>
  readonly status: Task['status']
  /** Codes of `medlist-task` that it answers. */
  readonly answers: readonly string[]
  readonly from: 'receiver' | 'giver'
}

const operation = (name: string, rule: AnswerRule): ClientOperation => ({
  name,
  ifMatch: 'none',
  apply: (call) => answer(call, rule),
})

export const batonAccept = operation('baton-accept', {
  kind: 'accepted',
  status: 'accepted',
  answers: ['baton-offer'],
  from: 'receiver',
})
export const batonReject = operation('baton-reject', {
  kind: 'rejected',
  status: 'rejected',
  answers: ['baton-offer'],
  from: 'receiver',
})
export const batonWithdraw = operation('baton-withdraw', {
  kind: 'withdrawn',
  status: 'cancelled',
  answers: ['baton-offer', 'baton-delegation'],
  from: 'giver',
})

function answer(call: OperationCall, rule: AnswerRule): OperationEffect {
  const { now, parameters, target } = call
  const task = target.resource
  const code = task.resourceType === 'Task' ? codeOf(task) : undefined
  if (task.resourceType !== 'Task' || code === undefined || !rule.answers.includes(code))
    throw new HubError('STATE_CONFLICT', 'this Task is answered otherwise', { at: 'Task.code' })
  const actor = actorOf(parameters)
  checkActor(call, task, actor, rule)
  const effect = (answered: Task): OperationEffect => ({
    resources: [answered],
    author: personAgent(actor.member),
    answer: (after) => storedTask(after, target.id),
  })
  if (task.output !== undefined) {
    if (isSaidAlready(task, rule, actor)) return effect(task)
    throw new HubError('STATE_CONFLICT', 'this offer was answered, or stands no more', { at: 'Task.status' })
  }
  const reason = firstNamed(parameters, 'reason')?.valueCodeableConcept
  return effect({
    ...task,
    status: rule.status,
    ...(reason === undefined ? {} : { statusReason: reason }),
    lastModified: now,
    output: answerOutput({ kind: rule.kind, at: Date.parse(now), by: actor }),
  })
}

/** The giver of an offer is whoever holds the list: it may have passed on by another offer since. */
function checkActor(call: OperationCall, task: Task, actor: Party, { from }: AnswerRule): void {
  const party = partyIn(from === 'receiver' ? task.owner : task.requester)
  if (party !== undefined && isSameParty(party, actor)) return
  if (from === 'giver') {
    heldBy(call, actor)
    return
  }
  throw new HubError('STATE_CONFLICT', 'the list was offered to somebody else', {
    at: "Parameters.parameter.where(name='author')",
  })
}

function isSaidAlready({ output }: Task, { kind }: AnswerRule, actor: Party): boolean {
  const said = output?.some(({ type }) => codeIn(type) === kind) === true
  const by = partyIn(output?.find(({ type }) => codeIn(type) === 'by')?.valueReference)
  return said && by !== undefined && isSameParty(by, actor)
}

const ANSWER = codeSystemUrl('medlist-baton-answer')
const TASK = codeSystemUrl('medlist-task')
const codeIn = ({ coding }: NonNullable<Task['code']>): string | undefined =>
  coding?.find(({ system }) => system === ANSWER)?.code
const codeOf = ({ code }: Task): string | undefined =>
  code?.coding?.find(({ system }) => system === TASK)?.code
