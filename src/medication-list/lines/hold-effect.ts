/** A pause, and when it ends by itself (medication-list.md 5). */
import { type DosagePlan, namesAmount } from '../dosage/plan.js'
import type { DecisionFact } from '../facts/fact.js'
import type { Effect } from './decisions.js'

/**
 * @param end first instant without a dose of what is paused, where that is planned
 * @param group facts of the line
 */
export const hold = (
  fact: DecisionFact,
  from: number,
  end: number | undefined,
  group: readonly DecisionFact[],
): Effect => ({ kind: 'hold', from, to: resumesAt(fact, group), end })

/** By time only where that was decided, and never on a step or day of a cycle that nobody stated (section 5). */
function resumesAt(fact: DecisionFact, group: readonly DecisionFact[]): number | undefined {
  const { holdPlan } = fact
  if (holdPlan?.auto !== true || holdPlan.resume === undefined) return undefined
  const dosed = namesAmount(fact.plan) ? [fact] : group.filter(({ plan }) => namesAmount(plan))
  return dosed.some(({ plan }) => isStepped(plan)) ? undefined : holdPlan.resume.from
}

/** A taper, or days on and days off. */
const isStepped = (plan: DosagePlan): boolean =>
  plan.kind === 'structured' &&
  (new Set(plan.entries.map(({ sequence }) => sequence)).size > 1 ||
    plan.entries.some(({ cycle }) => cycle !== undefined))
