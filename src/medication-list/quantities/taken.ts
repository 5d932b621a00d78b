/**
 * What was taken, refused or left of a line, each record with the slot that it answers and its grade. Sachets of untold
 * content are what was packed in them (medication-list.md 1, 4; devices.md 2.1).
 */
import { localDate, localDateTime } from '../../core/zone.js'
import type { DoseAmount } from '../dosage/amount.js'
import { minutesOfTime, SLOT_TOLERANCE_MINUTES } from '../dosage/slots.js'
import { happenedAt } from '../facts/event-time.js'
import { INTAKE_GRADES, type Intake, type IntakeGrade, type Medicine } from '../facts/fact.js'
import type { LineModel } from '../lines/line.js'
import type { DayAmounts, SlotAmount } from './day-amounts.js'
import type { PackedDay, PackedDose } from './packed.js'
import { rollNumber } from './rolls.js'

export interface LineIntake {
  readonly fact: Intake
  readonly medicine: Medicine | undefined
  readonly amount: DoseAmount | undefined
  /** Instant of the slot that it answers; of the intake itself where it answers none. */
  readonly due: number
  /** When it happened. */
  readonly at: number
  /** Local date of the slot. */
  readonly day: string
  /** Whether it answers a dose that was planned. */
  readonly planned: boolean
  /** The content of the sachet was taken from what was packed. */
  readonly fromPack: boolean
}

export interface TakenDose extends SlotAmount {
  readonly due: number
  readonly at: number
  readonly grade: IntakeGrade
  readonly planned: boolean
}

export interface TakenDay extends DayAmounts {
  readonly doses: readonly TakenDose[]
}

/** A sachet that names no time answers the pouch that is nearest within this time. */
const NEAREST_MS = 4 * 3_600_000
const MINUTE_MS = 60_000

export interface TakenContext {
  readonly zone: string
  /** Instants of the intended doses of a day that name a time. */
  readonly slots: (line: LineModel, day: string) => readonly number[]
  readonly packed: (line: LineModel, day: string) => PackedDay
}

/**
 * The line's records since an instant, in no order; not yet set against its slots.
 * @param sachets those of untold content
 */
export function lineRecords(
  line: LineModel,
  sachets: readonly Intake[],
  since: number,
  context: TakenContext,
): LineIntake[] {
  const own = line.group.intakes.flatMap(({ fact, medicine }) => {
    const at = happenedAt(fact)
    if (fact.outcome === 'error' || Math.max(at, fact.scheduled ?? at) < since) return []
    const amount = fact.amounts[fact.medicines.indexOf(medicine)]
    const due = fact.scheduled ?? at
    const day = localDate(due, context.zone)
    return [{ fact, medicine, amount, due, at, day, planned: fact.scheduled !== undefined, fromPack: false }]
  })
  return [...own, ...sachetIntakes(line, sachets, since, context)]
}

/** Each record with the slot that it answers: the nearest that no other record of its source answers. */
export function answered(
  line: LineModel,
  records: readonly LineIntake[],
  { zone, slots: slotsOf }: TakenContext,
): LineIntake[] {
  const near = (from: number, to: number): readonly number[] => {
    const [first, last] = [localDate(from, zone), localDate(to, zone)]
    return first === last ? slotsOf(line, first) : [...slotsOf(line, first), ...slotsOf(line, last)]
  }
  const pairs = records
    .flatMap((record, index) => {
      const reach = record.planned ? SLOT_TOLERANCE_MINUTES * MINUTE_MS : NEAREST_MS
      return near(record.due - reach, record.due + reach).flatMap((slot) => {
        const distance = Math.abs(slot - record.due)
        return distance <= reach ? [{ record, index, slot, distance }] : []
      })
    })
    .sort(
      (a, b) =>
        Number(b.record.planned) - Number(a.record.planned) ||
        a.distance - b.distance ||
        a.slot - b.slot ||
        (a.record.fact.ref < b.record.fact.ref ? -1 : 1),
    )
  const slots = new Map<number, number>()
  const taken = new Set<string>()
  for (const { record, index, slot } of pairs) {
    const key = `${record.fact.sourceKey} ${slot}`
    if (slots.has(index) || taken.has(key)) continue
    slots.set(index, slot)
    taken.add(key)
  }
  return records.map((record, index) => {
    const slot = slots.get(index)
    return slot === undefined ? record : { ...record, due: slot, day: localDate(slot, zone), planned: true }
  })
}

