/** Doses of coming days: what is past is history, and a slot that has gone by is not repacked or reprogrammed. */
import { addDays, localDate, startOfLocalDay } from '../../core/zone.js'
import { timeOfMinutes } from '../dosage/slots.js'
import { stateAt } from '../lines/decisions.js'
import type { LineModel } from '../lines/line.js'
import {
  type DayAmounts,
  type DayComparison,
  measureOf,
  type SlotAmount,
  sumOf,
} from '../quantities/day-amounts.js'
import type { Situation } from './discrepancy.js'
import { amountOf } from './words.js'

/** Longest roll whose days are gone through one by one. */
const DAYS_MAX = 120

/** Local dates from the later of `from` and today to `to`, both included. */
export function comingDays(from: string, to: string, { at, config }: Situation): string[] {
  const today = localDate(at, config.zone)
  const days: string[] = []
  for (let day = from > today ? from : today; day <= to && days.length < DAYS_MAX; day = addDays(day, 1))
    days.push(day)
  return days
}

/** The part of the day that is still to come; of today what names no slot is not known. */
export function stillToCome<T extends DayAmounts>(
  amounts: T,
  day: string,
  { at, config, quantities }: Situation,
): DayAmounts {
  if (day > localDate(at, config.zone)) return amounts
  const { doses, known } = amounts
  return {
    known: known && doses.every(({ minutes }) => minutes !== undefined),
    doses: doses.filter(({ minutes }) => (quantities.dueOf(day, minutes) ?? at) > at),
  }
}

/** Only what is due while nobody has stopped or paused the line; that is told apart. */
export function whileInUse(
  amounts: DayAmounts,
  day: string,
  line: LineModel,
  { config, quantities }: Situation,
): DayAmounts {
  return {
    ...amounts,
    doses: amounts.doses.filter(({ minutes }) => {
      const due = quantities.dueOf(day, minutes) ?? startOfLocalDay(day, config.zone)
      const status = stateAt(line.group.decisions, due)?.status
      return status !== 'stopped' && status !== 'on-hold'
    }),
  }
}

export interface DayMismatch {
  readonly day: string
  readonly kind: Extract<DayComparison, 'slots' | 'sum'>
  readonly expected: DayAmounts
  readonly found: DayAmounts
}

const isMismatch = (kind: DayComparison): kind is DayMismatch['kind'] => kind === 'slots' || kind === 'sum'

/**
 * The difference of a day; of today only while a slot that it is about is still to come. Where all of today cannot be
 * compared, what is still to come of it is.
 */
export function mismatchOn(
  line: LineModel,
  day: string,
  expected: DayAmounts,
  found: DayAmounts,
  situation: Situation,
): DayMismatch | undefined {
  const { at, config, quantities } = situation
  const whole = quantities.compare(line, expected, found)
  if (day > localDate(at, config.zone))
    return isMismatch(whole) ? { day, kind: whole, expected, found } : undefined
  const coming = [expected, found].map((amounts) => stillToCome(amounts, day, situation))
  const [first = expected, second = found] = coming
  const rest = quantities.compare(line, first, second)
  if (!isMismatch(rest)) return undefined
  if (whole === 'unknown') return { day, kind: rest, expected: first, found: second }
  return isMismatch(whole) ? { day, kind: whole, expected, found } : undefined
}

/**
 * Both days' sums as text for a sentence, in the measure that they share: `100 mg` and `50 mg`; `0 mg` where there is
 * nothing; undefined where it is not known.
 */
export function sumTexts(
  a: readonly SlotAmount[],
  b: readonly SlotAmount[],
): readonly [string | undefined, string | undefined] {
  const measure = measureOf([...a, ...b])
  if (measure === undefined) return [undefined, undefined]
  const text = (doses: readonly SlotAmount[]): string =>
    amountOf({ ...sumOf(doses.map(measure.of)), unit: measure.unit })
  return [text(a), text(b)]
}

/** Clock times of the doses, ascending, each once. */
export const timesOf = (doses: readonly SlotAmount[]): string[] =>
  [...new Set(doses.flatMap(({ minutes }) => (minutes === undefined ? [] : [minutes])))]
    .sort((a, b) => a - b)
    .map(timeOfMinutes)

export const refsOf = (doses: readonly SlotAmount[]): string[] => [
  ...new Set(doses.flatMap(({ refs }) => refs)),
]

/** Instants at which slots of the day go by, after T. */
export const slotInstants = (
  doses: readonly SlotAmount[],
  day: string,
  { at, quantities }: Situation,
): number[] =>
  doses.flatMap(({ minutes }) => {
    const due = quantities.dueOf(day, minutes)
    return due === undefined || due <= at ? [] : [due]
  })

export const startOfDay = (day: string, { config }: Situation): number => startOfLocalDay(day, config.zone)
