import assert from 'node:assert/strict'
import { HubError } from '../../src/core/errors.js'
import { tendParkedChannels } from '../../src/hub/parked-channels.js'
import { describeStores, someBackends } from '../support/backends.js'
import { doseTaken } from '../support/device-fixtures.js'
import { orderMessage } from '../support/hl7-orders.js'
import { testValidation } from '../support/validation.js'
import { openWorker } from '../support/worker.js'

const misconfigured = () => new HubError('CHANNEL_MISCONFIGURED', 'no mapping of this version')
const order = (patient: number, number: number) => orderMessage({ patient, order: number })

describeStores('a parked channel', await someBackends(), (current) => {
  before(async function () {
    this.timeout(60_000)
    await testValidation()
  })

  it('lets its rows wait with their attempts unburnt, and others pass', async () => {
    const { store } = current()
    const worker = await openWorker(store)
    worker.fault = (kind) => (kind === 'RDE^O11' ? misconfigured() : undefined)
    const first = await worker.receive('hl7v2', order(1, 1))
    const second = await worker.receive('hl7v2', order(2, 1))
    await worker.work()
    const tried = worker.counted.length
    const later = await worker.receive('hl7v2', order(3, 1))
    worker.fault = undefined
    await worker.work()
    for (const { id } of [first, second, later]) {
      const message = await store.message(id)
      assert.equal(message?.state, 'waiting')
      assert.equal(message?.attempts, 0)
    }
    assert.equal((await store.message(first.id))?.reason?.code, 'CHANNEL_MISCONFIGURED')
    assert.equal(worker.counted.length, tried, 'what comes later is untried')
    const [parked] = await store.parkedChannels()
    assert.equal(parked?.channel, 'hl7v2')
    assert.equal(parked?.parkedBy, undefined)
    const event = await worker.receive('devices', JSON.stringify(doseTaken({ eventId: 'event-0001' })))
    await worker.work()
    assert.equal((await store.message(event.id))?.attempts, 1, 'a device event is tried as ever')
    assert.deepEqual(
      (await store.lanes(10)).lanes
        .filter(({ state }) => state === 'parked')
        .map(({ head }) => head.id)
        .sort(),
      [first.id, second.id, later.id].sort(),
    )
    const channels = await store.channels()
    assert.equal(channels.find(({ channel }) => channel === 'hl7v2')?.waiting, 3)
    assert.equal(channels.find(({ channel }) => channel === 'hl7v2')?.oldestWaitingS, 0, 'it is no backlog')
  })

  it('goes on when an operator resumes it, and that is written down', async () => {
    const { store, db } = current()
    const worker = await openWorker(store)
    worker.fault = () => misconfigured()
    const rows = [await worker.receive('hl7v2', order(1, 1)), await worker.receive('hl7v2', order(2, 1))]
    await worker.work()
    worker.fault = undefined
    assert.equal(await store.resumeChannel('hl7v2', 'kari'), true)
    assert.equal(await store.resumeChannel('hl7v2', 'kari'), false)
    await worker.work()
    for (const { id } of rows) assert.equal((await store.message(id))?.state, 'done')
    const { rows: actions } = await db.query('select who, action, target from operator_action')
    assert.deepEqual(actions, [{ who: 'kari', action: 'resume-channel', target: 'hl7v2' }])
  })

  it('goes on by itself once the row that is tried gets through', async () => {
    const { store, db } = current()
    const worker = await openWorker(store)
    const tend = () => tendParkedChannels(store, () => undefined, worker.deps.log)
    worker.fault = () => misconfigured()
    const rows = [await worker.receive('hl7v2', order(1, 1)), await worker.receive('hl7v2', order(2, 1))]
    await worker.work()
    await tend()
    await worker.work()
    assert.equal((await store.parkedChannels())[0]?.probe?.state, 'parked', 'not mended yet')
    await tend()
    assert.deepEqual(await store.dueLanes(10), [], 'the next row is tried after a while')
    worker.fault = undefined
    await db.query(`update parked_channel set probed_at = probed_at - interval '2 minutes'`)
    await tend()
    await worker.work()
    await tend()
    await worker.work()
    for (const { id } of rows) assert.equal((await store.message(id))?.state, 'done')
    assert.deepEqual(await store.parkedChannels(), [])
  })

  it('stays parked for as long as the operator wants who parked it', async () => {
    const { store } = current()
    const worker = await openWorker(store)
    assert.equal(await store.parkChannel('hl7v2', 'kari'), true)
    assert.equal(await store.parkChannel('hl7v2', 'ola'), false)
    const { id } = await worker.receive('hl7v2', order(1, 1))
    await worker.parking.refresh()
    await worker.work()
    await tendParkedChannels(store, () => undefined, worker.deps.log)
    await worker.work()
    assert.equal((await store.message(id))?.state, 'waiting')
    await store.resumeChannel('hl7v2', 'kari')
    await worker.work()
    assert.equal((await store.message(id))?.state, 'done')
  })

  it('does not hold a row whose channel was resumed while a worker thought it parked', async () => {
    const { store } = current()
    const worker = await openWorker(store)
    const { id, lane } = await worker.receive('hl7v2', order(1, 1))
    const claim = await store.claim(lane, 'w', { leaseMs: 15_000, rowsMax: 10 })
    assert.ok(claim)
    await store.fail(claim, id, undefined, { kind: 'park' })
    await store.release(claim)
    await worker.work()
    assert.equal((await store.message(id))?.state, 'done')
  })

  it('is finished by the next turn when the process that resumed it died', async () => {
    const { store, db } = current()
    const worker = await openWorker(store)
    worker.fault = () => misconfigured()
    const { id } = await worker.receive('hl7v2', order(1, 1))
    await worker.work()
    worker.fault = undefined
    await db.query('update parked_channel set resumed_at = now()')
    await tendParkedChannels(store, () => undefined, worker.deps.log)
    await worker.work()
    assert.equal((await store.message(id))?.state, 'done')
  })
})
