/**
 * Expansion of a dosage to single doses on local dates (medication-list.md 12.5). As-needed entries expand to nothing.
 * What has no phase (an interval above a day or a cycle without anchor or weekday) is not guessed: `complete` is false.
 */
import {
  addDays,
  addMonths,
  daysBetween,
  instantOfLocalTime,
  localDateTime,
  rangeOfDateTime,
  weekdayOf,
} from '../../core/zone.js'
import {
  type DosagePlan,
  type DoseEntry,
  doseCount,
  type Interval,
  intervalDays,
  intervalMinutes,
} from './plan.js'
import { FIRST_TIME_OF_DAY, minutesOfTime, slotMinutes, timeOfMinutes } from './slots.js'

export interface Dose {
  /** Local date. */
  readonly date: string
  /** `Timing.repeat.when` code, where the dosage names one. */
  readonly slot: string | undefined
  /** Local minutes after midnight; undefined for doses that name no slot (n times daily). */
  readonly minutes: number | undefined
  readonly entry: DoseEntry
}

export interface Expansion {
  readonly doses: readonly Dose[]
  /** False when a part of the dosage could not be placed on days. */
  readonly complete: boolean
}

export interface ExpandContext {
  readonly zone: string
  /** Start of the line (FHIR dateTime), the anchor where an entry states no start of its own. */
  readonly start: string | undefined
}

/** Longest window that may be asked for; equality needs twice the longest interval. */
const WINDOW_DAYS_MAX = 4000
const DAY_MINUTES = 1440
/** Shorter intervals are infusions, not doses. */
const INTERVAL_MINUTES_MIN = 15

/** Doses on the local dates `from` to `to`, both inclusive, in order of date and time. */
export function expand(plan: DosagePlan, from: string, to: string, context: ExpandContext): Expansion {
  if (plan.kind !== 'structured') return { doses: [], complete: false }
  const last = daysBetween(from, to) > WINDOW_DAYS_MAX ? addDays(from, WINDOW_DAYS_MAX) : to
  const doses: Dose[] = []
  const placed = placeEntries(plan.entries, context).map((place) =>
    expandEntry(place, from, last, context, doses),
  )
  doses.sort((a, b) => (a.date < b.date ? -1 : a.date > b.date ? 1 : (a.minutes ?? 0) - (b.minutes ?? 0)))
  return { doses, complete: placed.every((ok) => ok) }
}

/** Local date and time (`YYYY-MM-DDTHH:MM`): such stamps compare as strings. */
type Stamp = string

/** An entry between its bounds: `from` inclusive, `to` exclusive. `to` is a day's start for durations of days. */
export interface Placed {
  readonly entry: DoseEntry
  readonly from: Stamp | undefined
  /** Whether the clock time of `from` was stated. */
  readonly timed: boolean
  readonly to: Stamp | undefined
  /** First date without doses that name no slot. */
  readonly untilDate: string | undefined
  /** The bounds cannot be placed because no start is known. */
  readonly lost: boolean
}

/** Steps follow each other by `sequence`; a step without an end never gives way, so what follows runs beside it. */
export function placeEntries(entries: readonly DoseEntry[], context: ExpandContext): Placed[] {
  const steps = [...new Set(entries.map(({ sequence }) => sequence))].sort((a, b) => a - b)
  const placed: Placed[] = []
  let start = context.start
  let lost = false
  for (const step of steps) {
    const inStep = entries
      .filter(({ sequence }) => sequence === step)
      .map((entry) => place(entry, entry.start ?? start, lost, context.zone))
    placed.push(...inStep)
    const ends = inStep.map(({ to }) => to)
    if (inStep.some(({ lost: isLost }) => isLost)) lost = true
    else if (ends.every((end) => end !== undefined)) start = [...ends].sort().at(-1)
  }
  return placed
}

