import assert from 'node:assert/strict'
import type { Patient } from 'fhir/r4.js'
import { FNR } from '../../src/core/canonical.js'
import { mergePatient } from '../../src/hub/merge-patient.js'

const stored: Patient = {
  resourceType: 'Patient',
  identifier: [{ system: FNR, value: '15820012345' }],
  name: [{ family: 'Hansen' }],
  gender: 'female',
}

describe('the one Patient of a person', () => {
  it('takes what the newer description says and keeps what it does not speak of', () => {
    const merged = mergePatient(stored, { resourceType: 'Patient', name: [{ family: 'Olsen' }] }, true, [])
    assert.deepEqual(merged.name, [{ family: 'Olsen' }])
    assert.equal(merged.gender, 'female')
  })

  it('lets an older description fill gaps only', () => {
    const late: Patient = { resourceType: 'Patient', name: [{ family: 'Olsen' }], birthDate: '1940-02-15' }
    const merged = mergePatient(stored, late, false, [])
    assert.deepEqual(merged.name, [{ family: 'Hansen' }])
    assert.equal(merged.birthDate, '1940-02-15')
  })

  it('never loses an identifier, and marks those of a merged record as old', () => {
    const merged = mergePatient(
      stored,
      { resourceType: 'Patient', identifier: [{ system: 'urn:x', value: '1' }] },
      true,
      [
        { system: FNR, value: '15820012345', use: 'official' },
        { system: 'urn:y', value: '2', use: 'old' },
      ],
    )
    assert.deepEqual(merged.identifier, [
      { system: FNR, value: '15820012345' },
      { system: 'urn:x', value: '1' },
      { use: 'old', system: 'urn:y', value: '2' },
    ])
  })
})
