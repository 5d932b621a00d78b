/** What a change does to the doses of some days: the kind of change, and the first slot that it touches. */
import { addDays, localDate, startOfLocalDay } from '../../core/zone.js'
import { compare } from '../dosage/decimal.js'
import { compareDays, type DayAmounts, daySum, type SlotAmount } from '../quantities/day-amounts.js'
import { dueOf } from '../quantities/packed.js'
import type { ChangeKind } from './can-wait.js'

export interface DoseChange {
  readonly kind: Extract<
    ChangeKind,
    'increase' | 'decrease' | 'mixed' | 'slot-move' | 'unknown-dose' | 'none'
  >
  /** Doses before the change in any of the days. */
  readonly hadDoses: boolean
  /** Doses after it in any of the days. */
  readonly hasDoses: boolean
  /** Instant of the first slot that is not the same. */
  readonly nextSlot: number | undefined
}

export interface Compared {
  readonly before: (day: string) => DayAmounts
  readonly after: (day: string) => DayAmounts
  /** Slots before it are not looked at. */
  readonly from: number
  /** First instant that is not looked at. */
  readonly to: number
  readonly toleranceMinutes: number
  readonly zone: string
}

/** Days looked at when the end of the locked days is not known. */
export const COMPARED_DAYS = 14

export function compareDoses({ after, before, from, to, toleranceMinutes, zone }: Compared): DoseChange {
  let [less, more, moved, unknown, hadDoses, hasDoses] = [false, false, false, false, false, false]
  let nextSlot: number | undefined
  const last = localDate(to - 1, zone)
  const first = localDate(from, zone)
  for (let day = first; day <= last; day = addDays(day, 1)) {
    const old = within(before(day), day, from, to, zone)
    const now = within(after(day), day, from, to, zone)
    hadDoses ||= old.doses.length > 0 || !old.known
    hasDoses ||= now.doses.length > 0 || !now.known
    const verdict = compareDays(old, now, toleranceMinutes)
    if (verdict === 'equal') continue
    nextSlot ??= firstSlot(old, now, day, zone)
    // What is left of the day of the change tells a move like more or less.
    if (day === first && day !== last && from > startOfLocalDay(day, zone)) continue
    if (verdict === 'slots') moved = true
    else if (verdict === 'unknown') unknown = true
    else if (isLess(now, old)) less = true
    else more = true
  }
  const kind = unknown
    ? 'unknown-dose'
    : less && more
      ? 'mixed'
      : less
        ? 'decrease'
        : more
          ? 'increase'
          : moved
            ? 'slot-move'
            : 'none'
  return { kind, hadDoses, hasDoses, nextSlot }
}

/** Whether a day gives less than another, where both are known and differ in sum. */
export function isLess(a: DayAmounts, b: DayAmounts): boolean {
  if (a.doses.length === 0) return true
  if (b.doses.length === 0) return false
  const [own, other] = [daySum(a.doses), daySum(b.doses)]
  return own !== undefined && other !== undefined && compare(own.high, other.high) < 0
}

/** Doses at any time of the day count with every part of it. */
function within(amounts: DayAmounts, day: string, from: number, to: number, zone: string): DayAmounts {
  const doses = amounts.doses.filter((dose) => {
    const due = dueOf(day, dose.minutes, zone)
    return due === undefined || (due >= from && due < to)
  })
  return doses.length === amounts.doses.length ? amounts : { ...amounts, doses }
}

function firstSlot(a: DayAmounts, b: DayAmounts, day: string, zone: string): number | undefined {
  const slots = [...a.doses, ...b.doses].flatMap(({ minutes }: SlotAmount) => dueOf(day, minutes, zone) ?? [])
  return slots.length === 0 ? undefined : Math.min(...slots)
}
