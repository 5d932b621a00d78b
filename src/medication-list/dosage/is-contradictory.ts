/**
 * Whether an entry says two numbers of doses at once. Such a one is planned by neither: slots beside another frequency,
 * an interval that its slots or weekdays do not fit. A weekday restricts whatever day or week stands beside it (12.2).
 */
import { intervalMinutes } from './interval.js'
import type { DoseEntry } from './plan.js'

const DAY_MINUTES = 1440
const WEEK_MINUTES = 10_080

type Rhythm = Pick<
  DoseEntry,
  'when' | 'times' | 'weekdays' | 'frequency' | 'period' | 'cycle' | 'count' | 'events'
>

export function isContradictory(entry: Rhythm): boolean {
  const { when, times, weekdays, period, cycle, count, events } = entry
  const slots = when.length + times.length
  if (when.length > 0 && times.length > 0) return true
  if (events.length > 0) return slots > 0 || weekdays.length > 0 || period !== undefined
  if (count !== undefined && slots > 1 && count % slots !== 0) return true
  const minutes = period === undefined ? undefined : intervalMinutes(period)
  const drifts = minutes !== undefined && minutes % DAY_MINUTES !== 0 && DAY_MINUTES % minutes !== 0
  if (drifts && (slots > 0 || weekdays.length > 0 || cycle !== undefined)) return true
  if (weekdays.length > 0 && minutes !== undefined && !isDayOrWeeks(minutes, period?.unit)) return true
  return slots > 0 ? !fitsSlots(entry, slots, minutes) : weekdays.length > 0 && !fitsWeekdays(entry, minutes)
}

const isDayOrWeeks = (minutes: number, unit: string | undefined): boolean =>
  minutes <= DAY_MINUTES || (unit !== 'mo' && unit !== 'a' && minutes % WEEK_MINUTES === 0)

function fitsSlots({ frequency, weekdays }: Rhythm, slots: number, minutes = DAY_MINUTES): boolean {
  if (minutes < DAY_MINUTES) return ((frequency ?? 1) * DAY_MINUTES) / minutes === slots
  return frequency === undefined || [1, slots, slots * Math.max(weekdays.length, 1)].includes(frequency)
}

function fitsWeekdays({ frequency, weekdays }: Rhythm, minutes = DAY_MINUTES): boolean {
  return minutes <= DAY_MINUTES || frequency === undefined || [1, weekdays.length].includes(frequency)
}
