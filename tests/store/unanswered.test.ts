import assert from 'node:assert/strict'
import type { DeliveryClaim } from '../../src/core/outbox.js'
import { availableBackends, describeStores } from '../support/backends.js'
import { claimAll, fanOutTo, lane, letPass, numbersOf, outboxOf, putChanges } from '../support/outbox.js'

const HOUR_MS = 3_600_000

describeStores('unanswered messages', await availableBackends(), (current) => {
  it('sends again what nobody answered, unless something newer of its lane went out', async () => {
    const { db } = current()
    const outbox = outboxOf(db)
    await putChanges(db, [
      { lane: 'a', number: 1 },
      { lane: 'a', number: 2 },
      { lane: 'b', number: 1 },
    ])
    await fanOutTo(outbox, ['journal'])
    const message = (claim: DeliveryClaim) => ({
      body: Buffer.from('<MsgHead/>'),
      contentType: 'application/xml',
      messageId: `m-${claim.delivery.number}`,
    })
    const sendAll = async (): Promise<readonly number[]> => {
      const claims = await claimAll(outbox, 'journal')
      for (const claim of claims) {
        if (claim.kept === undefined) await outbox.keepMessage(claim, message(claim))
        await outbox.settleDelivery(claim, { kind: 'delivered', status: 200 })
      }
      return numbersOf(claims)
    }
    const options = { resendAfterMs: HOUR_MS, attemptsMax: 2 }
    const unanswered = async () =>
      (await outbox.deliveries({ unanswered: true, limit: 10 })).map(({ number }) => number).sort()
    assert.deepEqual([...(await sendAll()), ...(await sendAll())], [1, 3, 2])
    assert.deepEqual(await unanswered(), [1, 2, 3])
    assert.equal(await outbox.resendUnanswered('journal', options), 0)
    await letPass(db, HOUR_MS)
    const [view] = await outbox.destinations()
    assert.equal(view?.unanswered, 3)
    assert.ok((view?.oldestUnansweredS ?? 0) >= HOUR_MS / 1_000)
    const [trouble] = await current().store.troubledDestinations()
    assert.deepEqual([trouble?.id, trouble?.state, trouble?.blocked], ['journal', 'active', 0])
    assert.ok((trouble?.unansweredS ?? 0) >= HOUR_MS / 1_000)
    assert.equal(await outbox.resendUnanswered('journal', options), 2)
    assert.deepEqual(await sendAll(), [2, 3])
    await letPass(db, HOUR_MS)
    // Twice is what was asked for.
    assert.equal(await outbox.resendUnanswered('journal', options), 0)
    await outbox.noteReceipt({ messageId: 'm-2', outcome: 'accepted', at: '2026-03-01T11:00:00.000Z' })
    assert.deepEqual(await unanswered(), [1, 3])
  })

  it('skips an older snapshot that waits or is blocked for a newer one, and nothing that is being sent', async () => {
    const { db } = current()
    const outbox = outboxOf(db)
    await putChanges(
      db,
      [1, 2, 3].flatMap((number) => [
        { lane: 'a', number },
        { lane: 'b', number },
      ]),
    )
    await fanOutTo(outbox, ['journal'])
    const states = async () => (await outbox.deliveries({ limit: 10 })).map(({ state }) => state).sort()
    const [first, second] = await claimAll(outbox, 'journal')
    assert.ok(first && second)
    await outbox.settleDelivery(first, { kind: 'blocked', fault: 'answer-rejected', counts: false })
    assert.equal(await outbox.supersedeSnapshots('journal', 'other'), 0)
    assert.equal(await outbox.supersedeSnapshots('journal', 'it'), 3)
    assert.deepEqual(await states(), ['pending', 'pending', 'sending', 'skipped', 'skipped', 'skipped'])
    const [due] = await claimAll(outbox, 'journal')
    assert.equal(due?.delivery.change.number, 3)
    assert.equal(due?.delivery.change.lane, first.delivery.change.lane)
  })

  it('blocks what was refused after it had been delivered, unless something newer was made', async () => {
    const { db } = current()
    const outbox = outboxOf(db)
    await putChanges(db, [
      { lane: 'a', number: 1 },
      { lane: 'b', number: 1 },
    ])
    await fanOutTo(outbox, ['journal'])
    for (const claim of await claimAll(outbox, 'journal')) {
      const messageId = `m-${claim.delivery.number}`
      await outbox.keepMessage(claim, { body: Buffer.from('x'), contentType: 'text/plain', messageId })
      await outbox.settleDelivery(claim, { kind: 'delivered', status: 202 })
      await outbox.noteReceipt({
        messageId,
        outcome: 'rejected',
        code: 'E35',
        at: '2026-03-01T11:00:00.000Z',
      })
    }
    await putChanges(db, [{ lane: 'b', number: 2 }])
    await fanOutTo(outbox, ['journal'])
    assert.equal(await outbox.blockRejected('journal'), 1)
    const [blocked, ...others] = await outbox.deliveries({ state: 'blocked', limit: 10 })
    assert.deepEqual(others, [])
    assert.deepEqual(
      [blocked?.lane, blocked?.fault, blocked?.receipt?.code],
      [lane('a'), 'answer-rejected', 'E35'],
    )
    assert.equal(await outbox.skipDelivery(blocked?.id ?? '', 'op', 'told by phone'), true)
    assert.equal(await outbox.blockRejected('journal'), 0)
  })
})
