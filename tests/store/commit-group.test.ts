import assert from 'node:assert/strict'
import { setTimeout as wait } from 'node:timers/promises'
import { laneKey, personId } from '../../src/core/ids.js'
import { commitGroup } from '../../src/store/commit-group.js'
import type { ClaimedEffect } from '../../src/store/effect.js'
import { availableBackends, describeStores } from '../support/backends.js'
import { aboutPerson, accepted, BERIT, done, effect, newMessage, write } from './fixtures.js'

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

describe('writes of a group', () => {
  it('go to the database in one order, whatever the order of the lanes, and each row in order of its versions', async () => {
    const sent: { readonly updates: { readonly id: string; readonly version: number }[] }[] = []
    const commit = commitGroup(
      {
        kind: 'postgresql',
        query: async (_sql, values) => {
          sent.push(JSON.parse(String(values?.[0])))
          return { rows: [], affected: 0 }
        },
        transaction: () => Promise.reject(new Error('none')),
        close: async () => undefined,
      },
      new Set(),
      () => undefined,
    )
    const { id } = newMessage('m1')
    const claim = { lane: laneKey('p-1'), owner: 'w', epoch: 1, second: undefined, rows: [], effectSeq: 0 }
    const writes = ['c', 'a', 'b'].flatMap((name) => [
      write('', { id: name, version: 2 }),
      write('', { id: name, version: 3 }),
    ])
    const one = effect(done(id), personId('1'), { writes }) as ClaimedEffect['effect']
    await commit([{ claim: { ...claim, more: false, timeDue: false }, effect: one }])
    assert.deepEqual(
      sent[0]?.updates.map((row) => [row.id, row.version]),
      [
        ['a', 3],
        ['b', 3],
        ['c', 3],
      ],
    )
  })
})
