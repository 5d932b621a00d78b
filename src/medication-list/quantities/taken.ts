/**
 * What was taken, refused or left of a line, each record with the slot that it answers and its grade. Sachets of untold
 * content are what was packed in them (medication-list.md 1, 4; devices.md 2.1).
 */
import { localDate, localDateTime } from '../../core/zone.js'
import type { DoseAmount } from '../dosage/amount.js'
import { minutesOfTime, SLOT_TOLERANCE_MINUTES } from '../dosage/slots.js'
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
  readonly intended: (line: LineModel, day: string) => DayAmounts
  readonly packed: (line: LineModel, day: string) => PackedDay
  readonly dueOf: (day: string, minutes: number | undefined) => number | undefined
}

/** All records of the line that came within the engine's look-back, in no order. */
export function lineIntakes(
  line: LineModel,
  unknownSachets: readonly Intake[],
  context: TakenContext,
): LineIntake[] {
  const own = line.group.intakes.flatMap(({ fact, medicine }) => {
    if (fact.outcome === 'error') return []
    const index = fact.medicines.indexOf(medicine)
    return [record(line, fact, medicine, fact.amounts[index], context)]
  })
  return [...own, ...sachetIntakes(line, unknownSachets, context)]
}

function record(
  line: LineModel,
  fact: Intake,
  medicine: Medicine,
  amount: DoseAmount | undefined,
  context: TakenContext,
): LineIntake {
  const at = fact.at?.from ?? fact.receivedAt
  const slot = fact.scheduled ?? answeredSlot(line, at, context)
  const due = slot ?? at
  return {
    fact,
    medicine,
    amount,
    due,
    at,
    day: localDate(due, context.zone),
    planned: slot !== undefined,
    fromPack: false,
  }
}

/** The nearest dose of the line within reach, of its own day or of the one before (a dose after midnight). */
function answeredSlot(
  line: LineModel,
  at: number,
  { zone, intended, dueOf }: TakenContext,
): number | undefined {
  const days = new Set([localDate(at - NEAREST_MS, zone), localDate(at + NEAREST_MS, zone)])
  const slots = [...days].flatMap((day) =>
    intended(line, day).doses.flatMap(({ minutes }) => dueOf(day, minutes) ?? []),
  )
  return nearest(slots, at)
}

const nearest = (slots: readonly number[], at: number): number | undefined =>
  slots
    .filter((due) => Math.abs(due - at) <= NEAREST_MS)
    .sort((a, b) => Math.abs(a - at) - Math.abs(b - at) || a - b)[0]

function sachetIntakes(line: LineModel, sachets: readonly Intake[], context: TakenContext): LineIntake[] {
  return sachets.flatMap((fact) => {
    if (fact.outcome === 'error') return []
    const at = fact.at?.from ?? fact.receivedAt
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
