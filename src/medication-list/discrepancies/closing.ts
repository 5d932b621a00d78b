/** How a discrepancy closes: its facts agree again, or somebody decided on it (medication-list.md 6.1). */
import type { DetectedIssue, DetectedIssueMitigation, Extension } from 'fhir/r4.js'
import { codeSystemUrl, extensionUrl } from '../../core/canonical.js'
import type { IssueClass, IssueDecision } from '../facts/act-fact.js'
import { issueBasis } from './issue-basis.js'

export interface Decided {
  /** Decisions on each issue, by its id, in order of time. */
  readonly byIssue: ReadonlyMap<string, readonly IssueDecision[]>
  /** T, as instant. */
  readonly at: number
}

export function decidedIssues(decisions: readonly IssueDecision[], at: number): Decided {
  const byIssue = new Map<string, IssueDecision[]>()
  for (const decision of [...decisions].sort((a, b) => a.at - b.at || (a.ref < b.ref ? -1 : 1)))
    if (decision.at <= at) byIssue.set(decision.issue, [...(byIssue.get(decision.issue) ?? []), decision])
  return { byIssue, at }
}

/** The issue as it stands when decisions on it are taken into account. */
export function withDecisions(issue: DetectedIssue, { at, byIssue }: Decided): DetectedIssue {
  const decisions = byIssue.get(issue.id ?? '') ?? []
  if (decisions.length === 0) return issue
  const mitigation = decisions.map(mitigationOf)
  const last = decisions.findLast(({ decision }) => decision !== 'noted')
  // What is accepted stays so for its time, and while the predicate reads the same.
  const holds =
    last !== undefined && last.basis === issueBasis(issue) && (last.until === undefined || at < last.until)
  if (!holds) return { ...issue, mitigation }
  return last.decision === 'error'
    ? { ...issue, status: 'cancelled', mitigation }
    : { ...closed(issue, 'accepted', last.issueClass, last.until), mitigation }
}

/** The issue whose facts no longer disagree. */
export const resolved = (issue: DetectedIssue, issueClass: IssueClass): DetectedIssue =>
  closed(issue, 'resolved', issueClass, undefined)

function closed(
  issue: DetectedIssue,
  how: 'resolved' | 'accepted',
  issueClass: IssueClass | undefined,
  until: number | undefined,
): DetectedIssue {
  const closing: Extension = {
    url: extensionUrl('issue-closing'),
    extension: [
      { url: 'how', valueCode: how },
      ...(issueClass === undefined ? [] : [{ url: 'class', valueCode: issueClass }]),
      ...(until === undefined ? [] : [{ url: 'until', valueInstant: new Date(until).toISOString() }]),
    ],
  }
  const others = (issue.extension ?? []).filter(({ url }) => url !== closing.url)
  return { ...issue, extension: [...others, closing], status: 'final' }
}

function mitigationOf({ at, decision, reason, who }: IssueDecision): DetectedIssueMitigation {
  return {
    action: {
      coding: [{ system: codeSystemUrl('issue-decision'), code: decision }],
      ...(reason === undefined ? {} : { text: reason }),
    },
    date: new Date(at).toISOString(),
    ...(who === undefined ? {} : { author: who }),
  }
}

/** Instants at which an acceptance runs out. */
export const runsOut = (decisions: readonly IssueDecision[]): number[] =>
  decisions.flatMap(({ until }) => until ?? [])
