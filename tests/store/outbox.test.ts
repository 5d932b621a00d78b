import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { availableBackends, describeStores } from '../support/backends.js'
import { fanOutTo, lane, outboxOf, putChanges, wantedOf } from '../support/outbox.js'
import { applied, newMessage, T0 } from './fixtures.js'

const JOURNAL = [{ id: 'journal', kind: 'recorder' }]

describeStores('fan-out', await availableBackends(), (current) => {
  const open = () => ({ ...current(), outbox: outboxOf(current().db) })

  it('finds the change that an effect left, with its list version and message', async () => {
    const { outbox, store } = open()
    const { person, id } = await applied(store, newMessage('m1'), () => ({
      list: { version: 1, entries: ['List/x/1'], createdAt: T0, contentHash: '0', validFrom: T0 },
    }))
    const [change, ...others] = await outbox.openChanges(undefined, 10)
    assert.equal(others.length, 0)
    assert.deepEqual(
      [change?.personId, change?.lane, change?.number, change?.messageId, change?.listVersion],
      [person, `p-${person}`, 1, id, 1],
    )
  })

  it('numbers what a destination gets without gaps, in the order of each lane', async () => {
    const { db, outbox } = open()
    await putChanges(db, [
      { lane: 'b', number: 1 },
      { lane: 'a', number: 2 },
      { lane: 'a', number: 1 },
    ])
    await fanOutTo(outbox, ['journal', 'pharmacy'])
    await putChanges(db, [{ lane: 'a', number: 4 }])
    await fanOutTo(outbox, ['journal', 'pharmacy'])
    for (const destination of ['journal', 'pharmacy']) {
      const views = await outbox.deliveries({ destination, limit: 10 })
      assert.deepEqual(views.map(({ number, lane: key, change }) => [number, key, change]).sort(), [
        [1, lane('a'), 1],
        [2, lane('a'), 2],
        [3, lane('b'), 1],
        [4, lane('a'), 4],
      ])
    }
    assert.deepEqual(await outbox.openChanges(undefined, 10), [])
  })

  it('makes each delivery once when several fan out the same changes at the same time', async () => {
    const { db, outbox } = open()
    await putChanges(
      db,
      Array.from({ length: 30 }, (_, index) => ({
        lane: `l${index % 5}`,
        number: 1 + Math.floor(index / 5),
      })),
    )
    const set = await outbox.register(JOURNAL)
    const changes = await outbox.openChanges(undefined, 100)
    const made = await Promise.all(
      [30, 12, 30, 7].map((count) => {
        const some = changes.slice(0, count)
        return outbox.fanOut(set, some, wantedOf(some, ['journal']))
      }),
    )
    assert.ok(made.flat().every((id) => id === 'journal'))
    const views = await outbox.deliveries({ limit: 100 })
    assert.deepEqual(
      views.map(({ number }) => number).sort((a, b) => a - b),
      Array.from({ length: 30 }, (_, index) => index + 1),
    )
  })

  it('reads on behind a lane, so that a long one starves nobody', async () => {
    const { db, outbox } = open()
    await putChanges(db, [
      { lane: 'a', number: 1 },
      { lane: 'a', number: 2 },
      { lane: 'b', number: 1 },
    ])
    const first = await outbox.openChanges(undefined, 1)
    assert.deepEqual([first[0]?.lane, first[0]?.number], [lane('a'), 1])
    const next = await outbox.openChanges(first[0]?.lane, 10)
    assert.deepEqual(
      next.map((change) => [change.lane, change.number]),
      [[lane('b'), 1]],
    )
  })

  it('lets only processes with the newest set of destinations fan out', async () => {
    const { db, outbox } = open()
    await putChanges(db, [{ lane: 'a', number: 1 }])
    const old = await outbox.register(JOURNAL)
    const both = await outbox.register([...JOURNAL, { id: 'pharmacy', kind: 'recorder' }])
    const changes = await outbox.openChanges(undefined, 10)
    await assert.rejects(outbox.fanOut(old, changes, []), { code: 'DESTINATIONS_STALE' })
    await assert.rejects(outbox.passChanges(old, 10), { code: 'DESTINATIONS_STALE' })
    assert.equal((await outbox.openChanges(undefined, 10)).length, 1)
    assert.deepEqual(await outbox.fanOut(both, changes, wantedOf(changes, ['pharmacy'])), ['pharmacy'])
  })

  it('passes over changes that nobody wants', async () => {
    const { db, outbox } = open()
    await putChanges(
      db,
      Array.from({ length: 5 }, (_, index) => ({ lane: 'a', number: index + 1 })),
    )
    const set = await outbox.register([])
    assert.equal(await outbox.passChanges(set, 3), 3)
    assert.deepEqual(
      (await outbox.openChanges(undefined, 10)).map(({ number }) => number),
      [4, 5],
    )
    assert.equal(await outbox.passChanges(set, 3), 2)
  })

  it('lets what a destination could not judge stand blocked, and holds its lane there', async () => {
    const { db, outbox } = open()
    await putChanges(db, [
      { lane: 'a', number: 1 },
      { lane: 'a', number: 2 },
    ])
    const set = await outbox.register(JOURNAL)
    const changes = await outbox.openChanges(undefined, 10)
    await outbox.fanOut(
      set,
      changes,
      changes.map((change) => ({
        id: randomUUID(),
        destination: 'journal',
        change,
        item: '',
        ...(change.number === 1 ? { fault: 'not-evaluated' as const } : {}),
      })),
    )
    const [blocked, ...others] = await outbox.deliveries({ state: 'blocked', limit: 10 })
    assert.equal(others.length, 0)
    assert.equal(blocked?.fault, 'not-evaluated')
    assert.deepEqual(await outbox.dueDestinations(['journal']), [])
    assert.equal(await outbox.skipDelivery(blocked?.id ?? '', 'op', 'looked at'), true)
    assert.deepEqual(await outbox.dueDestinations(['journal']), ['journal'])
  })
})
