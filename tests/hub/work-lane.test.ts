import assert from 'node:assert/strict'
import { LANE_MS_MAX, workLane } from '../../src/hub/work-lane.js'
import { availableBackends, describeStores } from '../support/backends.js'
import { orderMessage } from '../support/hl7-orders.js'
import { testValidation } from '../support/validation.js'
import { openWorker } from '../support/worker.js'

describeStores('a lane whose rows take long', await availableBackends(), (current) => {
  before(async function () {
    this.timeout(60_000)
    await testValidation()
  })

  it('is given back when its time is over, its rows in order and none counted as tried', async () => {
    const { store, db } = current()
    const worker = await openWorker(store)
    const rows: Awaited<ReturnType<typeof worker.receive>>[] = []
    for (let order = 0; order < 40; order += 1)
      rows.push(await worker.receive('hl7v2', orderMessage({ patient: 1, order })))
    const now = { ms: Date.now() }
    // Each look at the clock is half the time of a lane.
    const deps = { ...worker.deps, clock: () => (now.ms += LANE_MS_MAX / 2) }
    assert.equal(await workLane(deps, rows[0]!.lane), true)
    const states = async () => Promise.all(rows.map(async ({ id }) => (await store.message(id))?.state))
    const first = await states()
    const done = first.filter((state) => state === 'done').length
    assert.ok(done > 0 && done < 40, `${done} done`)
    assert.deepEqual(first, [...Array(done).fill('done'), ...Array(40 - done).fill('waiting')])
    const { rows: lanes } = await db.query<{ claims: number; owner: string | null }>(
      'select claims, owner from lane where due_at is not null',
    )
    assert.deepEqual(lanes, [{ claims: 0, owner: null }])
    await worker.work()
    assert.ok((await states()).every((state) => state === 'done'))
  })
})
