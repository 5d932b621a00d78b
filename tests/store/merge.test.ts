import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { personLane } from '../../src/core/ids.js'
import type { Store } from '../../src/store/contract.js'
import { availableBackends, describeStores } from '../support/backends.js'
import {
  ANNA,
  aboutPerson,
  accepted,
  applied,
  BERIT,
  BERIT_LOCAL,
  done,
  effect,
  LEASE,
  listVersion,
  mustClaim,
  newMessage,
  T0,
  write,
} from './fixtures.js'

const CARL = { system: ANNA.system, value: '24886512390' }
const source = (key: string, lastHeard: string) => ({ key, role: 'hospital', name: key, lastHeard }) as const
const amendment = {
  type: 'MedicationRequest',
  key: 'k',
  name: 'recall',
  at: T0,
  set: {},
  sourceKey: 's',
} as const
const merging = (id = 'merge', survivor = ANNA, prior = BERIT) =>
  newMessage(id, { subject: { by: 'merge', survivor: [survivor], prior: [prior] } })

async function twoPersons(store: Store) {
  const shared = randomUUID()
  const own = randomUUID()
  const anna = await applied(store, newMessage('a1'), (owner) => ({
    writes: [write(owner, { id: own, key: 'sys|same', text: '{"of":"anna"}' })],
    sources: [source('one', '2026-03-01T00:00:00.000Z'), source('two', '2026-03-05T00:00:00.000Z')],
    amendments: [{ ...amendment, messageId: randomUUID() as never }],
    list: listVersion(1, [`MedicationRequest/${own}/1`]),
  }))
  const berit = await applied(
    store,
    newMessage('b1', { subject: aboutPerson(BERIT, BERIT_LOCAL) }),
    (owner) => ({
      writes: [write(owner, { key: 'sys|same', id: shared })],
      sources: [source('two', '2026-03-04T00:00:00.000Z'), source('three', T0)],
      amendments: [{ ...amendment, messageId: randomUUID() as never }],
      list: listVersion(1, [`MedicationRequest/${shared}/1`]),
      nextChangeAt: '2036-01-01T00:00:00.000Z',
    }),
  )
  await applied(store, newMessage('b2', { subject: aboutPerson(BERIT) }), (owner) => ({
    writes: [write(owner, { key: 'sys|same', id: shared, version: 2 })],
    list: listVersion(2, [`MedicationRequest/${shared}/2`]),
  }))
  return { anna, berit, shared }
}

async function merge(store: Store, survivor = ANNA, prior = BERIT) {
  const into = (await store.findPersons([survivor]))[0]!
  const from = (await store.findPersons([prior]))[0]!
  const claim = await mustClaim(store, personLane(into))
  const row = claim.rows.find(({ secondLane }) => secondLane !== undefined)!
  await store.commit(claim, effect(done(row.id), into, { merge: { survivor: into, prior: from } }))
  return { claim, into, from }
}

