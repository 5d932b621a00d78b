/** DT, DTM, TS and TM as FHIR date, dateTime and time (hl7v2.md 4.6): the precision of the source, never a guess. */

import { instantOfLocalTime, isYearInRange, localDateTime, offsetMs } from '../../src/core/zone.js'

export interface ZoneSource {
  /** Offset of MSH-7 (`+01:00`), for times without one of their own. */
  readonly offset: string | undefined
  /** IANA zone, where MSH-7 has no offset either. */
  readonly zone: string
}

interface Parts {
  readonly year: string
  readonly month: string | undefined
  readonly day: string | undefined
  readonly hour: string | undefined
  readonly minute: string
  readonly second: string
  readonly fraction: string
  readonly offset: string | undefined
}

const DTM = /^(\d{4})(?:(\d{2})(?:(\d{2})(?:(\d{2})(?:(\d{2})(?:(\d{2})(\.\d{1,6})?)?)?)?)?)?([+-]\d{4})?$/

/** FHIR dateTime; a time always has an offset. Undefined when the text is no date of the calendar, or of another age. */
export function toDateTime(text: string, source: ZoneSource): string | undefined {
  const parts = readParts(text)
  if (parts === undefined) return undefined
  const { year, month, day, hour, minute, second, fraction } = parts
  if (month === undefined) return year
  if (day === undefined) return `${year}-${month}`
  const date = `${year}-${month}-${day}`
  if (hour === undefined) return date
  const time = `${hour}:${minute}:${second}`
  const offset = parts.offset ?? source.offset
  return offset === undefined
    ? inZone(date, time, fraction, source.zone)
    : `${date}T${time}${fraction}${offset}`
}

/** FHIR date (year, month or day precision). */
export function toDate(text: string): string | undefined {
  const parts = readParts(text)
  if (parts === undefined) return undefined
  return [parts.year, parts.month, parts.day].filter((part) => part !== undefined).join('-')
}

/** FHIR time from TM (`HHMM[SS]`), without offset. */
export function toTime(text: string): string | undefined {
  const match = /^(\d{2})(\d{2})?(\d{2})?(?:\.\d+)?(?:[+-]\d{4})?$/.exec(text)
  if (match === null) return undefined
  const [, hour = '00', minute = '00', second = '00'] = match
  return isTime(hour, minute, second) ? `${hour}:${minute}:${second}` : undefined
}

/** Whether the text has the form of a date, of a year that no date of a record has. */
export const isBeyondYears = (text: string): boolean => DTM.test(text.trim()) && !isYearInRange(text.trim())

/** Offset (`+01:00`) that stands in a DTM itself. */
export const offsetOf = (text: string): string | undefined => readParts(text)?.offset

/** Comparable UTC instant of a FHIR date or dateTime; a date counts from its first moment in UTC. */
export function toUtc(dateTime: string): string {
  const millis = Date.parse(dateTime)
  return Number.isNaN(millis) ? dateTime : new Date(millis).toISOString()
}

function readParts(text: string): Parts | undefined {
  const match = DTM.exec(text.trim())
  if (match === null) return undefined
  const [, year, month, day, hour, minute, second, fraction, zone] = match
  if (year === undefined || !isYearInRange(year)) return undefined
  if (!isDate(year, month, day)) return undefined
  if (hour !== undefined && !isTime(hour, minute ?? '00', second ?? '00')) return undefined
  const offset = zone === undefined ? undefined : readOffset(zone)
  if (zone !== undefined && offset === undefined) return undefined
  return {
    year,
    month,
    day,
    hour,
    minute: minute ?? '00',
    second: second ?? '00',
    fraction: fraction ?? '',
    offset,
  }
}

function isDate(year: string, month: string | undefined, day: string | undefined): boolean {
  if (month === undefined) return true
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day ?? '1')))
  return date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day ?? '1')
}

const isTime = (hour: string, minute: string, second: string): boolean =>
  Number(hour) < 24 && Number(minute) < 60 && Number(second) < 60

const OFFSET_HOURS_MAX = 14
function readOffset(zone: string): string | undefined {
  const hours = Number(zone.slice(1, 3))
  const minutes = Number(zone.slice(3))
  if (minutes > 59 || hours > OFFSET_HOURS_MAX || (hours === OFFSET_HOURS_MAX && minutes > 0))
    return undefined
  return `${zone.slice(0, 3)}:${zone.slice(3)}`
}

const MINUTE_MS = 60_000

/** A local time in its zone; one that does not exist (spring) becomes the first existing minute (zone.ts). */
function inZone(date: string, time: string, fraction: string, zone: string): string {
  const instant = instantOfLocalTime(date, time, zone)
  const local = localDateTime(instant, zone)
  const minutes = Math.round(offsetMs(instant, zone) / MINUTE_MS)
  const sign = minutes < 0 ? '-' : '+'
  const size = Math.abs(minutes)
  return `${local.date}T${local.time}${fraction}${sign}${two(Math.floor(size / 60))}:${two(size % 60)}`
}

const two = (number: number): string => String(number).padStart(2, '0')
