/** Which days have doses: weekdays, intervals of days and months, cycles (medication-list.md 12.5). */
import { addMonths, dateOfDay, dayNumber, weekdayOfDay } from '../../core/zone.js'
import { type Interval, intervalMinutes } from './interval.js'
import { DAY_MINUTES, type Placed } from './place-entries.js'
import { type DoseEntry, intervalDays } from './plan.js'

/** Over day numbers. */
export type DayRule = (day: number) => boolean

const everyDay: DayRule = () => true

/** Undefined when the dosage has no phase. `clocked`: the entry names slots or clock times. */
export function dayRule(placed: Placed, clocked: boolean): DayRule | undefined {
  const { entry, from } = placed
  const anchor = from === undefined ? undefined : Math.floor(from / DAY_MINUTES)
  const rhythm = rhythmRule(entry, anchor, clocked)
  const cycle = cycleRule(entry, anchor)
  if (rhythm === undefined || cycle === undefined) return undefined
  const { weekdays } = entry
  const rules = [rhythm, cycle].filter((rule) => rule !== everyDay)
  if (weekdays.length > 0) rules.push((day) => weekdays.includes(weekdayOfDay(day)))
  return rules.length === 0 ? everyDay : (day) => rules.every((rule) => rule(day))
}

function cycleRule({ cycle }: DoseEntry, anchor: number | undefined): DayRule | undefined {
  if (cycle === undefined) return everyDay
  if (anchor === undefined) return undefined
  const { on, off } = cycle
  return (day) => day >= anchor && (day - anchor) % (on + off) < on
}

function rhythmRule(entry: DoseEntry, anchor: number | undefined, clocked: boolean): DayRule | undefined {
  const { period, weekdays } = entry
  if (period === undefined) return clocked || weekdays.length > 0 ? everyDay : undefined
  if (period.unit === 'mo' || period.unit === 'a') return monthRule(period, entry, anchor)
  const days = intervalDays(entry)
  if (days === undefined) return clocked && intervalMinutes(period) < DAY_MINUTES ? everyDay : undefined
  if (days === 1) return everyDay
  if (weekdays.length > 0) {
    // A weekday restricts, and gives the phase of a single week; several weeks need an anchor.
    if (days <= 7) return everyDay
    if (anchor === undefined || days % 7 !== 0) return undefined
    const monday = anchor + 1 - weekdayOfDay(anchor)
    return (day) => Math.floor((day - monday) / 7) % (days / 7) === 0
  }
  if (anchor === undefined || (entry.frequency ?? 1) !== 1 || !Number.isInteger(days)) return undefined
  return (day) => (day - anchor) % days === 0
}

function monthRule(period: Interval, entry: DoseEntry, anchor: number | undefined): DayRule | undefined {
  if (anchor === undefined || (entry.frequency ?? 1) !== 1 || !Number.isInteger(period.value))
    return undefined
  const start = dateOfDay(anchor)
  const step = period.unit === 'mo' ? period.value : period.value * 12
  const monthsOf = (date: string): number => Number(date.slice(0, 4)) * 12 + Number(date.slice(5, 7))
  return (day) => {
    const months = monthsOf(dateOfDay(day)) - monthsOf(start)
    return months >= 0 && months % step === 0 && dayNumber(addMonths(start, months)) === day
  }
}
