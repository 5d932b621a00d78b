import assert from 'node:assert/strict'
import { isDate, isDateTime } from '../../../mappings/kith/dates.js'
import { appRec, m1, m10 } from '../../support/kith-fixtures.js'
import { ibuprofen } from '../../support/kith-prescribed.js'
import { check, faults, lost, only, run } from '../../support/kith-run.js'

describe('years that no date of a record can have', () => {
  it('make neither date nor dateTime', () => {
    for (const day of ['1899-12-31', '2201-01-01', '9999-12-31', '0001-01-01']) {
      assert.ok(!isDate(day), day)
      assert.ok(!isDateTime(`${day}T00:00:00Z`), day)
    }
    assert.ok(isDate('1900-01-01') && isDateTime('2200-12-31T23:59:59-12:00'))
  })

  it('are refused where the message or a decision in it would have no time', () => {
    const refused = (xml: string) => {
      const door = check(xml)
      assert.equal(door.kind, 'refuse')
      assert.equal(door.kind === 'refuse' ? door.refusal.code : '', 'MESSAGE_INVALID')
      assert.equal(door.kind === 'refuse' ? door.envelope.sentAt?.slice(0, 4) : '', sent(xml))
      return faults(door)
    }
    const sent = (xml: string) => (/<GenDate>(2024)/.test(xml) ? '2024' : undefined)
    assert.deepEqual(refused(m1({ genDate: '9999-12-31T23:59:59-12:00' })), ['T02 MsgHead/MsgInfo/GenDate'])
    assert.deepEqual(refused(m1({ prescribed: '1024-03-01' })), [
      'T02 MsgHead/Document/RefDoc/Content/Resept/Forskrivningsdato',
    ])
    assert.deepEqual(refused(m10().replace(/<Utleveringsdato>[^<]*/, '<Utleveringsdato>9999-12-31')), [
      'T02 MsgHead/Document/RefDoc/Content/Utleveringsrapport/Utlevering/Utleveringsdato',
    ])
    const receipt = appRec().replace(/<GenDate>[^<]*/, '<GenDate>9999-12-31T23:59:59-12:00')
    assert.deepEqual(refused(receipt), ['T02 AppRec/GenDate'])
  })

  it('are noted and left out elsewhere', () => {
    const ran = run(m1({ expires: '9999-12-31' }))
    assert.equal(only(ran, 'MedicationRequest').dispenseRequest?.validityPeriod, undefined)
    assert.deepEqual(lost(ran), ['invalid-value MsgHead/Document/RefDoc/Content/Resept/Utloper'])
    const block = { start: '2024-03-01', end: '9999-12-31', doses: [{ amount: '1', part: '1' }] }
    const dosed = run(m1({ medicine: { product: ibuprofen, blocks: [block] } }))
    const [dosage] = only(dosed, 'MedicationRequest').dosageInstruction ?? []
    assert.deepEqual(dosage?.timing?.repeat?.boundsPeriod, { start: '2024-03-01' })
    assert.match(lost(dosed).join(), /^invalid-value \S+\/Dosering\/Sluttidspunkt$/)
  })
})
