/** What a packing calendar must be (medication-list.md 8.1), as refusals with place and rule. Pure. */

import { startOfLocalDay } from '../../core/zone.js'
import type { PackingPeriod } from './calendar.js'

export interface CalendarProblem {
  /** Index of the period as stated. */
  readonly index: number
  /** Part of the period. */
  readonly part: 'first-dose' | 'last-dose' | 'order-deadline' | 'expected-delivery' | 'state'
  readonly rule: string
}

/** @param periods of one card, as stated. @param now instant of the statement */
export function checkCalendar(
  periods: readonly PackingPeriod[],
  now: number,
  zone: string,
): readonly CalendarProblem[] {
  const alone = periods.flatMap((period, index) => checkPeriod(period, index, now, zone))
  return [...alone, ...overlaps(periods)]
}

function checkPeriod(period: PackingPeriod, index: number, now: number, zone: string): CalendarProblem[] {
  const { start, end, cutoff, expectedDelivery, state } = period
  const problems: CalendarProblem[] = []
  const fault = (part: CalendarProblem['part'], rule: string): void => {
    problems.push({ index, part, rule })
  }
  if (end < start) fault('last-dose', 'the last day of a period is not before its first')
  const firstDay = startOfLocalDay(start, zone)
  if (expectedDelivery !== undefined && expectedDelivery > firstDay)
    fault('expected-delivery', 'a roll is delivered before the first day of its period')
  if (cutoff !== undefined && cutoff > (expectedDelivery ?? firstDay))
    fault(
      'order-deadline',
      expectedDelivery === undefined
        ? 'a period closes for changes before its first day'
        : 'a period closes for changes before its roll is delivered',
    )
  if (state !== 'planned' && state !== 'cancelled' && cutoff !== undefined && cutoff > now)
    fault(
      'state',
      'a period that is closed for changes already has a deadline that has passed: state that one',
    )
  return problems
}

/** Extra periods lie inside normal ones; normal ones do not overlap, nor do extra ones. */
function overlaps(periods: readonly PackingPeriod[]): CalendarProblem[] {
  const problems: CalendarProblem[] = []
  const counted = periods
    .map((period, index) => ({ period, index }))
    .filter(({ period }) => period.state !== 'cancelled')
    .sort((a, b) => (a.period.start < b.period.start ? -1 : 1))
  for (const acute of [false, true]) {
    const same = counted.filter(({ period }) => period.acute === acute)
    let latest: (typeof same)[number] | undefined
    for (const one of same) {
      if (latest !== undefined && one.period.start <= latest.period.end)
        problems.push({
          index: one.index,
          part: 'first-dose',
          rule: 'periods of one card do not overlap',
        })
      if (latest === undefined || one.period.end > latest.period.end) latest = one
    }
  }
  return problems
}
