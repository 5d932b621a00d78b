import assert from 'node:assert/strict'
import { deviceEvent, doseDispensed } from '../../support/device-fixtures.js'
import { fullEvent, mapEvent, only, resourcesOf } from './support.js'

describe('device hand-out', () => {
  it('is a completed MedicationDispense by the device, national code first', () => {
    const dispense = only(resourcesOf(mapEvent(doseDispensed()), 'MedicationDispense'))
    assert.deepEqual([dispense.status, dispense.performer?.[0]?.actor.type], ['completed', 'Device'])
    assert.equal(dispense.whenHandedOver, '2026-02-03T08:04:00+01:00')
    assert.deepEqual(
      dispense.category?.coding?.slice(0, 2).map(({ code }) => code),
      ['1.1', 'dose.dispensed'],
    )
  })

  it('of a travel is one for each dose where they are listed, whose intake is unknown', () => {
    const mapped = mapEvent(fullEvent('travel.dispensed'))
    const dispenses = resourcesOf(mapped, 'MedicationDispense')
    assert.equal(dispenses.length, 2)
    assert.equal(new Set(dispenses.map((one) => one.identifier?.[0]?.value)).size, 2)
    const intakes = resourcesOf(mapped, 'MedicationAdministration')
    assert.deepEqual(
      intakes.map(({ status }) => status),
      ['unknown', 'unknown'],
    )
  })

  it('of a travel without a list is one with the number of doses and the period in words', () => {
    const travel = { start: '2026-02-04T08:00:00+01:00', end: '2026-02-06T20:00:00+01:00', doses: 7 }
    const mapped = mapEvent(deviceEvent('travel.dispensed', { over: { travel } }))
    const dispense = only(resourcesOf(mapped, 'MedicationDispense'))
    assert.equal(dispense.quantity?.value, 7)
    assert.equal(
      dispense.dosageInstruction?.[0]?.text,
      'Reise fra 2026-02-04 08:00 til 2026-02-06 20:00, 7 doser',
    )
    assert.deepEqual(resourcesOf(mapped, 'MedicationAdministration'), [])
  })
})
