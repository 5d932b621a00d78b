/**
 * Contract of the engine: one pure function from a person's facts and a point in time to lines, discrepancies and
 * completeness (medication-list.md 1 to 6). No clock, no I/O. What counts as which fact is in docs/facts.md.
 */
import type {
  CareTeamParticipant,
  DetectedIssue,
  FhirResource,
  MedicationRequest,
  MedicationStatement,
  Task,
} from 'fhir/r4.js'
import type { SourceRole } from '../core/message.js'
import type { Badge } from './attestation/badge.js'
import type { PricePeriod } from './packing/price-periods.js'
import type { Responsibility } from './responsibility/responsibility.js'

/** One fact: a FHIR resource of layer `fact`, with what the hub knows about its coming. */
export interface Fact {
  /** `<type>/<id>`; unique. */
  readonly ref: string
  readonly version: number
  readonly resource: FhirResource
  readonly source: { readonly key: string; readonly role: SourceRole }
  /** ISO instant. */
  readonly receivedAt: string
}

export interface SourceFact {
  readonly key: string
  readonly role: SourceRole
  readonly name: string
  readonly lastHeard: string
  readonly failed?: string
  /** Received messages of this source not yet applied or parked. */
  readonly waiting: number
}

/**
 * One line that the hub has stored before: keeps line ids, entry dates and flags stable. Give every line ever stored,
 * not only those of the last version: one whose flag closes it (`stopped`, `completed`, `merged`, `error`) has been
 * shown as ended on one version and is then left out while it stays ended. A line that is not here and ended at most
 * 90 days ago is shown once with its closing flag.
 */
export interface PreviousLine {
  readonly id: string
  readonly status: MedicationStatement['status']
  /** `ref`s of the facts that made up this line. */
  readonly facts: readonly string[]
  /** Entry date and flag of the previous version. */
  readonly date: string
  readonly flag: EntryFlag
  /** Fingerprint of the line's content, as the engine gave it. */
  readonly fingerprint: string
}

export interface PreviousIssue {
  readonly id: string
  readonly status: 'preliminary' | 'final' | 'cancelled'
  readonly identified: string
  /** As stored: what an issue that closed by itself goes on saying. Without it such an issue keeps only its id. */
  readonly resource?: DetectedIssue
}

export interface Previous {
  readonly lines: readonly PreviousLine[]
  readonly issues: readonly PreviousIssue[]
  /** Participants of the person's own CareTeam: they remember who was general practitioner until when. */
  readonly team?: readonly CareTeamParticipant[]
}

/** What the loaded catalogue knows of a product or substance; every answer may be "unknown" (undefined). */
export interface ProductKnowledge {
  readonly find: (coding: { readonly system?: string; readonly code?: string }) => Product | undefined
  /** Interactions that name a substance, by its ATC code or catalogue id, each with the side on which it stands. */
  readonly interactions: (code: string) => readonly InteractionSide[]
}
export interface InteractionSide {
  readonly interaction: Interaction
  /** Two medicines interact when they stand on different sides. */
  readonly side: number
}
export interface Interaction {
  readonly id: string
  /** 1 should be avoided, 2 take precautions, 3 no measures needed. */
  readonly relevance: 1 | 2 | 3
  /** The catalogue's own words: what may happen, and under which condition alone. */
  readonly consequence: string
  readonly criterion?: string
}
export interface Product {
  /** Name, form and strength. */
  readonly name?: string
  /** K2: product without pack size. */
  readonly productId?: string
  /** K3. */
  readonly substitutionGroup?: string
  /** K4 parts; sets of base substances with strength per countable unit. */
  readonly substances?: readonly {
    readonly code: string
    readonly name: string
    readonly strength?: { readonly value: string; readonly unit: string }
  }[]
  readonly atc?: string
  /** Immediate and modified release are different form groups. */
  readonly formGroup?: string
  readonly routeGroup?: string
  readonly systemic?: boolean
  /** Biologicals, insulins, inhalers, tacrolimus …: no K4. */
  readonly withoutK4?: boolean
  /** Codes by which interactions name it or its parts, besides `atc`. */
  readonly interactsAs?: readonly string[]
}

/**
 * A medicine that is daily in no ordinary use (12.8), by substance, route, form and strength. What a condition asks for
 * and nobody states does not hold: a medicine of unknown strength is not taken for the weekly one.
 */
export interface NeverDaily {
  /** Name of the entry, for those who keep the list. */
  readonly id: string
  /** ATC prefixes. */
  readonly atc: readonly string[]
  /** Route groups (3.1); any where absent. */
  readonly routes?: readonly string[]
  /** Form groups as the catalogue names them; any where absent. */
  readonly forms?: readonly string[]
  /** Least strength of one unit; any where absent. */
  readonly strengthFrom?: { readonly value: number; readonly unit: string }
  /** Shortest time between two days with doses. */
  readonly intervalDays: number
}

