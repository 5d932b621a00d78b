/** Contract of a discrepancy: one code, one file, one pure predicate over the lines at T (medication-list.md 6). */
import type { AttestedList } from '../attestation/badge.js'
import type { ListConfig, ProductKnowledge, SourceFact } from '../contract.js'
import type { Language } from '../dosage/units.js'
import type { FactSet } from '../facts/fact.js'
import type { LinkProblem, Unattached } from '../grouping/line-group.js'
import type { Holder } from '../lines/holder.js'
import type { LineModel } from '../lines/line.js'
import type { Quantities } from '../quantities/quantities.js'
import type { Baton } from '../responsibility/baton.js'
import type { OwnerRole } from './owners.js'
import type { SentenceWords } from './words.js'

/** Codes of `medlist-issue` that the engine raises so far. */
export type IssueCode =
  | 'allergy-conflict'
  | 'conflicting-change'
  | 'course-without-end'
  | 'late-decision'
  | 'on-list-without-valid-prescription'
  | 'prescription-expiring'
  | 'row-vanished'
  | 'supply-running-out'
  | 'duplicate-substance'
  | 'duplicate-therapeutic'
  | 'hold-without-plan'
  | 'prescribed-not-on-list'
  | 'stopped-prescription-open'
  | 'stopped-still-dispensed'
  | 'taken-after-stop'
  | 'missed-dose'
  | 'wrong-roll'
  | 'text-structure-conflict'
  | 'missing-structured-dose'
  | 'never-daily-conflict'
  | 'change-day-sum'
  | 'source-unavailable'
  | 'ambiguous-link'
  | 'interaction'
  | 'interaction-split'
  | 'unconfirmed-multidose-change'
  | 'ordination-not-received'
  | 'measure-overdue'
  | 'stale-attestation'
  | 'baton-gap'
  | 'baton-offer-overdue'
  | 'discharge-without-list'
  | 'dose-mismatch-pack'
  | 'stopped-still-packed'
  | 'on-list-not-packed'
  | 'outside-roll-no-supply'
  | 'dispensed-not-on-list'
  | 'product-substituted'
  | 'substitution-not-allowed'
  | 'dose-mismatch-device'
  | 'pack-device-mismatch'
  | 'stopped-still-loaded'
  | 'program-outdated'
  | 'taken-while-on-hold'
  | 'extra-dose'
  | 'prn-over-max'
  | 'unplanned-intake'
  | 'not-as-agreed'
  | 'evidence-stale'
  | 'clinic-dose-overdue'

export type Severity = 'high' | 'moderate' | 'low'

export type FindingNumber = string | number | boolean | readonly string[]
export type Numbers = Readonly<Record<string, FindingNumber | undefined>>

/** One discrepancy that holds at T. */
export interface Finding {
  /** What it is about: stable keys of line, prescription, roll or source; with code and patient they make its id. */
  readonly about: readonly string[]
  readonly severity: Severity
  /** Facts (`<type>/<id>/_history/<n>`) and lines involved. */
  readonly implicated: readonly string[]
  /** Facts that prove it, versioned. */
  readonly evidence: readonly string[]
  /** What the sentence says, as data: names, counts, amounts; instants as ISO UTC, days as ISO date. */
  readonly numbers: Numbers
  /** The evidence came in long after it happened. */
  readonly late?: boolean
  /** Whose it is besides those whom the code names. */
  readonly alsoFor?: readonly OwnerRole[]
}

export interface Findings {
  readonly findings: readonly Finding[]
  /** Instants after T at which time alone may change the answer. */
  readonly next: readonly number[]
}

export interface Situation {
  /** T, as instant. */
  readonly at: number
  readonly lines: readonly LineModel[]
  readonly facts: FactSet
  readonly problems: readonly LinkProblem[]
  readonly unattached: readonly Unattached[]
  readonly sources: readonly SourceFact[]
  readonly holder: Holder | undefined
  readonly attested: AttestedList
  readonly baton: Baton
  readonly config: ListConfig
  readonly products: ProductKnowledge
  /** The person has multidose, a dispenser or help with medicines. */
  readonly helped: boolean
  /** Intended, packed, programmed and taken by line and day. */
  readonly quantities: Quantities
  /** `<ref>/_history/<version>` of a fact, by ref. */
  readonly versioned: (ref: string) => string
}

export interface Discrepancy {
  readonly code: IssueCode
  readonly find: (situation: Situation) => Findings
  /** One sentence about a finding, made of its numbers alone. */
  readonly sentences: Sentences<Numbers>
}

export type Sentences<N extends Numbers> = Readonly<
  Record<Language, (numbers: N, words: SentenceWords) => string>
>

/** A discrepancy whose sentences name the numbers that its own findings carry. */
export interface TypedDiscrepancy<N extends Numbers> {
  readonly code: IssueCode
  readonly find: (situation: Situation) => {
    readonly findings: readonly (Finding & { readonly numbers: N })[]
    readonly next: readonly number[]
  }
  readonly sentences: Sentences<N>
}

/** Its own numbers reach a sentence as they were found or as they were stored, so that the wider type is safe. */
export const discrepancy = <N extends Numbers>(typed: TypedDiscrepancy<N>): Discrepancy =>
  typed as unknown as Discrepancy

export const isOpen = ({ status }: LineModel): boolean =>
  status === 'active' || status === 'intended' || status === 'on-hold'

/** What a line's medicine is called; undefined where no source says. */
export const nameOf = (line: LineModel): string | undefined => line.medicine?.name

export const iso = (instant: number): string => new Date(instant).toISOString()
