/** What lies in the pouches of a line for a day, after confirmed measures (medication-list.md 1, 8.2). */
import { dueInstant } from '../dosage/expand.js'
import type { DosagePlan } from '../dosage/plan.js'
import type { FactSet, Medicine } from '../facts/fact.js'
import type { Attached } from '../grouping/line-group.js'
import type { LineModel } from '../lines/line.js'
import { remembered } from '../remember.js'
import { type DayAmounts, NO_DOSES, type SlotAmount, slotAmounts } from './day-amounts.js'
import { expandDay } from './expand-day.js'
import { isMeasured, type PackMeasure } from './pack-measure.js'
import { isPacked, type PackedSupply, type Rolls } from './rolls.js'

/** One pouch's share of one line. */
export interface PackedDose extends SlotAmount {
  /** Undefined for a confirmed supply outside the roll that stands in for it. */
  readonly supply: PackedSupply | undefined
  /** Instant at which the pouch is due; undefined where its slot is not stated. */
  readonly due: number | undefined
}

export interface PackedDay extends DayAmounts {
  readonly doses: readonly PackedDose[]
}

export interface PackedContext {
  /** The dosage by which a supply was packed. */
  readonly planOf: (supply: PackedSupply) => DosagePlan
  readonly rolls: Rolls
  readonly zone: string
  /** Of measures that are confirmed. */
  readonly measures: readonly PackMeasure[]
}

/** The line's supplies that lie in rolls. */
export const packsOf = ({ group }: LineModel): Attached<PackedSupply>[] =>
  group.supplies.filter((one): one is Attached<PackedSupply> => isPacked(one.fact))

/**
 * @param intended what a confirmed supply outside the roll gives in place of pouches
 * @param only the roll of which to tell; all where absent
 */
export function packedOn(
  line: LineModel,
  day: string,
  context: PackedContext,
  intended: DayAmounts = NO_DOSES,
  only?: (supply: PackedSupply) => boolean,
): PackedDay {
  const doses: PackedDose[] = []
  let known = true
  for (const { fact, medicine } of packsOf(line)) {
    if (day < fact.pack.from || day > fact.pack.to) continue
    if (!context.rolls.counts(fact, day) || only?.(fact) === false) continue
    const own = packOn(fact, medicine, day, context)
    if (!own.known) known = false
    for (const dose of own.doses)
      if (!isMeasured('withheld', dose.due, line.id, context.measures)) doses.push(dose)
  }
  if (only === undefined && context.measures.length > 0) doses.push(...added(line, day, context, intended))
  return { known, doses }
}

const packedBefore = remembered<Map<string, PackedDay>>()

/** What one supply has for a day, before measures. */
function packOn(fact: PackedSupply, medicine: Medicine, day: string, context: PackedContext): PackedDay {
  const { zone } = context
  const plan = context.planOf(fact)
  const days = packedBefore(fact, [medicine, plan, zone], () => new Map())
  const known = days.get(day)
  if (known !== undefined) return known
  const expansion = expandDay(plan, day, zone, undefined)
  const made: PackedDay = {
    known: plan.kind === 'structured' && expansion.complete,
    doses: slotAmounts(expansion.doses, medicine, [fact.ref]).map((dose) => ({
      ...dose,
      supply: fact,
      due: dueOf(day, dose.minutes, zone),
    })),
  }
  days.set(day, made)
  return made
}

function added(line: LineModel, day: string, context: PackedContext, intended: DayAmounts): PackedDose[] {
  return intended.doses.flatMap((dose) => {
    const due = dueOf(day, dose.minutes, context.zone)
    return isMeasured('added', due, line.id, context.measures) ? [{ ...dose, supply: undefined, due }] : []
  })
}

/** Instant of a dose of a local date; undefined for one at any time of its day. */
export const dueOf = (day: string, minutes: number | undefined, zone: string): number | undefined =>
  dueInstant({ date: day, minutes }, zone)

/** What the supply itself states, else what the pharmacy's own row states that it names. */
export function packedPlan({ pack }: PackedSupply, facts: FactSet): DosagePlan {
  if (pack.plan.kind === 'structured') return pack.plan
  const row = facts.packingRows.find(
    ({ tokens, plan }) => plan.kind === 'structured' && tokens.some((token) => pack.rows.includes(token)),
  )
  return row?.plan ?? pack.plan
}
