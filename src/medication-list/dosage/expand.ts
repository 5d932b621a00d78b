/**
 * Expansion of a dosage to single doses on local dates (medication-list.md 12.5). As-needed entries expand to nothing.
 * What has no phase (an interval above a day or a cycle without anchor or weekday) is not guessed: `complete` is false.
 */
import { dateOfDay, dayNumber, instantOfLocalTime } from '../../core/zone.js'
import { type DayRule, dayRule } from './day-rule.js'
import { intervalMinutes } from './interval.js'
import {
  DAY_MINUTES,
  type ExpandContext,
  localMinutesOf,
  localMinutesOfInstant,
  type Placed,
  placeEntries,
} from './place-entries.js'
import { type DosagePlan, type DoseEntry, doseCount, intervalDays } from './plan.js'
import {
  type DayClock,
  DEFAULT_CLOCK,
  FIRST_SLOT,
  minutesOfTime,
  slotMinutes,
  slotsOfTimesDaily,
  timeOfMinutes,
} from './slots.js'

export interface Dose {
  /** Local date. */
  readonly date: string
  /** `Timing.repeat.when` code, where the dosage names one. */
  readonly slot: string | undefined
  /**
   * Local minutes after the midnight at which `date` begins, from 1440 on for a night that ends on the next date;
   * undefined for doses that name no slot (n times daily).
   */
  readonly minutes: number | undefined
  readonly entry: DoseEntry
}

export interface Expansion {
  readonly doses: readonly Dose[]
  /** False when a part of the dosage could not be placed on days. */
  readonly complete: boolean
}

/** Longest window that may be asked for; equality needs twice the longest interval. */
const WINDOW_DAYS_MAX = 4000
/** Shorter intervals are infusions, not doses. */
const INTERVAL_MINUTES_MIN = 15
/** Days searched for the first `count` doses: enough for the longest course that anyone writes. */
const COUNTED_DAYS_MAX = 400

/** Day numbers, both inclusive. */
interface Window {
  readonly from: number
  readonly to: number
  readonly zone: string
  readonly clock: DayClock
}

/** Doses on the local dates `from` to `to`, both inclusive, in order of date and time. */
export function expand(plan: DosagePlan, from: string, to: string, context: ExpandContext): Expansion {
  if (plan.kind !== 'structured') return { doses: [], complete: false }
  const first = dayNumber(from)
  const window: Window = {
    from: first,
    to: Math.min(dayNumber(to), first + WINDOW_DAYS_MAX),
    zone: context.zone,
    clock: context.clock ?? DEFAULT_CLOCK,
  }
  const doses: Dose[] = []
  let complete = true
  const placed = placeEntries(plan.entries, context)
  for (const place of placed) if (!expandEntry(place, window, doses)) complete = false
  if (placed.length > 1)
    doses.sort((a, b) => (a.date < b.date ? -1 : a.date > b.date ? 1 : (a.minutes ?? 0) - (b.minutes ?? 0)))
  return { doses, complete: complete && (plan.chart === undefined || areAllDated(doses, window)) }
}

/** What a chart says of other days is not known. */
function areAllDated(doses: readonly Dose[], { from, to }: Window): boolean {
  return new Set(doses.map(({ date }) => date)).size === to - from + 1
}

/** Adds the entry's doses in the window; false when they cannot be placed. */
function expandEntry(placed: Placed, window: Window, doses: Dose[]): boolean {
  const { entry } = placed
  if (entry.asNeeded) return true
  if (placed.lost) return false
  if (entry.events.length > 0) return expandEvents(placed, window, doses)
  if (!entry.hasTiming || entry.flexible) return false
  if (entry.count !== undefined) return expandCounted(placed, window, doses)
  return expandDays(placed, window, doses)
}

function expandEvents({ entry }: Placed, window: Window, doses: Dose[]): boolean {
  for (const event of entry.events) {
    const at = localMinutesOf(event, window.zone, 'from')
    if (at === undefined) return false
    const day = Math.floor(at / DAY_MINUTES)
    const minutes = event.length > 10 ? at % DAY_MINUTES : undefined
    if (day >= window.from && day <= window.to)
      doses.push({ date: dateOfDay(day), slot: undefined, minutes, entry })
  }
  return true
}

function expandCounted(placed: Placed, window: Window, doses: Dose[]): boolean {
  if (placed.from === undefined) return false
  const first = Math.floor(placed.from / DAY_MINUTES)
  const { count = 0, period, when, times } = placed.entry
  const daily = period === undefined && when.length === 0 && times.length === 0
  const entry: DoseEntry = daily ? { ...placed.entry, period: { value: 1, unit: 'd' } } : placed.entry
  const all: Dose[] = []
  if (!expandDays({ ...placed, entry }, { ...window, from: first, to: first + COUNTED_DAYS_MAX }, all))
    return false
  const [from, to] = [dateOfDay(window.from), dateOfDay(window.to)]
  doses.push(...all.slice(0, count).filter(({ date }) => date >= from && date <= to))
  return true
}

function expandDays(placed: Placed, window: Window, doses: Dose[]): boolean {
  const { entry } = placed
  const minutes =
    entry.period === undefined ? undefined : intervalMinutes(entry.period) / (entry.frequency ?? 1)
  const clocked = entry.when.length > 0 || entry.times.length > 0
  const byHours = !clocked && (entry.period?.unit === 'h' || entry.period?.unit === 'min')
  if (byHours && minutes !== undefined && minutes % DAY_MINUTES !== 0) {
    if (!(minutes >= INTERVAL_MINUTES_MIN)) return false
    return DAY_MINUTES % minutes === 0
      ? expandClock(placed, minutes, window, doses)
      : expandUtc(placed, minutes, window, doses)
  }
  const rule = dayRule(placed, clocked)
  const onDay = dosesOfDay(placed, clocked, window.clock)
  if (rule === undefined || onDay === undefined) return false
  addDoses(placed, rule, onDay, window, doses)
  return true
}

