/** Synthetic people and resources: national numbers with month + 80. */
import type { MedicationRequest, Patient } from 'fhir/r4.js'
import { FNR } from '../../../src/core/canonical.js'

export const KARI_FNR = '12859030007'
export const OLA_FNR = '12859030198'

export const kari = (): Patient => ({
  resourceType: 'Patient',
  identifier: [{ system: FNR, value: KARI_FNR }],
  name: [{ family: 'Østby', given: ['Kari', 'Åse'] }],
  birthDate: '1990-05-12',
  gender: 'female',
  active: true,
})

export const ola = (): Patient => ({
  resourceType: 'Patient',
  identifier: [{ system: FNR, value: OLA_FNR }],
  name: [{ family: 'Andrésen', given: ['Ola'] }],
  birthDate: '1990-05-12',
  gender: 'male',
})

export const prescription = (
  patientId: string,
  more: Partial<MedicationRequest> = {},
): MedicationRequest => ({
  resourceType: 'MedicationRequest',
  status: 'active',
  intent: 'order',
  subject: { reference: `Patient/${patientId}` },
  medicationCodeableConcept: { coding: [{ system: 'http://www.whocc.no/atc', code: 'C07AB02' }] },
  ...more,
})
