/** Facts of the roll as a chain: packed, delivered, loaded, programmed, handed out (medication-list.md 1, docs/facts.md). */
import type { DoseAmount } from '../dosage/amount.js'
import type { DosagePlan } from '../dosage/plan.js'
import type { FactOrigin, Medicine, TreatmentKey } from './fact.js'

/** The part of a roll that one supply is. */
export interface Pack {
  /** Tokens of the roll's own number, where the packer states one. */
  readonly rolls: readonly string[]
  /** Local dates, both included. */
  readonly from: string
  readonly to: string
  /** What lies in the pouches of each day, as the supply states it. */
  readonly plan: DosagePlan
  /** Rows of the pharmacy's list whose dosage stands where the supply states none. */
  readonly rows: readonly string[]
  /** Packed anew: takes the place of what the same packer packed before for these days. */
  readonly repacked: boolean
}

/** A row of a pharmacy's or broker's list: what is packed by, never a decision. */
export interface PackingRow extends FactOrigin {
  readonly kind: 'packing-row'
  /** Ref and own identifier, by which a supply names it. */
  readonly tokens: readonly string[]
  /** Identifiers of the treatment and its prescription. */
  readonly treatments: readonly string[]
  readonly plan: DosagePlan
  /** Undefined where the pharmacy does not say whether it is in the roll. */
  readonly multidose: boolean | undefined
}

/** A roll, tray or cartridge as it came to the home or into a device. */
export interface Delivery extends FactOrigin {
  readonly kind: 'delivery'
  readonly place: 'home' | 'device'
  /** Token of the device, where it went into one. */
  readonly device: string | undefined
  readonly rolls: readonly string[]
  /** Local dates, both included. */
  readonly from: string | undefined
  readonly to: string | undefined
  readonly at: number
  readonly verifiedAt: number | undefined
  readonly removedAt: number | undefined
}

/** What a dispenser is set to offer: of one medicine, or of each sachet it holds. */
export interface Program extends FactOrigin {
  readonly kind: 'program'
  readonly status: 'active' | 'planned' | 'paused' | 'ended'
  readonly device: string | undefined
  /** Undefined for a program that says when sachets are given, whatever is in them. */
  readonly medicine: Medicine | undefined
  readonly plan: DosagePlan
  readonly tokens: readonly string[]
  readonly keys: readonly TreatmentKey[]
  /** Instant at which it was made. */
  readonly madeAt: number
  readonly schedule: ScheduleVersion | undefined
  /** Versioned reference of the list that it was made from. */
  readonly list: string | undefined
}

export interface ScheduleVersion {
  readonly token: string
  readonly version: number | undefined
}

/** What a device answered to a program sent to it. */
export interface ProgramReceipt extends FactOrigin {
  readonly kind: 'program-receipt'
  readonly schedule: ScheduleVersion
  readonly answer: 'received' | 'accepted' | 'rejected'
  readonly at: number
}

/** A sachet or dose that a device gave out: neither supply nor intake. */
export interface HandOut extends FactOrigin {
  readonly kind: 'hand-out'
  readonly at: number
  readonly scheduled: number | undefined
  readonly device: string | undefined
  readonly sachets: readonly string[]
  readonly rolls: readonly string[]
  readonly medicines: readonly SachetItem[]
  /** Days away for which it was given along. */
  readonly travel: { readonly from: number; readonly to: number } | undefined
  readonly doses: number | undefined
}

/** A medicine in a sachet; the amount where a source states it. */
export interface SachetItem {
  readonly medicine: Medicine
  readonly amount: DoseAmount | undefined
}

/** Away from home for part of a day or more, treatment as usual: visits to a clinic, dialysis, leave. */
export interface Away extends FactOrigin {
  readonly kind: 'away'
  readonly from: number
  readonly to: number
}

export type ChainFact = PackingRow | Delivery | Program | ProgramReceipt | HandOut | Away
