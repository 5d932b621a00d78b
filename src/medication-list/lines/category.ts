/** Kinds of line (medication-list.md 12.7), in the order in which the list shows them. */
import type { DosagePlan } from '../dosage/plan.js'
import type { DecisionFact } from '../facts/fact.js'
import type { LineGroup } from '../grouping/line-group.js'
import type { LineState } from './decisions.js'

export const CATEGORIES = ['fixed', 'prn', 'course', 'self', 'admin-by-clinic'] as const
export type Category = (typeof CATEGORIES)[number]

/** Undefined where neither the source's code nor a structured dosage tells fixed use from use when needed. */
export function categoryOf(
  plan: DosagePlan,
  state: LineState,
  group: Pick<LineGroup, 'self'>,
  dosageFact: DecisionFact | undefined,
): Category | undefined {
  if (group.self) return 'self'
  const code = dosageFact?.courseCode ?? state.decision.fact.courseCode
  if (code === 'prn' || code === 'admin-by-clinic') return code
  const { effect } = state.decision
  if (
    code === 'course' ||
    (effect.kind === 'use' && effect.to !== undefined && effect.ending === 'completed')
  )
    return 'course'
  if (plan.kind !== 'structured') return undefined
  return plan.entries.every(({ asNeeded }) => asNeeded) ? 'prn' : 'fixed'
}
