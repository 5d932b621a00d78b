import assert from 'node:assert/strict'
import { DELIVERY_RULES as RULES } from '../../src/core/delivery.js'
import type { DeliveryClaim, DeliverySettlement } from '../../src/core/outbox.js'
import { availableBackends, describeStores } from '../support/backends.js'
import {
  claimAll,
  fanOutTo,
  letPass,
  numbersOf,
  type OutboxOfTest,
  outboxOf,
  putChanges,
} from '../support/outbox.js'

const HOUR_MS = 3_600_000
const DELIVERED: DeliverySettlement = { kind: 'delivered', status: 200 }
const retry = (more: Partial<Extract<DeliverySettlement, { kind: 'retry' }>> = {}): DeliverySettlement => ({
  kind: 'retry',
  fault: 'not-connected',
  delayMs: 0,
  refused: false,
  counts: true,
  ...more,
})

describeStores('deliveries', await availableBackends(), (current) => {
  const made = async (
    changes: readonly (readonly [lane: string, number: number])[],
    rules?: Parameters<typeof outboxOf>[1],
  ): Promise<OutboxOfTest> => {
    const outbox = outboxOf(current().db, rules)
    await putChanges(
      current().db,
      changes.map(([lane, number]) => ({ lane, number })),
    )
    await fanOutTo(outbox, ['journal'])
    return outbox
  }
  const only = async (outbox: OutboxOfTest): Promise<DeliveryClaim> => {
    const [claim, ...others] = await claimAll(outbox, 'journal')
    assert.ok(claim !== undefined && others.length === 0)
    return claim
  }
  const view = async (outbox: OutboxOfTest, number: number) =>
    (await outbox.deliveries({ limit: 100 })).find((one) => one.number === number)
  const pass = (ms: number) => letPass(current().db, ms)
  const journal = async (outbox: OutboxOfTest) => (await outbox.destinations())[0]

  it('gives the first of each lane, and the next when that has ended', async () => {
    const outbox = await made([
      ['a', 1],
      ['a', 2],
      ['b', 1],
    ])
    const claims = await claimAll(outbox, 'journal')
    assert.deepEqual(numbersOf(claims), [1, 3])
    assert.deepEqual(await claimAll(outbox, 'journal'), [])
    assert.equal(await outbox.settleDelivery(claims[0]!, DELIVERED), true)
    assert.deepEqual(numbersOf(await claimAll(outbox, 'journal')), [2])
    const ended = await view(outbox, 1)
    assert.deepEqual([ended?.state, ended?.status, ended?.fault], ['delivered', 200, undefined])
    assert.ok((await journal(outbox))?.lastDeliveredAt !== undefined)
  })

  it('has no more in hand of one destination than allowed, over all holders', async () => {
    const outbox = await made(Array.from({ length: 9 }, (_, index) => [`l${index}`, 1] as const))
    const taken = await Promise.all(
      ['v', 'w', 'x'].map((owner) => claimAll(outbox, 'journal', { owner, max: 3 })),
    )
    assert.equal(taken.flat().length, 4)
    assert.equal(new Set(numbersOf(taken.flat())).size, 4)
    assert.deepEqual(await outbox.dueDestinations(['journal']), [])
    await outbox.settleDelivery(taken.flat()[0]!, DELIVERED)
    assert.deepEqual(await outbox.dueDestinations(['journal']), ['journal'])
    assert.equal((await claimAll(outbox, 'journal')).length, 1)
  })

  it('gives a delivery whose holder was lost to another, under the same id; the old one can say nothing more', async () => {
    const outbox = await made([['a', 1]])
    const [lost] = await claimAll(outbox, 'journal', { leaseMs: HOUR_MS })
    await pass(HOUR_MS)
    const again = await only(outbox)
    assert.equal(again.delivery.id, lost?.delivery.id)
    assert.deepEqual([lost?.attempt, again.attempt], [1, 2])
    assert.equal(await outbox.settleDelivery(lost!, DELIVERED), false)
    assert.equal(await outbox.keepMessage(lost!, { body: Buffer.from('x'), contentType: 'x' }), false)
    assert.equal((await view(outbox, 1))?.state, 'sending')
    assert.equal(await outbox.settleDelivery(again, DELIVERED), true)
    assert.equal(await outbox.settleDelivery(again, DELIVERED), false)
  })

  it('asks a human instead where the receiver must not get it twice', async () => {
    const outbox = await made([
      ['a', 1],
      ['a', 2],
    ])
    await claimAll(outbox, 'journal', { leaseMs: HOUR_MS })
    await pass(HOUR_MS)
    assert.deepEqual(await claimAll(outbox, 'journal', { stopWhenLost: true }), [])
    const blocked = await view(outbox, 1)
    assert.deepEqual([blocked?.state, blocked?.fault], ['blocked', 'outcome-unknown'])
  })

  it('keeps a message with an id of its own and gives the same bytes again', async () => {
    const outbox = await made([['a', 1]])
    const first = await only(outbox)
    assert.equal(first.kept, undefined)
    const message = {
      body: Buffer.from('<MsgHead/>'),
      contentType: 'application/xml',
      headers: { 'X-Kind': 'M1' },
      messageId: 'b8a1c7f0-0d0c-4f8e-8a27-5a3f0c9f1d11',
    }
    assert.equal(await outbox.keepMessage(first, message), true)
    await outbox.settleDelivery(first, retry())
    const second = await only(outbox)
    assert.deepEqual(
      { ...second.kept, body: Buffer.from(second.kept?.body ?? []).toString() },
      { ...message, body: '<MsgHead/>' },
    )
    assert.equal((await outbox.deliveryOfMessage(message.messageId))?.number, 1)
    const receipt = { outcome: 'rejected', code: 'E31', at: '2026-03-01T11:00:00.000Z' } as const
    assert.equal(await outbox.noteReceipt({ messageId: message.messageId, ...receipt }), true)
    await outbox.noteReceipt({ messageId: message.messageId, ...receipt, outcome: 'accepted' })
    assert.deepEqual((await outbox.deliveryOfMessage(message.messageId))?.receipt, receipt)
    assert.equal(await outbox.noteReceipt({ messageId: 'unknown', ...receipt }), false)
  })

  it('waits for the time of a retry, and blocks what is refused for too long', async () => {
    const outbox = await made([['a', 1]], RULES)
    const refused = retry({ refused: true, fault: 'answer-status', status: 422, delayMs: HOUR_MS })
    await outbox.settleDelivery(await only(outbox), refused)
    assert.deepEqual(await claimAll(outbox, 'journal'), [])
    assert.ok((await view(outbox, 1))?.nextAttemptAt !== undefined)
    await pass(HOUR_MS)
    await outbox.settleDelivery(await only(outbox), refused)
    assert.equal((await view(outbox, 1))?.state, 'pending')
    await pass(23 * HOUR_MS)
    await outbox.settleDelivery(await only(outbox), refused)
    const blocked = await view(outbox, 1)
    assert.deepEqual([blocked?.state, blocked?.fault, blocked?.status], ['blocked', 'answer-status', 422])
  })

  it('does not count an outage as refusal', async () => {
    const outbox = await made([['a', 1]])
    await outbox.settleDelivery(await only(outbox), retry())
    await pass(25 * HOUR_MS)
    await outbox.settleDelivery(await only(outbox), retry({ refused: true }))
    assert.equal((await view(outbox, 1))?.state, 'pending')
  })

  it('blocks one lane only; retry and skip with a reason let it go on', async () => {
    const outbox = await made([
      ['a', 1],
      ['a', 2],
      ['b', 1],
    ])
    const [one, other] = await claimAll(outbox, 'journal')
    const blocked: DeliverySettlement = { kind: 'blocked', fault: 'answer-rejected', counts: false }
    await outbox.settleDelivery(one!, blocked)
    await outbox.settleDelivery(other!, DELIVERED)
    assert.deepEqual(await claimAll(outbox, 'journal'), [])
    const { id = '' } = (await view(outbox, 1)) ?? {}
    assert.equal(await outbox.retryDelivery(id), true)
    const again = await only(outbox)
    assert.deepEqual([again.delivery.number, again.attempt, again.failures], [1, 2, 0])
    assert.equal(await outbox.skipDelivery(id, 'being sent just now'), false)
    await outbox.settleDelivery(again, blocked)
    assert.equal(await outbox.skipDelivery(id, 'told by phone'), true)
    assert.deepEqual(
      [(await view(outbox, 1))?.state, (await view(outbox, 1))?.reason],
      ['skipped', 'told by phone'],
    )
    assert.equal((await only(outbox)).delivery.number, 2)
    assert.equal(await outbox.retryDelivery(id), false)
    assert.equal(await outbox.skipDelivery('unknown', 'x'), undefined)
    assert.equal(await outbox.retryDelivery('unknown'), undefined)
  })

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
    assert.equal(await outbox.resumeDestination('journal'), true)
    assert.equal(await outbox.resumeDestination('other'), false)
    assert.equal((await only(outbox)).delivery.number, 1)
  })

  it('turns a destination off that is gone, and keeps what it has not got', async () => {
    const outbox = await made([['a', 1]])
    await outbox.settleDelivery(await only(outbox), { kind: 'gone', fault: 'gone', status: 410 })
    assert.equal((await journal(outbox))?.state, 'off')
    assert.equal((await view(outbox, 1))?.state, 'pending')
    assert.deepEqual(await claimAll(outbox, 'journal'), [])
  })

  it('lets expire what came too late, and goes on behind it', async () => {
    const outbox = await made([
      ['a', 1],
      ['a', 2],
    ])
    await pass(HOUR_MS)
    await current().db.query('update delivery set created_at = now() where number = 2')
    assert.deepEqual(await claimAll(outbox, 'journal', { expiresAfterMs: HOUR_MS }), [])
    assert.equal((await view(outbox, 1))?.state, 'expired')
    assert.deepEqual(numbersOf(await claimAll(outbox, 'journal', { expiresAfterMs: HOUR_MS })), [2])
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

  it('deletes old deliveries that ended, never one that is unresolved, however old', async () => {
    const states = ['pending', 'sending', 'delivered', 'blocked', 'skipped', 'expired'] as const
    const outbox = await made(states.map((_, index) => [`l${index}`, 1] as const))
    for (const [index, state] of states.entries())
      await current().db.query(
        `update delivery set state = $1, created_at = now() - interval '90 days',
           ended_at = case when $1 in ('delivered', 'skipped', 'expired') then now() - interval '40 days' end
         where number = $2`,
        [state, index + 1],
      )
    assert.equal(await outbox.deleteEnded(50 * 86_400_000, 10), 0)
    assert.equal(await outbox.deleteEnded(30 * 86_400_000, 2), 2)
    assert.equal(await outbox.deleteEnded(30 * 86_400_000, 10), 1)
    assert.deepEqual((await outbox.deliveries({ limit: 10 })).map(({ state }) => state).sort(), [
      'blocked',
      'pending',
      'sending',
    ])
  })

  it('pages from the newest on', async () => {
    const outbox = await made(Array.from({ length: 5 }, (_, index) => ['a', index + 1] as const))
    const first = await outbox.deliveries({ limit: 3 })
    const last = first.at(-1)
    assert.ok(last !== undefined)
    const second = await outbox.deliveries({ limit: 3, before: last.id })
    const numbers = [...first, ...second].map(({ number }) => number)
    assert.deepEqual([...numbers].sort(), [1, 2, 3, 4, 5])
  })
})
