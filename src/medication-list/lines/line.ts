/** A line as the discrepancies see it: its facts, its state at T and its dosage in force. */
import type { Dosage, MedicationStatement } from 'fhir/r4.js'
import type { ListConfig, NeverDaily } from '../contract.js'
import type { DosagePlan } from '../dosage/plan.js'
import { happenedAt } from '../facts/event-time.js'
import type { DecisionFact, Intake, Medicine, Prescription } from '../facts/fact.js'
import { type Attached, type LineGroup, medicineOf } from '../grouping/line-group.js'
import { neverDailyRule } from '../never-daily/problems.js'
import { type Category, categoryOf } from './category.js'
import { type Cycles, cyclesAt } from './cycles.js'
import { dosageInForce, type LineState, stateAt } from './decisions.js'
import { type Holder, holderHasDecided } from './holder.js'
import { type NotToPack, notToPack } from './not-to-pack.js'
import { inPhase } from './phase.js'

export interface LineModel {
  readonly id: string
  /** `MedicationStatement/<id>`. */
  readonly ref: string
  readonly group: LineGroup
  readonly status: Exclude<MedicationStatement['status'], 'not-taken'>
  /** Undefined where nobody decided. */
  readonly state: LineState | undefined
  readonly medicine: Medicine | undefined
  /** Fact whose dosage is in force. */
  readonly dosageFact: DecisionFact | undefined
  /** The dosage in force, in the line's phase (12.5). */
  readonly plan: DosagePlan
  /** What `plan` was read from. */
  readonly dosages: readonly Dosage[]
  readonly cycles: Cycles
  /** Words of a newer decision that names no amount. */
  readonly words: string | undefined
  readonly category: Category | undefined
  /** False while the holder has not decided on it. */
  readonly confirmed: boolean
  readonly critical: boolean
  /** The rule for a medicine that is never daily (12.8). */
  readonly neverDaily: NeverDaily | undefined
  /** Why it may be neither packed nor programmed for now; empty where it may, and for a line that is not in use. */
  readonly notToPack: readonly NotToPack[]
}

const NO_DOSAGE = { plan: { kind: 'none' }, dosages: [] } as const

export function makeLine(
  id: string,
  group: LineGroup,
  at: number,
  holder: Holder | undefined,
  config: ListConfig,
): LineModel {
  const state = stateAt(group.decisions, at)
  const dosage = state === undefined ? undefined : dosageInForce(group.decisions, state, at)
  const medicine = medicineOf(group)
  const { plan, dosages } = dosage === undefined ? NO_DOSAGE : inPhase(dosage.fact, group.decisions)
  return {
    id,
    ref: `MedicationStatement/${id}`,
    group,
    status: statusOf(group, state),
    state,
    medicine,
    dosageFact: dosage?.fact,
    plan,
    dosages,
    cycles: cyclesAt(plan, dosage?.fact.start, at, config.zone),
    words: dosage?.words,
    category: state === undefined ? undefined : categoryOf(plan, state, group, dosage?.fact),
    confirmed: state === undefined || holderHasDecided(state.decision.fact, group.facts, holder),
    critical: isCritical(medicine, config),
    neverDaily: neverDailyRule(medicine, config),
    notToPack:
      state === undefined || state.status === 'stopped' || state.status === 'completed'
        ? []
        : notToPack({ fact: dosage?.fact, plan, medicine }, at, config),
  }
}

function statusOf(group: LineGroup, state: LineState | undefined): LineModel['status'] {
  if (state !== undefined) return state.status
  return group.facts.length > 0 && group.facts.every(({ status }) => status === 'error')
    ? 'entered-in-error'
    : 'unknown'
}

export const isCritical = (medicine: Medicine | undefined, config: ListConfig): boolean =>
  medicine?.atc !== undefined && config.criticalAtc.some((prefix) => medicine.atc?.startsWith(prefix))

export const prescriptionsOf = ({ group }: LineModel): Prescription[] =>
  group.facts.filter((fact) => fact.kind === 'prescription')

/** Whether something can still be dispensed on it at an instant. */
export const isValid = (prescription: Prescription, instant: number): boolean =>
  prescription.dispensable &&
  prescription.status === 'active' &&
  (prescription.validTo === undefined || instant < prescription.validTo)

/** The newest dose of a line that is given elsewhere (12.7); of other lines undefined. */
export const lastGiven = ({
  category,
  group,
}: Pick<LineModel, 'category' | 'group'>): Attached<Intake> | undefined =>
  category === 'admin-by-clinic'
    ? group.intakes
        .filter(({ fact }) => fact.outcome === 'taken')
        .sort((a, b) => happenedAt(b.fact) - happenedAt(a.fact) || (a.fact.ref < b.fact.ref ? -1 : 1))[0]
    : undefined
