import assert from 'node:assert/strict'
import { HubError } from '../../src/core/errors.js'
import { LANE_MS_MAX, workLane, workLanes } from '../../src/hub/work-lane.js'
import { availableBackends, describeStores, someBackends } from '../support/backends.js'
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

describeStores('lanes of a group', await someBackends(), (current) => {
  before(async function () {
    this.timeout(60_000)
    await testValidation()
  })

  async function twoLanes() {
    const worker = await openWorker(current().store)
    const rows = [
      await worker.receive('hl7v2', orderMessage({ patient: 1, order: 1 })),
      await worker.receive('hl7v2', orderMessage({ patient: 2, order: 2 })),
    ]
    const lanes = rows.map(({ lane }) => lane)
    const states = () => Promise.all(rows.map(async ({ id }) => (await current().store.message(id))?.state))
    return { worker, lanes, states }
  }

  it('are worked alone when they are not committed together, which is logged once', async () => {
    const { worker, lanes, states } = await twoLanes()
    const store = {
      ...current().store,
      commitGroup: () => Promise.reject(new HubError('CONCURRENT_CHANGE', 'another transaction was first')),
    }
    await workLanes({ ...worker.deps, store }, lanes)
    assert.deepEqual(await states(), ['done', 'done'])
    assert.deepEqual(worker.counted, ['done hl7v2', 'done hl7v2'])
    assert.deepEqual(worker.logged, [
      'group not committed, its lanes are worked alone {"lanes":2,"code":"CONCURRENT_CHANGE"}',
    ])
  })

  it('are told apart when the lease of one cannot be given back', async () => {
    const { worker, lanes, states } = await twoLanes()
    const store = {
      ...current().store,
      release: async () => {
        throw new HubError('STORE_UNAVAILABLE', 'the database does not answer')
      },
    }
    assert.deepEqual([...(await workLanes({ ...worker.deps, store }, lanes))], [])
    assert.deepEqual(await states(), ['done', 'done'])
    assert.equal(worker.logged.filter((line) => line.startsWith('lease not given back')).length, 2)
  })
})
