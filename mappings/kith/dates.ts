/**
 * Dates and times of KITH messages to FHIR. An xs:date may carry an offset, which says nothing about the day; a
 * dateTime may lack one and is then local time of the configured zone (eresept.md 2, fact 5).
 */
import {
  instantOfLocalTime,
  isYearInRange,
  localDateTime,
  offsetMs,
  startOfLocalDay,
} from '../../src/core/zone.js'

const DATE = /^(\d{4})-(\d{2})-(\d{2})(Z|[+-]\d{2}:\d{2})?$/
const DATE_TIME =
  /^(\d{4})-(\d{2})-(\d{2})T(([01]\d|2[0-3]):[0-5]\d:[0-5]\d)(\.\d+)?(Z|[+-](?:0\d|1[0-4]):[0-5]\d)?$/
const TIME = /^(([01]\d|2[0-3]):[0-5]\d:[0-5]\d)(\.\d+)?(Z|[+-]\d{2}:\d{2})?$/
const FRACTION_DIGITS_MAX = 9

/** Of a year that a record can have; `hasDateForm` takes any. */
export const isDate = (text: string): boolean => hasDateForm(text) && isYearInRange(text)
export const isDateTime = (text: string): boolean => hasDateTimeForm(text) && isYearInRange(text)
export const hasDateForm = (text: string): boolean => isCalendarDay(DATE.exec(text))
export const hasDateTimeForm = (text: string): boolean => isCalendarDay(DATE_TIME.exec(text))
export const isTime = (text: string): boolean => TIME.test(text)

function isCalendarDay(match: RegExpExecArray | null): boolean {
  if (match === null) return false
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])]
  if (month < 1 || month > 12 || day < 1) return false
  return day <= new Date(Date.UTC(year, month, 0)).getUTCDate()
}

/** `YYYY-MM-DD` of a checked xs:date. */
export const toDate = (text: string): string => text.slice(0, 10)

/** `hh:mm:ss` of a checked xs:time; fractions and offset of a time of day are not carried over. */
export const toTime = (text: string): string => text.slice(0, 8)

/** FHIR dateTime of a checked xs:dateTime: same digits, the zone's offset added where there is none. */
export function toDateTime(text: string, zone: string): string {
  const match = DATE_TIME.exec(text)
  if (match === null) throw new TypeError('not a checked dateTime')
  const fraction = (match[6] ?? '').slice(0, FRACTION_DIGITS_MAX + 1)
  const offset = match[7]
  if (offset !== undefined) return text.slice(0, 19) + fraction + offset
  return localText(instantOfLocalTime(text.slice(0, 10), text.slice(11, 19), zone), zone, fraction)
}

/** ISO instant in UTC with milliseconds: compares as a string. Takes a checked dateTime or date. */
export function toUtc(text: string, zone: string): string {
  const at = isDate(text) ? startOfLocalDay(toDate(text), zone) : Date.parse(toDateTime(text, zone))
  return new Date(at).toISOString()
}

/** First instant of a local day, as FHIR dateTime. */
export const startOfDay = (date: string, zone: string): string =>
  localText(startOfLocalDay(date, zone), zone, '')

/** The same instant written with the zone's own offset; `instant` is a checked dateTime with offset. */
export function inZone(instant: string, zone: string): string {
  const at = Date.parse(instant)
  const fraction = (DATE_TIME.exec(instant)?.[6] ?? '').slice(0, FRACTION_DIGITS_MAX + 1)
  return localText(Math.floor(at / 1000) * 1000, zone, fraction)
}

function localText(at: number, zone: string, fraction: string): string {
  const { date, time } = localDateTime(at, zone)
  return `${date}T${time}${fraction}${offsetText(offsetMs(at, zone) / 60_000)}`
}

function offsetText(minutes: number): string {
  const size = Math.abs(minutes)
  const two = (n: number): string => String(n).padStart(2, '0')
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`
}
