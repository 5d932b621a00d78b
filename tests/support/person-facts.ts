/** Further builders of facts for the synthetic person of clinical-facts.ts: allergies, devices, amounts handed out. */
import type {
  AllergyIntolerance,
  Coding,
  DeviceUseStatement,
  Medication,
  MedicationDispense,
} from 'fhir/r4.js'
import type { Fact } from '../../src/medication-list/contract.js'
import { fact, PATIENT, supply } from './clinical-facts.js'

const CLINICAL = 'http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical'
const VERIFICATION = 'http://terminology.hl7.org/CodeSystem/allergyintolerance-verification'

export interface AllergyOptions {
  readonly clinical?: 'active' | 'inactive' | 'resolved'
  readonly verification?: 'unconfirmed' | 'confirmed' | 'refuted' | 'entered-in-error'
  readonly text?: string
  readonly more?: Partial<AllergyIntolerance>
}

/** @param coding what the person does not tolerate: an ATC code of any level, a substance, a brand */
export function allergy(id: string, coding: readonly Coding[], options: AllergyOptions = {}): Fact {
  const resource: AllergyIntolerance = {
    resourceType: 'AllergyIntolerance',
    identifier: [{ system: 'urn:example:allergy', value: id }],
    clinicalStatus: { coding: [{ system: CLINICAL, code: options.clinical ?? 'active' }] },
    ...(options.verification === undefined
      ? {}
      : { verificationStatus: { coding: [{ system: VERIFICATION, code: options.verification }] } }),
    patient: { reference: PATIENT },
    code: { coding: [...coding], ...(options.text === undefined ? {} : { text: options.text }) },
    ...options.more,
  }
  return fact(resource, id, 'source-list')
}

/** A dispenser in the person's service. */
export function assignment(id: string, from: string, to?: string): Fact {
  const resource: DeviceUseStatement = {
    resourceType: 'DeviceUseStatement',
    identifier: [{ system: 'urn:example:assignment', value: id }],
    status: to === undefined ? 'active' : 'completed',
    subject: { reference: PATIENT },
    timingPeriod: { start: from, ...(to === undefined ? {} : { end: to }) },
    device: { type: 'Device', identifier: { system: 'urn:example:device', value: 'd1' } },
  }
  return fact(resource, id, 'device')
}

export interface HandOut {
  readonly amount?: number
  readonly unit?: string
  readonly prescribed?: string
  readonly more?: Partial<MedicationDispense>
}

/** A supply with its amount in countable units. */
export function handOut(id: string, handedOver: string, brand: string, options: HandOut = {}): Fact {
  const base = supply(id, handedOver, brand, options.prescribed)
  const { amount, unit = 'tablett', more } = options
  return {
    ...base,
    resource: {
      ...(base.resource as MedicationDispense),
      ...(amount === undefined ? {} : { quantity: { value: amount, unit } }),
      ...more,
    },
  }
}

/** A contained medicine beside what the other builders state of it, as KITH messages carry it. */
export function containing(medication: Omit<Medication, 'resourceType' | 'id'>) {
  const contained: Medication = { resourceType: 'Medication', id: 'medication', ...medication }
  return { medicationReference: { reference: '#medication' }, contained: [contained] }
}
