/**
 * Whether a source's own wording and its structure disagree in a number, a unit or a slot (medication-list.md 6.2,
 * text-structure-conflict). A wording that is read whole is compared whole; of any other only the amounts that are
 * certain. What a wording leaves out (a maximum, a length, a cycle, that it is as needed) is no disagreement.
 */
import type { DoseAmount } from '../amount.js'
import { add, compare, type Decimal, equals, multiply, whole } from '../decimal.js'
import { intervalMinutes } from '../interval.js'
import type { DosagePlan, DoseEntry } from '../plan.js'
import { minutesOfTime, SLOT_TOLERANCE_MINUTES, slotMinutes } from '../slots.js'
import { readWording } from './read-wording.js'

export type TextConflict = 'number' | 'unit' | 'slot'
type Structured = DosagePlan & { readonly kind: 'structured' }

/** @param wording one text, or several on lines of their own */
export function textConflict(plan: DosagePlan, wording: string): TextConflict | undefined {
  if (plan.kind !== 'structured') return undefined
  const read = readWording(wording)
  return read.plan === undefined ? ofAmounts(read.amounts, plan) : ofPlans(read.plan, plan)
}

/** Only where no amount of the wording that can be compared is one of the structure, in whatever role. */
function ofAmounts(amounts: readonly DoseAmount[], plan: Structured): TextConflict | undefined {
  const stated = plan.entries.flatMap((entry) => [
    ...(entry.amount === undefined ? [] : [entry.amount, timesOf(entry.amount, entry)]),
    ...entry.maxima.map(({ amount }) => amount),
  ])
  const total = sumOf(plan.entries)
  const known = [...stated, ...(total === undefined ? [] : [total])]
  const comparable = amounts.filter(({ unit }) => known.some((one) => one.unit === unit))
  if (comparable.length === 0 || plan.entries.some(({ amount }) => amount === undefined)) return undefined
  const agrees = comparable.some((amount) => known.some((one) => isWithin(amount, one)))
  return agrees ? undefined : 'number'
}

const timesOf = (amount: DoseAmount, entry: DoseEntry): DoseAmount => {
  const n = whole(Math.max(entry.when.length + entry.times.length, entry.frequency ?? 1))
  return { ...amount, low: multiply(amount.low, n), high: multiply(amount.high, n) }
}

function sumOf(entries: readonly DoseEntry[]): DoseAmount | undefined {
  const amounts = entries.flatMap((entry) =>
    entry.amount === undefined ? [] : [timesOf(entry.amount, entry)],
  )
  const unit = amounts[0]?.unit
  if (unit === undefined || amounts.some((amount) => amount.unit !== unit)) return undefined
  const sum = (part: 'low' | 'high'): Decimal => amounts.map((amount) => amount[part]).reduce(add)
  return { low: sum('low'), high: sum('high'), unit }
}

/** The same, or one end of a range. */
const isWithin = (amount: DoseAmount, other: DoseAmount): boolean =>
  amount.unit === other.unit && compare(amount.low, other.high) <= 0 && compare(other.low, amount.high) <= 0

function ofPlans(wording: Structured, plan: Structured): TextConflict | undefined {
  const steps = stepsOf(wording)
  const others = stepsOf(plan)
  // A wording of another number of steps says them together, or the first alone.
  if (steps.length !== others.length)
    return ofAmounts(
      wording.entries.flatMap(({ amount }) => amount ?? []),
      plan,
    )
  for (const [index, step] of steps.entries()) {
    const conflict = ofSteps(step, others[index] ?? [])
    if (conflict !== undefined) return conflict
  }
  return undefined
}

const stepsOf = ({ entries }: Structured): DoseEntry[][] => {
  const steps = new Map<number, DoseEntry[]>()
  for (const entry of entries) steps.set(entry.sequence, [...(steps.get(entry.sequence) ?? []), entry])
  return [...steps].sort(([a], [b]) => a - b).map(([, step]) => step)
}

interface Moment {
  readonly minutes: number | undefined
  readonly named: boolean
  readonly amount: DoseAmount
}

function ofSteps(wording: readonly DoseEntry[], stated: readonly DoseEntry[]): TextConflict | undefined {
  // Fixed doses with a dose as needed beside them: which is which is said by the structure alone.
  if (stated.some((entry) => entry.amount === undefined || entry.flexible || entry.events.length > 0))
    return undefined
  const units = unitConflict(wording, stated)
  if (units !== undefined) return units === 'incomparable' ? undefined : units
  const mixed = new Set(stated.map(({ asNeeded }) => asNeeded)).size > 1
  if (mixed)
    return ofAmounts(
      wording.flatMap(({ amount }) => amount ?? []),
      structureOf(stated),
    )
  const rates = rateConflict(wording, stated)
  if (rates !== undefined) return rates
  const [a, b] = [momentsOf(wording), momentsOf(stated)]
  const clocked = [...a, ...b].every(({ minutes }) => minutes !== undefined)
  return clocked ? momentConflict(a, b) : amountConflict(a, b)
}

