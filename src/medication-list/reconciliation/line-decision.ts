/** What a person decides about one line of the list (medication-list.md 9), and on which lines each decision may stand. */
import type { CodeableConcept, Dosage, MedicationStatement } from 'fhir/r4.js'
import { readDosagePlan } from '../dosage/plan.js'

export const DECISION_KINDS = [
  'continue',
  'change',
  'hold',
  'resume',
  'stop',
  'start',
  'unknown',
  'not-mine',
] as const
export type DecisionKind = (typeof DECISION_KINDS)[number]

export interface LineDecision {
  readonly kind: DecisionKind
  /** The line as it stands; absent where a medicine is started that is not on the list. */
  readonly line: MedicationStatement | undefined
  readonly medication: CodeableConcept | undefined
  readonly dosage: readonly Dosage[]
  readonly reason: CodeableConcept | undefined
  readonly indication: readonly CodeableConcept[]
  /** FHIR dateTimes: when it takes effect; a hold's resumption or the last day of use; when a hold is looked at again. */
  readonly from: string | undefined
  readonly until: string | undefined
  readonly review: string | undefined
  /** In words: what a hold waits for. */
  readonly condition: string | undefined
  readonly autoResume: boolean
  readonly multidose: boolean | undefined
  /** Where the decision stands in the request, for refusals. */
  readonly at: string
}

type LineStatus = MedicationStatement['status']

/** Transitions of section 5; `start` on a line begins one anew that has ended. */
const ALLOWED: Readonly<Record<DecisionKind, ReadonlySet<LineStatus>>> = {
  continue: new Set(['active', 'intended', 'on-hold', 'unknown']),
  change: new Set(['active', 'intended', 'on-hold', 'unknown']),
  hold: new Set(['active', 'on-hold']),
  resume: new Set(['on-hold']),
  stop: new Set(['active', 'intended', 'on-hold', 'unknown']),
  start: new Set(['stopped', 'completed']),
  unknown: new Set(['active', 'intended', 'on-hold', 'unknown']),
  'not-mine': new Set(['active', 'intended', 'on-hold', 'unknown']),
}

export interface DecisionProblem {
  readonly at: string
  readonly text: string
}

/** Why a decision cannot be taken; empty when it can. */
export function problemsOf(decision: LineDecision): DecisionProblem[] {
  const { at, kind, line } = decision
  const tell = (rule: string | undefined): DecisionProblem[] =>
    rule === undefined ? [] : [{ at, text: rule }]
  if (line !== undefined && !ALLOWED[kind].has(line.status))
    return tell(`${kind} is no decision on a line that is ${line.status}`)
  switch (kind) {
    case 'start':
      return [
        ...tell(
          line === undefined && decision.medication === undefined
            ? 'start names a medication or a line'
            : undefined,
        ),
        ...tell(decision.dosage.length === 0 ? 'start states the dosage' : undefined),
      ]
    case 'change':
      return tell(decision.dosage.length === 0 ? 'change states the new dosage' : undefined)
    case 'continue':
      return tell(
        line?.status === 'unknown' && decision.dosage.length === 0
          ? 'nobody has stated a dosage yet: continue states it'
          : undefined,
      )
    case 'hold':
      return holdProblems(decision).flatMap(tell)
    case 'resume':
      return tell(
        decision.dosage.length === 0 && line !== undefined && hasSteps(line)
          ? 'a stepwise or cyclic dosage is resumed at a step or day that the decision states'
          : undefined,
      )
    case 'stop':
      return tell(decision.reason === undefined ? 'stop states the reason' : undefined)
    case 'unknown':
    case 'not-mine':
      return []
  }
}

function holdProblems({ autoResume, condition, reason, review, until }: LineDecision): string[] {
  return [
    ...(reason === undefined ? ['hold states the reason'] : []),
    ...(until === undefined && review === undefined && condition === undefined
      ? ['hold states until when, until what, or when it is looked at again']
      : []),
    ...(autoResume && until === undefined ? ['a hold that ends by itself states when'] : []),
  ]
}

/** Resuming it is never computed (section 5). */
function hasSteps({ dosage }: MedicationStatement): boolean {
  const plan = readDosagePlan(dosage)
  return (
    plan.kind === 'structured' &&
    (new Set(plan.entries.map(({ sequence }) => sequence)).size > 1 ||
      plan.entries.some(({ boundsDuration, cycle }) => (boundsDuration ?? cycle) !== undefined))
  )
}
