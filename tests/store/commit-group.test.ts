import assert from 'node:assert/strict'
import { setTimeout as wait } from 'node:timers/promises'
import type { ClaimedEffect } from '../../src/store/effect.js'
import { availableBackends, describeStores } from '../support/backends.js'
import { aboutPerson, accepted, BERIT, done, effect, newMessage } from './fixtures.js'

const LEASE = { leaseMs: 15_000, rowsMax: 16 }

describeStores('effects of a group of lanes', await availableBackends(), (current) => {
  async function twoLanes(leaseMs = LEASE.leaseMs) {
    const { store } = current()
    const anna = await accepted(store, newMessage('m1'))
    const berit = await accepted(store, newMessage('m2', { subject: aboutPerson(BERIT) }))
    const lanes = [anna, berit]
    const claims = await store.claimGroup(
      lanes.map(({ lane }) => lane),
      'worker-1',
      { ...LEASE, leaseMs },
    )
    const effects = claims.map((claim): ClaimedEffect => {
      const { id, person } = lanes.find(({ lane }) => lane === claim.lane)!
      // Of claimed rows, as `done` makes them.
      return { claim, effect: effect(done(id), person) as ClaimedEffect['effect'] }
    })
    return { store, anna, berit, effects }
  }
  const stateOf = async (id: Parameters<ReturnType<typeof current>['store']['message']>[0]) =>
    (await current().store.message(id))?.state

  it('are committed together', async () => {
    const { store, anna, berit, effects } = await twoLanes()
    await store.commitGroup(effects)
    assert.deepEqual([await stateOf(anna.id), await stateOf(berit.id)], ['done', 'done'])
  })

  it('are none of them committed when one lane was taken over', async () => {
    const { store, anna, berit, effects } = await twoLanes(20)
    await wait(30)
    const taken = await store.claim(berit.lane, 'worker-2', LEASE)
    assert.ok(taken)
    await assert.rejects(store.commitGroup(effects), { code: 'LEASE_LOST' })
    assert.deepEqual([await stateOf(anna.id), await stateOf(berit.id)], ['waiting', 'claimed'])
  })

  it('are none of them committed when the same worker claimed one lane anew', async () => {
    const { store, anna, berit, effects } = await twoLanes(20)
    await wait(30)
    assert.ok(await store.claim(berit.lane, 'worker-1', LEASE))
    await assert.rejects(store.commitGroup(effects), { code: 'LEASE_LOST' })
    assert.deepEqual([await stateOf(anna.id), await stateOf(berit.id)], ['waiting', 'claimed'])
  })

  it('are none of them committed when one row has come to its end already', async () => {
    const { store, anna, berit, effects } = await twoLanes()
    await current().db.query(`update message set state = 'done' where id = $1`, [anna.id])
    await assert.rejects(store.commitGroup(effects), { code: 'LEASE_LOST' })
    assert.equal(await stateOf(berit.id), 'claimed')
  })
})
