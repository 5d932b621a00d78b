import assert from 'node:assert/strict'
import type { Medication } from 'fhir/r4.js'
import { sidUrl } from '../../../src/core/canonical.js'
import { derive, fixed, intake, issueOf, row } from '../../support/clinical-facts.js'

const CONTENT: Medication = { resourceType: 'Medication', id: 's', code: { text: 'multidose sachet' } }
const DAY = '2026-11-17T08:00:00+01:00'

const sachet = (status: 'completed' | 'not-done') =>
  intake('sachet', DAY, {
    status,
    more: {
      medicationCodeableConcept: undefined,
      medicationReference: { reference: '#s' },
      contained: [CONTENT],
    },
  })

const item = (status: 'completed' | 'not-done' | 'unknown') =>
  intake('item', DAY, {
    brand: 'ID_MULTIVITAMIN',
    status,
    more: {
      partOf: [{ type: 'MedicationAdministration', identifier: { system: sidUrl('dose'), value: 'sachet' } }],
    },
  })

const LINE = row('r', {
  brand: 'ID_MULTIVITAMIN',
  dosage: [fixed(1, { when: ['MORN'] })],
  asserted: '2026-11-16T20:00:00+01:00',
})
const at = '2026-11-17T12:30:00+01:00'

describe('a sachet that was told of after its medicines', () => {
  it('gives them its outcome: a late "taken" of the sachet leaves nothing missed', () => {
    assert.ok(issueOf(derive([LINE, sachet('not-done'), item('not-done')], { at }), 'missed-dose'))
    assert.equal(
      issueOf(derive([LINE, sachet('completed'), item('not-done')], { at }), 'missed-dose'),
      undefined,
    )
  })

  it('leaves unknown what a partly taken sachet left unknown', () => {
    const result = derive([LINE, sachet('not-done'), item('unknown')], { at })
    assert.equal(issueOf(result, 'missed-dose'), undefined)
  })
})
