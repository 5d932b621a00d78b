import assert from 'node:assert/strict'
import { validateR4 } from './r4-validator.js'

describe('R4 validator for tests', function () {
  this.timeout(30_000)

  const request = {
    resourceType: 'MedicationRequest',
    status: 'active',
    intent: 'order',
    subject: { reference: 'Patient/1' },
    medicationCodeableConcept: { text: 'x' },
  }

  it('finds nothing wrong with a small valid resource', () => {
    assert.deepEqual(validateR4(request), [])
  })

  it('finds a missing required element, an unknown element and a malformed date', () => {
    const { status: _, ...noStatus } = request
    assert.notDeepEqual(validateR4(noStatus), [])
    assert.notDeepEqual(validateR4({ ...request, dose: 1 }), [])
    assert.notDeepEqual(validateR4({ ...request, authoredOn: '2026-13-45' }), [])
    assert.notDeepEqual(validateR4({ resourceType: 'Nothing' }), [])
  })
})
