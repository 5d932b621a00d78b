import assert from 'node:assert/strict'
import { setTimeout as wait } from 'node:timers/promises'
import { laneKey, personLane } from '../../src/core/ids.js'
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
} from './fixtures.js'

const SHORT = { leaseMs: 60, rowsMax: 50 }

describeStores('lanes', await availableBackends(), (current) => {
  it('gives the due rows of a lane in order, with their bytes and envelopes', async () => {
    const { store } = current()
    const { lane } = await accepted(store, newMessage('m1'))
    await accepted(store, newMessage('m2'))
    const claim = await mustClaim(store, lane)
    assert.deepEqual(
      claim.rows.map(({ body, seq }) => [Buffer.from(body).toString(), seq]),
      [
        ['m1', 1],
        ['m2', 2],
      ],
    )
    assert.deepEqual(claim.rows[0]?.envelope, newMessage('m1').envelope)
    assert.equal(claim.rows[0]?.answerOwed, false)
    assert.equal(claim.more, false)
  })

  it('says that rows remain behind those it gave', async () => {
    const { store } = current()
    const { lane } = await accepted(store, newMessage('m1'))
    await accepted(store, newMessage('m2'))
    const claim = await store.claim(lane, 'w', { leaseMs: 1_000, rowsMax: 1 })
    assert.equal(claim?.rows.length, 1)
    assert.equal(claim?.more, true)
  })

  it('limits one claim by bytes as well', async () => {
    const { store } = current()
    const body = Buffer.alloc(5_000_000, 'x')
    const { lane } = await accepted(store, newMessage('m1', { message: { body } }))
    await accepted(store, newMessage('m2', { message: { body } }))
    const claim = await mustClaim(store, lane)
    assert.equal(claim.rows.length, 1)
    assert.equal(claim.more, true)
  })

  it('marks a row whose answer is owed', async () => {
    const { store } = current()
    const { answer: _none, ...message } = newMessage('m1')
    const [result] = await store.accept([message])
    assert.equal((await store.answerOf(message.id))?.answer, undefined)
    const claim = await mustClaim(store, result?.kind === 'stored' ? result.lane : laneKey(''))
    assert.equal(claim.rows[0]?.answerOwed, true)
    const answer = { status: 200, contentType: 'application/xml', body: '<ok/>' }
    await store.commit(
      claim,
      effect(
        { kind: 'claimed', rows: [{ id: message.id, state: 'done', unmapped: [], answer }] },
        undefinedPerson(claim.lane),
      ),
    )
    assert.deepEqual(await store.answerOf(message.id), { answer, state: 'done' })
  })

  it('refuses a lane that is held, and one that nothing is due in', async () => {
    const { store } = current()
    const { lane, id, person } = await accepted(store, newMessage('m1'))
    const claim = await mustClaim(store, lane)
    assert.equal(await store.claim(lane, 'worker-2', LEASE), undefined)
    await store.commit(claim, effect(done(id), person))
    assert.equal(await store.claim(lane, 'worker-2', LEASE), undefined)
    assert.equal(await store.claim(laneKey('p-nobody'), 'worker-2', LEASE), undefined)
  })

  it('lets another worker take over when the lease ran out, and refuses the first one’s commit', async () => {
    const { store, db } = current()
    const { lane, id, person } = await accepted(store, newMessage('m1'))
    const first = await store.claim(lane, 'worker-1', SHORT)
    await wait(80)
    const second = await mustClaim(store, lane, 'worker-2')
    assert.equal(second.epoch, first!.epoch + 1)
    await assert.rejects(store.commit(first, effect(done(id), person)), { code: 'LEASE_LOST' })
    await assert.rejects(store.fail(first!, id, { code: 'UNEXPECTED', text: 'x' }, { kind: 'dead' }), {
      code: 'LEASE_LOST',
    })
    await assert.rejects(store.handOver(first!, id, laneKey('s-x')), { code: 'LEASE_LOST' })
    assert.equal(await store.heartbeat(first!, 1_000), false)
    assert.equal((await db.query<{ n: number }>('select count(*) as n from change')).rows[0]?.n, 0)
    await store.commit(second, effect(done(id), person))
    assert.equal((await store.message(id))?.state, 'done')
  })

  it('refuses the same worker’s older claim of the lane', async () => {
    const { store } = current()
    const { lane, id, person } = await accepted(store, newMessage('m1'))
    const first = await store.claim(lane, 'worker-1', SHORT)
    await wait(80)
    await mustClaim(store, lane, 'worker-1')
    await assert.rejects(store.commit(first, effect(done(id), person)), { code: 'LEASE_LOST' })
  })

  it('accepts a commit after the lease ran out while nobody took the lane', async () => {
    const { store } = current()
    const { lane, id, person } = await accepted(store, newMessage('m1'))
    const claim = await store.claim(lane, 'worker-1', SHORT)
    await wait(80)
    await store.commit(claim, effect(done(id), person))
    assert.equal((await store.message(id))?.state, 'done')
  })

  it('keeps a lease alive by heartbeats', async () => {
    const { store } = current()
    const { lane } = await accepted(store, newMessage('m1'))
    const claim = await store.claim(lane, 'worker-1', { leaseMs: 100, rowsMax: 1 })
    for (let beat = 0; beat < 3; beat += 1) {
      await wait(50)
      assert.equal(await store.heartbeat(claim!, 100), true)
    }
    assert.equal(await store.claim(lane, 'worker-2', LEASE), undefined)
    assert.deepEqual(await store.dueLanes(10), [])
  })

  it('gives a released lane to the next worker at once', async () => {
    const { store } = current()
    const { lane } = await accepted(store, newMessage('m1'))
    await store.release(await mustClaim(store, lane))
    assert.deepEqual(await store.dueLanes(10), [lane])
    assert.equal((await mustClaim(store, lane, 'worker-2')).rows.length, 1)
  })

  it('ends the lease with the last due row, so that a new message waits for no release', async () => {
    const { store } = current()
    const { lane, id, person } = await accepted(store, newMessage('m1'))
    const claim = await mustClaim(store, lane)
    await store.commit(claim, effect(done(id), person))
    await accepted(store, newMessage('m2'))
    const next = await mustClaim(store, lane, 'worker-2')
    await store.release({ ...claim })
    assert.equal(await store.heartbeat(next, 15_000), true)
  })

  it('keeps the lease while due rows remain', async () => {
    const { store } = current()
    const { lane, id, person } = await accepted(store, newMessage('m1'))
    const two = await accepted(store, newMessage('m2'))
    const claim = await mustClaim(store, lane)
    await store.commit(claim, effect(done(id), person))
    assert.equal(await store.claim(lane, 'worker-2', LEASE), undefined)
    await store.commit(claim, effect(done(two.id), person))
    assert.equal((await store.message(two.id))?.state, 'done')
  })

  it('shows rows of a live claim as claimed, and as waiting when it ended', async () => {
    const { store } = current()
    const { lane, id } = await accepted(store, newMessage('m1'))
    const claim = await mustClaim(store, lane)
    assert.equal((await store.message(id))?.state, 'claimed')
    assert.deepEqual(
      (await store.messages({ state: 'claimed', limit: 5 })).map((view) => view.id),
      [id],
    )
    await store.release(claim)
    assert.equal((await store.message(id))?.state, 'waiting')
    assert.equal((await store.messages({ state: 'waiting', limit: 5 })).length, 1)
  })

  it('turns a row dead whose worker was lost three times, and goes on with the next', async () => {
    const { store } = current()
    const { lane, id } = await accepted(store, newMessage('m1'))
    await accepted(store, newMessage('m2'))
    for (let crash = 0; crash < 3; crash += 1) {
      const claim = await store.claim(lane, `worker-${crash}`, { leaseMs: 20, rowsMax: 50 })
      assert.equal(claim?.rows[0]?.id, id)
      await wait(30)
    }
    const claim = await mustClaim(store, lane)
    assert.deepEqual(
      claim.rows.map(({ body }) => Buffer.from(body).toString()),
      ['m2'],
    )
    const view = await store.message(id)
    assert.equal(view?.state, 'dead')
    assert.equal(view?.reason?.code, 'CRASHES_WORKER')
  })

  it('does not hold releases or outcomes against a row', async () => {
    const { store } = current()
    const { lane, id } = await accepted(store, newMessage('m1'))
    for (let round = 0; round < 5; round += 1) await store.release(await mustClaim(store, lane))
    for (let round = 0; round < 5; round += 1) {
      const claim = await mustClaim(store, lane)
      await store.fail(claim, id, { code: 'STORE_UNAVAILABLE', text: 'x' }, { kind: 'retry', delayMs: 0 })
      await store.release(claim)
    }
    assert.equal((await mustClaim(store, lane)).rows[0]?.attempts, 5)
  })

  it('lists due lanes oldest first, without held ones', async () => {
    const { store } = current()
    const anna = await accepted(store, newMessage('m1'))
    const berit = await accepted(store, newMessage('m2', { subject: aboutPerson(BERIT) }))
    await accepted(store, newMessage('m3'))
    assert.deepEqual(await store.dueLanes(10), [anna.lane, berit.lane])
    assert.deepEqual(await store.dueLanes(1), [anna.lane])
    await mustClaim(store, anna.lane)
    assert.deepEqual(await store.dueLanes(10), [berit.lane])
  })

  it('lists a lane whose list changes by time alone, and claims it without rows', async () => {
    const { store } = current()
    const soon = new Date(Date.now() + 150).toISOString()
    const { lane, person } = await applied(store, newMessage('m1'), () => ({ nextChangeAt: soon }))
    assert.deepEqual(await store.dueLanes(10), [])
    assert.equal(await store.claim(lane, 'w', LEASE), undefined)
    await wait(250)
    assert.deepEqual(await store.dueLanes(10), [lane])
    const claim = await mustClaim(store, lane)
    assert.equal(claim.timeDue, true)
    assert.deepEqual(claim.rows, [])
    await store.commit(claim, effect({ kind: 'none' }, person))
    assert.deepEqual(await store.dueLanes(10), [])
    assert.equal((await store.loadPerson(person)).effectSeq, 2)
  })

  it('claims an idle lane when asked to, making it where there is none', async () => {
    const { store } = current()
    const person = await store.ensurePerson([ANNA], 'person-1' as never)
    const claim = await store.claim(personLane(person), 'api', { ...LEASE, evenIfIdle: true })
    assert.deepEqual(claim?.rows, [])
    assert.equal(claim?.timeDue, false)
  })

  it('gives an idle claim no lane in which a row waits for its next try', async () => {
    const { store } = current()
    const { lane, id } = await accepted(store, newMessage('m1'))
    const claim = await mustClaim(store, lane)
    await store.fail(claim, id, { code: 'STORE_UNAVAILABLE', text: 'x' }, { kind: 'retry', delayMs: 60_000 })
    assert.equal(await store.claim(lane, 'api', { ...LEASE, evenIfIdle: true }), undefined)
  })

  it('gives a lane to one of many workers that ask at once', async () => {
    const { store } = current()
    const { lane } = await accepted(store, newMessage('m1'))
    const claims = await Promise.all(Array.from({ length: 10 }, (_, n) => store.claim(lane, `w${n}`, LEASE)))
    assert.equal(claims.filter((claim) => claim !== undefined).length, 1)
  })
})

const undefinedPerson = (lane: string) => lane.slice(2) as never
