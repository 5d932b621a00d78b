/** Intervals, lengths and dates of a dosage in words (medication-list.md 12.6). */
import { localDateTime, rangeOfDateTime } from '../../core/zone.js'
import { type Interval, intervalMinutes } from './interval.js'
import type { DosageWords } from './text-words.js'

export const lengthWords = (
  words: DosageWords,
): Readonly<Record<Interval['unit'], (n: number) => string>> => ({
  min: words.minutes,
  h: words.hours,
  d: words.days,
  wk: words.weeks,
  mo: words.months,
  a: words.years,
})
export const everyWords = (
  words: DosageWords,
): Readonly<Record<Interval['unit'], (n: number) => string>> => ({
  min: words.everyMinutes,
  h: words.everyHours,
  d: words.everyDays,
  wk: words.everyWeeks,
  mo: words.everyMonths,
  a: words.everyYears,
})

/** How often; undefined for what has no words. */
export const everyText = ({ value, unit }: Interval, words: DosageWords): string | undefined =>
  Number.isInteger(value) ? everyWords(words)[unit](value) : undefined

/** How long; a broken number in minutes or hours. Undefined for what has no words. */
export function lengthText(length: Interval, words: DosageWords): string | undefined {
  const { value, unit } = length
  if (Number.isInteger(value)) return lengthWords(words)[unit](value)
  const minutes = intervalMinutes(length)
  if (unit === 'mo' || unit === 'a' || !Number.isInteger(minutes)) return undefined
  return minutes % 60 === 0 ? words.hours(minutes / 60) : words.minutes(minutes)
}

export interface Point {
  readonly date: string
  /** `HH:MM`, where the value has a clock time. */
  readonly time: string | undefined
}

/**
 * A FHIR dateTime as local date and time. Undefined for less than a day, and for a time of UTC whose zone is not known.
 * @param zone IANA; without it the value's own offset is taken for local
 */
export function pointOf(value: string, zone: string | undefined): Point | undefined {
  if (!/^\d{4}-\d{2}-\d{2}/.test(value)) return undefined
  if (value.length === 10) return { date: value, time: undefined }
  const instant = zone === undefined ? undefined : rangeOfDateTime(value, zone)?.from
  if (zone !== undefined && instant !== undefined) {
    const { date, time } = localDateTime(instant, zone)
    return { date, time: time.slice(0, 5) }
  }
  return value.endsWith('Z') ? undefined : { date: value.slice(0, 10), time: value.slice(11, 16) }
}

export const pointText = ({ date, time }: Point, words: DosageWords): string =>
  time === undefined ? words.date(date) : `${words.date(date)} ${clockText(time, words)}`

export const clockText = (time: string, words: DosageWords): string =>
  `${words.clockLead}${words.clock(time)}`
