/** What a packing calendar must be (medication-list.md 8.1), as refusals with place and rule. Pure. */

import type { Basic } from 'fhir/r4.js'
import { codeSystemUrl, extensionUrl } from '../../core/canonical.js'
import type { Problem } from '../../core/errors.js'
import { startOfLocalDay } from '../../core/zone.js'
import { PACKING_CALENDAR, statedPeriods } from '../facts/read-packing.js'
import type { PackingPeriod } from './calendar.js'

interface CalendarProblem {
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

/**
 * What a client states as a packing calendar, with places in FHIRPath; empty when it can be packed by.
 * @param now instant of the statement
 */
export function calendarProblems(basic: Basic, now: number, zone: string): readonly Problem[] {
  const problems: Problem[] = []
  const fault = (at: string, text: string): void => {
    problems.push({ at, text, code: 'RESOURCE_INVALID' })
  }
  if (!basic.code.coding?.some(({ code, system }) => code === PACKING_CALENDAR && system === KIND))
    fault('Basic.code', `only a ${PACKING_CALENDAR} of ${KIND} is taken`)
  if (basic.identifier?.[0]?.value === undefined)
    fault('Basic.identifier', 'a packing calendar names its dose card')
  const places = (basic.extension ?? []).flatMap(({ url }, index) =>
    url === extensionUrl('packing-period') ? [`Basic.extension[${index}]`] : [],
  )
  if (places.length === 0) fault('Basic.extension', 'a packing calendar has a period at least')
  const stated = statedPeriods(basic.extension, zone)
  const readable: { readonly period: PackingPeriod; readonly place: string }[] = []
  stated.forEach((period, index) => {
    const place = places[index] ?? 'Basic.extension'
    if (period === undefined) fault(place, 'a period names its first and its last day')
    else readable.push({ period, place })
  })
  for (const [place, extension] of (basic.extension ?? []).map(
    (one, index) => [`Basic.extension[${index}]`, one] as const,
  ))
    for (const part of places.includes(place) ? (extension.extension ?? []) : [])
      if (part.valueDateTime !== undefined && part.valueDateTime.length <= DATE_LENGTH)
        fault(placeOf(place, part.url), 'a deadline and a delivery have a time of day')
  for (const { index, part, rule } of checkCalendar(
    readable.map(({ period }) => period),
    now,
    zone,
  ))
    fault(placeOf(readable[index]?.place ?? 'Basic.extension', part), rule)
  return problems
}

const KIND = codeSystemUrl('record-kind')
const DATE_LENGTH = 10
const placeOf = (place: string, part: string): string => `${place}.extension.where(url='${part}')`
