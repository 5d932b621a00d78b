/** When two dosages say the same (medication-list.md 12.4), whatever their wording. */
import { addDays, localDate, rangeOfDateTime } from '../../core/zone.js'
import { add, type Decimal, equals, ZERO } from './decimal.js'
import { type Dose, expand } from './expand.js'
import { intervalMinutes } from './interval.js'
import type { DosagePlan, DoseEntry } from './plan.js'
import { SLOT_TOLERANCE_MINUTES } from './slots.js'

export interface DatedPlan {
  readonly plan: DosagePlan
  /** Stated start (FHIR dateTime), if any. */
  readonly start: string | undefined
  /** Instant of the decision, used to choose the window only. */
  readonly decided: number
}

/** Days compared at least. */
const COMPARED_DAYS = 56
const DAY_MINUTES = 1440

/**
 * Whether the dosages give the same doses; `later` takes the phase of `earlier` when it states none. A dosage in words
 * only, or unknown, equals nothing. Amounts are compared in their stated units: the caller compares products.
 */
export function equalDosages(earlier: DatedPlan, later: DatedPlan, zone: string): boolean {
  const a = earlier.plan
  const b = later.plan
  if (a.kind !== 'structured' || b.kind !== 'structured') return false
  if (a.limits !== b.limits) return false
  if (a.rhythm === b.rhythm && samePhase(earlier, later))
    return sameLengths(a.entries, b.entries) && isPlaceable(earlier, later, zone)
  const phase = phaseOf(earlier, a.entries) ?? phaseOf(later, b.entries) ?? localDate(later.decided, zone)
  const from = laterDate(earlier, later, zone)
  const entries = [...a.entries, ...b.entries]
  // What is the same every day is compared on one.
  const to = isDaily(entries) && entries.every(isEveryDay) ? from : addDays(from, windowDays(entries))
  // A common anchor stands in where neither states a phase: the same rhythm is then the same dosage.
  const first = expand(withoutBounds(a), from, to, { zone, start: phaseOf(earlier, a.entries) ?? phase })
  const second = expand(withoutBounds(b), from, to, { zone, start: phaseOf(later, b.entries) ?? phase })
  if (!first.complete || !second.complete) return false
  return sameLengths(a.entries, b.entries) && sameDoses(first.doses, second.doses)
}

/** Without a taper, the phase is that of the earlier one, or of neither. */
const samePhase = (earlier: DatedPlan, later: DatedPlan): boolean => {
  if (earlier.plan.kind !== 'structured' || later.plan.kind !== 'structured') return false
  const own = phaseOf(later, later.plan.entries)
  const single = new Set(later.plan.entries.map(({ sequence }) => sequence)).size === 1
  return (
    single &&
    (own === undefined || own === phaseOf(earlier, earlier.plan.entries) || isDaily(later.plan.entries))
  )
}

const isEveryDay = (
  { weekdays, count, events, sequence }: DoseEntry,
  _: number,
  all: readonly DoseEntry[],
): boolean =>
  weekdays.length === 0 && count === undefined && events.length === 0 && sequence === all[0]?.sequence

/** Daily doses fall on the same slots whenever they began. */
const isDaily = (entries: readonly DoseEntry[]): boolean =>
  entries.every(
    ({ period, cycle, when, times }) =>
      cycle === undefined &&
      when.length + times.length > 0 &&
      (period === undefined || intervalMinutes(period) <= DAY_MINUTES),
  )

function isPlaceable(earlier: DatedPlan, later: DatedPlan, zone: string): boolean {
  if (later.plan.kind !== 'structured' || earlier.plan.kind !== 'structured') return false
  const day = localDate(later.decided, zone)
  const start = phaseOf(earlier, earlier.plan.entries) ?? phaseOf(later, later.plan.entries) ?? day
  const known = later.plan.entries.every(({ amount }) => amount !== undefined)
  return known && expand(withoutBounds(later.plan), day, day, { zone, start }).complete
}

const phaseOf = ({ start }: DatedPlan, entries: readonly DoseEntry[]): string | undefined =>
  entries.find((entry) => entry.start !== undefined)?.start ?? start

function laterDate(a: DatedPlan, b: DatedPlan, zone: string): string {
  const instant = (dated: DatedPlan): number => {
    const start = dated.plan.kind === 'structured' ? phaseOf(dated, dated.plan.entries) : undefined
    return (start === undefined ? undefined : rangeOfDateTime(start, zone)?.from) ?? dated.decided
  }
  return localDate(Math.max(instant(a), instant(b)), zone)
}

