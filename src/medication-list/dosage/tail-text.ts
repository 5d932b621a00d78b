/** What stands after amount and time: cycle, meal, route, as needed, length, maximum, extra, in this order (12.6). */
import { addDays } from '../../core/zone.js'
import { amountText, type Tongue } from './amount-text.js'
import { intervalMinutes } from './interval.js'
import { clockText, lengthText, pointOf, pointText } from './length-text.js'
import { type DoseEntry, intervalDays } from './plan.js'
import type { DosageWords } from './text-words.js'

/** Undefined where a part of it has no words. */
export function tailText(
  entry: DoseEntry,
  first: boolean,
  tongue: Tongue,
  zone: string | undefined,
): string | undefined {
  const { words } = tongue
  const needed = neededText(entry, words)
  const cycle = entry.cycle === undefined ? '' : `, ${words.cycle(entry.cycle.on, entry.cycle.off)}`
  const meal = mealText(entry, words)
  const route = routeText(entry, words)
  // Set off from a reason or a route, which may be any words.
  const mark = `${meal ?? ''}${route}${needed}` === '' ? ' ' : ', '
  const parts = [
    cycle,
    meal,
    route,
    needed,
    boundsText(entry, first, mark, words, zone),
    entry.count !== undefined && entry.count > 1 ? `, ${words.counted(entry.count)}` : '',
    ...entry.maxima.map(({ amount, hours }) =>
      Number.isInteger(hours) ? `, ${words.maximum(amountText(amount, tongue), hours)}` : undefined,
    ),
    minIntervalText(entry, words),
    lastsText(entry, words),
  ]
  return parts.every((part) => part !== undefined) ? parts.join('') : undefined
}

function neededText({ asNeeded, asNeededFor }: DoseEntry, words: DosageWords): string {
  if (!asNeeded) return ''
  return ` ${asNeededFor === undefined ? words.asNeeded : words.asNeededFor(asNeededFor)}`
}

function mealText({ meal, offsetMinutes }: DoseEntry, words: DosageWords): string | undefined {
  if (meal === undefined) return ''
  const text = mealCodeText(meal, offsetMinutes, words)
  return text === undefined ? undefined : `, ${text}`
}

/** `30 minutter før måltid`. */
export function mealCodeText(code: string, offsetMinutes: number, words: DosageWords): string | undefined {
  const meal = Object.hasOwn(words.mealCodes, code) ? words.mealCodes[code] : undefined
  if (meal === undefined || offsetMinutes === 0) return meal
  return /^[AP]C/.test(code) ? words.offsetMeal(words.minutes(offsetMinutes), meal) : undefined
}

const ORAL = /\b(oral|peroral|per os|munn|munnen|mund|munden|mouth|mun|munnen|suun)/iu

function routeText({ routeText: route, siteText }: DoseEntry, words: DosageWords): string {
  const way = route === undefined || ORAL.test(route) ? '' : `, ${route.toLowerCase()}`
  return siteText === undefined ? way : `${way}, ${words.site(siteText.toLowerCase())}`
}

/** The start is said where it tells the days, and after the first step; else it is the line's own. */
function boundsText(
  entry: DoseEntry,
  first: boolean,
  mark: string,
  words: DosageWords,
  zone: string | undefined,
): string | undefined {
  const { start, end, boundsDuration, count } = entry
  const from =
    start === undefined || !tellsStart(entry, first) ? '' : startText(start, count === 1, words, zone)
  const to = end === undefined ? '' : endText(end, words, zone)
  const length = boundsDuration === undefined ? '' : lengthText(boundsDuration, words)
  if (from === undefined || to === undefined || length === undefined) return undefined
  const parts = [from, to, length === '' ? '' : words.forDuration(length)].filter((part) => part !== '')
  return parts.length === 0 ? '' : `${mark}${parts.join(' ')}`
}

export const tellsStart = (entry: DoseEntry, first: boolean): boolean =>
  !first ||
  entry.count === 1 ||
  entry.cycle !== undefined ||
  (intervalDays(entry) ?? 0) > 1 ||
  hasOddInterval(entry)

/** Months, and hours that do not divide the day, run from their start too. */
const hasOddInterval = ({ period }: DoseEntry): boolean =>
  period !== undefined &&
  (period.unit === 'mo' || period.unit === 'a' || 1440 % intervalMinutes(period) !== 0)

function startText(
  value: string,
  once: boolean,
  words: DosageWords,
  zone: string | undefined,
): string | undefined {
  const point = pointOf(value, zone)
  if (point === undefined) return undefined
  const text = pointText(point, words)
  return once ? words.on(text) : words.from(text)
}

/** A day is included, a time is not; midnight ends the day before. */
function endText(value: string, words: DosageWords, zone: string | undefined): string | undefined {
  const point = pointOf(value, zone)
  if (point === undefined) return undefined
  const { date, time } = point
  if (time === undefined) return words.until(words.date(date))
  if (time === '00:00') return words.until(words.date(addDays(date, -1)))
  return words.untilTime(words.date(date), clockText(time, words))
}

function minIntervalText({ minIntervalMinutes }: DoseEntry, words: DosageWords): string | undefined {
  if (minIntervalMinutes === undefined) return ''
  if (!Number.isInteger(minIntervalMinutes)) return undefined
  const length =
    minIntervalMinutes % 60 === 0 ? words.hours(minIntervalMinutes / 60) : words.minutes(minIntervalMinutes)
  return `, ${words.minInterval(length)}`
}

/** A patch that is changed as it ends has said so (`isChanged`). */
function lastsText(entry: DoseEntry, words: DosageWords): string | undefined {
  if (entry.lasts === undefined || isChanged(entry)) return ''
  const minutes = intervalMinutes(entry.lasts)
  const length = minutes % 60 === 0 ? words.hours(minutes / 60) : lengthText(entry.lasts, words)
  if (length === undefined) return undefined
  return `, ${entry.amount?.unit === 'patch' ? words.worn(length) : words.given(length)}`
}

/** A patch worn from one change to the next. */
export const isChanged = ({ amount, when, times, weekdays, period, lasts }: DoseEntry): boolean =>
  amount?.unit === 'patch' &&
  when.length + times.length + weekdays.length === 0 &&
  period !== undefined &&
  lasts !== undefined &&
  intervalMinutes(period) === intervalMinutes(lasts) &&
  (period.unit === 'd' || period.unit === 'wk') &&
  intervalMinutes(period) > 1440
