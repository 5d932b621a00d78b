import assert from 'node:assert/strict'
import type { MedicationDispense } from 'fhir/r4.js'
import { SUBJECT_REFERENCE } from '../../src/core/message.js'
import { eachLogicalReference, resolveReferences } from '../../src/hub/references.js'

const dispense: MedicationDispense = {
  resourceType: 'MedicationDispense',
  status: 'completed',
  medicationCodeableConcept: { text: 'Metoprolol' },
  subject: { reference: SUBJECT_REFERENCE },
  authorizingPrescription: [
    { type: 'MedicationRequest', identifier: { system: 'urn:ietf:rfc:3986', value: 'urn:uuid:1' } },
    { type: 'MedicationRequest', identifier: { system: 'urn:ietf:rfc:3986', value: 'urn:uuid:2' } },
  ],
}

describe('references of a resource', () => {
  it('name the patient and every known target literally, and stay logical where the target is unknown', () => {
    const resolved = resolveReferences(dispense, 'Patient/p', (type, identity) =>
      identity.value === 'urn:uuid:1' ? `${type}/r1` : undefined,
    )
    assert.equal(resolved.subject?.reference, 'Patient/p')
    assert.equal(resolved.authorizingPrescription?.[0]?.reference, 'MedicationRequest/r1')
    assert.equal(resolved.authorizingPrescription?.[0]?.identifier?.value, 'urn:uuid:1')
    assert.equal(resolved.authorizingPrescription?.[1]?.reference, undefined)
    assert.equal(dispense.subject?.reference, SUBJECT_REFERENCE, 'the original is left alone')
  })

  it('that are still logical are found wherever they stand', () => {
    const found: string[] = []
    eachLogicalReference(dispense, (type, identity) => found.push(`${type} ${identity.value}`))
    assert.deepEqual(found, ['MedicationRequest urn:uuid:1', 'MedicationRequest urn:uuid:2'])
  })
})
