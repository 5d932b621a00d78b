/** Contract of a discrepancy: one code, one file, one pure predicate over the lines at T (medication-list.md 6). */
import type { ListConfig, ProductKnowledge, SourceFact } from '../contract.js'
import type { Language } from '../dosage/units.js'
import type { FactSet } from '../facts/fact.js'
import type { LinkProblem } from '../grouping/line-group.js'
import type { Holder } from '../lines/holder.js'
import type { LineModel } from '../lines/line.js'

/** Codes of `medlist-issue` that the engine raises so far. */
export type IssueCode =
  | 'duplicate-substance'
  | 'prescribed-not-on-list'
  | 'stopped-prescription-open'
  | 'stopped-still-dispensed'
  | 'taken-after-stop'
  | 'missed-dose'
  | 'wrong-roll'
  | 'source-unavailable'
  | 'ambiguous-link'
  | 'interaction'
  | 'interaction-split'

export type Severity = 'high' | 'moderate' | 'low'

/** One discrepancy that holds at T. */
export interface Finding {
  /** What it is about: stable keys of line, prescription, roll or source; with code and patient they make its id. */
  readonly about: readonly string[]
  readonly severity: Severity
  /** Facts (`<type>/<id>/_history/<n>`) and lines involved. */
  readonly implicated: readonly string[]
  /** Facts that prove it, versioned. */
  readonly evidence: readonly string[]
  /** One sentence with the numbers in it, in the reader's language. */
  readonly detail: string
  /** The evidence came in long after it happened. */
  readonly late?: boolean
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
  readonly sources: readonly SourceFact[]
  readonly holder: Holder | undefined
  readonly config: ListConfig
  readonly products: ProductKnowledge
  readonly language: Language
  /** The person has multidose, a dispenser or help with medicines. */
  readonly helped: boolean
  /** `<ref>/_history/<version>` of a fact, by ref. */
  readonly versioned: (ref: string) => string
}

export interface Discrepancy {
  readonly code: IssueCode
  readonly find: (situation: Situation) => Findings
}

export const isOpen = ({ status }: LineModel): boolean =>
  status === 'active' || status === 'intended' || status === 'on-hold'

/** What to call a line's medicine in a sentence. */
export const nameOf = (line: LineModel, language: Language): string =>
  line.medicine?.name ?? UNKNOWN[language]

const UNKNOWN: Readonly<Record<Language, string>> = {
  nb: 'Ukjent legemiddel',
  da: 'Ukendt lægemiddel',
  en: 'Unknown medicine',
  sv: 'Okänt läkemedel',
  fi: 'Tuntematon lääke',
}
