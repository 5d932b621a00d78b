/** What somebody decides on an open discrepancy: it is intended, wrongly raised, or seen (medication-list.md 6.1, 9). */
import type { DetectedIssue, Extension, Provenance } from 'fhir/r4.js'
import { codeSystemUrl, extensionUrl } from '../../core/canonical.js'
import { HubError } from '../../core/errors.js'
import { addMonths, localDate } from '../../core/zone.js'
import { issueBasis } from '../../medication-list/discrepancies/issue-basis.js'
import type { OperationCall, PersonView } from './client-operation.js'
import { provenanceOf } from './list-operation.js'
import { codeOf, firstNamed, type Named, partsNamed, partsOf } from './parameters.js'

export const ISSUE_DECISIONS = ['accept', 'error', 'noted'] as const
const CLASSES = ['intended-documented', 'intended-undocumented'] as const
/** An acceptance is good for at most this long. */
const MONTHS_MAX = 12

/** Parts `issue` of an operation on the list, as facts. @throws HubError as `issueDecision` */
export const issueDecisions = (call: OperationCall): Provenance[] =>
  partsNamed(call.parameters, 'issue').map((parameter, index) => {
    const at = `Parameters.parameter.where(name='issue')[${index}]`
    const parts = partsOf(parameter)
    const id = firstNamed(parts, 'issue')?.valueId
    const issue = id === undefined ? undefined : issueOf(call.person, id)
    if (issue === undefined) throw new HubError('REFERENCE_UNKNOWN', 'no such discrepancy', { at })
    return issueDecision(call, issue, parts, at)
  })

export function issueOf(person: PersonView, id: string): DetectedIssue | undefined {
  const stored = person.find(`DetectedIssue/${id}`)
  return stored?.layer === 'line' && stored.resource.resourceType === 'DetectedIssue'
    ? stored.resource
    : undefined
}

/** @throws HubError STATE_CONFLICT for one that is closed, RESOURCE_INVALID */
export function issueDecision(
  call: OperationCall,
  issue: DetectedIssue,
  parts: Named,
  at: string,
): Provenance {
  if (issue.status !== 'preliminary')
    throw new HubError('STATE_CONFLICT', 'the discrepancy is closed', { at })
  const kind = codeOf(firstNamed(parts, 'kind'), ISSUE_DECISIONS, `${at}.kind`)
  const reason = firstNamed(parts, 'reason')?.valueString
  const until = firstNamed(parts, 'until')?.valueDate
  const issueClass = codeOf(firstNamed(parts, 'class'), CLASSES, `${at}.class`)
  if (kind === undefined) throw new HubError('RESOURCE_INVALID', 'kind is missing', { at })
  if (kind !== 'noted' && (reason === undefined || reason.trim() === ''))
    throw new HubError('RESOURCE_INVALID', `${kind} states the reason`, { at: `${at}.reason` })
  if (kind === 'accept') checkExpiry(until, call, `${at}.until`)
  const said: Extension[] = [
    { url: 'kind', valueCode: kind },
    ...(reason === undefined ? [] : [{ url: 'reason', valueString: reason }]),
    ...(until === undefined ? [] : [{ url: 'until', valueDate: until }]),
    ...(kind === 'accept' ? [{ url: 'class', valueCode: issueClass ?? 'intended-undocumented' }] : []),
    { url: 'basis', valueString: issueBasis(issue) },
  ]
  return provenanceOf(call, {
    activity: { coding: [{ system: codeSystemUrl('medlist-activity'), code: 'accept-issue' }] },
    extension: [{ url: extensionUrl('issue-decision'), extension: said }],
    target: [{ reference: `DetectedIssue/${issue.id}/_history/${issue.meta?.versionId}` }],
  })
}

function checkExpiry(until: string | undefined, { config, now }: OperationCall, at: string): void {
  const today = localDate(Date.parse(now), config.zone)
  if (
    until === undefined ||
    until.length !== today.length ||
    until < today ||
    until > addMonths(today, MONTHS_MAX)
  )
    throw new HubError(
      'RESOURCE_INVALID',
      `accept states until which day, at most ${MONTHS_MAX} months ahead`,
      {
        at,
      },
    )
}