function place(entry: DoseEntry, start: string | undefined, lost: boolean, zone: string): Placed {
  const from = stampOf(start, zone, 'from')
  const timed = start !== undefined && start.length > 10
  const end = endOf(entry, from, zone)
  return {
    entry,
    from,
    timed,
    to: end?.stamp,
    untilDate: end?.untilDate,
    lost: (lost && entry.start === undefined) || (entry.boundsDuration !== undefined && from === undefined),
  }
}

function endOf(
  entry: DoseEntry,
  from: Stamp | undefined,
  zone: string,
): { stamp: Stamp; untilDate: string } | undefined {
  const stated = stampOf(entry.end, zone, 'to')
  if (stated !== undefined)
    return {
      stamp: stated,
      untilDate: stated.endsWith('T00:00') ? stated.slice(0, 10) : addDays(stated.slice(0, 10), 1),
    }
  if (entry.boundsDuration === undefined || from === undefined) return undefined
  const { value, unit } = entry.boundsDuration
  const days = intervalMinutes(entry.boundsDuration) / DAY_MINUTES
  const date = from.slice(0, 10)
  if (unit === 'mo' || unit === 'a') {
    const until = addMonths(date, unit === 'mo' ? value : value * 12)
    return { stamp: `${until}${from.slice(10)}`, untilDate: until }
  }
  if (Number.isInteger(days)) {
    const until = addDays(date, days)
    return { stamp: `${until}${from.slice(10)}`, untilDate: until }
  }
  const instant =
    instantOfLocalTime(date, from.slice(11), zone) + intervalMinutes(entry.boundsDuration) * 60_000
  const stamp = stampOfInstant(instant, zone)
  return { stamp, untilDate: addDays(stamp.slice(0, 10), 1) }
}

const stampOfInstant = (instant: number, zone: string): Stamp => {
  const { date, time } = localDateTime(instant, zone)
  return `${date}T${time.slice(0, 5)}`
}

/** Date-only bounds are inclusive at both ends. Stamps (from a former step) pass through. */
function stampOf(value: string | undefined, zone: string, end: 'from' | 'to'): Stamp | undefined {
  if (value === undefined) return undefined
  if (/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/.test(value)) return value
  const range = rangeOfDateTime(value, zone)
  if (range === undefined) return undefined
  return stampOfInstant(end === 'from' ? range.from : range.to, zone)
}

/** Adds the entry's doses in the window; false when they cannot be placed. */
function expandEntry(
  placed: Placed,
  from: string,
  to: string,
  context: ExpandContext,
  doses: Dose[],
): boolean {
  const { entry } = placed
  if (entry.asNeeded) return true
  if (placed.lost) return false
  if (entry.events.length > 0) return expandEvents(placed, from, to, context.zone, doses)
  if (!entry.hasTiming || entry.flexible) return false
  if (entry.count !== undefined) return expandCounted(placed, from, to, context, doses)
  return expandDays(placed, from, to, context, doses)
}

function expandEvents({ entry }: Placed, from: string, to: string, zone: string, doses: Dose[]): boolean {
  for (const event of entry.events) {
    const stamp = stampOf(event, zone, 'from')
    if (stamp === undefined) return false
    const date = stamp.slice(0, 10)
    const minutes = event.length > 10 ? minutesOfTime(stamp.slice(11)) : undefined
    if (date >= from && date <= to) doses.push({ date, slot: undefined, minutes, entry })
  }
  return true
}

/** Days searched for the first `count` doses: enough for the longest course that anyone writes. */
const COUNTED_DAYS_MAX = 400

function expandCounted(
  placed: Placed,
  from: string,
  to: string,
  context: ExpandContext,
  doses: Dose[],
): boolean {
  if (placed.from === undefined) return false
  const first = placed.from.slice(0, 10)
  const { count = 0 } = placed.entry
  const all: Dose[] = []
  const entry: DoseEntry =
    placed.entry.period === undefined && placed.entry.when.length === 0 && placed.entry.times.length === 0
      ? { ...placed.entry, period: { value: 1, unit: 'd' } }
      : placed.entry
  if (!expandDays({ ...placed, entry }, first, addDays(first, COUNTED_DAYS_MAX), context, all)) return false
  doses.push(...all.slice(0, count).filter(({ date }) => date >= from && date <= to))
  return true
}

