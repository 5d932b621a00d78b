/** What the status of a prescription or row says of a treatment (medication-list.md 5, docs/facts.md). */
import type { CodeableConcept, MedicationRequest, MedicationStatement } from 'fhir/r4.js'
import { volven } from '../../core/canonical.js'
import type { Prescription, Row } from './fact.js'

/** 7408: status of a prescription in the national register; its F is "expired", which ends no treatment. */
const PRESCRIPTION_STATUS = volven(7408)

export function requestStatus(
  status: MedicationRequest['status'],
  reasons: readonly CodeableConcept[],
): Prescription['status'] {
  switch (status) {
    case 'active':
    case 'on-hold':
    case 'cancelled':
    case 'completed':
      return status
    case 'stopped':
      return hasCode(reasons, PRESCRIPTION_STATUS, undefined) ? 'completed' : 'stopped'
    case 'entered-in-error':
      return 'error'
    case 'draft':
    case 'unknown':
      return 'other'
  }
}

export function statementStatus({ status, modifierExtension }: MedicationStatement): Row['status'] {
  // A modifier that is not understood may say "stopped": such a row decides nothing (section 5, trap a).
  if ((modifierExtension ?? []).length > 0) return 'other'
  switch (status) {
    case 'active':
    case 'intended':
    case 'on-hold':
    case 'stopped':
    case 'completed':
      return status
    case 'entered-in-error':
      return 'error'
    case 'unknown':
    case 'not-taken':
      return 'other'
  }
}

export const hasCode = (
  concepts: readonly CodeableConcept[],
  system: string,
  codes: ReadonlySet<string> | undefined,
): boolean =>
  concepts.some(({ coding }) =>
    coding?.some((item) => item.system === system && (codes === undefined || codes.has(item.code ?? ''))),
  )
