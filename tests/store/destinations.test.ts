import assert from 'node:assert/strict'
import { DELIVERY_RULES as RULES } from '../../src/core/delivery.js'
import { availableBackends, describeStores } from '../support/backends.js'
import { claimAll, DELIVERED, fanOutTo, HOUR_MS, journalOf, putChanges, retry } from '../support/outbox.js'

describeStores('destinations', await availableBackends(), (current) => {
  const { made, only, view, pass, journal } = journalOf(() => current().db)

  it('opens the breaker after five failures in a row, then probes with one', async () => {
    const outbox = await made(
      Array.from({ length: 9 }, (_, index) => [`l${index}`, 1] as const),
      { ...RULES, backoffMsMin: HOUR_MS, backoffMsMax: HOUR_MS },
    )
    for (let failed = 0; failed < 5; failed += 1) {
      const [claim] = await claimAll(outbox, 'journal', { max: 1 })
      await outbox.settleDelivery(claim!, retry({ delayMs: 48 * HOUR_MS }))
    }
    assert.deepEqual(
      [(await journal(outbox))?.breaker, (await journal(outbox))?.lastFault],
      ['open', 'not-connected'],
    )
    assert.deepEqual(await outbox.dueDestinations(['journal']), [])
    assert.deepEqual(await claimAll(outbox, 'journal'), [])
    await pass(HOUR_MS)
    assert.equal((await journal(outbox))?.breaker, 'half-open')
    const [probe, ...others] = await claimAll(outbox, 'journal')
    assert.equal(others.length, 0)
    assert.deepEqual(await claimAll(outbox, 'journal'), [])
    await outbox.settleDelivery(probe!, DELIVERED)
    assert.equal((await journal(outbox))?.breaker, 'closed')
    assert.equal((await claimAll(outbox, 'journal')).length, 3)
  })

  it('sends nothing to a destination before the time that it asked for', async () => {
    const outbox = await made([
      ['a', 1],
      ['b', 1],
    ])
    const [claim] = await claimAll(outbox, 'journal', { max: 1 })
    await outbox.settleDelivery(claim!, retry({ holdMs: HOUR_MS, delayMs: HOUR_MS }))
    assert.deepEqual(await claimAll(outbox, 'journal'), [])
    await pass(HOUR_MS)
    assert.equal((await claimAll(outbox, 'journal')).length, 2)
  })

  it('puts a destination in error when it fails for too long; numbers go on, and only an operator resumes it', async () => {
    const outbox = await made([['a', 1]])
    await outbox.settleDelivery(await only(outbox), retry())
    await pass(71 * HOUR_MS)
    await outbox.settleDelivery(await only(outbox), retry())
    assert.equal((await journal(outbox))?.state, 'active')
    await pass(HOUR_MS)
    await outbox.settleDelivery(await only(outbox), retry())
    assert.equal((await journal(outbox))?.state, 'error')
    assert.deepEqual(await claimAll(outbox, 'journal'), [])
    await putChanges(current().db, [{ lane: 'a', number: 2 }])
    await fanOutTo(outbox, ['journal'])
    assert.equal((await journal(outbox))?.lastNumber, 2)
    assert.equal((await journal(outbox))?.state, 'error')
    assert.equal(await outbox.resumeDestination('journal', 'op'), true)
    assert.equal(await outbox.resumeDestination('other', 'op'), false)
    assert.equal((await only(outbox)).delivery.number, 1)
  })

  it('turns a destination off that is gone, and keeps what it has not got', async () => {
    const outbox = await made([['a', 1]])
    await outbox.settleDelivery(await only(outbox), { kind: 'gone', fault: 'gone', status: 410 })
    assert.equal((await journal(outbox))?.state, 'off')
    assert.equal((await view(outbox, 1))?.state, 'pending')
    assert.deepEqual(await claimAll(outbox, 'journal'), [])
  })

  it('tells which destinations wait for a human', async () => {
    const outbox = await made([['a', 1]])
    const { store } = current()
    assert.deepEqual(await store.troubledDestinations(), [])
    await outbox.settleDelivery(await only(outbox), {
      kind: 'blocked',
      fault: 'answer-rejected',
      counts: false,
    })
    assert.deepEqual(await store.troubledDestinations(), [
      { id: 'journal', state: 'active', blocked: 1, unansweredS: 0 },
    ])
    await current().db.query(`update destination set state = 'off'`)
    assert.deepEqual(await store.troubledDestinations(), [
      { id: 'journal', state: 'off', blocked: 1, unansweredS: 0 },
    ])
  })

  it('counts what is open, and the age of the oldest', async () => {
    const outbox = await made([
      ['a', 1],
      ['a', 2],
    ])
    await current().db.query(`update delivery set created_at = now() - interval '1 hour' where number = 1`)
    const before = await journal(outbox)
    assert.equal(before?.open, 2)
    assert.ok((before?.oldestUndeliveredS ?? 0) >= 3_600)
    await outbox.settleDelivery(await only(outbox), DELIVERED)
    const after = await journal(outbox)
    assert.deepEqual([after?.open, after?.blocked], [1, 0])
    assert.ok((after?.oldestUndeliveredS ?? 0) < 60)
  })
})
