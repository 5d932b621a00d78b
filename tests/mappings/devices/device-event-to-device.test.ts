import assert from 'node:assert/strict'
import type { CanonicalEvent } from '../../../mappings/devices/canonical-event.js'
import { deviceEvent, doseTaken, SERIAL_SYSTEM } from '../../support/device-fixtures.js'
import { foldMapped } from '../../support/fold-mapped.js'
import { fullEvent, KINDS, mapEvent, only, resourcesOf } from './support.js'

describe('Device of an event', () => {
  const device = (event: CanonicalEvent) => only(resourcesOf(mapEvent(event), 'Device'))
  const item = (event: CanonicalEvent) =>
    mapEvent(event).resources.find(({ resource }) => resource.resourceType === 'Device')

  it('never has a patient', () => {
    for (const kind of KINDS)
      for (const resource of resourcesOf(mapEvent(fullEvent(kind)), 'Device')) {
        assert.equal(resource.patient, undefined)
        assert.ok(!JSON.stringify(resource).includes('asg-1'), kind)
      }
  })

  it('is written by kinds that tell its state and only ensured by all others', () => {
    assert.equal(item(deviceEvent('device.offline'))?.scope, 'shared')
    assert.equal(item(doseTaken())?.scope, 'shared-once')
    assert.equal(device(deviceEvent('device.offline')).statusReason?.[0]?.coding?.[0]?.code, 'offline')
    assert.equal(device(deviceEvent('assignment.retired', { assignmentRef: 'a-1' })).status, 'inactive')
  })

  it('follows the time of occurrence and not of arrival', () => {
    const offline = deviceEvent('device.offline', { occurredAt: '2026-02-03T08:00:00+01:00' })
    const online = deviceEvent('device.online', { occurredAt: '2026-02-03T07:30:00Z' })
    for (const order of [
      [offline, online],
      [online, offline],
    ]) {
      const folded = [...foldMapped(order.map((event) => mapEvent(event)))]
      const found = folded.find(([key]) => key.startsWith('Device|'))?.[1]
      assert.ok(JSON.stringify(found?.['statusReason']).includes('"online"'))
    }
  })

  it('is named by its serial number, and by an IMEI in one form whatever the vendor writes', () => {
    const key = (identifiers: CanonicalEvent['device']['identifiers']) =>
      item({ ...deviceEvent('device.online'), device: { identifiers } })?.key
    const imei = '490154203237518'
    const urn = 'urn:ietf:rfc:3986|urn:gsma:imei:49015420-323751-8'
    assert.equal(key([{ type: 'imei', system: 'urn:vendor:imei', value: imei }]), urn)
    assert.equal(key([{ system: 'http://dignio.no/IMEInummer', value: imei }]), urn)
    assert.equal(
      key([
        { type: 'iccid', system: 'urn:sim', value: '8947' },
        { type: 'serial', system: SERIAL_SYSTEM, value: 'X1' },
      ]),
      `${SERIAL_SYSTEM}|X1`,
    )
  })

  it('takes an IMEI with a wrong check digit and tells of it', () => {
    const mapped = mapEvent(deviceEvent('device.online', { imei: '490154203237519' }))
    assert.deepEqual(mapped.unmapped, [
      {
        at: '/device/identifiers/1/value',
        reason: 'invalid-value',
        note: 'check digit of the IMEI; taken as sent',
      },
    ])
  })
})
