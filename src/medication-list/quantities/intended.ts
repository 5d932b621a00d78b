/** What should be taken: the dosage in force, expanded on the days on which the line is active (medication-list.md 1). */
import { addDays, startOfLocalDay } from '../../core/zone.js'
import { dueInstant } from '../dosage/expand.js'
import { type Decision, dosageInForce, stateAt } from '../lines/decisions.js'
import type { LineModel } from '../lines/line.js'
import type { DayAmounts, SlotAmount } from './day-amounts.js'
import { NO_DOSES } from './day-amounts.js'
import { expandDay } from './expand-day.js'

/**
 * The day falls into parts at each instant at which another decision takes effect. What a row said before it was last
 * changed is not known any more, so that the days before its own decision are not known either.
 */
export function intendedOn({ group }: LineModel, day: string, zone: string): DayAmounts {
  const { decisions } = group
  if (decisions.length === 0) return NO_DOSES
  const start = startOfLocalDay(day, zone)
  const end = startOfLocalDay(addDays(day, 1), zone)
  const points = [start, ...turnsWithin(decisions, start, end)]
  const doses: SlotAmount[] = []
  let known = true
  points.forEach((from, index) => {
    const to = points[index + 1] ?? end
    const state = stateAt(decisions, from)
    if (state?.status !== 'active') return
    const { fact } = dosageInForce(decisions, state, from)
    if (state.decision.fact.kind === 'row' && to <= state.decision.at) {
      known = false
      return
    }
    if (fact.plan.kind !== 'structured') {
      known = false
      return
    }
    const expansion = expandDay(fact.plan, day, zone, fact.start)
    if (!expansion.complete) known = false
    for (const dose of expansion.doses) {
      const due = dueInstant(dose, zone)
      if (due === undefined ? points.length > 1 : due < from || due >= to) {
        if (due === undefined) known = false
        continue
      }
      doses.push({
        slot: dose.slot,
        minutes: dose.minutes,
        amount: dose.entry.amount,
        medicine: fact.medicine,
        refs: [fact.ref],
      })
    }
  })
  return { known, doses }
}

function turnsWithin(decisions: readonly Decision[], start: number, end: number): number[] {
  const turns = new Set<number>()
  for (const { at, effect } of decisions)
    for (const instant of [at, effect.from, effect.kind === 'use' ? effect.to : undefined])
      if (instant !== undefined && instant > start && instant < end) turns.add(instant)
  return [...turns].sort((a, b) => a - b)
}
