import assert from 'node:assert/strict'
import { HubError } from '../../src/core/errors.js'
import { personId } from '../../src/core/ids.js'
import type { Store } from '../../src/store/contract.js'
import type { Effect } from '../../src/store/effect.js'
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
  listVersion,
  mustClaim,
  newMessage,
  T0,
  write,
} from './fixtures.js'

const after = (seconds: number): string => new Date(Date.parse(T0) + seconds * 1000).toISOString()
const HOUR = 3600
const refused = (error: unknown) => error instanceof HubError && error.code === 'CONCURRENT_CHANGE'
const source = (key: string, lastHeard: string) => ({ key, role: 'hospital', name: key, lastHeard }) as const

describeStores('what was known when', await availableBackends(), (current) => {
  const apply = (store: Store, text: string, more: Partial<Effect>) =>
    applied(store, newMessage(text), () => more)

  it('counts a row while it waits, from when it has waited for longer than working one off takes', async () => {
    const { store } = current()
    const { lane, person, id } = await accepted(store, newMessage('w1'))
    const open = async (seconds: number) => store.asOf.openRows(person, after(seconds))
    assert.deepEqual([await open(4), await open(6)], [0, 1])
    const claim = await mustClaim(store, lane)
    await store.commit(claim, effect(done(id), person, { at: after(HOUR) }))
    await store.release(claim)
    assert.deepEqual([await open(4), await open(6), await open(2 * HOUR)], [0, 1, 0])
  })

  it('counts a parked row until it has been run again, and goes on to say that it lay there', async () => {
    const { store } = current()
    const { lane, person, id } = await accepted(store, newMessage('w2'))
    const open = async (hours: number) => store.asOf.openRows(person, after(hours * HOUR))
    const claim = await mustClaim(store, lane)
    await store.fail(claim, id, { code: 'MESSAGE_INVALID', text: 'x' }, { kind: 'dead' }, source('a', T0))
    await store.release(claim)
    assert.equal(await open(1), 1)
    await store.replay(id, 'kari')
    assert.equal(await open(1), 1)
    const again = await mustClaim(store, lane)
    await store.commit(again, effect(done(id), person, { at: after(3 * HOUR) }))
    await store.release(again)
    assert.deepEqual([await open(1), await open(4)], [1, 0])
  })

  it('keeps rows with the person in whose lane they waited then, though they moved since', async () => {
    const { store } = current()
    const anna = await applied(store, newMessage('m-a'), () => ({}))
    const berit = await applied(store, newMessage('m-b', { subject: aboutPerson(BERIT) }), () => ({}))
    const merging = newMessage('m-m', { subject: { by: 'merge', survivor: [ANNA], prior: [BERIT] } })
    const { id } = await accepted(store, merging)
    await accepted(store, newMessage('m-c', { subject: aboutPerson(BERIT) }))
    const open = async () => [
      await store.asOf.openRows(anna.person, after(HOUR)),
      await store.asOf.openRows(berit.person, after(HOUR)),
    ]
    const before = await open()
    // The merge is in both lanes, the other row in one.
    assert.deepEqual(before, [1, 2])
    const claim = await mustClaim(store, anna.lane)
    const merge = { survivor: anna.person, prior: berit.person }
    await store.commit(claim, effect(done(id), anna.person, { merge, at: after(2 * HOUR) }))
    assert.deepEqual(await open(), before)
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString()
    assert.equal(await store.asOf.openRows(anna.person, tomorrow), 1)
    assert.equal(await store.asOf.openRows(berit.person, tomorrow), 0)
  })

  it('tells of each source what was known then, a failure included', async () => {
    const { store } = current()
    const { person, lane } = await apply(store, 's1', {
      sources: [source('a', after(1)), source('b', after(1))],
      at: after(HOUR),
    })
    await apply(store, 's2', { sources: [source('a', after(2 * HOUR))], at: after(3 * HOUR) })
    const then = async (instant: string) => store.asOf.knownSources(person, instant)
    assert.deepEqual(await then(T0), [])
    assert.deepEqual(await then(after(2 * HOUR)), [source('a', after(1)), source('b', after(1))])
    const newer = [source('a', after(2 * HOUR)), source('b', after(1))]
    assert.deepEqual(await then(after(4 * HOUR)), newer)
    const dead = await accepted(store, newMessage('s3'))
    const claim = await mustClaim(store, lane)
    const failed = { ...source('b', T0), failed: 'MESSAGE_INVALID' }
    await store.fail(claim, dead.id, { code: 'MESSAGE_INVALID', text: 'x' }, { kind: 'dead' }, failed)
    assert.deepEqual(await then(after(4 * HOUR)), newer)
    const [, b] = await then(new Date(Date.now() + 1000).toISOString())
    assert.equal(b?.failed, 'MESSAGE_INVALID')
  })

  it('finds the version that held, by since when it holds', async () => {
    const { store } = current()
    const { person } = await apply(store, 'v1', { list: listVersion(1, ['List/l/1']) })
    const byTime = { ...listVersion(2, ['List/l/2']), createdAt: after(HOUR), validFrom: after(60) }
    await apply(store, 'v2', { list: byTime, at: after(HOUR) })
    const held = async (instant: string) => (await store.asOf.inForce(person, instant))?.version
    assert.equal(await held(new Date(Date.parse(T0) - 1).toISOString()), undefined)
    assert.deepEqual([await held(T0), await held(after(59)), await held(after(60))], [1, 1, 2])
    assert.equal((await store.asOf.inForce(person, after(60)))?.formerAt, T0)
  })

  it('dates nothing at or before what was told, neither alone nor in a group', async () => {
    const { store } = current()
    const { person, lane } = await apply(store, 't1', {})
    assert.deepEqual(await store.asOf.tell(person, after(HOUR)), { holder: person, nextChangeAt: undefined })
    assert.equal(await store.asOf.tell(personId('nobody'), T0), undefined)
    const { id } = await accepted(store, newMessage('t2'))
    const claim = await mustClaim(store, lane)
    await assert.rejects(store.commit(claim, effect(done(id), person, { at: after(HOUR) })), refused)
    await store.release(claim)
    const [grouped] = await store.claimGroup([lane], 'worker-2', LEASE)
    assert.ok(grouped)
    const rows = effect(done(id), person, { at: after(HOUR) })
    const claimed = {
      ...rows,
      message: { kind: 'claimed' as const, rows: [{ id, state: 'done' as const, unmapped: [] }] },
    }
    await assert.rejects(store.commitGroup([{ claim: grouped, effect: claimed }]), refused)
    const later = {
      ...claimed,
      at: after(HOUR + 1),
      list: listVersion(1, ['List/l/1']),
      sources: [source('a', T0)],
    }
    await store.commitGroup([{ claim: grouped, effect: later }])
    assert.deepEqual(await store.asOf.knownSources(person, after(HOUR)), [])
    assert.equal((await store.asOf.knownSources(person, after(HOUR + 1))).length, 1)
  })

  it('tells nothing of an instant at which time changes the list and nobody has worked it off', async () => {
    const { store } = current()
    const { person } = await apply(store, 'n1', { nextChangeAt: after(HOUR) })
    const told = await store.asOf.tell(person, after(HOUR))
    assert.equal(told?.nextChangeAt, after(HOUR))
    // Not told: what is dated before may still come.
    await apply(store, 'n2', { nextChangeAt: undefined, at: after(60) })
  })

  it('gives all versions of facts that were known, each with its source, and refuses what is too much', async () => {
    const { store } = current()
    const first = write(personId('x'), {
      lastUpdated: T0,
      text: '{"resourceType":"MedicationRequest","n":1}',
    })
    const { person } = await applied(store, newMessage('f1'), (owner) => ({
      writes: [{ ...first, personId: owner }],
    }))
    const { id } = first.stored
    await applied(store, newMessage('f2'), (owner) => ({
      writes: [write(owner, { id, version: 2, lastUpdated: after(HOUR) })],
      at: after(HOUR),
    }))
    const known = (instant: string, rowsMax = 10) =>
      store.asOf.knownFacts(person, {
        known: instant,
        at: instant,
        types: ['MedicationRequest'],
        dailySince: T0,
        rowsMax,
      })
    const then = await known(after(60))
    assert.deepEqual(
      then?.map(({ version, sourceKey, layer }) => [version, sourceKey, layer]),
      [[1, 'hl7v2|LAB|NORTH', 'fact']],
    )
    assert.deepEqual((await known(after(HOUR)))?.map(({ version }) => version).sort(), [1, 2])
    assert.equal(await known(after(HOUR), 1), undefined)
  })
})
