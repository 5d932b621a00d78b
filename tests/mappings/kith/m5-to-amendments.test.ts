import assert from 'node:assert/strict'
import { extensionUrl } from '../../../src/core/canonical.js'
import { MSG_ID, m5 } from '../../support/kith-fixtures.js'
import { run } from '../../support/kith-run.js'

const OLD = `urn:ietf:rfc:3986|urn:uuid:${MSG_ID}`
const NEW_ID = 'A1B2C3D4-0000-4000-8000-00000000BBBB'

describe('M5 to amendments', () => {
  it('cancels the prescription with reason, time and remark, and touches no treatment', () => {
    const ran = run(m5({ reason: '2', note: 'Ikke oppgitt' }))
    assert.deepEqual(
      ran.amendments.map(({ key, set, type }) => [type, key, set['status']]),
      [
        ['MedicationRequest', OLD, 'cancelled'],
        ['DeviceRequest', OLD, 'revoked'],
      ],
    )
    const [recall] = ran.amendments
    assert.equal(recall?.at, '2024-03-01T08:15:30.123Z')
    assert.deepEqual(recall?.set['statusReason'], {
      coding: [{ system: 'urn:oid:2.16.578.1.12.4.1.1.7500', code: '2', display: 'årsak' }],
    })
    const extension = JSON.stringify(recall?.set['extension'])
    assert.ok(extension.includes(extensionUrl('status-date')))
    assert.ok(extension.includes('Ikke oppgitt'))
    assert.ok(!('note' in (recall?.set ?? {})))
    assert.ok(!ran.resources.some(({ resource }) => resource.resourceType === 'MedicationStatement'))
    assert.equal(ran.authorship.activity, 'recall')
  })

  it('gives the new prescription its predecessor, in whichever order the two come', () => {
    const ran = run(m5({ reason: '3', newPrescriptionId: NEW_ID }))
    const renewal = ran.amendments.find(({ set }) => 'priorPrescription' in set)
    assert.equal(renewal?.key, `urn:ietf:rfc:3986|urn:uuid:${NEW_ID.toLowerCase()}`)
    assert.deepEqual(renewal?.set['priorPrescription'], {
      type: 'MedicationRequest',
      identifier: { system: 'urn:ietf:rfc:3986', value: `urn:uuid:${MSG_ID}` },
    })
  })

  it('keeps two recalls of one prescription apart', () => {
    const names = ['1', '2'].map(
      (last) => run(m5({ msgId: `a1b2c3d4-0000-4000-8000-00000000500${last}` })).amendments[0]?.name,
    )
    assert.notEqual(names[0], names[1])
  })
})
