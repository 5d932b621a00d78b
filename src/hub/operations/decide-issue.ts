/** `DetectedIssue/{id}/$decide-issue`: accepted with a reason and for a time, wrongly raised, or seen (medication-list.md 6.1). */
import type { FhirResource } from 'fhir/r4.js'
import { HubError } from '../../core/errors.js'
import type { ClientOperation, OperationCall, OperationEffect } from './client-operation.js'
import { issueDecision, issueOf } from './issue-decision.js'
import { personAgent } from './list-operation.js'
import { authorOf } from './parameters.js'

export const decideIssue: ClientOperation = { name: 'decide-issue', ifMatch: 'list-version', apply }

function apply(call: OperationCall): OperationEffect {
  const { parameters, person, target } = call
  const issue = issueOf(person, target.id)
  if (issue === undefined)
    throw new HubError('NOT_FOUND', 'this is no discrepancy of the shared list: a device has told it')
  return {
    resources: [issueDecision(call, issue, parameters, 'Parameters')],
    author: personAgent(authorOf(parameters)),
    answer: ({ find }): FhirResource => find(`DetectedIssue/${target.id}`)?.resource ?? issue,
  }
}
