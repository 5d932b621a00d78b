/** What grouping makes of the facts: the facts of each line, and what belongs to none (medication-list.md 3.2). */
import type { DecisionFact, Intake, Medicine, Row, Supply } from '../facts/fact.js'
import type { Decision } from '../lines/decisions.js'

export type MatchBasis = 'K0' | 'K1' | 'K2' | 'K3' | 'K4'

export interface Attached<F> {
  readonly fact: F
  readonly basis: MatchBasis
  /** The medicine of a sachet that belongs here; the fact's own otherwise. */
  readonly medicine: Medicine
}

/** The facts of one treatment. */
export interface LineGroup {
  /** Facts that decide; empty for provisional lines. */
  readonly facts: readonly DecisionFact[]
  readonly decisions: readonly Decision[]
  /** Decided by the patient or a relative. */
  readonly self: boolean
  /** Why each deciding fact is here, by ref. */
  readonly basis: ReadonlyMap<string, MatchBasis>
  readonly supplies: readonly Attached<Supply>[]
  readonly intakes: readonly Attached<Intake>[]
  /** What patients say about a treatment that others decided. */
  readonly reports: readonly Attached<Row>[]
}

/** Something that a person has to sort out before the grouping can be trusted. */
export interface LinkProblem {
  readonly kind: 'no-shared-substance' | 'cycle' | 'two-treatment-ids' | 'several-candidates'
  /** Refs of the facts concerned, ascending. */
  readonly refs: readonly string[]
  /** Deciding facts that stand for the candidate lines, ascending. */
  readonly candidates: readonly string[]
}

export interface Unattached {
  readonly fact: Supply | Intake | Row
  readonly why: 'several-candidates' | 'hint-only' | 'medicine-unknown' | 'ward'
}

/** Rule 6: a fact below the prescriber's side that weak keys alone lead to lines. */
export interface Hinted {
  readonly fact: Supply | Intake | Row
  readonly medicine: Medicine
  readonly basis: 'K5' | 'K6'
  /** Deciding facts that stand for the lines, ascending. */
  readonly candidates: readonly string[]
}

export interface Grouping {
  readonly groups: readonly LineGroup[]
  readonly problems: readonly LinkProblem[]
  readonly unattached: readonly Unattached[]
  readonly hinted: readonly Hinted[]
}

/** The medicine that stands for a group: the first that says most, in order of decision. */
export function medicineOf(group: Pick<LineGroup, 'facts' | 'supplies' | 'intakes'>): Medicine | undefined {
  const medicines = [
    ...[...group.facts].reverse().map(({ medicine }) => medicine),
    ...group.supplies.map(({ medicine }) => medicine),
    ...group.intakes.map(({ medicine }) => medicine),
  ]
  return medicines.find(({ substances }) => substances.size > 0) ?? medicines[0]
}
