/**
 * A line that no prescription stands for, as MedicationRequest of intent `plan`: so that whoever knows prescriptions only
 * sees the same treatments as the list has (medication-list.md 2 and 11, invariant 13).
 */
import type { MedicationRequest, MedicationStatement } from 'fhir/r4.js'
import { LAYER_SYSTEM, sidUrl } from '../../core/canonical.js'
import { deterministicUuid } from '../../core/deterministic-id.js'
import { type LineModel, prescriptionsOf } from './line.js'

export const planRequestId = (lineId: string): string => deterministicUuid('plan', lineId)

/** Undefined for a line that is not current, was decided by nobody, or has a prescription that is active or on hold. */
export function planRequest(line: LineModel, statement: MedicationStatement): MedicationRequest | undefined {
  const { status } = line
  if (status !== 'active' && status !== 'intended' && status !== 'on-hold') return undefined
  if (
    prescriptionsOf(line).some(
      (prescription) => prescription.status === 'active' || prescription.status === 'on-hold',
    )
  )
    return undefined
  const { statusReason, contained, subject, dateAsserted, informationSource, reasonCode, note, dosage } =
    statement
  const [why] = statusReason ?? []
  return {
    resourceType: 'MedicationRequest',
    id: planRequestId(line.id),
    meta: { tag: [{ system: LAYER_SYSTEM, code: 'line' }] },
    ...(contained === undefined ? {} : { contained }),
    // Prescription ids are the prescriptions' own: who looks for one must not find the plan.
    identifier: [{ system: sidUrl('line'), value: line.id }],
    status: status === 'on-hold' ? 'on-hold' : 'active',
    ...(why === undefined ? {} : { statusReason: why }),
    intent: 'plan',
    ...(line.category === 'self' ? { reportedBoolean: true } : {}),
    ...(statement.medicationReference === undefined
      ? {}
      : { medicationReference: statement.medicationReference }),
    ...(statement.medicationCodeableConcept === undefined
      ? {}
      : { medicationCodeableConcept: statement.medicationCodeableConcept }),
    subject,
    supportingInformation: [{ reference: `MedicationStatement/${line.id}`, type: 'MedicationStatement' }],
    ...(dateAsserted === undefined ? {} : { authoredOn: dateAsserted }),
    ...(informationSource === undefined ? {} : { requester: informationSource }),
    ...(reasonCode === undefined ? {} : { reasonCode }),
    ...(note === undefined ? {} : { note }),
    ...(dosage === undefined ? {} : { dosageInstruction: dosage }),
  }
}
