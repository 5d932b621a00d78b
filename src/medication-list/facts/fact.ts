/** What the engine reads out of FHIR resources: one closed union on `kind` (docs/facts.md). */
import type { CodeableConcept, Coding, Dosage, Identifier, Period, Reference, Resource } from 'fhir/r4.js'
import type { SourceRole } from '../../core/message.js'
import type { InstantRange } from '../../core/zone.js'
import type { DoseAmount } from '../dosage/amount.js'
import type { Decimal } from '../dosage/decimal.js'
import type { DosagePlan } from '../dosage/plan.js'
import type { PackingPeriod } from '../packing/calendar.js'
import type { Party } from '../responsibility/party.js'
import type { ActFact, ActFacts } from './act-fact.js'
import type { Allergy } from './allergy-fact.js'
import type {
  Away,
  ChainFact,
  Delivery,
  HandOut,
  Pack,
  PackingRow,
  Program,
  ProgramReceipt,
} from './chain-fact.js'
import type { PackingFact, PackingFactSet } from './packing-fact.js'
import type { HoldPlan } from './read-hold-plan.js'
import type { ResponsibilityFact, ResponsibilityFacts } from './responsibility-fact.js'

export interface FactOrigin {
  /** `<type>/<id>`. */
  readonly ref: string
  readonly version: number
  /** Natural identifier `<system>|<value>`, else the ref. */
  readonly key: string
  readonly sourceKey: string
  readonly role: SourceRole
  /** Instant. */
  readonly receivedAt: number
}

/** A medicine with the keys of medication-list.md 3.1; what nothing states is absent. */
export interface Medicine {
  readonly name: string | undefined
  /** What its substances are called, where a source says so. */
  readonly substanceName: string | undefined
  readonly codings: readonly Coding[]
  /** K2: ids of the product; one in common is the same product. */
  readonly products: readonly string[]
  /** K3. */
  readonly substitutionGroup: string | undefined
  /** K4: substances with strength, form group and route group in one string. */
  readonly composition: string | undefined
  /** K2 to K4 as one word each, for looking up lines. */
  readonly keys: readonly { readonly basis: 'K2' | 'K3' | 'K4'; readonly key: string }[]
  /** Base substances by the code system that names them. */
  readonly substances: ReadonlyMap<string, ReadonlySet<string>>
  readonly atc: string | undefined
  /** Codes by which interactions name it: its ATC code, and what the catalogue adds. */
  readonly interactsAs: readonly string[]
  /** Immediate and modified release are different form groups. */
  readonly formGroup: string | undefined
  readonly routeGroup: string | undefined
  readonly systemic: boolean
  /** mg of the one substance in one countable unit. */
  readonly mgPerUnit: Decimal | undefined
  /** The one substance in one countable unit, in mg or in the key of another unit (`unit`, `mmol`). */
  readonly unitStrength: { readonly value: Decimal; readonly unit: string } | undefined
}

/** An id that names a treatment, or a link to one. */
export interface TreatmentKey {
  readonly token: string
  readonly basis: 'K0' | 'K1'
}

/** Common to what a person with the right to decide has said about one treatment. */
interface Decided {
  readonly medicine: Medicine
  readonly decided: InstantRange
  /** As the source states it. */
  readonly decidedText: string | undefined
  readonly author: string | undefined
  readonly authorReference: Reference | undefined
  /** Organisation that the author acted for, where the fact says so. */
  readonly onBehalfOf: string | undefined
  readonly plan: DosagePlan
  readonly dosages: readonly Dosage[]
  /** Stated start of use (FHIR dateTime). */
  readonly start: string | undefined
  /** First and last instant (exclusive) that the dosage alone states, where it states them. */
  readonly dosageFrom: number | undefined
  readonly dosageTo: number | undefined
  readonly keys: readonly TreatmentKey[]
  readonly statusReason: readonly CodeableConcept[]
  /** Instant since which the status holds. */
  readonly statusSince: number | undefined
  readonly identifiers: readonly Identifier[]
  /** Chains of prescriptions that run in parallel: each a treatment of its own, shown together. */
  readonly families: readonly string[]
  readonly reasonCode: readonly CodeableConcept[]
  readonly courseCode: string | undefined
  /** What is planned for a pause; undefined where nothing is. */
  readonly holdPlan: HoldPlan | undefined
  readonly product: ProductStatement
}

/** The medicine exactly as the fact states it. */
export interface ProductStatement {
  readonly medicationCodeableConcept?: CodeableConcept
  readonly medicationReference?: Reference
  readonly contained?: readonly Resource[]
}

export interface Prescription extends FactOrigin, Decided {
  readonly kind: 'prescription'
  readonly status: 'active' | 'on-hold' | 'stopped' | 'cancelled' | 'completed' | 'error' | 'other'
  /** False for plan rows without supply. */
  readonly dispensable: boolean
  /** Instant after which nothing may be dispensed on it. */
  readonly validTo: number | undefined
  /** Tokens of this prescription itself, without its links. */
  readonly own: readonly string[]
  /** Prescriptions that this one follows (directed; for cycles). */
  readonly prior: readonly string[]
  /** A recall whose reason is renewal (7500 code 1 or 3). */
  readonly renewed: boolean
  /** It states itself that it is a renewal. */
  readonly renewal: boolean
  /** Undefined where the prescription does not say. */
  readonly substitutionAllowed: boolean | undefined
}

