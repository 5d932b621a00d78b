/** One Task for each proposal: it waits for who holds the list, and tells what became of it (medication-list.md 7, R6). */
import type { Reference, Task } from 'fhir/r4.js'
import { codeSystemUrl, LAYER_SYSTEM, sidUrl } from '../../core/canonical.js'
import { deterministicUuid } from '../../core/deterministic-id.js'
import type { ActFacts, Proposal, ProposalAnswer } from '../facts/act-fact.js'

export interface ProposalContext {
  readonly patientRef: string
  /** T, as instant. */
  readonly at: number
  readonly holder: Reference | undefined
}

/** Those that were answered keep their Task as it became then. */
export function proposalTasks(
  { proposalAnswers, proposals }: Pick<ActFacts, 'proposalAnswers' | 'proposals'>,
  context: ProposalContext,
): Task[] {
  const answers = new Map(
    [...proposalAnswers]
      .filter(({ at }) => at <= context.at)
      .sort((a, b) => b.at - a.at || (a.ref < b.ref ? 1 : -1))
      .map((answer) => [answer.proposal, answer]),
  )
  return proposals.map((proposal) => taskOf(proposal, answers.get(proposal.ref), context))
}

function taskOf(
  proposal: Proposal,
  answer: ProposalAnswer | undefined,
  { holder, patientRef }: ProposalContext,
): Task {
  const id = deterministicUuid('task', 'proposal', patientRef, proposal.ref)
  const owner = answer?.who ?? holder
  return {
    resourceType: 'Task',
    id,
    meta: { tag: [{ system: LAYER_SYSTEM, code: 'line' }] },
    identifier: [{ system: sidUrl('task'), value: id }],
    status: statusOf(proposal, answer),
    ...(answer?.reason === undefined ? {} : { statusReason: { text: answer.reason } }),
    intent: 'order',
    code: { coding: [{ system: codeSystemUrl('medlist-task'), code: 'answer-proposal' }] },
    focus: { reference: proposal.ref, type: 'MedicationRequest' },
    for: { reference: patientRef },
    authoredOn: new Date(proposal.at).toISOString(),
    ...(proposal.requester === undefined ? {} : { requester: proposal.requester }),
    performerType: [{ coding: [{ system: codeSystemUrl('issue-owner'), code: 'list-holder' }] }],
    ...(owner === undefined ? {} : { owner }),
    ...(answer?.decision === undefined
      ? {}
      : {
          output: [
            {
              type: { coding: [{ system: codeSystemUrl('proposal-answer'), code: answer.answer }] },
              valueReference: { reference: answer.decision, type: 'MedicationStatement' },
            },
          ],
        }),
  }
}

function statusOf({ open }: Proposal, answer: ProposalAnswer | undefined): Task['status'] {
  switch (answer?.answer) {
    case 'accept':
    case 'modify':
      return 'completed'
    case 'reject':
      return 'rejected'
    case undefined:
      return open ? 'requested' : 'cancelled'
  }
}
