/** Prescriptions, and acts of persons on the list, as parameters of operations. */
import type { Dosage, MedicationRequest, ParametersParameter } from 'fhir/r4.js'
import { ATC } from '../../src/core/canonical.js'
import { type PersonInMemory, practitioner } from './person-in-memory.js'

export const once = (when: string, amount = 1): Dosage => ({
  timing: { repeat: { when: [when as 'MORN'], frequency: 1, period: 1, periodUnit: 'd' } },
  doseAndRate: [{ doseQuantity: { value: amount, unit: 'tablett' } }],
})
export const prescription = (
  person: PersonInMemory,
  text: string,
  atc: string,
  dosage: readonly Dosage[] = [once('MORN')],
): MedicationRequest => ({
  resourceType: 'MedicationRequest',
  status: 'active',
  intent: 'order',
  subject: { reference: person.patientRef },
  authoredOn: new Date(person.now).toISOString(),
  requester: practitioner(2),
  medicationCodeableConcept: { text, coding: [{ system: ATC, code: atc }] },
  dosageInstruction: [...dosage],
})

type Part = Omit<ParametersParameter, 'name'>
export const decision = (kind: string, line: string | undefined, parts: Record<string, Part> = {}) => ({
  name: 'decision',
  part: [
    { name: 'kind', valueCode: kind },
    ...(line === undefined ? [] : [{ name: 'line', valueId: line }]),
    ...Object.entries(parts).map(([name, value]) => ({ ...value, name })),
  ],
})
export const reason = (text: string): Part => ({ valueCodeableConcept: { text } })

/** Every line of the list continued, in full. */
export const continueAll = (person: PersonInMemory, author: number) =>
  person.operate('reconcile', `List/${person.list().id}`, [
    { name: 'author', valueReference: practitioner(author) },
    { name: 'sourceFingerprint', valueString: person.fingerprint() },
    { name: 'scope', valueCode: 'partial' },
    ...person.lines().map(({ id }) => decision('continue', id)),
  ])

export const attest = (
  person: PersonInMemory,
  author: number,
  { basis = 'patient-asked', scope = 'full' }: { basis?: string; scope?: string } = {},
  more: readonly ParametersParameter[] = [],
) =>
  person.operate('attest', `List/${person.list().id}`, [
    { name: 'author', valueReference: practitioner(author) },
    { name: 'scope', valueCode: scope },
    { name: 'basis', valueCode: basis },
    ...more,
  ])