export interface ListConfig {
  /** IANA zone of the patient. */
  readonly zone: string
  readonly language: 'nb' | 'da' | 'en' | 'sv' | 'fi'
  /** Milliseconds; default windows of medication-list.md 6.2. */
  readonly missedDoseWindowMs: number
  readonly stopGraceMs: number
  /** ATC prefixes of critical medicines (8.2 default list). */
  readonly criticalAtc: readonly string[]
  /** ATC prefixes of medicines whose clock times are kept to the minute (section 1). */
  readonly timeCriticalAtc: readonly string[]
  /** What is packed of a multidose change that nobody confirmed before the cut-off (section 7, R7). */
  readonly unconfirmedPacking: 'never-more' | 'last-confirmed' | 'as-decided'
  /** The operator's price calendar; empty where there is none (8.4). */
  readonly prices: readonly PricePeriod[]
  /** Medicines that are never daily (12.8). */
  readonly neverDaily: readonly NeverDaily[]
  /** Maximum daily amount per ATC code, in mg. */
  readonly maximumDailyMg: Readonly<Record<string, number>>
  /** Interactions of less relevance than this are not told: 1 tells those to be avoided, 3 tells all. */
  readonly interactionRelevanceMax: 1 | 2 | 3
  /** Groups of which two different substances are one too many; beside them every ATC level 4 is such a group. */
  readonly therapeuticGroups: readonly TherapeuticGroup[]
  /** Codes of complete source lists in which removing a row is the way to end a treatment (4.2); never M25.1. */
  readonly removalEnds: readonly string[]
}

/** Medicines that do the same, which may span several ATC groups (medication-list.md 6.2). */
export interface TherapeuticGroup {
  readonly id: string
  /** ATC prefixes. */
  readonly atc: readonly string[]
  /** How grave two substances of it are: `split` is high when different people decided, else moderate. */
  readonly severity: 'high' | 'moderate' | 'split'
}

export interface ListInput {
  readonly patientRef: string
  readonly facts: readonly Fact[]
  readonly sources: readonly SourceFact[]
  readonly previous: Previous
  readonly products: ProductKnowledge
  readonly config: ListConfig
  /** T: the instant that the list is valid for, ISO UTC. */
  readonly at: string
}

export type EntryFlag =
  | 'new'
  | 'changed'
  | 'unchanged'
  | 'held'
  | 'resumed'
  | 'stopped'
  | 'completed'
  | 'merged'
  | 'split'
  | 'error'

export interface Line {
  /** Stable: from the previous version where its facts were known, else derived from its facts. A UUID. */
  readonly id: string
  /** HubLine: layer tag `line`, identifiers, status, derivedFrom with match-basis, dosage …; `id` set, no meta.versionId/lastUpdated. */
  readonly statement: MedicationStatement
  /** The line for whoever knows prescriptions only, where no prescription stands for it; layer `line`. */
  readonly plan: MedicationRequest | undefined
  readonly flag: EntryFlag
  /** Day on which this line last changed (ISO date). */
  readonly date: string
  /** `ref`s of the facts. */
  readonly facts: readonly string[]
  readonly fingerprint: string
}

export type SourceCondition = 'current' | 'late' | 'silent' | 'failed' | 'waiting'
export type Completeness = 'complete' | 'partial' | 'unknown'

/** A fact from below the prescriber's side that belongs to no line, and why (3.2, rules 5 and 6). */
export interface UnattachedFact {
  readonly ref: string
  readonly why: 'several-candidates' | 'hint-only' | 'medicine-unknown' | 'ward'
}

export interface ListResult {
  /** In the order of medication-list.md 12.7; ended lines appear once with their closing flag. */
  readonly lines: readonly Line[]
  /** All issues, open ones and those that closed now; ids are stable hashes. No meta.versionId/lastUpdated. */
  readonly issues: readonly DetectedIssue[]
  /** One for each of these issues that needs a person. No meta.versionId/lastUpdated. */
  readonly tasks: readonly Task[]
  readonly completeness: Completeness
  readonly sources: readonly (SourceFact & { readonly condition: SourceCondition })[]
  /** First instant after `at` at which time alone alters lines, issues or completeness. */
  readonly nextChangeAt: string | undefined
  /** Who attested the list, and what changed since (9). */
  readonly attestation: Badge
  /** Set exactly when there is no line. */
  readonly emptyReason: 'notstarted' | 'nilknown' | 'unavailable' | undefined
  readonly unattached: readonly UnattachedFact[]
  readonly responsibility: Responsibility
  /** Links that only a person may make, as Tasks (3.2, rule 6); ids are stable hashes. */
  readonly proposals: readonly Task[]
}

export type DeriveList = (input: ListInput) => ListResult
