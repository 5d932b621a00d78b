import assert from 'node:assert/strict'
import { openStore } from '../../src/store/store.js'
import { availableBackends, describeStores } from '../support/backends.js'
import { aboutPerson, accepted, BERIT, mustClaim, newMessage } from './fixtures.js'

describeStores('a clock that was set back', await availableBackends(), (current) => {
  /** What the clock that was an hour ahead left behind. */
  const anHourAhead = async () => {
    const { db } = current()
    await db.query(`update message set due_at = due_at + interval '1 hour' where state = 'waiting'`)
    await db.query(
      `update lane set due_at = due_at + interval '1 hour', lease_until = lease_until + interval '1 hour'`,
    )
  }

  it('lets what waits wait no longer, and ends leases of before', async () => {
    const { db } = current()
    const { store } = current()
    const anna = await accepted(store, newMessage('m1'))
    const berit = await accepted(store, newMessage('m2', { subject: aboutPerson(BERIT) }))
    const claim = await mustClaim(store, berit.lane)
    await anHourAhead()
    const started = await openStore(db)
    await started.dueLanes(10)
    assert.deepEqual(new Set(await started.dueLanes(10)), new Set([anna.lane, berit.lane]))
    assert.equal((await mustClaim(started, berit.lane)).rows[0]?.id, berit.id)
    await assert.rejects(started.fail(claim, berit.id, { code: 'UNEXPECTED', text: 'x' }, { kind: 'dead' }), {
      code: 'LEASE_LOST',
    })
  })

  it('is not seen in a retry that waits its time, nor in a parked row', async () => {
    const { db, store } = current()
    const { lane, id } = await accepted(store, newMessage('m1'))
    const claim = await mustClaim(store, lane)
    const fault = { code: 'STORE_UNAVAILABLE', text: 'x' } as const
    await store.fail(claim, id, fault, { kind: 'retry', delayMs: 60_000 })
    const parked = await accepted(store, newMessage('m2', { subject: aboutPerson(BERIT) }))
    await db.query('update message set due_at = parked_until_v1() where id = $1', [parked.id])
    await db.query('update lane set due_at = parked_until_v1() where lane_key = $1', [parked.lane])
    const started = await openStore(db)
    await started.dueLanes(10)
    assert.deepEqual(await started.dueLanes(10), [])
  })
})