/** A renewal starts and ends at other dates than what it renews; its starts serve as phase, its length is compared apart. */
function withoutBounds(plan: DosagePlan & { kind: 'structured' }): DosagePlan {
  const taper = new Set(plan.entries.map(({ sequence }) => sequence)).size > 1
  return taper
    ? plan
    : {
        ...plan,
        entries: plan.entries.map((entry) => ({ ...entry, end: undefined, boundsDuration: undefined })),
      }
}

function sameLengths(a: readonly DoseEntry[], b: readonly DoseEntry[]): boolean {
  const lengths = (entries: readonly DoseEntry[]): string =>
    entries
      .map(({ boundsDuration }) =>
        boundsDuration === undefined ? 'open' : String(intervalMinutes(boundsDuration)),
      )
      .sort()
      .join()
  const courses = (entries: readonly DoseEntry[]): boolean =>
    entries.some(({ boundsDuration, end }) => boundsDuration !== undefined || end !== undefined)
  return courses(a) === courses(b) && (!courses(a) || lengths(a) === lengths(b))
}

function windowDays(entries: readonly DoseEntry[]): number {
  const longest = entries.map(({ period, cycle }) =>
    Math.max(
      period === undefined ? 0 : Math.ceil(intervalMinutes(period) / DAY_MINUTES),
      cycle === undefined ? 0 : cycle.on + cycle.off,
    ),
  )
  return Math.max(COMPARED_DAYS, 2 * Math.max(...longest))
}

function sameDoses(a: readonly Dose[], b: readonly Dose[]): boolean {
  const days = groupByDate(a)
  const others = groupByDate(b)
  if (days.size !== others.size) return false
  for (const [date, doses] of days) if (!sameDay(doses, others.get(date) ?? [])) return false
  return true
}

function groupByDate(doses: readonly Dose[]): Map<string, Dose[]> {
  const days = new Map<string, Dose[]>()
  for (const dose of doses) {
    const day = days.get(dose.date)
    if (day === undefined) days.set(dose.date, [dose])
    else day.push(dose)
  }
  return days
}

/** Slots pair off when at most the tolerance apart; doses without a slot compare by the day's sum. */
function sameDay(a: readonly Dose[], b: readonly Dose[]): boolean {
  if (a.some(({ minutes }) => minutes === undefined) || b.some(({ minutes }) => minutes === undefined))
    return sameSums(sums(a), sums(b))
  const slots = slotSums(a)
  const others = slotSums(b)
  return (
    slots.length === others.length &&
    slots.every((slot, index) => {
      const other = others[index]
      return (
        other !== undefined &&
        Math.abs(slot.minutes - other.minutes) <= SLOT_TOLERANCE_MINUTES &&
        sameSums(slot.sums, other.sums)
      )
    })
  )
}

type Sums = Map<string, { readonly low: Decimal; readonly high: Decimal }>

function slotSums(doses: readonly Dose[]): { minutes: number; sums: Sums }[] {
  const slots: { minutes: number; doses: Dose[] }[] = []
  for (const dose of doses) {
    const slot = slots.find(({ minutes }) => minutes === dose.minutes)
    if (slot === undefined) slots.push({ minutes: dose.minutes ?? 0, doses: [dose] })
    else slot.doses.push(dose)
  }
  return slots.map(({ minutes, doses: inSlot }) => ({ minutes, sums: sums(inSlot) }))
}

function sums(doses: readonly Dose[]): Sums {
  const byUnit: Sums = new Map()
  for (const { entry } of doses) {
    const unit = entry.amount?.unit ?? '?'
    const sum = byUnit.get(unit) ?? { low: ZERO, high: ZERO }
    byUnit.set(unit, {
      low: add(sum.low, entry.amount?.low ?? ZERO),
      high: add(sum.high, entry.amount?.high ?? ZERO),
    })
  }
  return byUnit
}

const sameSums = (a: Sums, b: Sums): boolean =>
  a.size === b.size &&
  [...a].every(([unit, sum]) => {
    const other = b.get(unit)
    return other !== undefined && unit !== '?' && equals(sum.low, other.low) && equals(sum.high, other.high)
  })
