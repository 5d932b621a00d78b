/** All discrepancies that the engine looks for. A new one is a file and a line here. */
import { allergyConflict } from './allergy-conflict.js'
import { ambiguousLink } from './ambiguous-link.js'
import { batonGap } from './baton-gap.js'
import { batonOfferOverdue } from './baton-offer-overdue.js'
import { changeDaySum } from './change-day-sum.js'
import { clinicDoseOverdue } from './clinic-dose-overdue.js'
import { conflictingChange } from './conflicting-change.js'
import { courseWithoutEnd } from './course-without-end.js'
import { dischargeWithoutAttestedList } from './discharge-without-list.js'
import type { Discrepancy } from './discrepancy.js'
import { dispensedNotOnList } from './dispensed-not-on-list.js'
import { doseMismatchDevice } from './dose-mismatch-device.js'
import { doseMismatchPack } from './dose-mismatch-pack.js'
import { duplicateSubstance } from './duplicate-substance.js'
import { duplicateTherapeutic } from './duplicate-therapeutic.js'
import { evidenceStale } from './evidence-stale.js'
import { extraDose } from './extra-dose.js'
import { holdWithoutPlan } from './hold-without-plan.js'
import { interaction, interactionSplit } from './interaction.js'
import { lateDecision } from './late-decision.js'
import { measureOverdue } from './measure-overdue.js'
import { missedDose } from './missed-dose.js'
import { missingStructuredDose } from './missing-structured-dose.js'
import { neverDailyConflict } from './never-daily-conflict.js'
import { notAsAgreed } from './not-as-agreed.js'
import { onListNotPacked } from './on-list-not-packed.js'
import { onListWithoutValidPrescription } from './on-list-without-valid-prescription.js'
import { ordinationNotReceived } from './ordination-not-received.js'
import { outsideRollNoSupply } from './outside-roll-no-supply.js'
import { packDeviceMismatch } from './pack-device-mismatch.js'
import { prescribedNotOnList } from './prescribed-not-on-list.js'
import { prescriptionExpiring } from './prescription-expiring.js'
import { prnOverMax } from './prn-over-max.js'
import { productSubstituted } from './product-substituted.js'
import { programOutdated } from './program-outdated.js'
import { rowVanished } from './row-vanished.js'
import { sourceUnavailable } from './source-unavailable.js'
import { staleAttestation } from './stale-attestation.js'
import { stoppedPrescriptionOpen } from './stopped-prescription-open.js'
import { stoppedStillDispensed } from './stopped-still-dispensed.js'
import { stoppedStillLoaded } from './stopped-still-loaded.js'
import { stoppedStillPacked } from './stopped-still-packed.js'
import { substitutionNotAllowed } from './substitution-not-allowed.js'
import { supplyRunningOut } from './supply-running-out.js'
import { takenAfterStop } from './taken-after-stop.js'
import { takenWhileOnHold } from './taken-while-on-hold.js'
import { textStructureConflict } from './text-structure-conflict.js'
import { unconfirmedMultidoseChange } from './unconfirmed-multidose-change.js'
import { unplannedIntake } from './unplanned-intake.js'
import { wrongRoll } from './wrong-roll.js'

export const DISCREPANCIES: readonly Discrepancy[] = [
  allergyConflict,
  ambiguousLink,
  conflictingChange,
  changeDaySum,
  courseWithoutEnd,
  batonGap,
  batonOfferOverdue,
  dischargeWithoutAttestedList,
  duplicateSubstance,
  duplicateTherapeutic,
  holdWithoutPlan,
  interaction,
  interactionSplit,
  measureOverdue,
  lateDecision,
  missedDose,
  missingStructuredDose,
  neverDailyConflict,
  onListWithoutValidPrescription,
  ordinationNotReceived,
  prescribedNotOnList,
  prescriptionExpiring,
  rowVanished,
  sourceUnavailable,
  staleAttestation,
  stoppedPrescriptionOpen,
  stoppedStillDispensed,
  supplyRunningOut,
  takenAfterStop,
  unconfirmedMultidoseChange,
  wrongRoll,
  clinicDoseOverdue,
  dispensedNotOnList,
  doseMismatchDevice,
  doseMismatchPack,
  evidenceStale,
  extraDose,
  notAsAgreed,
  onListNotPacked,
  outsideRollNoSupply,
  packDeviceMismatch,
  prnOverMax,
  productSubstituted,
  programOutdated,
  stoppedStillLoaded,
  stoppedStillPacked,
  substitutionNotAllowed,
  takenWhileOnHold,
  unplannedIntake,
  textStructureConflict,
]
