/**
 * How much of a line is at home, and the first dose that it does not cover (medication-list.md 6.2,
 * `supply-running-out`): what was supplied in original packs, less what was taken or, where nobody recorded it, what
 * should have been. Rolls cover their days. Countable units only.
 */
import { dateOfDay, dayNumber, localDate, startOfLocalDay } from '../../core/zone.js'
import { add, type Decimal, ZERO } from '../dosage/decimal.js'
import { handedOutAt } from '../facts/event-time.js'
import type { Supply } from '../facts/fact.js'
import type { LineModel } from '../lines/line.js'
import { remembered } from '../remember.js'
import { type DayAmounts, isSameProduct } from './day-amounts.js'
import { expandDay } from './expand-day.js'
import type { Quantities } from './quantities.js'

export interface AtHome {
  /** What is left of original packs at T. */
  readonly left: Decimal
  /** Its unit; empty where no source states one. */
  readonly unit: string
  /** When the first dose is due that is not covered, which may have passed; undefined: not within 30 days. */
  readonly uncovered: number | undefined
  /** From then on the answer is another: a supply is too old to be counted, or an end comes into sight. */
  readonly until: number
}

export interface HomeContext {
  readonly at: number
  readonly zone: string
  readonly quantities: Pick<Quantities, 'intended' | 'taken' | 'intakes' | 'dueOf'>
}

/** What was handed out longer ago is used up or forgotten: how much is left of it is not known. */
const COUNTED_DAYS = 130
const AHEAD_DAYS = 30
/** An end that comes into sight later than this before it would be told too late. */
const TOLD_DAYS = 8
const DAY_MS = 86_400_000
const NOT_COUNTED = new Set(['ml', 'mg', 'g', 'microgram', 'mmol', 'unit', 'drop', 'puff', 'pakning'])

/** Undefined where it cannot be told: no supply with an amount, doses in words or in units that do not compare. */
export function atHome(line: LineModel, context: HomeContext): AtHome | undefined {
  const { at, zone } = context
  const supplies = line.group.supplies
    .map(({ fact }) => fact)
    .filter((fact) => fact.status === 'completed' && handedOutAt(fact) <= at && at < countedUntil(fact))
    .sort((a, b) => handedOutAt(a) - handedOutAt(b) || (a.ref < b.ref ? -1 : 1))
  const newest = supplies[supplies.length - 1]
  if (newest === undefined) return undefined
  const today = localDate(at, zone)
  const facts = [...line.group.facts, ...line.group.intakes.map(({ fact }) => fact)]
  const walked = rememberedWalk(newest, [today, zone, ...supplies, ...facts], () =>
    walk(line, supplies, today, context),
  )
  if (walked === undefined) return undefined
  const { unit, uncovered, until, today: changes } = walked
  const left = changes.findLast((change) => change.at <= at)?.left ?? walked.atMidnight
  return { left, unit, uncovered, until }
}

interface Walk {
  /** What was left when today began. */
  readonly atMidnight: Decimal
  /** What is left after each hand-out and dose from today on. */
  readonly today: readonly { readonly at: number; readonly left: Decimal }[]
  readonly unit: string
  readonly uncovered: number | undefined
  readonly until: number
}

/** A walk over months is made once a day, or when something of the line changed. */
const rememberedWalk = remembered<Walk | undefined>()

const countedUntil = (supply: Supply): number => handedOutAt(supply) + COUNTED_DAYS * DAY_MS

/** @param supplies in order of hand-out, at least one */
function walk(
  line: LineModel,
  supplies: readonly Supply[],
  today: string,
  context: HomeContext,
): Walk | undefined {
  const { zone } = context
  const unit = unitOf(supplies, line)
  const first = supplies[0]
  if (unit === undefined || first === undefined) return undefined
  const events = eventsOf(line, supplies, unit, today, context)
  if (events === undefined) return undefined
  const midnight = startOfLocalDay(today, zone)
  const packedUntil = endOfPacks(supplies, zone)
  const after: { at: number; left: Decimal }[] = []
  let [left, atMidnight] = [ZERO, ZERO]
  let supplied = packedUntil !== undefined
  let uncovered: number | undefined
  for (const { at, change } of events) {
    if (change.n > 0n) {
      left = add(left, change)
      supplied = true
      uncovered = undefined
    } else if (supplied && at >= (packedUntil ?? at)) {
      const rest = add(left, change)
      if (rest.n < 0n) uncovered ??= at
      left = rest.n < 0n ? ZERO : rest
    }
    if (at < midnight) atMidnight = left
    else after.push({ at, left })
  }
  const inSight = startOfLocalDay(dateOfDay(dayNumber(today) + AHEAD_DAYS - TOLD_DAYS), zone)
  const until = Math.min(countedUntil(first), uncovered === undefined ? inSight : Number.POSITIVE_INFINITY)
  return { atMidnight, today: after, unit, uncovered, until }
}

