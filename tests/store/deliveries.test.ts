import assert from 'node:assert/strict'
import { DELIVERY_RULES as RULES } from '../../src/core/delivery.js'
import type { DeliverySettlement } from '../../src/core/outbox.js'
import { availableBackends, describeStores } from '../support/backends.js'
import { claimAll, DELIVERED, HOUR_MS, journalOf, numbersOf, retry } from '../support/outbox.js'

describeStores('deliveries', await availableBackends(), (current) => {
  const { made, only, view, pass, journal } = journalOf(() => current().db)

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

  it('lets nothing pass a blocked delivery, though what stands between is skipped', async () => {
    const outbox = await made([
      ['a', 1],
      ['a', 2],
      ['a', 3],
    ])
    await outbox.settleDelivery(await only(outbox), {
      kind: 'blocked',
      fault: 'answer-rejected',
      counts: false,
    })
    const { id = '' } = (await view(outbox, 2)) ?? {}
    assert.equal(await outbox.retryDelivery(id, 'op'), false, 'it waits behind another')
    assert.equal(await outbox.skipDelivery(id, 'op', 'of no use any more'), true)
    assert.deepEqual(await claimAll(outbox, 'journal'), [])
    const { id: first = '' } = (await view(outbox, 1)) ?? {}
    await outbox.skipDelivery(first, 'op', 'told by phone')
    assert.equal((await only(outbox)).delivery.number, 3)
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
    assert.equal(await outbox.retryDelivery(id, 'op'), true)
    const again = await only(outbox)
    assert.deepEqual([again.delivery.number, again.attempt, again.failures], [1, 2, 0])
    assert.equal(await outbox.skipDelivery(id, 'op', 'being sent just now'), false)
    await outbox.settleDelivery(again, blocked)
    assert.equal(await outbox.skipDelivery(id, 'op', 'told by phone'), true)
    assert.deepEqual(
      [(await view(outbox, 1))?.state, (await view(outbox, 1))?.reason],
      ['skipped', 'told by phone'],
    )
    assert.equal((await only(outbox)).delivery.number, 2)
    assert.equal(await outbox.retryDelivery(id, 'op'), false)
    const actions = await current().db.query<{ who: string; action: string; target: string }>(
      'select who, action, target from operator_action order by number',
    )
    assert.deepEqual(actions.rows, [
      { who: 'op', action: 'retry-delivery', target: id },
      { who: 'op', action: 'skip-delivery', target: id },
    ])
    assert.deepEqual(
      (await outbox.deliveryTimeline(id)).map((step) =>
        step.step === 'attempt' ? [step.attempt, step.outcome, step.fault] : step.step,
      ),
      ['committed', 'fanned-out', [1, 'blocked', 'answer-rejected'], [2, 'blocked', 'answer-rejected']],
    )
    assert.equal(await outbox.skipDelivery('unknown', 'op', 'x'), undefined)
    assert.equal(await outbox.retryDelivery('unknown', 'op'), undefined)
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