function expandDays(
  placed: Placed,
  from: string,
  to: string,
  context: ExpandContext,
  doses: Dose[],
): boolean {
  const { entry } = placed
  const minutes =
    entry.period === undefined ? undefined : intervalMinutes(entry.period) / (entry.frequency ?? 1)
  const clocked = entry.when.length > 0 || entry.times.length > 0
  const byHours = !clocked && (entry.period?.unit === 'h' || entry.period?.unit === 'min')
  if (byHours && minutes !== undefined && minutes % DAY_MINUTES !== 0) {
    if (!(minutes >= INTERVAL_MINUTES_MIN)) return false
    return DAY_MINUTES % minutes === 0
      ? expandClock(placed, minutes, from, to, doses)
      : expandUtc(placed, minutes, from, to, context.zone, doses)
  }
  const takesOn = dayRule(placed, clocked)
  const onDay = dosesOfDay(placed, clocked)
  if (takesOn === undefined || onDay === undefined) return false
  const first = placed.from !== undefined && placed.from.slice(0, 10) > from ? placed.from.slice(0, 10) : from
  for (let date = first; date <= to; date = addDays(date, 1)) {
    if (placed.to !== undefined && `${date}T00:00` >= placed.to) break
    if (takesOn(date))
      for (const dose of onDay) if (within(placed, date, dose.minutes)) doses.push({ ...dose, date, entry })
  }
  return true
}

function within({ from, to, untilDate }: Placed, date: string, minutes: number | undefined): boolean {
  if (minutes === undefined)
    return (from === undefined || date >= from.slice(0, 10)) && (untilDate === undefined || date < untilDate)
  const stamp = `${date}T${timeOfMinutes(minutes)}`
  return (from === undefined || stamp >= from) && (to === undefined || stamp < to)
}

/** Which dates have doses; undefined when the dosage has no phase. */
function dayRule(placed: Placed, clocked: boolean): ((date: string) => boolean) | undefined {
  const { entry, from } = placed
  const anchor = from?.slice(0, 10)
  const rules: ((date: string) => boolean)[] = []
  if (entry.weekdays.length > 0) rules.push((date) => entry.weekdays.includes(weekdayOf(date)))
  const rhythm = rhythmRule(entry, anchor, clocked)
  if (rhythm === 'no phase') return undefined
  if (rhythm !== 'every day') rules.push(rhythm)
  if (entry.cycle !== undefined) {
    if (anchor === undefined) return undefined
    const { on, off } = entry.cycle
    rules.push((date) => daysBetween(anchor, date) % (on + off) < on)
  }
  return (date) => rules.every((rule) => rule(date))
}

function rhythmRule(
  entry: DoseEntry,
  anchor: string | undefined,
  clocked: boolean,
): ((date: string) => boolean) | 'every day' | 'no phase' {
  const { period, weekdays } = entry
  if (period === undefined) return clocked || weekdays.length > 0 ? 'every day' : 'no phase'
  if (period.unit === 'mo' || period.unit === 'a') return monthRule(period, entry, anchor)
  const days = intervalDays(entry)
  if (days === undefined) return clocked ? 'every day' : 'no phase'
  if (days === 1) return 'every day'
  if (weekdays.length > 0) {
    // A weekday restricts and gives the phase of a single week; several weeks need an anchor.
    if (days <= 7) return 'every day'
    if (anchor === undefined || days % 7 !== 0) return 'no phase'
    const monday = addDays(anchor, 1 - weekdayOf(anchor))
    return (date) => Math.floor(daysBetween(monday, date) / 7) % (days / 7) === 0
  }
  if (anchor === undefined || (entry.frequency ?? 1) !== 1) return 'no phase'
  return (date) => daysBetween(anchor, date) % days === 0
}

