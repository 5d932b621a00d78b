/** `List/{id}/$baton-offer`: the holder offers the list to another (medication-list.md 7, R3 and R5). */
import type { ParametersParameter, Reference, TaskInput } from 'fhir/r4.js'
import { codeSystemUrl, extensionUrl } from '../../core/canonical.js'
import { HubError } from '../../core/errors.js'
import { answerTimeOf } from '../../medication-list/responsibility/baton-event.js'
import { newOfferTask } from '../../medication-list/responsibility/baton-task.js'
import { isSameParty } from '../../medication-list/responsibility/party.js'
import { actorOf, heldBy, partyNamed } from './baton-party.js'
import type { ClientOperation, OperationCall, OperationEffect, PersonView } from './client-operation.js'
import { listOf, personAgent } from './list-operation.js'
import { firstNamed, partsNamed, partsOf } from './parameters.js'

export const batonOffer: ClientOperation = { name: 'baton-offer', ifMatch: 'list-version', apply }

function apply(call: OperationCall): OperationEffect {
  listOf(call)
  const { newId, now, parameters, person } = call
  const actor = actorOf(parameters)
  const giver = heldBy(call, actor)
  const receiver = partyNamed(
    firstNamed(parameters, 'receiver')?.valueReference ?? {},
    firstNamed(parameters, 'receiverOrganization')?.valueReference,
    'receiver',
  )
  if (isSameParty(giver, receiver))
    throw new HubError('STATE_CONFLICT', 'the receiver holds this list already', {
      at: "Parameters.parameter.where(name='receiver')",
    })
  const note = firstNamed(parameters, 'note')?.valueString
  const at = Date.parse(now)
  const id = newId()
  const task = newOfferTask({
    id,
    patientRef: person.patientRef,
    event: 'handover',
    at,
    made: at,
    deadline: at + answerTimeOf('handover'),
    cause: undefined,
    giver,
    receiver,
    // What was attested, and what is handed over, the engine says of every offer that stands.
    attested: false,
    content: [],
    input: partsNamed(parameters, 'resume').map((part, index) => resumption(person, part, index)),
    ...(note === undefined ? {} : { note }),
  })
  return {
    resources: [task],
    author: personAgent(actor.member),
    answer: (after) => storedTask(after, id),
  }
}

/** Who resumes a paused line. */
function resumption(person: PersonView, parameter: ParametersParameter, index: number): TaskInput {
  const at = `Parameters.parameter.where(name='resume')[${index}]`
  const part = partsOf(parameter)
  const line = person.find(`MedicationStatement/${firstNamed(part, 'line')?.valueId ?? ''}`)
  if (line?.layer !== 'line' || line.resource.resourceType !== 'MedicationStatement')
    throw new HubError('REFERENCE_UNKNOWN', 'no such line', { at: `${at}.line` })
  if (line.resource.status !== 'on-hold')
    throw new HubError('RESOURCE_INVALID', 'the line is not paused', { at: `${at}.line` })
  const by: Reference = firstNamed(part, 'by')?.valueReference ?? {}
  return {
    extension: [
      { url: extensionUrl('handover-line'), valueReference: { reference: `MedicationStatement/${line.id}` } },
    ],
    type: { coding: [{ system: codeSystemUrl('medlist-handover'), code: 'resumed-by' }] },
    valueReference: by,
  }
}

/** @throws HubError UNEXPECTED */
export function storedTask(person: PersonView, id: string) {
  const task = person.find(`Task/${id}`)?.resource
  if (task?.resourceType !== 'Task') throw new HubError('UNEXPECTED', 'an operation left no Task')
  return task
}
