/**
 * Calendar arithmetic in an IANA zone. A local day has 23, 24 or 25 hours; a local time that does not exist (spring)
 * becomes the first existing minute, one that occurs twice (autumn) its first occurrence (medication-list.md 12.5).
 * Instants are milliseconds since the epoch, local dates `YYYY-MM-DD`, local times `HH:MM` or `HH:MM:SS`.
 */

/** Days from 1970 whose names are remembered: 164 years. */
const REMEMBERED_DATES_MAX = 60_000
const dates: string[] = []

/** `from` inclusive, `to` exclusive; equal for an instant. */
export interface InstantRange {
  readonly from: number
  readonly to: number
  readonly precision: 'year' | 'month' | 'day' | 'instant'
}

export interface LocalDateTime {
  readonly date: string
  /** `HH:MM:SS`. */
  readonly time: string
}

/** Years that a date of a medication record can have; beyond 9999 a date has no text that stores and clients read. */
const YEAR_MIN = 1900
const YEAR_MAX = 2200

/** @param text date or time of any precision that begins with the four digits of its year */
export function isYearInRange(text: string): boolean {
  const year = Number(text.slice(0, 4))
  return year >= YEAR_MIN && year <= YEAR_MAX
}

/** The rule behind `isYearInRange`, for refusals. */
export const YEAR_RULE = `years lie between ${YEAR_MIN} and ${YEAR_MAX}`

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
/** Days whose offset is remembered per zone; the table is emptied when full. */
const REMEMBERED_DAYS_MAX = 20_000

/** @throws RangeError for a zone that the platform does not know. */
export function localDateTime(instant: number, zone: string): LocalDateTime {
  const iso = new Date(instant + offsetMs(instant, zone)).toISOString()
  return { date: iso.slice(0, 10), time: iso.slice(11, 19) }
}

/** ISO dateTime with the zone's offset. */
export function dateTimeText(instant: number, zone: string): string {
  const { date, time } = localDateTime(instant, zone)
  const minutes = Math.round(offsetMs(instant, zone) / MINUTE_MS)
  const sign = minutes < 0 ? '-' : '+'
  const part = (value: number): string => String(Math.floor(value)).padStart(2, '0')
  return `${date}T${time}${sign}${part(Math.abs(minutes) / 60)}:${part(Math.abs(minutes) % 60)}`
}

export const localDate = (instant: number, zone: string): string =>
  dateOfDay(Math.floor((instant + offsetMs(instant, zone)) / DAY_MS))

/** Offset from UTC in milliseconds, positive east of Greenwich. */
export function offsetMs(instant: number, zone: string): number {
  const memory = zoneMemory(zone)
  const day = Math.floor(instant / DAY_MS)
  const known = memory.offsetOfDay.get(day)
  if (known === 'changes') return readOffset(memory.format, instant)
  if (known !== undefined) return known
  const first = readOffset(memory.format, day * DAY_MS)
  const last = readOffset(memory.format, (day + 1) * DAY_MS - 1)
  if (memory.offsetOfDay.size >= REMEMBERED_DAYS_MAX) memory.offsetOfDay.clear()
  memory.offsetOfDay.set(day, first === last ? first : 'changes')
  return first === last ? first : readOffset(memory.format, instant)
}

export function instantOfLocalTime(date: string, time: string, zone: string): number {
  const wall = Date.parse(`${date}T${time.length === 5 ? `${time}:00` : time}Z`)
  const before = offsetMs(wall - DAY_MS, zone)
  const after = offsetMs(wall + DAY_MS, zone)
  // The larger offset gives the earlier instant, so the first occurrence of a repeated hour is tried first.
  for (const offset of before >= after ? [before, after] : [after, before])
    if (offsetMs(wall - offset, zone) === offset) return wall - offset
  return endOfGap(wall - Math.max(before, after), wall - Math.min(before, after), zone)
}

export const startOfLocalDay = (date: string, zone: string): number => instantOfLocalTime(date, '00:00', zone)

export const addDays = (date: string, days: number): string => dateOfDay(dayNumber(date) + days)

/** Days since 1970-01-01 of a local date, for loops over days. */
export const dayNumber = (date: string): number =>
  Date.UTC(Number(date.slice(0, 4)), Number(date.slice(5, 7)) - 1, Number(date.slice(8, 10))) / DAY_MS

