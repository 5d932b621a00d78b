/** `List/{id}/$baton-delegate`: somebody acts for the holder during a period (medication-list.md 7, R9). */
import type { Task } from 'fhir/r4.js'
import { codeSystemUrl, sidUrl } from '../../core/canonical.js'
import { HubError } from '../../core/errors.js'
import { referenceTo } from '../../medication-list/responsibility/baton-task.js'
import { isSameParty } from '../../medication-list/responsibility/party.js'
import { storedTask } from './baton-offer.js'
import { actorOf, heldBy, partyNamed } from './baton-party.js'
import type { ClientOperation, OperationCall, OperationEffect } from './client-operation.js'
import { listOf, personAgent } from './list-operation.js'
import { firstNamed } from './parameters.js'

export const batonDelegate: ClientOperation = { name: 'baton-delegate', ifMatch: 'list-version', apply }

function apply(call: OperationCall): OperationEffect {
  listOf(call)
  const { newId, now, parameters, person } = call
  const actor = actorOf(parameters)
  const holder = heldBy(call, actor)
  const delegate = partyNamed(
    firstNamed(parameters, 'delegate')?.valueReference ?? {},
    firstNamed(parameters, 'delegateOrganization')?.valueReference,
    'delegate',
  )
  const from = instantOf(call, 'from') ?? now
  const to = instantOf(call, 'to') ?? now
  if (to <= from || to <= now)
    throw new HubError('RESOURCE_INVALID', 'the period ends after its beginning and after now', {
      at: "Parameters.parameter.where(name='to')",
    })
  if (isSameParty(holder, delegate))
    throw new HubError('RESOURCE_INVALID', 'the delegate is the holder', {
      at: "Parameters.parameter.where(name='delegate')",
    })
  const id = newId()
  const task: Task = {
    resourceType: 'Task',
    id,
    identifier: [{ system: sidUrl('task'), value: id }],
    status: 'in-progress',
    intent: 'order',
    code: { coding: [{ system: codeSystemUrl('medlist-task'), code: 'baton-delegation' }] },
    for: { reference: person.patientRef },
    authoredOn: now,
    lastModified: now,
    requester: referenceTo(holder),
    owner: referenceTo(delegate),
    restriction: { period: { start: from, end: to } },
  }
  return { resources: [task], author: personAgent(actor.member), answer: (after) => storedTask(after, id) }
}

/** As an instant in the hub's own form. */
function instantOf({ parameters }: OperationCall, name: string): string | undefined {
  const value = firstNamed(parameters, name)?.valueInstant
  return value === undefined ? undefined : new Date(value).toISOString()
}
