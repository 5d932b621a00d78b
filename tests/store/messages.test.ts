import assert from 'node:assert/strict'
import { setTimeout as wait } from 'node:timers/promises'
import { messageId, personId } from '../../src/core/ids.js'
import { availableBackends, describeStores } from '../support/backends.js'
import { ANNA, ANNA_LOCAL, accepted, BERIT, mustClaim, newMessage } from './fixtures.js'

describeStores('inbox views', await availableBackends(), (current) => {
  it('lists messages newest first, page by page, by state and channel', async () => {
    const { store } = current()
    const at = (n: number) => ({ receivedAt: `2026-03-01T08:00:0${n}.000Z` })
    for (const n of [1, 2, 3]) await store.accept([newMessage(`m${n}`, { message: at(n) })])
    await store.accept([
      newMessage('f', { envelope: { channel: 'fhir' }, message: { ...at(4), state: 'refused' } }),
    ])
    const page = await store.messages({ limit: 2 })
    assert.deepEqual(
      page.map(({ receivedAt }) => receivedAt.slice(18, 19)),
      ['4', '3'],
    )
    const next = await store.messages({ limit: 2, before: page[1]!.id })
    assert.deepEqual(
      next.map(({ receivedAt }) => receivedAt.slice(18, 19)),
      ['2', '1'],
    )
    assert.equal((await store.messages({ limit: 9, channel: 'fhir' })).length, 1)
    assert.equal((await store.messages({ limit: 9, state: 'refused' })).length, 1)
    assert.equal((await store.messages({ limit: 9, state: 'dead' })).length, 0)
    assert.equal(await store.message(messageId('unknown')), undefined)
    assert.equal(await store.rawMessage(messageId('unknown')), undefined)
    assert.equal(await store.answerOf(messageId('unknown')), undefined)
  })

  it('lists the items of a batch in their order', async () => {
    const { store } = current()
    const parent = newMessage('batch', { message: { state: 'done' }, subject: { by: 'none' } })
    await store.accept([
      parent,
      newMessage('m1', { message: { parentId: parent.id } }),
      newMessage('m2', { message: { parentId: parent.id } }),
    ])
    const items = await store.messageItems(parent.id)
    assert.equal(items.length, 2)
    assert.equal(items[0]?.parentId, parent.id)
    assert.equal(Buffer.from((await store.rawMessage(items[1]!.id))!.body).toString(), 'm2')
  })

  it('finds what a sender sent and is not there', async () => {
    const { store } = current()
    await accepted(store, newMessage('m1'))
    const { envelope } = newMessage('m1')
    const sent = (messageId: string, sender = envelope.sender) => ({ sender, messageId })
    const log = [sent('m0'), sent('m1'), sent('m1', 'another'), sent('m2')]
    assert.deepEqual(await store.missingMessages(envelope.channel, log), [log[0], log[2], log[3]])
    assert.deepEqual(await store.missingMessages('devices', [sent('m1')]), [sent('m1')])
  })

  it('tells how much waits and for how long', async () => {
    const { store } = current()
    assert.deepEqual(await store.backlog(), { waiting: 0, dead: 0, oldestWaitingS: 0 })
    const { lane, id } = await accepted(store, newMessage('m1'))
    await accepted(store, newMessage('m2'))
    await wait(100)
    const claim = await mustClaim(store, lane)
    await store.fail(claim, id, { code: 'MESSAGE_INVALID', text: 'x' }, { kind: 'dead' })
    const backlog = await store.backlog()
    assert.equal(backlog.waiting, 1)
    assert.equal(backlog.dead, 1)
    assert.ok(backlog.oldestWaitingS >= 0.09 && backlog.oldestWaitingS < 20)
  })

  it('finds a person or makes one, and refuses identifiers of two', async () => {
    const { store } = current()
    const anna = await store.ensurePerson([ANNA], personId('anna'))
    assert.equal(anna, 'anna')
    assert.equal(await store.ensurePerson([ANNA_LOCAL, ANNA], personId('x')), 'anna')
    assert.deepEqual(await store.findPersons([ANNA_LOCAL]), ['anna'])
    assert.equal(await store.ensurePerson([], personId('nobody')), 'nobody')
    await store.ensurePerson([BERIT], personId('berit'))
    await assert.rejects(store.ensurePerson([ANNA, BERIT], personId('y')), { code: 'IDENTITY_CONFLICT' })
    const state = await store.loadPerson(personId('unknown'))
    assert.equal(state.effectSeq, 0)
    assert.equal(state.resources.size, 0)
  })

  it('makes a person once when many ask at the same time', async () => {
    const { store } = current()
    const made = await Promise.all(
      Array.from({ length: 8 }, (_, n) =>
        store.ensurePerson(n % 2 ? [ANNA, ANNA_LOCAL] : [ANNA_LOCAL, ANNA], personId(`p${n}`)),
      ),
    )
    assert.equal(new Set(made).size, 1)
  })
})