function monthRule(
  period: Interval,
  entry: DoseEntry,
  anchor: string | undefined,
): ((date: string) => boolean) | 'no phase' {
  if (anchor === undefined || (entry.frequency ?? 1) !== 1 || !Number.isInteger(period.value))
    return 'no phase'
  const step = period.unit === 'mo' ? period.value : period.value * 12
  return (date) => {
    const months =
      (Number(date.slice(0, 4)) - Number(anchor.slice(0, 4))) * 12 +
      Number(date.slice(5, 7)) -
      Number(anchor.slice(5, 7))
    return months >= 0 && months % step === 0 && addMonths(anchor, months) === date
  }
}

type DoseOfDay = Pick<Dose, 'slot' | 'minutes'>

/** The doses of one day that has any; undefined when their number is not said. */
function dosesOfDay({ entry, from, timed }: Placed, clocked: boolean): DoseOfDay[] | undefined {
  if (entry.times.length > 0)
    return entry.times.map((time) => ({ slot: undefined, minutes: minutesOfTime(time) }))
  if (clocked) return entry.when.map((slot) => ({ slot, minutes: slotMinutes(slot, entry.offsetMinutes) }))
  const days = intervalDays(entry)
  const weekly = entry.weekdays.length > 0
  if (days === undefined && !weekly && entry.period?.unit !== 'mo' && entry.period?.unit !== 'a')
    return undefined
  if (entry.period?.unit === 'h')
    return [
      {
        slot: undefined,
        minutes: minutesOfTime(timed && from !== undefined ? from.slice(11) : FIRST_TIME_OF_DAY),
      },
    ]
  const perDay = days === 1 ? Number(doseCount(entry).n) : 1
  return Array.from({ length: perDay }, () => ({ slot: undefined, minutes: undefined }))
}

/** Intervals that divide the day keep their local clock times. */
function expandClock(placed: Placed, step: number, from: string, to: string, doses: Dose[]): boolean {
  const base = minutesOfTime(
    placed.timed && placed.from !== undefined ? placed.from.slice(11) : FIRST_TIME_OF_DAY,
  )
  const times = Array.from({ length: DAY_MINUTES / step }, (_, k) => (base + k * step) % DAY_MINUTES).sort(
    (a, b) => a - b,
  )
  const rule = dayRule({ ...placed, entry: { ...placed.entry, period: undefined } }, true)
  if (rule === undefined) return false
  for (let date = from; date <= to; date = addDays(date, 1))
    for (const minutes of rule(date) ? times : [])
      if (within(placed, date, minutes)) doses.push({ date, slot: undefined, minutes, entry: placed.entry })
  return true
}

/** Other intervals run on the UTC line from the stated start. */
function expandUtc(
  placed: Placed,
  step: number,
  from: string,
  to: string,
  zone: string,
  doses: Dose[],
): boolean {
  if (placed.from === undefined) return false
  const time = placed.timed ? placed.from.slice(11) : FIRST_TIME_OF_DAY
  const stepMs = step * 60_000
  const start = instantOfLocalTime(placed.from.slice(0, 10), time, zone)
  const windowStart = instantOfLocalTime(from, '00:00', zone)
  const skipped = Math.max(0, Math.floor((windowStart - start) / stepMs))
  for (let instant = start + skipped * stepMs; ; instant += stepMs) {
    const stamp = stampOfInstant(instant, zone)
    const date = stamp.slice(0, 10)
    if (date > to || (placed.to !== undefined && stamp >= placed.to)) return true
    const minutes = minutesOfTime(stamp.slice(11))
    if (date >= from) doses.push({ date, slot: undefined, minutes, entry: placed.entry })
  }
}

/** When a placed dose is due, as an instant; undefined for doses without a slot. */
export const dueInstant = (dose: Dose, zone: string): number | undefined =>
  dose.minutes === undefined ? undefined : instantOfLocalTime(dose.date, timeOfMinutes(dose.minutes), zone)
