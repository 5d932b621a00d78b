/** What the facts say about packing: calendars, questions that were answered, measures, ordinations (docs/facts.md). */
import type { CareTeam } from 'fhir/r4.js'
import type { PackingPeriod } from '../packing/calendar.js'
import type { Cause, MeasureKind } from '../packing/can-wait.js'
import type { FactOrigin } from './fact.js'

/** The packing periods of one dose card, as the pharmacy states them. */
export interface PackingCalendar extends FactOrigin {
  readonly kind: 'packing-calendar'
  readonly periods: readonly PackingPeriod[]
}

/** A decider's answer to "can this change wait?". */
export interface PackingAnswer extends FactOrigin {
  readonly kind: 'packing-answer'
  readonly counts: boolean
  /** Id of the line. */
  readonly line: string | undefined
  /** Tokens of the deciding facts that it is about; empty: the newest decision at `at`. */
  readonly decisions: readonly string[]
  readonly answer: 'can-wait' | 'cannot-wait'
  readonly at: number
  readonly wish: number | undefined
  readonly cause: Cause | undefined
  readonly override: string | undefined
  /** From when the change was said to be in force. */
  readonly effective: number | undefined
  /** Result class as it was told to the decider. */
  readonly told: string | undefined
}

/** Something done to bring a change about before the next routine roll. */
export interface Measure extends FactOrigin {
  readonly kind: 'measure'
  readonly measure: MeasureKind
  /** `failed`: whoever was to do it could not, or would not. */
  readonly state: 'open' | 'confirmed' | 'failed' | 'void'
  readonly line: string | undefined
  readonly decisions: readonly string[]
  /** Slots that it is about. */
  readonly from: number
  /** Undefined: until something else is decided. */
  readonly to: number | undefined
  readonly deadline: number | undefined
  readonly confirmedAt: number | undefined
}

/** An ordination that the hub sent, or that a pharmacy has read. */
export interface Ordination extends FactOrigin {
  readonly kind: 'ordination'
  /** Instant of the list that it carries. */
  readonly stated: number
  readonly recipient: string | undefined
  /** When the pharmacy had it; undefined until that is known. */
  readonly received: number | undefined
  readonly by: 'receipt' | 'reading'
  readonly refused: boolean
}

/** What one message of the register of multidose responsibility says. */
export interface MultidoseRegister extends FactOrigin {
  readonly kind: 'multidose-register'
  readonly team: CareTeam
}

export type PackingFact = PackingCalendar | PackingAnswer | Measure | Ordination | MultidoseRegister

export interface PackingFactSet {
  readonly calendars: readonly PackingCalendar[]
  readonly answers: readonly PackingAnswer[]
  readonly measures: readonly Measure[]
  readonly ordinations: readonly Ordination[]
  readonly registers: readonly MultidoseRegister[]
}