export function dateOfDay(day: number): string {
  const known = dates[day]
  if (known !== undefined) return known
  const date = new Date(day * DAY_MS).toISOString().slice(0, 10)
  if (day >= 0 && day < REMEMBERED_DATES_MAX) dates[day] = date
  return date
}

/** The same day of the month, or the month's last day where it is shorter. */
export function addMonths(date: string, months: number): string {
  const total = Number(date.slice(0, 4)) * 12 + Number(date.slice(5, 7)) - 1 + months
  const year = Math.floor(total / 12)
  const month = total % 12
  const lastDay = new Date(Date.UTC(year, month + 1, 0)).getUTCDate()
  const day = Math.min(Number(date.slice(8, 10)), lastDay)
  return new Date(Date.UTC(year, month, day)).toISOString().slice(0, 10)
}

/** Whole days from `from` to `to`; negative when `to` is earlier. */
export const daysBetween = (from: string, to: string): number => dayNumber(to) - dayNumber(from)

/** 1 Monday … 7 Sunday. */
export const weekdayOf = (date: string): number => weekdayOfDay(dayNumber(date))
/** The same of a day number; day 0 was a Thursday. */
export const weekdayOfDay = (day: number): number => ((((day + 3) % 7) + 7) % 7) + 1

const DATE_TIME =
  /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T(\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)(Z|[+-]\d{2}:\d{2})?)?)?)?$/

/**
 * The instants that a FHIR date or dateTime covers; undefined when it is none. A time without offset (not FHIR, but
 * found in messages) is read in the zone.
 */
export function rangeOfDateTime(value: string, zone: string): InstantRange | undefined {
  const match = DATE_TIME.exec(value)
  if (match === null) return undefined
  const [, year = '', month, day, time, offset] = match
  const first = `${year}-${month ?? '01'}-${day ?? '01'}`
  if (Number.isNaN(Date.parse(first)) || addDays(first, 0) !== first) return undefined
  if (time === undefined) {
    const precision = month === undefined ? 'year' : day === undefined ? 'month' : 'day'
    const next = precision === 'day' ? addDays(first, 1) : addMonths(first, precision === 'year' ? 12 : 1)
    return { from: startOfLocalDay(first, zone), to: startOfLocalDay(next, zone), precision }
  }
  const instant = offset === undefined ? instantOfLocalTime(first, time.slice(0, 8), zone) : Date.parse(value)
  return Number.isNaN(instant) ? undefined : { from: instant, to: instant, precision: 'instant' }
}

interface ZoneMemory {
  readonly format: Intl.DateTimeFormat
  readonly offsetOfDay: Map<number, number | 'changes'>
}

/** Making a formatter costs a thousand times more than using one; what is remembered depends on the zone's name alone. */
const zones = new Map<string, ZoneMemory>()

function zoneMemory(zone: string): ZoneMemory {
  const known = zones.get(zone)
  if (known !== undefined) return known
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    era: 'short',
  })
  const memory: ZoneMemory = { format, offsetOfDay: new Map() }
  zones.set(zone, memory)
  return memory
}

function readOffset(format: Intl.DateTimeFormat, instant: number): number {
  const part: Record<string, string> = {}
  for (const { type, value } of format.formatToParts(instant)) part[type] = value
  const year = part['era'] === 'BC' ? 1 - Number(part['year']) : Number(part['year'])
  const wall = Date.UTC(
    year,
    Number(part['month']) - 1,
    Number(part['day']),
    Number(part['hour']),
    Number(part['minute']),
    Number(part['second']),
  )
  return wall - Math.floor(instant / 1000) * 1000
}

/** First instant after the clocks went forward, between an instant before and one after. */
function endOfGap(before: number, after: number, zone: string): number {
  const offsetAfter = offsetMs(after, zone)
  const search = (low: number, high: number): number => {
    if (high - low <= MINUTE_MS) return high
    const middle = low + Math.floor((high - low) / 2 / MINUTE_MS) * MINUTE_MS
    return offsetMs(middle, zone) === offsetAfter ? search(low, middle) : search(middle, high)
  }
  return search(before, after)
}
