/** One Task for each discrepancy that needs a person: its status says whether somebody has seen it (medication-list.md 2, 6.1). */
import type { DetectedIssue, Reference, Task } from 'fhir/r4.js'
import { codeSystemUrl, extensionUrl, LAYER_SYSTEM, sidUrl } from '../../core/canonical.js'
import { deterministicUuid } from '../../core/deterministic-id.js'

export interface TaskContext {
  readonly patientRef: string
  /** Who holds the list, where somebody does. */
  readonly holder: Reference | undefined
}

const OWNER_ROLE = extensionUrl('owner-role')

/** Undefined for an issue that nobody has to answer. */
export function issueTask(issue: DetectedIssue, { holder, patientRef }: TaskContext): Task | undefined {
  const roles = (issue.extension ?? []).flatMap(({ url, valueCode }) =>
    url === OWNER_ROLE && valueCode !== undefined ? [valueCode] : [],
  )
  if (roles.length === 0) return undefined
  const id = deterministicUuid('task', issue.id ?? '')
  return {
    resourceType: 'Task',
    id,
    meta: { tag: [{ system: LAYER_SYSTEM, code: 'line' }] },
    identifier: [{ system: sidUrl('task'), value: id }],
    status: statusOf(issue),
    intent: 'order',
    priority: issue.severity === 'high' ? 'urgent' : 'routine',
    code: { coding: [{ system: codeSystemUrl('medlist-task'), code: 'resolve-issue' }] },
    focus: { reference: `DetectedIssue/${issue.id}`, type: 'DetectedIssue' },
    for: { reference: patientRef },
    ...(issue.identifiedDateTime === undefined ? {} : { authoredOn: issue.identifiedDateTime }),
    performerType: roles.map((code) => ({ coding: [{ system: codeSystemUrl('issue-owner'), code }] })),
    ...(holder !== undefined && roles[0] === 'list-holder' ? { owner: holder } : {}),
  }
}

function statusOf({ mitigation, status }: DetectedIssue): Task['status'] {
  switch (status) {
    case 'final':
      return 'completed'
    case 'cancelled':
    case 'entered-in-error':
      return 'cancelled'
    default:
      return (mitigation ?? []).length > 0 ? 'accepted' : 'requested'
  }
}
