/** Whose it is to answer each discrepancy (medication-list.md 6.2 and E), first the one who acts first. */
import type { IssueCode } from './discrepancy.js'

export type OwnerRole =
  | 'list-holder'
  | 'multidose-doctor'
  | 'multidose-pharmacy'
  | 'home-care'
  | 'device-operator'
  /** Who prescribed it. */
  | 'prescriber'
  /** Who decided last, stopped or paused it. */
  | 'decider'
  /** Who said what is disputed. */
  | 'author'
  /** Who gives the medicine at a clinic. */
  | 'giver'
  /** Who was offered the list. */
  | 'offered'
  /** Duty role of the municipality. */
  | 'municipality'

const OWNERS = {
  'duplicate-substance': ['list-holder'],
  'duplicate-therapeutic': ['list-holder'],
  'prescribed-not-on-list': ['list-holder'],
  'stopped-prescription-open': ['decider'],
  'on-list-without-valid-prescription': ['list-holder'],
  'prescription-expiring': ['list-holder', 'multidose-doctor'],
  'supply-running-out': ['home-care', 'multidose-pharmacy'],
  'conflicting-change': ['list-holder'],
  'late-decision': ['list-holder'],
  'row-vanished': ['list-holder'],
  'ambiguous-link': ['list-holder'],
  'source-unavailable': ['list-holder'],
  'interaction-split': ['prescriber', 'list-holder'],
  interaction: ['list-holder'],
  'allergy-conflict': ['list-holder'],
  'missing-structured-dose': ['prescriber'],
  'text-structure-conflict': ['author'],
  'never-daily-conflict': ['prescriber', 'multidose-pharmacy', 'home-care'],
  'course-without-end': ['list-holder'],
  'change-day-sum': ['decider', 'home-care'],
  'hold-without-plan': ['list-holder'],
  'stale-attestation': ['list-holder'],
  'dose-mismatch-pack': ['multidose-pharmacy', 'multidose-doctor'],
  'stopped-still-packed': ['home-care', 'multidose-pharmacy'],
  'stopped-still-dispensed': ['multidose-pharmacy'],
  'on-list-not-packed': ['multidose-pharmacy'],
  'outside-roll-no-supply': ['home-care'],
  'dispensed-not-on-list': ['list-holder'],
  // Told to patient and carer: nobody has to answer it.
  'product-substituted': [],
  'substitution-not-allowed': ['multidose-pharmacy'],
  'dose-mismatch-device': ['home-care'],
  'pack-device-mismatch': ['home-care'],
  'stopped-still-loaded': ['home-care'],
  'program-outdated': ['home-care'],
  'wrong-roll': ['home-care'],
  'taken-after-stop': ['list-holder', 'home-care'],
  'taken-while-on-hold': ['list-holder', 'home-care'],
  'missed-dose': ['home-care'],
  'extra-dose': ['home-care'],
  'prn-over-max': ['list-holder'],
  'unplanned-intake': ['list-holder'],
  'not-as-agreed': ['list-holder'],
  'evidence-stale': ['device-operator', 'home-care'],
  'clinic-dose-overdue': ['giver', 'list-holder'],
  'baton-gap': ['prescriber'],
  'baton-offer-overdue': ['list-holder', 'offered', 'municipality'],
  'unconfirmed-multidose-change': ['multidose-doctor'],
  'discharge-without-list': ['list-holder'],
  'ordination-not-received': ['multidose-pharmacy', 'decider'],
  'measure-overdue': ['home-care', 'decider'],
} as const satisfies Readonly<Record<string, readonly OwnerRole[]>>

/** @param holderKnown without a holder what would be the holder's belongs to who prescribed (7, R1) */
export function ownersOf(code: IssueCode, holderKnown: boolean): readonly OwnerRole[] {
  const owners: readonly OwnerRole[] = OWNERS[code]
  if (holderKnown) return owners
  return [...new Set(owners.map((role): OwnerRole => (role === 'list-holder' ? 'prescriber' : role)))]
}

/** Discrepancies that this role has a part in answering. */
export const codesOwnedBy = (role: OwnerRole): readonly IssueCode[] =>
  // Its keys are those of the table.
  (Object.keys(OWNERS) as (keyof typeof OWNERS)[]).filter((code) => ownersOf(code, true).includes(role))
