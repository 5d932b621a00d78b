import assert from 'node:assert/strict'
import { openDeviceFaults } from '../../src/hub/device-faults.js'
import { assignDevice } from '../support/assigned-device.js'
import { describeStores, someBackends } from '../support/backends.js'
import { deviceEvent, doseNotDispensed } from '../support/device-fixtures.js'
import { inger } from '../support/kith-people.js'
import { testValidation } from '../support/validation.js'
import { openWorker } from '../support/worker.js'

describeStores('open faults of devices', await someBackends(), (current) => {
  before(async function () {
    this.timeout(60_000)
    await testValidation()
  })

  it('are told by kind, severity, device and part, until an event closes them, and name nobody', async () => {
    const { store } = current()
    const worker = await openWorker(store)
    const device = await assignDevice(worker.deps, inger.id)
    const tell = async (event: object) => {
      const { id } = await worker.receive('devices', JSON.stringify(event))
      await worker.work()
      assert.match((await store.message(id))?.state ?? '', /^(done|superseded)$/)
    }
    const at = (time: string) => `2026-02-03T${time}:00+01:00`
    const fault = { code: 'E42', component: 'motor', stopsDispensing: true }
    await tell(
      deviceEvent('device.fault', {
        eventId: 'event-fault-1',
        occurredAt: at('08:00'),
        over: { status: { fault } },
      }),
    )
    await tell(deviceEvent('supply.bin-full', { eventId: 'event-full-1', occurredAt: at('09:00') }))
    await tell(doseNotDispensed({ eventId: 'event-dose-1' }))
    const { faults } = await openDeviceFaults(store, 10, undefined)
    const told = faults.map(({ kind, component, device: own }) => [kind, component, own]).sort()
    assert.deepEqual(told, [
      ['device.fault', 'motor', `Device/${device}`],
      ['supply.bin-full', undefined, `Device/${device}`],
    ])
    assert.ok(!JSON.stringify(faults).includes(inger.id))
    await tell(
      deviceEvent('device.fault-cleared', {
        eventId: 'event-fault-2',
        occurredAt: at('10:00'),
        over: { status: { fault } },
      }),
    )
    const left = await openDeviceFaults(store, 10, undefined)
    assert.deepEqual(
      left.faults.map(({ kind }) => kind),
      ['supply.bin-full'],
    )
    assert.equal(left.next, undefined)
  })
})
