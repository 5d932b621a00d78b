import assert from 'node:assert/strict'
import type { Medication } from 'fhir/r4.js'
import { extensionUrl } from '../../../src/core/canonical.js'
import { M10_ID, MSG_ID, m10 } from '../../support/kith-fixtures.js'
import { metoprolol, onceDaily } from '../../support/kith-prescribed.js'
import { all, extension, lost, only, run } from '../../support/kith-run.js'
import { validateR4 } from '../../support/r4-validator.js'

before(function () {
  // The definitions are read at the first call.
  this.timeout(60_000)
  validateR4({ resourceType: 'Patient' })
})

const DISPENSE = 'MedicationDispense'
const PRESCRIPTION = `urn:ietf:rfc:3986|urn:uuid:${MSG_ID}`
const OTHER = 'a1b2c3d4-0000-4000-8000-000000000011'
describe('M10 to MedicationDispense', () => {
  it('is what was handed out, by whom, on which prescription', () => {
    const ran = run(m10({ batch: 'LOT-7', medicine: { ...onceDaily(metoprolol), packages: '1.000' } }))
    const resource = only(ran, DISPENSE)
    assert.equal(resource.status, 'completed')
    assert.equal(resource.whenHandedOver, '2024-03-02')
    assert.equal(resource.identifier?.[0]?.value, `urn:uuid:${M10_ID}`)
    assert.equal(resource.authorizingPrescription?.[0]?.identifier?.value, `urn:uuid:${MSG_ID}`)
    assert.deepEqual(resource.quantity, { value: 1, unit: 'pakning' })
    assert.deepEqual(extension(resource, 'total-amount')?.valueQuantity, { value: 98, unit: 'stk' })
    assert.equal((resource.contained?.[0] as Medication | undefined)?.batch?.lotNumber, 'LOT-7')
    assert.deepEqual(
      resource.performer?.map(({ actor }) => actor.identifier?.value),
      ['8900003', '9900033'],
    )
    assert.equal(resource.dosageInstruction?.[0]?.text, '1 tablett morgen')
    assert.deepEqual(ran.source, { key: 'eresept|8900003', role: 'pharmacy', name: 'Prøvetorget apotek' })
    assert.deepEqual(ran.amendments, [])
    assert.deepEqual(lost(ran), [])
    assert.deepEqual(validateR4(resource), [])
  })

  it('multiplies package counts and sizes exactly, and not at all where they are not plain', () => {
    const total = (packages: string, size: string) =>
      extension(
        only(run(m10({ medicine: { product: { ...metoprolol, size }, packages } })), DISPENSE),
        'total-amount',
      )?.valueQuantity?.value
    assert.equal(total('3', '0.1'), 0.3)
    assert.equal(total('2.000', '10 x 100'), 2000)
    assert.equal(total('1', '1 sett'), undefined)
  })

  it('finishes the prescription where the pharmacy says so', () => {
    const [amendment, ...rest] = run(m10({ finished: true })).amendments
    assert.deepEqual(rest, [])
    assert.deepEqual([amendment?.type, amendment?.key], ['MedicationRequest', PRESCRIPTION])
    assert.equal(amendment?.set['status'], 'completed')
    assert.equal(amendment?.at, '2024-03-02T13:00:00.500Z')
    assert.deepEqual(run(m10({ finished: false })).amendments, [])
  })

  it('cancels the dispense that it names, is itself an error, and takes back its end of the prescription', () => {
    const ran = run(m10({ msgId: OTHER, cancels: M10_ID, finished: true }))
    assert.equal(only(ran, DISPENSE).status, 'entered-in-error')
    const [cancelled, reopened, ...rest] = ran.amendments
    assert.deepEqual(rest, [])
    assert.deepEqual(
      [cancelled?.type, cancelled?.key, cancelled?.set['status']],
      [DISPENSE, `urn:ietf:rfc:3986|urn:uuid:${M10_ID}`, 'entered-in-error'],
    )
    const finishing = run(m10({ finished: true })).amendments[0]
    assert.deepEqual([reopened?.key, reopened?.name, reopened?.set], [PRESCRIPTION, finishing?.name, {}])
  })

  it('cancels whatever was handed out when it does not repeat the product', () => {
    const types = run(m10({ msgId: OTHER, cancels: M10_ID, medicine: null })).amendments.map(
      ({ type }) => type,
    )
    assert.deepEqual(types, [DISPENSE, 'SupplyDelivery', 'MedicationRequest', 'DeviceRequest'])
  })

  it('tells why dispensing was given up, and claims no hand-over then', () => {
    const notWanted = only(run(m10({ givenUp: '1', medicine: null })), DISPENSE)
    assert.equal(notWanted.status, 'declined')
    assert.equal(notWanted.whenHandedOver, undefined)
    assert.equal(notWanted.statusReasonCodeableConcept?.coding?.[0]?.code, '1')
    assert.equal(notWanted.medicationCodeableConcept?.extension?.[0]?.valueCode, 'unknown')
    assert.equal(only(run(m10({ givenUp: '6' })), DISPENSE).status, 'cancelled')
  })

  it('marks another product only where an intervention says another product', () => {
    const intervention = (change: string) =>
      `<Intervensjon><Kode V="212" S="2.16.578.1.12.4.1.1.7412"/><EndringsType V="${change}"/><KonfKunde>true</KonfKunde></Intervensjon>`
    const swapped = only(run(m10({ interventions: intervention('V') })), DISPENSE)
    assert.equal(swapped.substitution?.wasSubstituted, true)
    assert.equal(swapped.substitution?.reason?.[0]?.coding?.[0]?.code, '212')
    const dose = only(run(m10({ interventions: intervention('D') })), DISPENSE)
    assert.equal(dose.substitution, undefined)
    assert.equal(extension(dose, 'intervention')?.extension?.length, 3)
  })

  it('keeps payment and paper prescription as extensions', () => {
    const paid = `<Egenandel><StartEgenandelsperiode>2024-01-01</StartEgenandelsperiode><BetaltEgenandel V="100.50" U="NOK"/></Egenandel>`
    const ran = run(m10({ after: `${paid.repeat(4)}<Papirresept>true</Papirresept>` }))
    const resource = only(ran, DISPENSE)
    const payments = resource.extension?.filter(({ url }) => url === extensionUrl('co-payment')) ?? []
    assert.equal(payments.length, 4)
    assert.deepEqual(payments[0]?.extension?.[1]?.valueMoney, { value: 100.5, currency: 'NOK' })
    assert.equal(extension(resource, 'paper-prescription')?.valueBoolean, true)
    assert.deepEqual(lost(ran), [])
  })

  it('gives merchandise as SupplyDelivery', () => {
    const merchandise =
      '<ReseptDokHandelsvare xmlns="http://www.kith.no/xmlstds/eresept/m1/2013-10-08"><Varegruppekode V="A"/><Antall>3</Antall></ReseptDokHandelsvare>'
    const ran = run(m10({ merchandise, finished: true }))
    assert.deepEqual(all(ran, DISPENSE), [])
    const resource = only(ran, 'SupplyDelivery')
    assert.equal(resource.suppliedItem?.quantity?.value, 3)
    assert.equal(ran.amendments[0]?.type, 'DeviceRequest')
    assert.deepEqual(validateR4(resource), [])
  })
})
