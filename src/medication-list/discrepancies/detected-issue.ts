/** Findings as DetectedIssue: stable ids, open while they hold, closed by themselves (medication-list.md 6.1). */
import type { DetectedIssue } from 'fhir/r4.js'
import { codeSystemUrl, extensionUrl, LAYER_SYSTEM, sidUrl } from '../../core/canonical.js'
import { deterministicUuid } from '../../core/deterministic-id.js'
import type { PreviousIssue } from '../contract.js'
import type { Language } from '../dosage/units.js'
import type { IssueClass } from '../facts/act-fact.js'
import { type Decided, resolved, withDecisions } from './closing.js'
import type { Discrepancy, Finding } from './discrepancy.js'
import { explanationOf } from './explanation.js'
import { ownersOf } from './owners.js'
import { wordsOf } from './words.js'

export interface IssueContext {
  readonly patientRef: string
  /** T, ISO instant. */
  readonly at: string
  readonly previous: readonly PreviousIssue[]
  readonly language: Language
  readonly zone: string
  readonly decided: Decided
  /** Somebody holds the list. */
  readonly holderKnown: boolean
}

/** Issues that hold at T, then those of before that no longer do; each in order of id. */
export function buildIssues(
  found: readonly { readonly discrepancy: Discrepancy; readonly finding: Finding }[],
  context: IssueContext,
): DetectedIssue[] {
  const before = new Map(context.previous.map((issue) => [issue.id, issue]))
  const open = new Map<string, DetectedIssue>()
  for (const { discrepancy, finding } of found) {
    const id = deterministicUuid('issue', discrepancy.code, context.patientRef, ...[...finding.about].sort())
    open.set(id, issueOf(id, discrepancy, finding, before.get(id), context))
  }
  const closed = context.previous.filter(({ id, status }) => status === 'preliminary' && !open.has(id))
  return [...ordered([...open.values()]), ...ordered(closed.map((issue) => closedIssue(issue, context)))]
}

const ordered = (issues: readonly DetectedIssue[]): DetectedIssue[] =>
  [...issues].sort((a, b) => ((a.id ?? '') < (b.id ?? '') ? -1 : 1))

/** One that opens again is identified anew; one that stays closed by a decision is as it was. */
function issueOf(
  id: string,
  discrepancy: Discrepancy,
  finding: Finding,
  former: PreviousIssue | undefined,
  context: IssueContext,
): DetectedIssue {
  const issue = withDecisions(openIssue(id, discrepancy, finding, former, context), context.decided)
  const reopens = issue.status === 'preliminary' && former !== undefined && former.status !== 'preliminary'
  return reopens ? { ...issue, identifiedDateTime: context.at } : issue
}

function openIssue(
  id: string,
  { code, sentences }: Discrepancy,
  finding: Finding,
  former: PreviousIssue | undefined,
  { patientRef, at, language, zone, holderKnown }: IssueContext,
): DetectedIssue {
  const implicated = [...new Set(finding.implicated)]
  const tag = [
    { system: LAYER_SYSTEM, code: 'line' },
    ...(finding.late === true ? [{ system: codeSystemUrl('event-mark'), code: 'late-evidence' }] : []),
  ]
  return {
    resourceType: 'DetectedIssue',
    id,
    meta: { tag },
    extension: [
      explanationOf(code, finding.numbers),
      ...[...new Set([...ownersOf(code, holderKnown), ...(finding.alsoFor ?? [])])].map((valueCode) => ({
        url: extensionUrl('owner-role'),
        valueCode,
      })),
    ],
    identifier: [{ system: sidUrl('issue'), value: id }],
    status: 'preliminary',
    code: { coding: [{ system: codeSystemUrl('medlist-issue'), code }] },
    severity: finding.severity,
    patient: { reference: patientRef },
    identifiedDateTime: former?.identified ?? at,
    ...(implicated.length === 0 ? {} : { implicated: implicated.map((reference) => ({ reference })) }),
    ...(finding.evidence.length === 0
      ? {}
      : { evidence: [{ detail: [...new Set(finding.evidence)].map((reference) => ({ reference })) }] }),
    detail: sentences[language](finding.numbers, wordsOf(language, zone)),
  }
}

/** Known to be intended where a later decision has only caught up with what was so; else something was put right. */
const classOf = ({ code }: DetectedIssue): IssueClass =>
  code?.coding?.[0]?.code === 'prescribed-not-on-list' ? 'intended-undocumented' : 'unintended'

/** The facts no longer disagree: the issue keeps what it said and closes. */
function closedIssue(
  { id, identified, resource }: PreviousIssue,
  { patientRef }: IssueContext,
): DetectedIssue {
  if (resource === undefined)
    return {
      resourceType: 'DetectedIssue',
      id,
      meta: { tag: [{ system: LAYER_SYSTEM, code: 'line' }] },
      identifier: [{ system: sidUrl('issue'), value: id }],
      status: 'final',
      patient: { reference: patientRef },
      identifiedDateTime: identified,
    }
  const { versionId: _versionId, lastUpdated: _lastUpdated, ...meta } = resource.meta ?? {}
  return resolved({ ...resource, meta }, classOf(resource))
}