const structureOf = (entries: readonly DoseEntry[]): Structured => ({
  kind: 'structured',
  entries,
  wording: undefined,
  rhythm: '',
  limits: '',
  chart: undefined,
})

/** Countable things that name no form. */
const ANY_THING = new Set(['', 'piece', 'dose'])
const THINGS = new Set([
  'tablet',
  'capsule',
  'patch',
  'sachet',
  'suppository',
  'syringe',
  'drop',
  'puff',
  'ml',
])

function unitConflict(
  wording: readonly DoseEntry[],
  stated: readonly DoseEntry[],
): 'unit' | 'incomparable' | undefined {
  const units = new Set(wording.map(({ amount }) => amount?.unit ?? ''))
  const others = new Set(stated.map(({ amount }) => amount?.unit ?? ''))
  const unmatched = [
    ...[...units].filter((unit) => !others.has(unit)),
    ...[...others].filter((unit) => !units.has(unit)),
  ].filter((unit) => !ANY_THING.has(unit))
  const isAny = (all: ReadonlySet<string>): boolean => [...all].every((unit) => ANY_THING.has(unit))
  if (unmatched.length === 0 || isAny(units) || isAny(others)) return undefined
  // mg beside tablets are compared by nobody who does not know the strength.
  return unmatched.every((unit) => THINGS.has(unit)) ? 'unit' : 'incomparable'
}

/** Doses a week, and the days that both name. A wording without a rhythm is of a daily dose, if it names times of day. */
function rateConflict(wording: readonly DoseEntry[], stated: readonly DoseEntry[]): TextConflict | undefined {
  const [first] = wording
  if (first === undefined || wording.some(({ hasTiming }) => !hasTiming)) return undefined
  const [a, b] = [rateOf(wording), rateOf(stated)]
  if (a === undefined || b === undefined) return undefined
  if (!equals(a, b)) return 'number'
  const days = (entries: readonly DoseEntry[]): string =>
    [...new Set(entries.flatMap(({ weekdays }) => weekdays))].sort().join()
  return days(wording) !== '' && days(stated) !== '' && days(wording) !== days(stated) ? 'slot' : undefined
}

const WEEK_MINUTES = 10_080

/** Doses in a week, the cycle left out; undefined where the entries do not say. */
function rateOf(entries: readonly DoseEntry[]): Decimal | undefined {
  let sum = whole(0)
  for (const { when, times, weekdays, frequency = 1, period, count } of entries) {
    if (count !== undefined) return undefined
    const slots = when.length + times.length
    const minutes = period === undefined ? undefined : intervalMinutes(period)
    if (weekdays.length > 0) {
      const perDay = Math.max(slots, minutes === undefined || minutes < WEEK_MINUTES ? frequency : 1)
      const weeks = Math.max(1, (minutes ?? 0) / WEEK_MINUTES)
      sum = add(sum, ratio(weekdays.length * perDay, weeks))
    } else if (slots > 0) sum = add(sum, ratio(slots * WEEK_MINUTES, Math.max(minutes ?? 1440, 1440)))
    else if (minutes === undefined) return undefined
    else sum = add(sum, ratio(frequency * WEEK_MINUTES, minutes))
  }
  return sum
}

const ratio = (n: number, d: number): Decimal =>
  multiply(whole(Math.round(n)), { n: 1n, d: BigInt(Math.round(d)) })

const momentsOf = (entries: readonly DoseEntry[]): Moment[] =>
  entries
    .flatMap(({ when, times, offsetMinutes, meal, amount }) =>
      amount === undefined
        ? []
        : when.length + times.length === 0
          ? [{ minutes: undefined, named: false, amount }]
          : [
              ...when.map((slot) => ({
                minutes: slotMinutes(slot, offsetMinutes, undefined, meal),
                named: true,
                amount,
              })),
              ...times.map((time) => ({ minutes: minutesOfTime(time), named: false, amount })),
            ],
    )
    .sort((a, b) => (a.minutes ?? 0) - (b.minutes ?? 0))

/** A part of the day is wider than a clock time. */
const NAMED_TOLERANCE_MINUTES = 120

/** The same number of moments, each with its amount. */
function momentConflict(a: readonly Moment[], b: readonly Moment[]): TextConflict | undefined {
  if (a.length !== b.length) return 'slot'
  for (const [index, one] of a.entries()) {
    const other = b[index]
    if (other === undefined) return 'slot'
    const apart = Math.abs((one.minutes ?? 0) - (other.minutes ?? 0))
    if (apart > (one.named === other.named ? SLOT_TOLERANCE_MINUTES : NAMED_TOLERANCE_MINUTES)) return 'slot'
    if (!sameAmount(one.amount, other.amount)) return 'number'
  }
  return undefined
}

function amountConflict(a: readonly Moment[], b: readonly Moment[]): TextConflict | undefined {
  const differs = (some: readonly Moment[], others: readonly Moment[]): boolean =>
    some.some(({ amount }) => !others.some((other) => sameAmount(amount, other.amount)))
  return differs(a, b) || differs(b, a) ? 'number' : undefined
}

const sameAmount = (a: DoseAmount, b: DoseAmount): boolean => equals(a.low, b.low) && equals(a.high, b.high)