type DoseOfDay = Pick<Dose, 'slot' | 'minutes'>

function addDoses(
  placed: Placed,
  rule: DayRule,
  onDay: readonly DoseOfDay[],
  window: Window,
  doses: Dose[],
): void {
  // A night that ends on the next date may begin before a start that has a clock time.
  const overnight = placed.timed && onDay.some(({ minutes = 0 }) => minutes >= DAY_MINUTES) ? 1 : 0
  const first = Math.max(
    window.from,
    placed.from === undefined ? window.from : Math.floor(placed.from / DAY_MINUTES) - overnight,
  )
  const last = Math.min(window.to, placed.to === undefined ? window.to : Math.floor(placed.to / DAY_MINUTES))
  for (let day = first; day <= last; day++) {
    if (!rule(day)) continue
    const date = dateOfDay(day)
    for (const { slot, minutes } of onDay)
      if (within(placed, day, minutes)) doses.push({ date, slot, minutes, entry: placed.entry })
  }
}

function within(placed: Placed, day: number, minutes: number | undefined): boolean {
  const { from, to, untilDay, timed, endTimed } = placed
  const at = day * DAY_MINUTES + (minutes ?? 0)
  const byDay = minutes === undefined
  const begun = from === undefined || (byDay || !timed ? day >= Math.floor(from / DAY_MINUTES) : at >= from)
  const ended = byDay || !endTimed ? untilDay !== undefined && day >= untilDay : to !== undefined && at >= to
  return begun && !ended
}

/** The doses of one day that has any, in order of time; undefined when their number is not said. */
function dosesOfDay(
  { entry, from, timed }: Placed,
  clocked: boolean,
  clock: DayClock,
): DoseOfDay[] | undefined {
  if (entry.times.length > 0)
    return entry.times.map((time) => ({ slot: undefined, minutes: minutesOfTime(time) }))
  if (clocked) return inSlots(entry.when, entry, clock)
  const days = intervalDays(entry)
  const unit = entry.period?.unit
  if (days === undefined && entry.weekdays.length === 0 && unit !== 'mo' && unit !== 'a') return undefined
  if (unit === 'h')
    return [
      {
        slot: undefined,
        minutes: timed && from !== undefined ? from % DAY_MINUTES : firstMinutes(clock),
      },
    ]
  const perDay = days === 1 || entry.period === undefined ? Number(doseCount(entry).n) : 1
  const named = days === 1 ? slotsOfTimesDaily(perDay, clock) : undefined
  if (named !== undefined) return inSlots(named, entry, clock)
  return Array.from({ length: perDay }, () => ({ slot: undefined, minutes: undefined }))
}

const inSlots = (
  slots: readonly string[],
  { offsetMinutes, meal }: DoseEntry,
  clock: DayClock,
): DoseOfDay[] =>
  slots
    .map((slot) => ({ slot, minutes: slotMinutes(slot, offsetMinutes, clock, meal) }))
    .sort((a, b) => (a.minutes ?? 0) - (b.minutes ?? 0))

const firstMinutes = (clock: DayClock): number => slotMinutes(FIRST_SLOT, 0, clock) ?? 0

/** Intervals that divide the day keep their local clock times. */
function expandClock(placed: Placed, step: number, window: Window, doses: Dose[]): boolean {
  const base =
    placed.timed && placed.from !== undefined ? placed.from % DAY_MINUTES : firstMinutes(window.clock)
  const onDay = Array.from({ length: DAY_MINUTES / step }, (_, k) => (base + k * step) % DAY_MINUTES)
    .sort((a, b) => a - b)
    .map((minutes) => ({ slot: undefined, minutes }))
  const rule = dayRule({ ...placed, entry: { ...placed.entry, period: undefined } }, true)
  if (rule === undefined) return false
  addDoses(placed, rule, onDay, window, doses)
  return true
}

/** Other intervals run on the UTC line from the stated start. */
function expandUtc(placed: Placed, step: number, { from, to, zone, clock }: Window, doses: Dose[]): boolean {
  if (placed.from === undefined) return false
  const stepMs = step * 60_000
  const time = timeOfMinutes(placed.timed ? placed.from % DAY_MINUTES : firstMinutes(clock))
  const start = instantOfLocalTime(dateOfDay(Math.floor(placed.from / DAY_MINUTES)), time, zone)
  const skipped = Math.max(
    0,
    Math.floor((instantOfLocalTime(dateOfDay(from), '00:00', zone) - start) / stepMs),
  )
  for (let instant = start + skipped * stepMs; ; instant += stepMs) {
    const at = localMinutesOfInstant(instant, zone)
    const day = Math.floor(at / DAY_MINUTES)
    if (day > to || (placed.to !== undefined && at >= placed.to)) return true
    if (day >= from)
      doses.push({ date: dateOfDay(day), slot: undefined, minutes: at % DAY_MINUTES, entry: placed.entry })
  }
}

/** When a placed dose is due, as an instant; undefined for doses without a slot. */
export function dueInstant(
  { date, minutes }: Pick<Dose, 'date' | 'minutes'>,
  zone: string,
): number | undefined {
  if (minutes === undefined) return undefined
  const day = minutes < DAY_MINUTES ? date : dateOfDay(dayNumber(date) + Math.floor(minutes / DAY_MINUTES))
  return instantOfLocalTime(day, timeOfMinutes(minutes), zone)
}
