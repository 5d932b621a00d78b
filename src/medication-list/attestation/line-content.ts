/**
 * What somebody who attests a line has seen of it: its medicine, dosage, planned end and whether it is in use, paused or
 * over. Nothing that time, renewals of a text or another language change (medication-list.md 9).
 */
import type { Dosage, MedicationStatement } from 'fhir/r4.js'
import { sha256Hex } from '../../core/deterministic-id.js'
import { statedDosage } from '../reconciliation/stated-dosage.js'
import { remembered } from '../remember.js'

/** Hex digits kept. */
const DIGITS = 16

const contentBefore = remembered<string>()

export const lineContent = (line: MedicationStatement): string =>
  contentBefore(line, [], () => contentOf(line))

function contentOf(line: MedicationStatement): string {
  const { contained, effectivePeriod, medicationCodeableConcept, medicationReference, status, statusReason } =
    line
  return sha256Hex(
    JSON.stringify([
      useOf(status),
      status === 'on-hold' ? statusReason : undefined,
      medicationCodeableConcept ??
        (medicationReference?.reference?.startsWith('#') ? contained : medicationReference),
      (line.dosage ?? []).map(statedDosage).map(withoutWording),
      effectivePeriod?.end,
    ]),
  ).slice(0, DIGITS)
}

/** Of a structured dosage the structure counts; words alone are the dosage. */
function withoutWording(dosage: Dosage): Dosage {
  const { text: _words, ...structure } = dosage
  return structure.timing === undefined && structure.doseAndRate === undefined ? dosage : structure
}

function useOf(status: MedicationStatement['status']): string {
  switch (status) {
    case 'active':
    case 'intended':
      return 'use'
    case 'on-hold':
      return 'hold'
    case 'stopped':
    case 'completed':
    case 'entered-in-error':
    case 'unknown':
    case 'not-taken':
      return status
  }
}
