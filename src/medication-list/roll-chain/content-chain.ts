/** What is in one pouch of one treatment: by whom it was prescribed, how it was packed, what became of it. */
import type { Situation } from '../discrepancies/discrepancy.js'
import type { DoseAmount } from '../dosage/amount.js'
import { SLOT_TOLERANCE_MINUTES } from '../dosage/slots.js'
import { INTAKE_GRADES, type IntakeGrade } from '../facts/fact.js'
import { type LineStatus, stateAt } from '../lines/decisions.js'
import { type LineModel, prescriptionsOf } from '../lines/line.js'
import { isSameSlot } from '../quantities/day-amounts.js'
import type { PackedDose } from '../quantities/packed.js'

export interface ContentChain {
  /** `MedicationStatement/<id>` of the line. */
  readonly line: string
  readonly medicine: string | undefined
  readonly prescribed: {
    /** State of the line when the pouch is due; undefined where nobody decided. */
    readonly state: LineStatus | undefined
    /** When it was decided. */
    readonly at: number | undefined
    /** What is intended for the slot, each dose of it; undefined where that is not known. */
    readonly amounts: readonly (DoseAmount | undefined)[] | undefined
    readonly facts: readonly string[]
  }
  readonly packed: { readonly amount: DoseAmount | undefined; readonly facts: readonly string[] }
  readonly taken: {
    readonly state: 'taken' | 'refused' | 'not-taken' | 'excused' | 'uncertain' | 'unknown' | 'to-come'
    readonly at: number | undefined
    /** Of the strongest record. */
    readonly grade: IntakeGrade | undefined
    readonly facts: readonly string[]
  }
}

export function contentOf(
  line: LineModel,
  dose: PackedDose,
  day: string,
  situation: Situation,
): ContentChain {
  const { versioned } = situation
  return {
    line: line.ref,
    medicine: dose.medicine?.name ?? line.medicine?.name,
    prescribed: prescribedOf(line, dose, day, situation),
    packed: { amount: dose.amount, facts: dose.refs.map(versioned).sort() },
    taken: takenOf(line, dose, situation),
  }
}

function prescribedOf(
  line: LineModel,
  dose: PackedDose,
  day: string,
  { quantities, versioned }: Situation,
): ContentChain['prescribed'] {
  const state = stateAt(line.group.decisions, dose.due ?? quantities.dueOf(day, 0) ?? 0)
  const intended = quantities.intended(line, day)
  const { minutes, slot } = dose
  const ofSlot = intended.doses.filter(
    (one) =>
      one.minutes === undefined ||
      minutes === undefined ||
      isSameSlot(
        { slot: one.slot, minutes: one.minutes },
        { slot, minutes },
        quantities.toleranceMinutes(line),
      ),
  )
  const tokens = new Set(dose.supply?.keys.map(({ token }) => token) ?? [])
  const named = prescriptionsOf(line).filter(({ own }) => own.some((token) => tokens.has(token)))
  const facts = [...(state === undefined ? [] : [state.decision.fact]), ...named].map(({ ref }) =>
    versioned(ref),
  )
  return {
    state: state?.status,
    at: state?.decision.at,
    amounts: intended.known ? ofSlot.map(({ amount }) => amount) : undefined,
    facts: [...new Set(facts)].sort(),
  }
}

/** Told of the pouch's slot, the strongest first: taken over anything else, as a dose is settled. */
function takenOf(
  line: LineModel,
  { due }: PackedDose,
  { at, quantities, versioned }: Situation,
): ContentChain['taken'] {
  const reach = SLOT_TOLERANCE_MINUTES * 60_000
  const told =
    due === undefined ? [] : quantities.history(line).filter((one) => Math.abs(one.due - due) <= reach)
  const facts = [...new Set(told.map(({ fact }) => versioned(fact.ref)))].sort()
  const [best] = [...told].sort(
    (a, b) =>
      Number(b.fact.outcome === 'taken') - Number(a.fact.outcome === 'taken') ||
      INTAKE_GRADES.indexOf(a.fact.grade) - INTAKE_GRADES.indexOf(b.fact.grade) ||
      (a.fact.ref < b.fact.ref ? -1 : 1),
  )
  if (best === undefined)
    return {
      state: due !== undefined && due > at ? 'to-come' : 'unknown',
      at: undefined,
      grade: undefined,
      facts,
    }
  const { outcome, grade } = best.fact
  return { state: outcome === 'error' ? 'unknown' : outcome, at: best.at, grade, facts }
}
