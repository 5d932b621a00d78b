import assert from 'node:assert/strict'
import { validateR4 } from '../../support/r4-validator.js'
import { dispense, dispenseOf, unmappedAt } from './messages.js'

const ORC = 'ORC|RE|P-1^KURVE|F-1^APOTEK||||||20261120093000+0100'
const RXD = 'RXD|2|L01^Testamol^L|20261120092500+0100|30|TAB^tablett^L'
const KURVE = 'http://stafett.internal/fhir/sid/sender/SYKEHUSET/KURVE'

describe('RDS to MedicationDispense', () => {
  it('has order number and sub-id as identity, and names its prescription', () => {
    const mapped = dispense(ORC, `${RXD}||RX-7`)
    const resource = dispenseOf(mapped)
    assert.deepEqual(resource.identifier?.[0], {
      system: 'http://stafett.internal/fhir/sid/sender/KURVE%7CSYKEHUSET/dispense',
      value: 'P-1/2',
    })
    assert.deepEqual(resource.authorizingPrescription, [
      { type: 'MedicationRequest', identifier: { system: KURVE, value: 'P-1' } },
    ])
    assert.equal(resource.identifier?.at(-1)?.value, 'RX-7')
    assert.equal(mapped.source.role, 'pharmacy')
    assert.deepEqual(resource.quantity, {
      value: 30,
      unit: 'tablett',
      system: 'http://stafett.internal/fhir/sid/sender/KURVE%7CSYKEHUSET/L',
      code: 'TAB',
    })
  })
  for (const [orc1, orc5, rxd, status] of [
    ['RE', 'CM', RXD, 'completed'],
    ['RE', 'IP', RXD, 'in-progress'],
    ['RE', 'SC', RXD, 'preparation'],
    ['RE', 'HD', RXD, 'on-hold'],
    ['RE', 'CA', RXD, 'cancelled'],
    ['RE', 'DC', RXD, 'stopped'],
    ['RE', 'ER', RXD, 'entered-in-error'],
    ['RE', '', RXD, 'completed'],
    ['OC', '', RXD, 'cancelled'],
    ['DE', '', RXD, 'entered-in-error'],
    ['RE', '', 'RXD|2|x^X^L||30|mg', 'unknown'],
    ['RE', 'CM', 'RXD|2|x^X^L|20261120|0|mg', 'cancelled'],
  ] as const)
    it(`is ${status} for ORC-1 ${orc1}, ORC-5 ${orc5 || 'empty'} and ${rxd}`, () => {
      assert.equal(dispenseOf(dispense(`ORC|${orc1}|1|||${orc5}`, rxd)).status, status)
    })
  it('says why nothing was handed over', () => {
    const resource = dispenseOf(dispense('ORC|RE|1|||CM', 'RXD|2|x^X^L|20261120|0|mg'))
    assert.equal(resource.statusReasonCodeableConcept?.text, 'The dispensed amount is 0 (RXD-4)')
  })
  it('is handed over at RXD-3, prepared while in preparation', () => {
    assert.equal(dispenseOf(dispense(ORC, RXD)).whenHandedOver, '2026-11-20T09:25:00+01:00')
    const prepared = dispenseOf(dispense('ORC|RE|1|||SC', RXD))
    assert.equal(prepared.whenHandedOver, undefined)
    assert.equal(prepared.whenPrepared, '2026-11-20T09:25:00+01:00')
  })
  it('keeps every lot, the first as what was handed over', () => {
    const resource = dispenseOf(dispense(ORC, `${RXD}${'|'.repeat(13)}A1~A2|20271231~2028`))
    assert.deepEqual(
      resource.contained?.map((medication) => (medication as { batch?: unknown }).batch),
      [
        { lotNumber: 'A1', expirationDate: '2027-12-31' },
        { lotNumber: 'A2', expirationDate: '2028' },
      ],
    )
    assert.deepEqual(resource.medicationReference, { reference: '#medication' })
    assert.deepEqual(resource.supportingInformation, [{ reference: '#medication-2' }])
  })
  it('keeps notes, substitution, performer, type and place', () => {
    const rxd = `${RXD}|||2|Ring~Kjølig|FARM1^Apoteker^Ada|G||AVD^2^1||^Ikke knus${'|'.repeat(18)}Q`
    const resource = dispenseOf(dispense(ORC, rxd, 'RXR|PO^Oral^HL70162', 'NTE|1||Obs'))
    assert.deepEqual(resource.note, [{ text: 'Ring' }, { text: 'Kjølig' }, { text: 'Obs' }])
    assert.equal(resource.substitution?.wasSubstituted, true)
    assert.equal(resource.performer?.[0]?.actor.display, 'Ada Apoteker')
    assert.equal(resource.destination?.display, 'AVD 2 1')
    assert.deepEqual(resource.type?.coding, [
      { system: 'http://terminology.hl7.org/CodeSystem/v2-0484', code: 'Q' },
    ])
    assert.deepEqual(resource.dosageInstruction?.[0]?.additionalInstruction, [{ text: 'Ikke knus' }])
    assert.equal(resource.dosageInstruction?.[0]?.route?.text, 'Oral')
  })
  it('takes the order that stands beside it as a name only, and says so', () => {
    const mapped = dispense(ORC, 'RXE||L01^Testamol^L|1||mg', 'TQ1|1||BID', RXD)
    assert.deepEqual(
      mapped.resources.map(({ resource }) => resource.resourceType),
      ['Patient', 'MedicationDispense'],
    )
    assert.equal(dispenseOf(mapped).dosageInstruction?.[0]?.timing?.repeat?.frequency, 2)
    assert.deepEqual(unmappedAt(mapped, 'superseded'), ['RXE'])
  })
  it('without sub-id or medication is refused by the mapping', () => {
    assert.throws(() => dispense(ORC, 'RXD||x^X^L'), { code: 'MESSAGE_INVALID', at: 'RXD-1' })
    assert.throws(() => dispense(ORC, 'RXD|1'), { code: 'MESSAGE_INVALID', at: 'RXD-2' })
  })
  it('is valid R4 in all that it makes', () => {
    const rxd = `RXD|2|L^T^L|20261120|1.50|mg|TAB^T^L|RX|2|n|F^A^B|G|4^mg|A^2||^I|500|mg|L1~L2|2027~2028|M^Maker^L|^Ind|||UD|X^Y^L|||10|mL|AP^Apotek^L|||Q^R^HL70484`
    const mapped = dispense(ORC, 'RXE|^BID|x^X^L|1', rxd, 'RXR|PO~IV', 'RXC|A|y^Y^L|1|mg', 'TQ1|1|2^mg|BID')
    for (const { resource } of mapped.resources) assert.deepEqual(validateR4(resource), [])
  }).timeout(30_000)
})
