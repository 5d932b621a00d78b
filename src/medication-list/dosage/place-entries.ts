/** The bounds of a dosage's entries in local time: when each begins and gives way to the next. */
import {
  addMonths,
  dateOfDay,
  dayNumber,
  instantOfLocalTime,
  offsetMs,
  rangeOfDateTime,
} from '../../core/zone.js'
import { intervalMinutes } from './interval.js'
import type { DoseEntry } from './plan.js'
import { type DayClock, timeOfMinutes } from './slots.js'

export interface ExpandContext {
  readonly zone: string
  /** Where the person's parts of the day lie (12.3); the defaults where it is left out. */
  readonly clock?: DayClock | undefined
  /** Stated start of the line (FHIR dateTime), the anchor where an entry states no start of its own. */
  readonly start: string | undefined
}

export const DAY_MINUTES = 1440

/** An entry between its bounds in local minutes since 1970-01-01: `from` inclusive, `to` exclusive. */
export interface Placed {
  readonly entry: DoseEntry
  readonly from: number | undefined
  /** Whether the clock time of `from` was stated. */
  readonly timed: boolean
  readonly to: number | undefined
  /** First day without doses, where the end is a day; else of doses that name no slot. */
  readonly untilDay: number | undefined
  /** Whether the clock time of `to` was stated. */
  readonly endTimed: boolean
  /** The bounds cannot be placed because no start is known. */
  readonly lost: boolean
}

interface Start {
  readonly at: number
  readonly timed: boolean
}

/** Steps follow each other by `sequence`; a step without an end never gives way, so what follows runs beside it. */
export function placeEntries(entries: readonly DoseEntry[], { zone, start }: ExpandContext): Placed[] {
  const steps = [...new Set(entries.map(({ sequence }) => sequence))].sort((a, b) => a - b)
  const placed: Placed[] = []
  let from = startOf(start, zone)
  let lost = false
  for (const step of steps) {
    const inStep = entries
      .filter(({ sequence }) => sequence === step)
      .map((entry) =>
        place(entry, startOf(entry.start, zone) ?? from, lost && entry.start === undefined, zone),
      )
    placed.push(...inStep)
    const ends = inStep.flatMap(({ to }) => to ?? [])
    if (inStep.some((entry) => entry.lost)) lost = true
    else if (ends.length === inStep.length)
      from = { at: Math.max(...ends), timed: inStep.some(({ timed }) => timed) }
  }
  return placed
}

const startOf = (value: string | undefined, zone: string): Start | undefined => {
  const at = value === undefined ? undefined : localMinutesOf(value, zone, 'from')
  return at === undefined || value === undefined ? undefined : { at, timed: value.length > 10 }
}

function place(entry: DoseEntry, start: Start | undefined, lost: boolean, zone: string): Placed {
  const end = endOf(entry, start?.at, zone)
  return {
    entry,
    from: start?.at,
    timed: start?.timed ?? false,
    to: end?.to,
    untilDay: end?.untilDay,
    endTimed: entry.end === undefined ? (start?.timed ?? false) || !isDay(end?.to) : entry.end.length > 10,
    lost: lost || (entry.boundsDuration !== undefined && start === undefined),
  }
}

const isDay = (minutes: number | undefined): boolean => (minutes ?? 0) % DAY_MINUTES === 0

/** A duration of n days that begins within a day gives n days' doses (12.5). */
function endOf(
  entry: DoseEntry,
  from: number | undefined,
  zone: string,
): { to: number; untilDay: number } | undefined {
  const stated = entry.end === undefined ? undefined : localMinutesOf(entry.end, zone, 'to')
  if (stated !== undefined) return { to: stated, untilDay: Math.ceil(stated / DAY_MINUTES) }
  if (entry.boundsDuration === undefined || from === undefined) return undefined
  const { value, unit } = entry.boundsDuration
  const day = Math.floor(from / DAY_MINUTES)
  const minutes = from % DAY_MINUTES
  const days = intervalMinutes(entry.boundsDuration) / DAY_MINUTES
  const months = unit === 'mo' ? value : unit === 'a' ? value * 12 : undefined
  if (months !== undefined && Number.isInteger(months)) {
    const untilDay = dayNumber(addMonths(dateOfDay(day), months))
    return { to: untilDay * DAY_MINUTES + minutes, untilDay }
  }
  if (Number.isInteger(days)) return { to: (day + days) * DAY_MINUTES + minutes, untilDay: day + days }
  const instant = instantOfLocalMinutes(from, zone) + intervalMinutes(entry.boundsDuration) * 60_000
  const to = localMinutesOfInstant(instant, zone)
  return { to, untilDay: Math.ceil(to / DAY_MINUTES) }
}

export const localMinutesOfInstant = (instant: number, zone: string): number =>
  Math.floor((instant + offsetMs(instant, zone)) / 60_000)

export const instantOfLocalMinutes = (minutes: number, zone: string): number =>
  instantOfLocalTime(dateOfDay(Math.floor(minutes / DAY_MINUTES)), timeOfMinutes(minutes % DAY_MINUTES), zone)

/** Date-only bounds are inclusive at both ends; undefined for what is no dateTime. */
export function localMinutesOf(value: string, zone: string, end: 'from' | 'to'): number | undefined {
  const range = rangeOfDateTime(value, zone)
  return range === undefined ? undefined : localMinutesOfInstant(end === 'from' ? range.from : range.to, zone)
}