export interface Row extends FactOrigin, Decided {
  readonly kind: 'row'
  /** Said by the patient or a relative about own use. */
  readonly self: boolean
  readonly status: 'active' | 'intended' | 'on-hold' | 'stopped' | 'completed' | 'error' | 'other'
  /** Said not to be taken (`not-taken`), which decides nothing. */
  readonly notTaken: boolean
  readonly period: Period | undefined
  /** The period as instants; a last day is included. */
  readonly from: number | undefined
  readonly to: number | undefined
  /** To be packed or not; undefined where it does not say. */
  readonly multidose: boolean | undefined
  /** Version of the shared list that a decision made on it had in view. */
  readonly decidedOn: number | undefined
}

/** Any fact that decides about a treatment. */
export type DecisionFact = Prescription | Row

export interface SourceList extends FactOrigin {
  readonly kind: 'source-list'
  /** Message kind, such as `M25.1`. */
  readonly code: string | undefined
  readonly current: boolean
  readonly date: number
  readonly author: string | undefined
  readonly source: Reference | undefined
  /** Refs and identifier tokens of the rows. */
  readonly entries: ReadonlySet<string>
  /** The next packing, where a pharmacy's list states it. */
  readonly packing: PackingPeriod | undefined
}

export interface Supply extends FactOrigin {
  readonly kind: 'supply'
  readonly status: 'completed' | 'pending' | 'other'
  readonly medicine: Medicine
  readonly product: ProductStatement
  readonly handedOver: InstantRange | undefined
  readonly keys: readonly TreatmentKey[]
  readonly supplier: Reference | undefined
  /** How much was supplied in all. */
  readonly quantity: DoseAmount | undefined
  /** Set where it lies in the pouches of a roll. */
  readonly pack: Pack | undefined
  /** The pharmacy says that it is not in the roll. */
  readonly outsideRoll: boolean
}

export interface Intake extends FactOrigin {
  readonly kind: 'intake'
  readonly outcome: 'taken' | 'not-taken' | 'excused' | 'refused' | 'uncertain' | 'error'
  /** One for a medicine, several for a sachet of known content, none for an unknown one. */
  readonly medicines: readonly Medicine[]
  /** How much, in the order of `medicines`; what nothing states is undefined. */
  readonly amounts: readonly (DoseAmount | undefined)[]
  readonly sachet: boolean
  /** Tokens of the roll that the sachet came from. */
  readonly rolls: readonly string[]
  /** How sure it is that the dose was taken (section 4). */
  readonly grade: IntakeGrade
  readonly product: ProductStatement
  /** When it happened, or when it was due where nothing was taken. */
  readonly at: InstantRange | undefined
  /** Instant at which the dose was due. */
  readonly scheduled: number | undefined
  readonly keys: readonly TreatmentKey[]
  /** Tokens of the administration that this one is a part of. */
  readonly partOf: readonly string[]
  readonly device: string | undefined
}

/** Strongest first. */
export const INTAKE_GRADES = ['device-confirmed', 'witnessed', 'self-reported', 'inferred'] as const
export type IntakeGrade = (typeof INTAKE_GRADES)[number]

/** An alert of a device about its roll. */
export interface RollAlert extends FactOrigin {
  readonly kind: 'roll-alert'
  readonly open: boolean
  readonly code: 'supply.wrong-person' | 'supply.wrong-period'
  readonly at: number
  readonly rolls: readonly string[]
}

export interface Stay extends FactOrigin {
  readonly kind: 'stay'
  readonly from: number
  /** Undefined while it lasts. */
  readonly to: number | undefined
  /** Away from the ward for a time: suspends nothing (7, R8). */
  readonly onLeave: boolean
  /** Where the person lies now, or lay last. */
  readonly ward: Party | undefined
  /** Instant since which, where it is stated. */
  readonly wardSince: number | undefined
}

export interface DeviceAssignment extends FactOrigin {
  readonly kind: 'device-assignment'
  readonly active: boolean
  /** Paused while the person is away. */
  readonly paused: boolean
  readonly device: string | undefined
  readonly from: number | undefined
  /** Undefined while it lasts. */
  readonly to: number | undefined
}

/** An order that is never a line but leads to one (expected dose) or to the ward (inpatient order). */
export interface Relay extends FactOrigin {
  readonly kind: 'relay'
  readonly ward: boolean
  readonly tokens: readonly string[]
  readonly keys: readonly TreatmentKey[]
}

export interface Ignored extends FactOrigin {
  readonly kind: 'ignored'
  readonly why: 'proposal' | 'error' | 'other-type' | 'not-a-decision'
}

export type EngineFact =
  | Prescription
  | Row
  | SourceList
  | Supply
  | Intake
  | RollAlert
  | Stay
  | DeviceAssignment
  | Relay
  | PackingFact
  | ChainFact
  | Allergy
  | ResponsibilityFact
  | ActFact
  | Ignored

/** All facts of a person by kind; those that decide, and all but intakes, in order of `ref`. */
export interface FactSet extends PackingFactSet, ResponsibilityFacts, ActFacts {
  readonly decisions: readonly DecisionFact[]
  readonly lists: readonly SourceList[]
  readonly supplies: readonly Supply[]
  readonly intakes: readonly Intake[]
  readonly alerts: readonly RollAlert[]
  readonly stays: readonly Stay[]
  readonly assignments: readonly DeviceAssignment[]
  readonly relays: readonly Relay[]
  readonly packingRows: readonly PackingRow[]
  readonly deliveries: readonly Delivery[]
  readonly programs: readonly Program[]
  readonly programReceipts: readonly ProgramReceipt[]
  readonly handOuts: readonly HandOut[]
  readonly aways: readonly Away[]
  readonly allergies: readonly Allergy[]
}

export const originsOf = (set: FactSet): readonly FactOrigin[] =>
  Object.values(set).flatMap((facts: readonly FactOrigin[]) => facts)
