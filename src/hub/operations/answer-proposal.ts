/**
 * `MedicationRequest/{id}/$answer-proposal`: what somebody without the right to decide has proposed is accepted, modified
 * or rejected with a reason (medication-list.md 7, R6). The answer is linked: the decision names the proposal, and so does
 * the record of who answered.
 */
import type { Dosage, MedicationRequest, MedicationStatement, Task } from 'fhir/r4.js'
import { codeSystemUrl, extensionUrl, sidUrl } from '../../core/canonical.js'
import { HubError } from '../../core/errors.js'
import { decisionRow } from '../../medication-list/reconciliation/decision-row.js'
import { type LineDecision, problemsOf } from '../../medication-list/reconciliation/line-decision.js'
import { refuse } from '../refuse.js'
import type { ClientOperation, OperationCall, OperationEffect, PersonView } from './client-operation.js'
import { rowsBehind } from './line-parts.js'
import { isCurrent, listAnswer, personAgent, provenanceOf } from './list-operation.js'
import { authorOf, codeOf, firstNamed, partsNamed } from './parameters.js'

export const answerProposal: ClientOperation = { name: 'answer-proposal', ifMatch: 'list-version', apply }

const ANSWERS = ['accept', 'modify', 'reject'] as const
type Answer = (typeof ANSWERS)[number]

function apply(call: OperationCall): OperationEffect {
  const { parameters } = call
  const proposal = proposalOf(call)
  const author = authorOf(parameters)
  const answer = codeOf(firstNamed(parameters, 'answer'), ANSWERS, 'answer')
  const reason = firstNamed(parameters, 'reason')?.valueString
  if (answer === undefined) throw new HubError('RESOURCE_INVALID', 'answer is missing', { at: 'answer' })
  if (answer === 'reject' && (reason === undefined || reason.trim() === ''))
    throw new HubError('RESOURCE_INVALID', 'reject states the reason', { at: 'reason' })
  const row = answer === 'reject' ? undefined : rowFor(call, proposal, answer)
  const record = provenanceOf(call, {
    activity: { coding: [{ system: codeSystemUrl('medlist-activity'), code: 'answer-proposal' }] },
    extension: [
      {
        url: extensionUrl('proposal-answer'),
        extension: [
          { url: 'answer', valueCode: answer },
          ...(reason === undefined ? [] : [{ url: 'reason', valueString: reason }]),
        ],
      },
    ],
    target: [
      { reference: `MedicationRequest/${proposal.id}/_history/${proposal.meta?.versionId}` },
      ...(row === undefined ? [] : [{ reference: `MedicationStatement/${row.id}` }]),
    ],
  })
  return {
    resources: [...(row === undefined ? [] : [row]), record],
    author: personAgent(author),
    answer: (after) => taskOf(proposal, after) ?? listAnswer(after),
  }
}

/** The Task that stands for the proposal. */
const taskOf = ({ id }: MedicationRequest, after: PersonView): Task | undefined =>
  after.ofType('Task').find(({ focus }) => focus?.reference === `MedicationRequest/${id}`)

/** @throws HubError NOT_FOUND, STATE_CONFLICT when it was answered or withdrawn */
function proposalOf({ person, target }: OperationCall): MedicationRequest {
  const { layer, resource } = target
  if (layer !== 'fact' || resource.resourceType !== 'MedicationRequest' || resource.intent !== 'proposal')
    throw new HubError('NOT_FOUND', 'this is no proposal')
  const answered = person
    .ofType('Provenance')
    .some(
      ({ activity, target: targets }) =>
        activity?.coding?.some(({ code }) => code === 'answer-proposal') === true &&
        targets.some(({ reference }) => reference?.startsWith(`MedicationRequest/${target.id}/`)),
    )
  if (answered || resource.status !== 'active')
    throw new HubError('STATE_CONFLICT', 'the proposal was answered or withdrawn', { at: 'id' })
  return resource
}

function rowFor(
  call: OperationCall,
  proposal: MedicationRequest,
  answer: Exclude<Answer, 'reject'>,
): MedicationStatement {
  const { list } = call.person
  const decision = decisionFor(call, proposal, answer)
  refuse(problemsOf(decision))
  const row = decisionRow(decision, {
    id: call.newId(),
    patientRef: call.person.patientRef,
    author: authorOf(call.parameters),
    decided: call.now,
    list: list === undefined ? undefined : `List/${list.id}/_history/${list.version}`,
    rows: rowsBehind(decision.line, call.person),
  })
  if (row === undefined) throw new HubError('UNEXPECTED', 'an accepted proposal made no decision')
  const basedOn = [{ reference: `MedicationRequest/${proposal.id}`, type: 'MedicationRequest' }]
  const { contained, medicationReference } = proposal
  return decision.line === undefined && medicationReference !== undefined
    ? { ...row, basedOn, medicationReference, ...(contained === undefined ? {} : { contained }) }
    : { ...row, basedOn }
}

function decisionFor(
  { parameters, person }: OperationCall,
  proposal: MedicationRequest,
  answer: Exclude<Answer, 'reject'>,
): LineDecision {
  const line = lineOf(proposal, person)
  const given = partsNamed(parameters, 'dosage').flatMap(({ valueDosage }): Dosage[] =>
    valueDosage === undefined ? [] : [valueDosage],
  )
  if (answer === 'modify' && given.length === 0)
    throw new HubError('RESOURCE_INVALID', 'modify states the dosage', { at: 'dosage' })
  if (proposal.doNotPerform === true && (line === undefined || answer === 'modify'))
    throw new HubError('RESOURCE_INVALID', 'a proposal to stop names a line, and is accepted or rejected', {
      at: 'answer',
    })
  const [reason] = proposal.reasonCode ?? []
  const medication =
    line === undefined ? (proposal.medicationCodeableConcept ?? { text: nameOf(proposal) }) : undefined
  return {
    kind:
      proposal.doNotPerform === true ? 'stop' : line !== undefined && isCurrent(line) ? 'change' : 'start',
    line,
    medication,
    dosage:
      proposal.doNotPerform === true ? [] : given.length > 0 ? given : (proposal.dosageInstruction ?? []),
    reason: proposal.doNotPerform === true ? reason : undefined,
    indication: proposal.doNotPerform === true ? [] : (proposal.reasonCode ?? []),
    from: undefined,
    until: undefined,
    review: undefined,
    condition: undefined,
    autoResume: false,
    multidose: undefined,
    at: 'Parameters',
  }
}

const nameOf = ({ medicationReference }: MedicationRequest): string => medicationReference?.display ?? ''

/** The line that the proposal is about: by reference, or by the line's own identifier. */
function lineOf(proposal: MedicationRequest, person: PersonView): MedicationStatement | undefined {
  const refs = [
    ...(proposal.supportingInformation ?? []).flatMap(({ reference }) => reference ?? []),
    ...(proposal.identifier ?? []).flatMap(({ system, value }) =>
      system === sidUrl('line') && value !== undefined ? [`MedicationStatement/${value}`] : [],
    ),
  ]
  for (const ref of refs) {
    const stored = person.find(ref)
    if (stored?.layer === 'line' && stored.resource.resourceType === 'MedicationStatement')
      return stored.resource
  }
  return undefined
}
