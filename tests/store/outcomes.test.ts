import assert from 'node:assert/strict'
import { setTimeout as wait } from 'node:timers/promises'
import { laneKey, messageId, personLane } from '../../src/core/ids.js'
import { availableBackends, describeStores } from '../support/backends.js'
import {
  ANNA,
  aboutPerson,
  accepted,
  applied,
  BERIT,
  done,
  effect,
  LEASE,
  mustClaim,
  newMessage,
  T0,
} from './fixtures.js'

const FAULT = { code: 'MESSAGE_INVALID', text: 'RXE-3: not a number', at: 'RXE-3' } as const
const SERIAL = { system: 'http://stafett.internal/fhir/sid/serial', value: 'D-533' }

describeStores('outcomes', await availableBackends(), (current) => {
  it('tries a row again after its delay by database time, and holds the rows behind it back', async () => {
    const { store } = current()
    const { lane, id } = await accepted(store, newMessage('m1'))
    await accepted(store, newMessage('m2'))
    const claim = await mustClaim(store, lane)
    await store.fail(claim, id, FAULT, { kind: 'retry', delayMs: 150 })
    assert.equal(await store.claim(lane, 'w', LEASE), undefined)
    assert.deepEqual(await store.dueLanes(10), [])
    const view = await store.message(id)
    assert.equal(view?.attempts, 1)
    assert.deepEqual(view?.reason, FAULT)
    assert.ok(Date.parse(view!.nextAttemptAt!) > Date.now() - 1_000)
    await wait(200)
    assert.deepEqual(await store.dueLanes(10), [lane])
    const again = await mustClaim(store, lane)
    assert.deepEqual(
      again.rows.map(({ attempts }) => attempts),
      [1, 0],
    )
  })

  it('does not let a new message pass a row that waits for its next try', async () => {
    const { store } = current()
    const { lane, id } = await accepted(store, newMessage('m1'))
    await store.fail(await mustClaim(store, lane), id, FAULT, { kind: 'retry', delayMs: 60_000 })
    await accepted(store, newMessage('m2'))
    assert.equal(await store.claim(lane, 'w', LEASE), undefined)
    assert.deepEqual(await store.dueLanes(10), [])
  })

  it('goes on behind a dead row, and tells its source', async () => {
    const { store } = current()
    const { lane, id, person } = await accepted(store, newMessage('m1'))
    await accepted(store, newMessage('m2'))
    const claim = await mustClaim(store, lane)
    const source = {
      key: 'hl7v2|LAB',
      role: 'hospital',
      name: 'Lab',
      lastHeard: T0,
      failed: FAULT.code,
    } as const
    await store.fail(claim, id, FAULT, { kind: 'dead' }, source)
    await store.release(claim)
    assert.deepEqual((await store.message(id))?.reason, FAULT)
    const state = await store.loadPerson(person)
    assert.deepEqual(state.sources, [source])
    assert.equal(state.effectSeq, 1, 'a state cached before is no longer true')
    assert.equal((await mustClaim(store, lane)).rows.length, 1)
    assert.deepEqual(await store.sources(), [
      { key: 'hl7v2|LAB', role: 'hospital', name: 'Lab', lastHeard: T0, persons: 1, failed: 1 },
    ])
  })

  it('refuses an outcome for a row that is not open in the lane', async () => {
    const { store } = current()
    const { lane, id, person } = await accepted(store, newMessage('m1'))
    await accepted(store, newMessage('m2'))
    const claim = await mustClaim(store, lane)
    await store.commit(claim, effect(done(id), person))
    await assert.rejects(store.fail(claim, id, FAULT, { kind: 'dead' }), { code: 'LEASE_LOST' })
    await assert.rejects(store.fail(claim, id, FAULT, { kind: 'retry', delayMs: 1 }), { code: 'LEASE_LOST' })
  })

  it('hands a row over to the end of another lane', async () => {
    const { store, db } = current()
    const anna = await accepted(store, newMessage('m1'))
    const event = await accepted(
      store,
      newMessage('e1', { subject: { by: 'device', identifiers: [SERIAL], occurredAt: T0 } }),
    )
    const claim = await mustClaim(store, event.lane)
    await store.handOver(claim, event.id, anna.lane)
    await store.release(claim)
    assert.equal(await store.claim(event.lane, 'w', LEASE), undefined)
    const { rows } = await mustClaim(store, anna.lane)
    assert.deepEqual(
      rows.map(({ seq, id }) => [seq, id]),
      [
        [1, anna.id],
        [2, event.id],
      ],
    )
    const lanes = await db.query<{ last_seq: number }>('select last_seq from lane where lane_key = $1', [
      anna.lane,
    ])
    assert.equal(lanes.rows[0]?.last_seq, 2)
  })

  it('hands a row of a merged person over to the survivor', async () => {
    const { store } = current()
    const { prior, survivor } = await mergeBeritIntoAnna(store)
    const event = await accepted(store, newMessage('e1', { subject: { by: 'none' } }))
    await store.handOver(await mustClaim(store, event.lane), event.id, personLane(prior))
    assert.equal((await store.message(event.id))?.lane, personLane(survivor))
  })

  it('replays a dead row at the end of its lane, with its attempts forgotten', async () => {
    const { store } = current()
    const { lane, id, person } = await accepted(store, newMessage('m1'))
    const claim = await mustClaim(store, lane)
    await store.fail(claim, id, FAULT, { kind: 'dead' })
    await accepted(store, newMessage('m2'))
    assert.equal(await store.replay(id), lane)
    assert.equal(await store.replay(id), undefined, 'no longer dead')
    const again = await mustClaim(store, lane)
    assert.deepEqual(
      again.rows.map((row) => row.seq),
      [2, 3],
    )
    assert.equal((await store.message(id))?.reason, undefined)
    await store.commit(again, effect(done(again.rows[0]!.id), person))
    await store.commit(again, effect(done(id), person))
    assert.equal((await store.message(id))?.state, 'done')
    assert.equal(await store.replay(id), undefined)
    assert.equal(await store.replay(messageId('unknown')), undefined)
  })

  it('looks the person up afresh when a row without one is replayed', async () => {
    const { store } = current()
    const subject = { by: 'device', identifiers: [SERIAL], occurredAt: T0 } as const
    const event = await accepted(store, newMessage('e1', { subject }))
    await store.fail(await mustClaim(store, event.lane), event.id, FAULT, { kind: 'dead' })
    const { lane } = await applied(store, newMessage('assign'), (person) => ({
      assignment: {
        deviceId: 'device-1',
        deviceIdentities: [SERIAL],
        personId: person,
        ref: 'asg-1',
        status: 'active',
        from: '2026-01-01T00:00:00Z',
      },
    }))
    assert.equal(await store.replay(event.id), lane)
    assert.equal((await mustClaim(store, lane)).rows[0]?.id, event.id)
  })

  it('refuses to replay while the identifiers are still those of two persons, and does after a merge', async () => {
    const { store } = current()
    await accepted(store, newMessage('m1', { subject: aboutPerson(ANNA) }))
    await accepted(store, newMessage('m2', { subject: aboutPerson(BERIT) }))
    const [mixed] = await store.accept([newMessage('m3', { subject: aboutPerson(ANNA, BERIT) })])
    await assert.rejects(store.replay(mixed!.id), { code: 'IDENTITY_CONFLICT' })
    const { survivor } = await mergeBeritIntoAnna(store)
    assert.equal(await store.replay(mixed!.id), personLane(survivor))
  })
})

/** Empties both lanes on the way. */
async function mergeBeritIntoAnna(store: Parameters<typeof accepted>[0]) {
  for (const identity of [ANNA, BERIT]) {
    const { lane, person } = await accepted(
      store,
      newMessage(`x${identity.value}`, { subject: aboutPerson(identity) }),
    )
    const claim = await mustClaim(store, lane)
    for (const row of claim.rows) await store.commit(claim, effect(done(row.id), person))
  }
  const [survivor, prior] = [(await store.findPersons([ANNA]))[0]!, (await store.findPersons([BERIT]))[0]!]
  await accepted(store, newMessage('merge', { subject: { by: 'merge', survivor: [ANNA], prior: [BERIT] } }))
  const claim = await mustClaim(store, laneKey(personLane(survivor)))
  await store.commit(claim, effect(done(claim.rows[0]!.id), survivor, { merge: { survivor, prior } }))
  return { survivor, prior }
}