describeStores('merge', await availableBackends(), (current) => {
  it('brings everything of the prior person to the survivor, history included', async () => {
    const { store } = current()
    const { anna, berit, shared } = await twoPersons(store)
    await accepted(store, merging())
    await merge(store)
    const state = await store.loadPerson(anna.person)
    assert.equal(state.resources.size, 2)
    assert.equal(state.resources.get(`MedicationRequest/${shared}`)?.key, `sys|same|merged|${shared}`)
    assert.deepEqual(
      state.identities.map(({ value, use }) => [value, use]).sort(),
      [
        [ANNA.value, 'official'],
        [BERIT.value, 'old'],
        [BERIT_LOCAL.value, 'old'],
      ].sort(),
    )
    assert.deepEqual(state.sources.map(({ key, lastHeard }) => `${key} ${lastHeard.slice(8, 10)}`).sort(), [
      'one 01',
      'three 01',
      'two 05',
    ])
    assert.equal(state.amendments.length, 2)
    const old = await store.loadPerson(berit.person)
    assert.equal(old.mergedInto, anna.person)
    assert.equal(old.resources.size, 0)
    assert.deepEqual(
      (await store.history('MedicationRequest', shared, 9, undefined)).map(({ version }) => version),
      [2, 1],
    )
    assert.equal((await store.vread('MedicationRequest', shared, 1))?.personId, anna.person)
    assert.deepEqual((await store.currentList(berit.person))?.texts, ['{"of":"anna"}'])
    for (const version of [1, 2])
      assert.deepEqual(await store.listVersion(berit.person, version), [
        (await store.vread('MedicationRequest', shared, version))?.text,
      ])
    assert.deepEqual(await store.dueLanes(10), [])
  })

  it('lets the effect of the merge rewrite what it moves', async () => {
    const { store } = current()
    const { anna, berit, shared } = await twoPersons(store)
    const { id } = await accepted(store, merging())
    const claim = await mustClaim(store, anna.lane)
    await store.commit(
      claim,
      effect(done(id), anna.person, {
        merge: { survivor: anna.person, prior: berit.person },
        writes: [
          write(berit.person, { id: shared, version: 3, key: 'sys|same' }),
          write(anna.person, { type: 'Patient', id: berit.person }),
        ],
      }),
    )
    const state = await store.loadPerson(anna.person)
    assert.equal(state.resources.get(`MedicationRequest/${shared}`)?.version, 3)
    assert.equal(state.resources.size, 3)
  })

  it('runs only when it stands at the head of both lanes', async () => {
    const { store } = current()
    const a = await accepted(store, newMessage('a1'))
    const b = await accepted(store, newMessage('b1', { subject: aboutPerson(BERIT) }))
    await accepted(store, merging())
    const behind = await accepted(store, newMessage('b2', { subject: aboutPerson(BERIT) }))
    const first = await mustClaim(store, a.lane)
    assert.deepEqual(
      first.rows.map(({ id }) => id),
      [a.id],
    )
    await store.commit(first, effect(done(a.id), a.person))
    await store.release(first)
    assert.equal(await store.claim(a.lane, 'w', LEASE), undefined, 'the other lane is not that far')
    const second = await mustClaim(store, b.lane)
    assert.deepEqual(
      second.rows.map(({ id }) => id),
      [b.id],
      'what stands behind the merge waits',
    )
    await store.commit(second, effect(done(b.id), b.person))
    await store.release(second)
    assert.equal(await store.claim(b.lane, 'w', LEASE), undefined)
    assert.deepEqual(await store.dueLanes(10), [a.lane])
    const { claim } = await merge(store)
    assert.deepEqual(claim.second?.lane, b.lane)
    assert.equal(claim.rows.length, 1)
    assert.equal((await mustClaim(store, a.lane)).rows[0]?.id, behind.id)
  })

  it('holds both leases, and loses them together', async () => {
    const { store, db } = current()
    const { anna, berit } = await twoPersons(store)
    const { id } = await accepted(store, merging())
    const claim = await mustClaim(store, anna.lane)
    assert.equal(await store.heartbeat(claim, 15_000), true)
    await accepted(store, newMessage('b3', { subject: aboutPerson(BERIT) }))
    assert.equal(await store.claim(berit.lane, 'w', LEASE), undefined)
    await db.query('update lane set epoch = epoch + 1 where lane_key = $1', [berit.lane])
    assert.equal(await store.heartbeat(claim, 15_000), false)
    await assert.rejects(
      store.commit(
        claim,
        effect(done(id), anna.person, { merge: { survivor: anna.person, prior: berit.person } }),
      ),
      { code: 'LEASE_LOST' },
    )
    assert.equal((await store.loadPerson(berit.person)).mergedInto, undefined)
  })

  it('puts the waiting rows of both lanes into one, in the order in which they arrived', async () => {
    const { store, db } = current()
    const { anna } = await twoPersons(store)
    await accepted(store, merging())
    await store.accept([
      newMessage('b3', { subject: aboutPerson(BERIT) }),
      newMessage('a2'),
      newMessage('b4', { subject: aboutPerson(BERIT) }),
    ])
    await merge(store)
    const claim = await mustClaim(store, anna.lane)
    assert.deepEqual(
      claim.rows.map(({ body }) => Buffer.from(body).toString()),
      ['b3', 'a2', 'b4'],
    )
    const { rows } = await db.query<{ last_seq: number }>('select last_seq from lane where lane_key = $1', [
      anna.lane,
    ])
    assert.equal(claim.rows.at(-1)?.seq, rows[0]?.last_seq)
    const later = await accepted(store, newMessage('b5', { subject: aboutPerson(BERIT) }))
    assert.equal(later.lane, anna.lane)
  })

  it('counts the prior person’s dead rows against the survivor', async () => {
    const { store } = current()
    const { anna, berit } = await twoPersons(store)
    const bad = await accepted(store, newMessage('b3', { subject: aboutPerson(BERIT) }))
    const claim = await mustClaim(store, berit.lane)
    await store.fail(claim, bad.id, { code: 'MESSAGE_INVALID', text: 'x' }, { kind: 'dead' })
    await accepted(store, merging())
    await merge(store)
    assert.equal((await store.currentList(anna.person))?.dead, 1)
    assert.equal(await store.replay(bad.id), anna.lane)
  })

  it('refuses to merge persons of whom one is merged already', async () => {
    const { store } = current()
    const { anna, berit } = await twoPersons(store)
    await accepted(store, merging())
    await merge(store)
    const again = await accepted(store, newMessage('a9'))
    const claim = await mustClaim(store, anna.lane)
    for (const pair of [
      { survivor: anna.person, prior: berit.person },
      { survivor: anna.person, prior: anna.person },
    ])
      await assert.rejects(store.commit(claim, effect(done(again.id), anna.person, { merge: pair })), {
        code: 'MERGE_CYCLE',
      })
  })

  it('follows a chain of merges to the last survivor', async () => {
    const { store } = current()
    await twoPersons(store)
    await accepted(store, newMessage('c1', { subject: aboutPerson(CARL) }))
    const carl = (await store.findPersons([CARL]))[0]!
    const first = await mustClaim(store, personLane(carl))
    await store.commit(first, effect(done(first.rows[0]!.id), carl))
    await accepted(store, merging('m1', ANNA, BERIT))
    const one = await merge(store, ANNA, BERIT)
    await accepted(store, merging('m2', CARL, BERIT))
    await merge(store, CARL, BERIT)
    assert.equal((await store.loadPerson(one.from)).mergedInto, carl)
    assert.deepEqual(await store.findPersons([ANNA, BERIT, CARL]), [carl])
  })

  it('turns a merge that waits between two merged persons into a row of one lane', async () => {
    const { store } = current()
    const { anna } = await twoPersons(store)
    await accepted(store, merging('m1'))
    await accepted(store, merging('m2'))
    await accepted(store, merging('m3', BERIT, ANNA))
    await merge(store)
    const claim = await mustClaim(store, anna.lane)
    assert.deepEqual(
      claim.rows.map(({ secondLane }) => secondLane),
      [undefined, undefined],
    )
    assert.equal(claim.second, undefined)
  })

  it('keeps crossing merges in one order, so that none waits for the other for ever', async () => {
    const { store } = current()
    for (const [n, identity] of [ANNA, BERIT, CARL].entries()) {
      const { lane, person, id } = await accepted(
        store,
        newMessage(`x${n}`, { subject: aboutPerson(identity) }),
      )
      await store.commit(await mustClaim(store, lane), effect(done(id), person))
    }
    await store.accept([merging('m1', ANNA, BERIT), merging('m2', BERIT, CARL), merging('m3', CARL, ANNA)])
    for (let round = 0; round < 3; round += 1) {
      const [lane] = await store.dueLanes(1)
      const claims = await Promise.all((await store.dueLanes(10)).map((due) => store.claim(due, 'w', LEASE)))
      const claim = claims.find((one) => one !== undefined)
      assert.ok(claim, `round ${round}: a merge can run (${lane})`)
      const pair = claim.second && { survivor: claim.lane.slice(2), prior: claim.second.lane.slice(2) }
      for (const row of claim.rows)
        await store.commit(
          claim,
          effect(done(row.id), claim.lane.slice(2) as never, pair && { merge: pair as never }),
        )
      await store.release(claim)
    }
    assert.equal((await store.findPersons([ANNA, BERIT, CARL])).length, 1)
    assert.equal((await store.backlog()).waiting, 0)
  })
})