interface StockEvent {
  readonly at: number
  /** Added, or taken out below zero. */
  readonly change: Decimal
}

/** Hand-outs and doses from the first supply to 30 days ahead, or to the first day of which the doses are not known. */
function eventsOf(
  line: LineModel,
  supplies: readonly Supply[],
  unit: string,
  today: string,
  context: HomeContext,
): StockEvent[] | undefined {
  const { zone } = context
  const events: StockEvent[] = supplies.flatMap((supply) =>
    supply.pack === undefined && supply.quantity !== undefined
      ? [{ at: handedOutAt(supply), change: supply.quantity.low }]
      : [],
  )
  const first = supplies[0]
  const from = first === undefined ? today : localDate(handedOutAt(first), zone)
  const records = recordedDays(line, context)
  const last = dayNumber(today) + AHEAD_DAYS
  for (let day = dayNumber(from); day <= last; day++) {
    const date = dateOfDay(day)
    const doses = dosesOf(line, date, date <= today ? records : undefined, unit, context)
    if (doses === undefined && date <= today) return undefined
    if (doses === undefined) break
    events.push(...doses)
  }
  return events.sort((a, b) => a.at - b.at || Number(b.change.n > 0n) - Number(a.change.n > 0n))
}

const endOfPacks = (supplies: readonly Supply[], zone: string): number | undefined => {
  const days = supplies.flatMap(({ pack }) => (pack === undefined ? [] : [dayNumber(pack.to)]))
  return days.length === 0 ? undefined : startOfLocalDay(dateOfDay(Math.max(...days) + 1), zone)
}

/** One countable unit for all original packs, the line's own product in each; undefined where there is none. */
function unitOf(supplies: readonly Supply[], { medicine }: LineModel): string | undefined {
  let unit = ''
  for (const { pack, quantity, medicine: supplied } of supplies) {
    if (pack !== undefined) continue
    if (quantity === undefined || NOT_COUNTED.has(quantity.unit)) return undefined
    if (medicine === undefined || !isSameProduct(supplied, medicine)) return undefined
    const united = commonUnit(unit, quantity.unit)
    if (united === undefined) return undefined
    unit = united
  }
  return unit
}

/** A piece is whatever the other counts. */
function commonUnit(a: string, b: string): string | undefined {
  if (a === b || b === '' || b === 'piece') return a === '' ? b : a
  return a === '' || a === 'piece' ? b : undefined
}

/** First and last day on which somebody recorded what became of the doses. */
function recordedDays(line: LineModel, { quantities }: HomeContext): readonly [string, string] | undefined {
  const days = quantities.intakes(line).map(({ day }) => day)
  if (days.length === 0) return undefined
  days.sort()
  return [days[0] ?? '', days[days.length - 1] ?? '']
}

/** Doses of a day as taken out of stock; undefined where it is not known how many. */
function dosesOf(
  line: LineModel,
  date: string,
  records: readonly [string, string] | undefined,
  unit: string,
  { quantities, zone }: HomeContext,
): StockEvent[] | undefined {
  const recorded = records !== undefined && date >= records[0] && date <= records[1]
  const taken = recorded ? quantities.taken(line, date) : undefined
  const counted = taken?.known === true && taken.doses.every(({ amount }) => amount !== undefined)
  const { known, doses } = counted ? taken : quantities.intended(line, date)
  const planned = known ? doses : inForce(line, date, zone)
  const events: StockEvent[] = []
  for (const { amount, minutes } of planned ?? []) {
    if (amount === undefined || commonUnit(unit, amount.unit) === undefined) return undefined
    const at = quantities.dueOf(date, minutes) ?? startOfLocalDay(date, zone) + DAY_MS / 2
    // Of a range the greater amount: it may be taken.
    events.push({ at, change: { n: -amount.high.n, d: amount.high.d } })
  }
  return planned === undefined ? undefined : events
}

/** Before a row was last changed its dosage is not known; what is in force now is the best that is known of it. */
function inForce(
  { plan, dosageFact }: LineModel,
  date: string,
  zone: string,
): readonly Pick<DayAmounts['doses'][number], 'amount' | 'minutes'>[] | undefined {
  const { complete, doses } = expandDay(plan, date, zone, dosageFact?.start)
  return complete ? doses.map(({ entry, minutes }) => ({ amount: entry.amount, minutes })) : undefined
}