function sachetIntakes(
  line: LineModel,
  sachets: readonly Intake[],
  since: number,
  context: TakenContext,
): LineIntake[] {
  return sachets.flatMap((fact) => {
    const at = happenedAt(fact)
    if (fact.outcome === 'error' || Math.max(at, fact.scheduled ?? at) < since) return []
    return pouchDoses(line, fact, at, context).map((dose): LineIntake => {
      const due = dose.due ?? fact.scheduled ?? at
      return {
        fact,
        medicine: dose.medicine ?? fact.medicines[0] ?? line.medicine,
        amount: dose.amount,
        due,
        at,
        day: localDate(due, context.zone),
        planned: true,
        fromPack: true,
      }
    })
  })
}

/** The line's share of the pouch that the sachet is: by the time at which it was due, else by the nearest pouch. */
function pouchDoses(line: LineModel, fact: Intake, at: number, context: TakenContext): readonly PackedDose[] {
  const when = fact.scheduled ?? at
  const reach = fact.scheduled === undefined ? NEAREST_MS : SLOT_TOLERANCE_MINUTES * MINUTE_MS
  const days = new Set([localDate(when - reach, context.zone), localDate(when + reach, context.zone)])
  const doses = [...days]
    .flatMap((day) => context.packed(line, day).doses)
    .filter(
      ({ due, supply }) => due !== undefined && Math.abs(due - when) <= reach && fromSameRoll(fact, supply),
    )
  const best = Math.min(...doses.map(({ due }) => Math.abs((due ?? 0) - when)))
  return doses.filter(({ due }) => Math.abs((due ?? 0) - when) === best)
}

/** Where one of the two states no number, time decides. */
const fromSameRoll = ({ rolls }: Intake, supply: PackedDose['supply']): boolean => {
  const numbers = supply?.pack.rolls ?? []
  return (
    supply !== undefined &&
    (rolls.length === 0 ||
      numbers.length === 0 ||
      rolls.some((token) => numbers.some((own) => rollNumber(own) === rollNumber(token))))
  )
}

/**
 * The doses taken on a day: what several sources tell of one slot is one dose, shown by its strongest record; what one
 * source tells twice is two.
 */
export function takenOn(records: readonly LineIntake[], day: string, zone: string): TakenDay {
  const ofDay = records.filter((one) => one.day === day)
  const taken = ofDay.filter(({ fact }) => fact.outcome === 'taken')
  const unsettled = ofDay.some(({ fact }) => fact.outcome === 'uncertain')
  const bySlot = new Map<string, LineIntake[]>()
  for (const one of taken) {
    const slot = one.planned ? `slot ${one.due}` : `own ${one.fact.ref}`
    bySlot.set(slot, [...(bySlot.get(slot) ?? []), one])
  }
  const doses = [...bySlot.values()].flatMap((told) =>
    sameDoses(told).map((doubles) => toDose(doubles, zone)),
  )
  return {
    known: !unsettled && doses.every(({ amount }) => amount !== undefined),
    doses: doses.sort((a, b) => a.due - b.due || a.at - b.at),
  }
}

/** The n-th record of each source is of the same dose as the n-th of another. */
function sameDoses(told: readonly LineIntake[]): LineIntake[][] {
  const doses: LineIntake[][] = []
  const counted = new Map<string, number>()
  for (const one of [...told].sort((a, b) => a.at - b.at || (a.fact.ref < b.fact.ref ? -1 : 1))) {
    const place = counted.get(one.fact.sourceKey) ?? 0
    counted.set(one.fact.sourceKey, place + 1)
    doses[place] = [...(doses[place] ?? []), one]
  }
  return doses
}

const rank = ({ fact }: LineIntake): number => INTAKE_GRADES.indexOf(fact.grade)

function toDose(doubles: readonly LineIntake[], zone: string): TakenDose {
  const [best, ...others] = [...doubles].sort((a, b) => rank(a) - rank(b))
  // Made of at least one record.
  const strongest = best as LineIntake
  return {
    slot: undefined,
    minutes: minutesOfTime(localDateTime(strongest.due, zone).time),
    amount: strongest.amount ?? others.find(({ amount }) => amount !== undefined)?.amount,
    medicine: strongest.medicine,
    refs: doubles.map(({ fact }) => fact.ref).sort(),
    due: strongest.due,
    at: strongest.at,
    grade: strongest.fact.grade,
    planned: strongest.planned,
  }
}
