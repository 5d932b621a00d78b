/** Daily amounts of a line in mg of its substance, as far as structure and strength give them. */
import { addDays, localDate } from '../../core/zone.js'
import type { DoseAmount } from '../dosage/amount.js'
import { add, compare, type Decimal, multiply, whole, ZERO } from '../dosage/decimal.js'
import { expand } from '../dosage/expand.js'
import { intervalMinutes } from '../dosage/interval.js'
import type { DoseEntry } from '../dosage/plan.js'
import { inMg } from '../facts/read-medicine.js'
import type { LineModel } from '../lines/line.js'

export interface DailyAmount {
  /** Greatest sum of fixed doses on a day of the coming weeks, of a planned line from its start; undefined when not known. */
  readonly fixed: Decimal | undefined
  /** Greatest amount as needed on a day; undefined when not known. */
  readonly asNeeded: Decimal | undefined
  /** Maxima for 24 hours that the line itself states. */
  readonly maxima: readonly Decimal[]
  /** Whether every day has the same amount. */
  readonly steady: boolean
}

const DAYS = 28
const DAY_MINUTES = 1440

export function dailyAmountOf(line: LineModel, at: number, zone: string): DailyAmount {
  const { plan } = line
  if (plan.kind !== 'structured') return { fixed: undefined, asNeeded: undefined, maxima: [], steady: true }
  const perUnit = line.medicine?.mgPerUnit
  const mg = (amount: DoseAmount | undefined): Decimal | undefined => toMg(amount, perUnit)
  const needed = plan.entries.filter(({ asNeeded }) => asNeeded)
  return {
    fixed: plan.entries.length > needed.length ? fixedOf(line, at, zone, mg) : undefined,
    asNeeded: needed.length === 0 ? undefined : sumOf(needed.map((entry) => neededOf(entry, mg))),
    steady: plan.entries.every(isSteady),
    maxima: plan.entries.flatMap(({ maxima }) =>
      maxima.flatMap(({ amount, hours }) => (hours === 24 ? (mg(amount) ?? []) : [])),
    ),
  }
}

const isSteady = (entry: DoseEntry): boolean =>
  entry.asNeeded ||
  (entry.weekdays.length === 0 &&
    entry.cycle === undefined &&
    entry.count === undefined &&
    entry.events.length === 0 &&
    (entry.start ?? entry.end ?? entry.boundsDuration) === undefined &&
    entry.sequence <= 1 &&
    (entry.period === undefined || DAY_MINUTES % intervalMinutes(entry.period) === 0))

function fixedOf(
  { plan, dosageFact, state }: LineModel,
  at: number,
  zone: string,
  mg: (amount: DoseAmount | undefined) => Decimal | undefined,
): Decimal | undefined {
  const effect = state?.decision.effect
  const first = localDate(
    effect?.kind === 'use' && effect.from > at && Number.isFinite(effect.from) ? effect.from : at,
    zone,
  )
  const { doses, complete } = expand(plan, first, addDays(first, DAYS), { zone, start: dosageFact?.start })
  const days = new Map<string, Decimal>()
  for (const { date, entry } of doses) {
    const amount = mg(entry.amount)
    if (amount === undefined) return undefined
    days.set(date, add(days.get(date) ?? ZERO, amount))
  }
  return complete && days.size > 0
    ? [...days.values()].reduce((a, b) => (compare(a, b) >= 0 ? a : b))
    : undefined
}

function neededOf(
  entry: DoseEntry,
  mg: (amount: DoseAmount | undefined) => Decimal | undefined,
): Decimal | undefined {
  const stated = entry.maxima.find(({ hours }) => hours === 24)
  if (stated !== undefined) return mg(stated.amount)
  const amount = mg(entry.amount)
  const { period, frequency = 1 } = entry
  if (amount === undefined || period === undefined || DAY_MINUTES % intervalMinutes(period) !== 0)
    return undefined
  return multiply(amount, whole((frequency * DAY_MINUTES) / intervalMinutes(period)))
}

/** Of a range the greater amount: it may be taken. */
const toMg = (amount: DoseAmount | undefined, perUnit: Decimal | undefined): Decimal | undefined => {
  if (amount === undefined) return undefined
  return (
    inMg(amount.high, amount.unit) ?? (perUnit === undefined ? undefined : multiply(amount.high, perUnit))
  )
}

export const sumOf = (amounts: readonly (Decimal | undefined)[]): Decimal | undefined =>
  amounts.reduce<Decimal | undefined>(
    (sum, amount) => (sum === undefined || amount === undefined ? undefined : add(sum, amount)),
    ZERO,
  )
