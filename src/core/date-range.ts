/**
 * FHIR dates and times as half-open ranges of instants: `2026-03` is the whole month, `…T10:00:00Z` that second.
 * Values without an offset are read in the hub's zone (fhir-api.md S-09).
 */

import { instantOfLocalTime } from './zone.js'

/** [from, to) as ISO instants in UTC with milliseconds. */
export type InstantRange = readonly [from: string, to: string]

export const DEFAULT_ZONE = 'Europe/Oslo'
/** Ends of an open period. */
export const BEGINNING_OF_TIME = '0001-01-01T00:00:00.000Z'
export const END_OF_TIME = '9999-12-31T23:59:59.999Z'

const DATE_TIME =
  /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d+))?)?(Z|[+-]\d{2}:\d{2})?)?)?)?$/

const SECOND_MS = 1_000
const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
const ZONED_YEAR_MIN = 1000
const ZONED_YEAR_MAX = 9999

/**
 * The range that a FHIR date, dateTime or instant stands for; minutes without seconds are taken too, as search values
 * may have them. `undefined` when it is not a date or time that exists.
 */
export function dateRange(value: string, zone: string = DEFAULT_ZONE): InstantRange | undefined {
  const parts = DATE_TIME.exec(value)
  if (!parts) return undefined
  const [, year, month, day, hour, minute, second, fraction, offset] = parts
  const y = Number(year)
  const m = month === undefined ? 1 : Number(month)
  const d = day === undefined ? 1 : Number(day)
  if (y < 1 || m < 1 || m > 12 || d < 1 || d > daysInMonth(y, m)) return undefined
  if (hour === undefined) {
    const next =
      month === undefined ? wall(y + 1, 1, 1) : day === undefined ? wall(y, m + 1, 1) : wall(y, m, d + 1)
    return range(zonedInstant(wall(y, m, d), zone), zonedInstant(next, zone))
  }
  const h = Number(hour)
  const min = Number(minute)
  const s = second === undefined ? 0 : Number(second)
  if (h > 23 || min > 59 || s > 60) return undefined
  const ms = fraction === undefined ? 0 : Number(fraction.slice(0, 3).padEnd(3, '0'))
  const local = wall(y, m, d) + h * HOUR_MS + min * MINUTE_MS + s * SECOND_MS + ms
  const lengthMs = fraction !== undefined ? 1 : second !== undefined ? SECOND_MS : MINUTE_MS
  const shiftMs = offset === undefined ? undefined : shiftOf(offset)
  if (shiftMs === null) return undefined
  const from = shiftMs === undefined ? zonedInstant(local, zone) : local - shiftMs
  return range(from, from + lengthMs)
}

/** A Period's range; a missing end is open. `undefined` when neither end can be read. */
export function periodRange(
  period: { readonly start?: unknown; readonly end?: unknown },
  zone: string = DEFAULT_ZONE,
): InstantRange | undefined {
  const start = typeof period.start === 'string' ? dateRange(period.start, zone) : undefined
  const end = typeof period.end === 'string' ? dateRange(period.end, zone) : undefined
  if (!start && !end) return undefined
  return [start?.[0] ?? BEGINNING_OF_TIME, end?.[1] ?? END_OF_TIME]
}

/** Milliseconds of a wall-clock time of `zone`, given as if it were UTC. */
function zonedInstant(wallMs: number, zone: string): number {
  // Outside these years zones mean nothing, and the range is cut to its ends anyway.
  if (wallMs < wall(ZONED_YEAR_MIN, 1, 1) || wallMs >= wall(ZONED_YEAR_MAX, 12, 31)) return wallMs
  const iso = new Date(wallMs).toISOString()
  return (
    instantOfLocalTime(iso.slice(0, 10), iso.slice(11, 19), zone) +
    (((wallMs % SECOND_MS) + SECOND_MS) % SECOND_MS)
  )
}

/** `null`: no such offset. */
function shiftOf(offset: string): number | null {
  if (offset === 'Z') return 0
  const hours = Number(offset.slice(1, 3))
  const minutes = Number(offset.slice(4, 6))
  if (hours > 14 || minutes > 59) return null
  return (offset.startsWith('-') ? -1 : 1) * (hours * HOUR_MS + minutes * MINUTE_MS)
}

/** `Date.UTC` reads years below 100 as 19xx; this one does not. */
function wall(year: number, month: number, day: number): number {
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  return date.getTime()
}

const daysInMonth = (year: number, month: number): number => new Date(wall(year, month + 1, 0)).getUTCDate()

function range(fromMs: number, toMs: number): InstantRange {
  return [iso(fromMs), iso(toMs)]
}

/** Instants outside the years 1 to 9999, which no database column here takes, are moved to the nearest end. */
function iso(ms: number): string {
  if (ms <= Date.parse(BEGINNING_OF_TIME)) return BEGINNING_OF_TIME
  if (ms >= Date.parse(END_OF_TIME)) return END_OF_TIME
  return new Date(ms).toISOString()
}
