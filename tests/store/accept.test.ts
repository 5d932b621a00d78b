import assert from 'node:assert/strict'
import { sidUrl } from '../../src/core/canonical.js'
import { availableBackends, describeStores } from '../support/backends.js'
import {
  ANNA,
  ANNA_LOCAL,
  aboutPerson,
  accepted,
  applied,
  BERIT,
  BERIT_LOCAL,
  mustClaim,
  newMessage,
  T0,
} from './fixtures.js'

const SERIAL = { system: 'http://stafett.internal/fhir/sid/serial', value: 'D-533' }

describeStores('accept', await availableBackends(), (current) => {
  it('stores a message under a new person and finds that person again by the same identifier', async () => {
    const { store } = current()
    const one = await accepted(store, newMessage('m1'))
    const two = await accepted(store, newMessage('m2'))
    assert.match(one.lane, /^p-/)
    assert.equal(two.lane, one.lane)
    assert.deepEqual(await store.findPersons([ANNA]), [one.person])
    const raw = await store.rawMessage(one.id)
    assert.equal(Buffer.from(raw!.body).toString(), 'm1')
  })

  it('keeps every byte of a raw message', async () => {
    const { store } = current()
    const body = Uint8Array.from({ length: 256 }, (_, index) => index)
    const { id } = await accepted(store, newMessage('bytes', { message: { body } }))
    assert.deepEqual(new Uint8Array((await store.rawMessage(id))!.body), body)
  })

  it('numbers the rows of a lane without gaps in the order given', async () => {
    const { store, db } = current()
    const { lane } = await accepted(store, newMessage('m1'))
    await store.accept([newMessage('m2'), newMessage('m1'), newMessage('m3')])
    const { rows } = await db.query<{ message_id: string; seq: number }>(
      'select message_id, seq from message where lane_key = $1 order by seq',
      [lane],
    )
    assert.deepEqual(rows, [
      { message_id: 'm1', seq: 1 },
      { message_id: 'm2', seq: 2 },
      { message_id: 'm3', seq: 3 },
    ])
  })

  it('tells a message sent again from one of other content under its id, in whatever order they come', async () => {
    const { store } = current()
    const first = newMessage('m1')
    await store.accept([first])
    const body = Buffer.from('other')
    const other = newMessage('m1', { message: { body, contentHash: 'other' } })
    const answers = await store.accept([other, newMessage('m1'), other])
    assert.deepEqual(
      answers.map(({ kind, id }) => [kind, id]),
      ['conflict', 'duplicate', 'conflict'].map((kind) => [kind, first.id]),
    )
  })

  it('replays the stored answer for the same identity and content', async () => {
    const { store } = current()
    const first = newMessage('m1')
    await store.accept([first])
    const [again] = await store.accept([newMessage('m1')])
    assert.equal(again?.kind, 'duplicate')
    assert.equal(again?.id, first.id)
    assert.deepEqual(again?.kind === 'duplicate' && again.answer, first.answer)
  })

  it('takes the same row again as stored, for a sender whose answer was lost inside the hub', async () => {
    const { store } = current()
    const message = newMessage('m1')
    await store.accept([message])
    const [again] = await store.accept([message])
    assert.equal(again?.kind, 'stored')
  })

  it('reports the same identity with other content as a conflict and stores nothing', async () => {
    const { store, db } = current()
    await store.accept([newMessage('m1')])
    const [other] = await store.accept([newMessage('other', { envelope: { messageId: 'm1' } })])
    assert.equal(other?.kind, 'conflict')
    assert.equal((await db.query<{ n: number }>('select count(*) as n from message')).rows[0]?.n, 1)
  })

  it('takes a known id with other content as new once the old message is old enough, and only then', async () => {
    const { store, db } = current()
    const [old] = await store.accept([newMessage('m1')])
    const again = (name: string, idReusedBefore: string) =>
      newMessage(name, { envelope: { messageId: 'm1' }, message: { idReusedBefore } })
    const [tooSoon] = await store.accept([again('n1', '2000-01-01T00:00:00.000Z')])
    assert.equal(tooSoon?.kind, 'conflict')
    // Beside another one, which is stored once.
    const accepted = await store.accept([again('n2', '2999-01-01T00:00:00.000Z'), newMessage('m2')])
    assert.deepEqual(
      accepted.map(({ kind }) => kind),
      ['stored', 'stored'],
    )
    assert.notEqual(accepted[0]?.id, old?.id)
    const [resent] = await store.accept([again('n2', '2999-01-01T00:00:00.000Z')])
    assert.equal(resent?.id, accepted[0]?.id)
    assert.equal((await db.query<{ n: number }>('select count(*) as n from message')).rows[0]?.n, 3)
    assert.equal((await store.message(old!.id))?.state, 'waiting')
  })

  it('finds repetitions within one request', async () => {
    const { store } = current()
    const results = await store.accept([
      newMessage('m1'),
      newMessage('m1'),
      newMessage('x', { envelope: { messageId: 'm1' } }),
    ])
    assert.deepEqual(
      results.map(({ kind }) => kind),
      ['stored', 'duplicate', 'conflict'],
    )
  })

  it('keeps parts of one message apart', async () => {
    const { store } = current()
    const results = await store.accept([newMessage('m1'), newMessage('m1', { envelope: { part: 1 } })])
    assert.deepEqual(
      results.map(({ kind }) => kind),
      ['stored', 'stored'],
    )
  })

  it('attaches a new identifier to the person known by another one', async () => {
    const { store } = current()
    const { person } = await accepted(store, newMessage('m1'))
    await accepted(store, newMessage('m2', { subject: aboutPerson(ANNA, ANNA_LOCAL) }))
    assert.deepEqual(await store.findPersons([ANNA_LOCAL]), [person])
  })

  it('stores a message with identifiers of two persons as dead, in nobody’s lane', async () => {
    const { store } = current()
    const anna = await accepted(store, newMessage('m1'))
    await accepted(store, newMessage('m2', { subject: aboutPerson(BERIT) }))
    const [mixed] = await store.accept([newMessage('m3', { subject: aboutPerson(ANNA, BERIT) })])
    assert.equal(mixed?.kind === 'stored' && mixed.state, 'dead')
    const view = await store.message(mixed!.id)
    assert.equal(view?.reason?.code, 'IDENTITY_CONFLICT')
    assert.match(view!.lane, /^s-/)
    assert.equal((await mustClaim(store, anna.lane)).rows.length, 1)
  })

  it('ignores empty identifier values', async () => {
    const { store } = current()
    const empty = { system: ANNA.system, value: '' }
    const one = await accepted(store, newMessage('m1', { subject: aboutPerson(ANNA, empty) }))
    const two = await accepted(store, newMessage('m2', { subject: aboutPerson(BERIT, empty) }))
    assert.notEqual(one.lane, two.lane)
    assert.match((await accepted(store, newMessage('m3', { subject: aboutPerson(empty) }))).lane, /^s-/)
  })

  it('keeps refused rows and the parents of batches out of every lane and makes no person for them', async () => {
    const { store } = current()
    const reason = { code: 'MESSAGE_INVALID', text: 'MSH-9: required' } as const
    const refused = await accepted(store, newMessage('m1', { message: { state: 'refused', reason } }))
    const parent = await accepted(
      store,
      newMessage('p', { message: { state: 'done' }, subject: { by: 'none' } }),
    )
    assert.deepEqual([refused.state, parent.state], ['refused', 'done'])
    assert.deepEqual(await store.findPersons([ANNA]), [])
    assert.deepEqual(await store.dueLanes(10), [])
    assert.equal((await store.message(refused.id))?.reason?.code, 'MESSAGE_INVALID')
  })

  it('puts a merge message into the lanes of both persons', async () => {
    const { store } = current()
    const anna = await accepted(store, newMessage('m1'))
    const berit = await accepted(store, newMessage('m2', { subject: aboutPerson(BERIT) }))
    const merge = await accepted(
      store,
      newMessage('m3', {
        subject: { by: 'merge', survivor: [ANNA, ANNA_LOCAL], prior: [BERIT, BERIT_LOCAL] },
      }),
    )
    assert.equal(merge.lane, anna.lane)
    assert.deepEqual(await store.findPersons([ANNA_LOCAL, BERIT_LOCAL]), [anna.person, berit.person].sort())
    const claim = await mustClaim(store, anna.lane)
    assert.equal(claim.more, true)
    assert.equal(claim.rows.length, 1)
  })

  it('puts a merge of one person with itself into that person’s lane alone', async () => {
    const { store } = current()
    const { lane } = await accepted(store, newMessage('m1', { subject: aboutPerson(ANNA, ANNA_LOCAL) }))
    await accepted(
      store,
      newMessage('m2', { subject: { by: 'merge', survivor: [ANNA], prior: [ANNA_LOCAL] } }),
    )
    const claim = await mustClaim(store, lane)
    assert.deepEqual(
      claim.rows.map(({ secondLane }) => secondLane),
      [undefined, undefined],
    )
  })

  it('puts what names nobody into the sender’s lane', async () => {
    const { store } = current()
    const one = await accepted(store, newMessage('m1', { subject: { by: 'none' } }))
    const two = await accepted(store, newMessage('m2', { subject: { by: 'none' } }))
    const three = await accepted(
      store,
      newMessage('m3', { subject: { by: 'none' }, envelope: { sender: 'X' } }),
    )
    assert.match(one.lane, /^s-[0-9a-f]{64}$/)
    assert.equal(one.lane, two.lane)
    assert.notEqual(one.lane, three.lane)
  })

  it('gives a device event to the person whose assignment was in force when it happened', async () => {
    const { store } = current()
    const assign = await applied(store, newMessage('assign'), (person) => ({
      assignment: {
        deviceId: 'device-1',
        deviceIdentities: [SERIAL],
        personId: person,
        ref: 'asg-1',
        status: 'active',
        from: '2026-03-01T00:00:00Z',
        to: '2026-04-01T00:00:00Z',
      },
    }))
    const event = (id: string, occurredAt: string, more = {}) =>
      newMessage(id, { subject: { by: 'device', identifiers: [SERIAL], occurredAt, ...more } })
    const at = async (id: string, occurredAt: string, more = {}) =>
      (await accepted(store, event(id, occurredAt, more))).lane
    assert.equal(await at('e1', '2026-03-01T01:00:00+01:00'), assign.lane)
    assert.equal(await at('e2', '2026-03-01T00:59:59+01:00'), 'd-device-1')
    assert.equal(await at('e3', '2026-04-01T00:00:00Z'), 'd-device-1')
    assert.equal(await at('e4', T0, { assignmentRef: 'asg-1' }), assign.lane)
    assert.equal(await at('e5', T0, { assignmentRef: 'other' }), 'd-device-1')
    assert.equal(await at('e6', T0, { person: [ANNA] }), assign.lane)
    assert.equal(await at('e7', T0, { person: [BERIT] }), 'd-device-1')
    assert.equal(await at('e8', 'not a time'), 'd-device-1')
  })

  it('gives an unknown device a lane of its own without showing its identifier', async () => {
    const { store } = current()
    const identifiers = [{ system: sidUrl('serial'), value: 'unknown-1' }]
    const { lane } = await accepted(
      store,
      newMessage('e1', { subject: { by: 'device', identifiers, occurredAt: T0 } }),
    )
    assert.match(lane, /^d-[0-9a-f]{64}$/)
  })

  it('stores texts that the database has no place for', async () => {
    const { store } = current()
    const odd = 'a\u0000b\ud800c\\u0000'
    const { id } = await accepted(store, newMessage('m1', { envelope: { sender: odd } }))
    assert.equal((await store.message(id))?.sender, 'a\ufffdb\ufffdc\\u0000')
    assert.equal(
      (await store.accept([newMessage('m1', { envelope: { sender: odd } })]))[0]?.kind,
      'duplicate',
    )
  })

  it('stores the same message once when it comes over many connections at once', async () => {
    const { store, db } = current()
    const results = await Promise.all(
      Array.from({ length: 12 }, (_, n) =>
        store.accept([newMessage(`m${n % 3}`), newMessage(`m${(n + 1) % 3}`)]),
      ),
    )
    const stored = results.flat().filter(({ kind }) => kind === 'stored')
    assert.equal(stored.length, 3)
    assert.equal((await db.query<{ n: number }>('select count(*) as n from person')).rows[0]?.n, 1)
    const { rows } = await db.query<{ seq: number }>('select seq from message order by seq')
    assert.deepEqual(
      rows.map(({ seq }) => seq),
      [1, 2, 3],
    )
  })
})
