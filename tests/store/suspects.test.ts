import assert from 'node:assert/strict'
import { setTimeout as wait } from 'node:timers/promises'
import type { LaneKey } from '../../src/core/ids.js'
import type { Store } from '../../src/store/contract.js'
import { availableBackends, describeStores } from '../support/backends.js'
import { aboutPerson, accepted, BERIT, done, effect, newMessage } from './fixtures.js'

const LEASE_MS = 20
const ROWS_MAX = 50

describeStores('messages suspected of killing their workers', await availableBackends(), (current) => {
  /** Claims and is heard of no more; texts of the rows that it took. */
  async function die(store: Store, lane: LaneKey, worker: string): Promise<readonly string[] | undefined> {
    const claim = await store.claim(lane, worker, { leaseMs: LEASE_MS, rowsMax: ROWS_MAX })
    await wait(LEASE_MS * 1.5)
    return claim?.rows.map(({ body }) => Buffer.from(body).toString())
  }

  it('a claim that its own worker lost is none: the worker lives, its line was cut', async () => {
    const { store } = current()
    const { lane, id } = await accepted(store, newMessage('m1'))
    for (let cut = 0; cut < 6; cut += 1) assert.deepEqual(await die(store, lane, 'worker-1'), ['m1'])
    const [claim] = await store.claimGroup([lane], 'worker-1', { leaseMs: 1_000, rowsMax: ROWS_MAX })
    assert.equal(claim?.rows[0]?.id, id)
  })

  it('the one that kills is found behind others, which are applied', async () => {
    const { store } = current()
    const { lane, person } = await accepted(store, newMessage('m1'))
    await accepted(store, newMessage('m2'))
    const killer = await accepted(store, newMessage('killer'))
    await accepted(store, newMessage('m4'))
    const applied: string[] = []
    for (let worker = 0; worker < 20; worker += 1) {
      const claim = await store.claim(lane, `worker-${worker}`, { leaseMs: LEASE_MS, rowsMax: ROWS_MAX })
      if (claim === undefined) break
      // All that was taken is worked together, as long as the worker lives.
      if (claim.rows.some(({ id }) => id === killer.id)) {
        await wait(LEASE_MS * 1.5)
        continue
      }
      const texts = claim.rows.map(({ body }) => Buffer.from(body).toString())
      const rows = claim.rows.map(({ id }) => ({ id, state: 'done' as const, unmapped: [] }))
      await store.commit(claim, effect({ kind: 'claimed', rows }, person))
      await store.release(claim)
      applied.push(...texts)
    }
    assert.deepEqual(applied, ['m1', 'm2', 'm4'])
    assert.equal((await store.message(killer.id))?.reason?.code, 'CRASHES_WORKER')
  })

  it('are tried the last time one after the other, in no group', async () => {
    const { store } = current()
    const anna = await accepted(store, newMessage('m1'))
    const berit = await accepted(store, newMessage('m2', { subject: aboutPerson(BERIT) }))
    for (const worker of ['worker-1', 'worker-2'])
      for (const { lane } of [anna, berit]) assert.equal((await die(store, lane, worker))?.length, 1)
    const options = { leaseMs: 1_000, rowsMax: ROWS_MAX }
    assert.deepEqual(await store.claimGroup([anna.lane, berit.lane], 'worker-3', options), [])
    const first = await store.claim(anna.lane, 'worker-3', options)
    assert.ok(first)
    assert.equal(await store.claim(berit.lane, 'worker-3', options), undefined)
    await store.commit(first, effect(done(anna.id), anna.person))
    const second = await store.claim(berit.lane, 'worker-3', options)
    assert.equal(second?.rows[0]?.id, berit.id)
  })
})
