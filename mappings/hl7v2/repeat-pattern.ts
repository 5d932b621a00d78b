/** Repeat patterns of table 0335 as Timing.repeat (hl7v2.md 5.5). What is not in the table is never given a frequency. */
import type { TimingRepeat } from 'fhir/r4.js'

export type RepeatPattern =
  | { readonly kind: 'repeat'; readonly repeat: TimingRepeat; readonly asNeeded: boolean }
  /** As needed, and nothing more. */
  | { readonly kind: 'as-needed' }
  /** A code that says no times (C, U…, local ones): kept as code and text. */
  | { readonly kind: 'not-computable'; readonly asNeeded: boolean }

type When = NonNullable<TimingRepeat['when']>[number]
type PeriodUnit = NonNullable<TimingRepeat['periodUnit']>
type Weekday = NonNullable<TimingRepeat['dayOfWeek']>[number]

const PERIOD_UNITS: Readonly<Record<string, PeriodUnit>> = {
  S: 's',
  M: 'min',
  H: 'h',
  D: 'd',
  W: 'wk',
  L: 'mo',
}
const TIMES_A_DAY: Readonly<Record<string, number>> = { QD: 1, BID: 2, TID: 3, QID: 4, QSHIFT: 3 }
const PART_OF_DAY: Readonly<Record<string, When>> = { QAM: 'MORN', QPM: 'EVE', QHS: 'HS' }
/** Codes of table 0528 that FHIR has too. IC, ICM, ICD and ICV have no `when`. */
const MEALS: ReadonlySet<string> = new Set(['AC', 'ACM', 'ACD', 'ACV', 'PC', 'PCM', 'PCD', 'PCV'])
const WEEKDAYS: readonly Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']

/** @param code RPT.1 (TQ1-3.1, TQ.2), as sent */
export function readRepeatPattern(code: string): RepeatPattern {
  const upper = code.trim().toUpperCase()
  if (upper === 'PRN') return { kind: 'as-needed' }
  const asNeeded = upper.startsWith('PRN')
  const repeat = repeatOf(asNeeded ? upper.slice(3).trim() : upper)
  return repeat === undefined ? { kind: 'not-computable', asNeeded } : { kind: 'repeat', repeat, asNeeded }
}

function repeatOf(code: string): TimingRepeat | undefined {
  const daily = TIMES_A_DAY[code]
  if (daily !== undefined) return everyDay(daily)
  const part = PART_OF_DAY[code]
  if (part !== undefined) return { ...everyDay(1), when: [part] }
  const meal = mealOf(code)
  if (meal !== undefined) return { when: [meal] }
  if (code === 'ONCE') return { count: 1 }
  if (code === 'QOD') return { frequency: 1, period: 2, periodUnit: 'd' }
  return everyPeriod(code) ?? timesADay(code) ?? weekdaysOf(code)
}

const everyDay = (frequency: number): TimingRepeat => ({ frequency, period: 1, periodUnit: 'd' })

export const mealOf = (code: string): When | undefined => (isMeal(code) ? code : undefined)
const isMeal = (code: string): code is Extract<When, `AC${string}` | `PC${string}`> => MEALS.has(code)

/** `Q8H`, `Q24H`, `Q1D`; the number stands. */
function everyPeriod(code: string): TimingRepeat | undefined {
  const match = /^Q(\d{1,4})([SMHDWL])$/.exec(code)
  const unit = PERIOD_UNITS[match?.[2] ?? '']
  const period = Number(match?.[1] ?? 0)
  return unit === undefined || period === 0 ? undefined : { frequency: 1, period, periodUnit: unit }
}

/** `5ID`: five times a day. */
function timesADay(code: string): TimingRepeat | undefined {
  const count = Number(/^(\d{1,2})ID$/.exec(code)?.[1] ?? 0)
  return count === 0 ? undefined : everyDay(count)
}

/** `Q2J135`: Monday, Wednesday and Friday of every second week. */
function weekdaysOf(code: string): TimingRepeat | undefined {
  const match = /^Q(\d{1,2})J([1-7]{1,7})$/.exec(code)
  const period = Number(match?.[1] ?? 0)
  if (match?.[2] === undefined || period === 0) return undefined
  const days = [...new Set(match[2])].flatMap((digit) => WEEKDAYS[Number(digit) - 1] ?? [])
  return { dayOfWeek: days, frequency: 1, period, periodUnit: 'wk' }
}

export const weekdayAt = (number: number): Weekday | undefined => WEEKDAYS[number - 1]
export const periodUnitOf = (letter: string): PeriodUnit | undefined => PERIOD_UNITS[letter.toUpperCase()]
