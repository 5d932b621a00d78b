import assert from 'node:assert/strict'
import type { DeviceUseStatement } from 'fhir/r4.js'
import { deviceUseStatementToAssignmentChange } from '../../../mappings/devices/device-use-statement-to-assignment-change.js'
import { sidUrl } from '../../../src/core/canonical.js'
import { SERIAL_SYSTEM, SYNTHETIC_FNR } from '../../support/device-fixtures.js'

const DEVICE = [{ system: SERIAL_SYSTEM, value: 'PK-1001' }]
const PERSON = [{ system: 'urn:oid:2.16.578.1.12.4.1.4.1', value: SYNTHETIC_FNR }]
const statement: DeviceUseStatement = {
  resourceType: 'DeviceUseStatement',
  identifier: [{ system: sidUrl('assignment'), value: 'asg-1' }],
  status: 'active',
  subject: { reference: 'Patient/p' },
  device: { reference: 'Device/d' },
  timingPeriod: { start: '2026-02-01T10:00:00+01:00' },
}
const change = (over: Partial<DeviceUseStatement>, device = DEVICE) =>
  deviceUseStatementToAssignmentChange({ ...statement, ...over }, device, PERSON)
const refused = (at: string) => ({ code: 'RESOURCE_INVALID', at: `DeviceUseStatement.${at}` })

describe('DeviceUseStatement to assignment change', () => {
  it('gives device, person, period and status', () => {
    assert.deepEqual(change({}), {
      device: DEVICE,
      ref: 'asg-1',
      person: PERSON,
      status: 'active',
      from: '2026-02-01T10:00:00+01:00',
    })
  })

  it('lets a planned assignment be without period', () => {
    const { timingPeriod: _period, ...planned } = statement
    const result = deviceUseStatementToAssignmentChange({ ...planned, status: 'intended' }, DEVICE, PERSON)
    assert.deepEqual([result.status, result.from], ['intended', undefined])
  })

  it('refuses one without assignment number, device, begin or end', () => {
    assert.throws(() => change({ identifier: [{ system: 'urn:x', value: '1' }] }), refused('identifier'))
    assert.throws(() => change({}, []), refused('device'))
    assert.throws(() => change({ timingPeriod: {} }), refused('timingPeriod.start'))
    assert.throws(() => change({ status: 'completed' }), refused('timingPeriod.end'))
    assert.throws(() => change({ status: 'entered-in-error' }), refused('status'))
  })

  it('refuses a begin that is only a day, and an end before the begin', () => {
    assert.throws(() => change({ timingPeriod: { start: '2026-02-01' } }), refused('timingPeriod.start'))
    const turned = { start: '2026-02-01T10:00:00+01:00', end: '2026-02-01T09:59:59+01:00' }
    assert.throws(() => change({ status: 'stopped', timingPeriod: turned }), refused('timingPeriod.end'))
  })
})
