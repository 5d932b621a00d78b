/** What should be taken: the dosage in force, expanded on the days on which the line is active (medication-list.md 1). */
import { addDays, startOfLocalDay } from '../../core/zone.js'
import { dueInstant } from '../dosage/expand.js'
import { type Decision, dosageInForce, stateAt } from '../lines/decisions.js'
import type { LineModel } from '../lines/line.js'
import { inPhase } from '../lines/phase.js'
import { rememberedByKey } from '../remember.js'
import { type DayAmounts, NO_DOSES, type SlotAmount, slotAmounts } from './day-amounts.js'
import { expandDay } from './expand-day.js'

/** Hours after midnight that may still belong to the night before. */
const NIGHT_MS = 6 * 3_600_000

/**
 * The day falls into parts at each instant at which another decision takes effect. What a row said before it was last
 * changed is not known any more, so that the days before its own decision are not known either.
 */
export function intendedOn({ group }: LineModel, day: string, zone: string): DayAmounts {
  const { decisions } = group
  if (decisions.length === 0) return NO_DOSES
  return intendedBefore(decisions, `${day} ${zone}`, () => expandIntended(decisions, day, zone))
}

/** The decisions of a line stay the same object while none of them changes, and the same days are asked for again. */
const REMEMBERED_DAYS_MAX = 400
const intendedBefore = rememberedByKey<DayAmounts>(REMEMBERED_DAYS_MAX)

function expandIntended(decisions: readonly Decision[], day: string, zone: string): DayAmounts {
  const start = startOfLocalDay(day, zone)
  const end = startOfLocalDay(addDays(day, 1), zone)
  const points = [start, ...turnsWithin(decisions, start, end)]
  const doses: SlotAmount[] = []
  let known = true
  points.forEach((from, index) => {
    // A night's dose after midnight belongs to the date on its pouch (12.3).
    const to = points[index + 1] ?? end + NIGHT_MS
    const state = stateAt(decisions, from)
    if (state?.status !== 'active') return
    const { fact } = dosageInForce(decisions, state, from)
    const { plan } = inPhase(fact, decisions)
    if ((state.decision.fact.kind === 'row' && to <= state.decision.at) || plan.kind !== 'structured') {
      known = false
      return
    }
    const expansion = expandDay(plan, day, zone, fact.start)
    if (!expansion.complete) known = false
    for (const dose of slotAmounts(expansion.doses, fact.medicine, [fact.ref])) {
      const due = dueInstant({ date: day, minutes: dose.minutes }, zone)
      if (due === undefined ? points.length > 1 : due < from || due >= to) {
        if (due === undefined) known = false
        continue
      }
      doses.push(dose)
    }
  })
  return { known, doses }
}

/** Also where a pause ends by itself. */
function turnsWithin(decisions: readonly Decision[], start: number, end: number): number[] {
  const turns = new Set<number>()
  for (const { at, effect } of decisions)
    for (const instant of [
      at,
      effect.from,
      effect.kind === 'stop' ? undefined : effect.to,
      effect.kind === 'hold' ? effect.end : undefined,
    ])
      if (instant !== undefined && instant > start && instant < end) turns.add(instant)
  return [...turns].sort((a, b) => a - b)
}
