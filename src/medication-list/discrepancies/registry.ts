/** All discrepancies that the engine looks for. A new one is a file and a line here. */
import { allergyConflict } from './allergy-conflict.js'
import { ambiguousLink } from './ambiguous-link.js'
import { batonGap } from './baton-gap.js'
import { batonOfferOverdue } from './baton-offer-overdue.js'
import { courseWithoutEnd } from './course-without-end.js'
import { dischargeWithoutAttestedList } from './discharge-without-list.js'
import type { Discrepancy } from './discrepancy.js'
import { duplicateSubstance } from './duplicate-substance.js'
import { duplicateTherapeutic } from './duplicate-therapeutic.js'
import { holdWithoutPlan } from './hold-without-plan.js'
import { interaction, interactionSplit } from './interaction.js'
import { measureOverdue } from './measure-overdue.js'
import { missedDose } from './missed-dose.js'
import { onListWithoutValidPrescription } from './on-list-without-valid-prescription.js'
import { ordinationNotReceived } from './ordination-not-received.js'
import { prescribedNotOnList } from './prescribed-not-on-list.js'
import { prescriptionExpiring } from './prescription-expiring.js'
import { rowVanished } from './row-vanished.js'
import { sourceUnavailable } from './source-unavailable.js'
import { staleAttestation } from './stale-attestation.js'
import { stoppedPrescriptionOpen } from './stopped-prescription-open.js'
import { stoppedStillDispensed } from './stopped-still-dispensed.js'
import { supplyRunningOut } from './supply-running-out.js'
import { takenAfterStop } from './taken-after-stop.js'
import { unconfirmedMultidoseChange } from './unconfirmed-multidose-change.js'
import { wrongRoll } from './wrong-roll.js'

export const DISCREPANCIES: readonly Discrepancy[] = [
  allergyConflict,
  ambiguousLink,
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
  missedDose,
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
]
