import assert from 'node:assert/strict'
import type { Store } from '../../src/store/contract.js'
import type { DateRange, SearchClause, SearchRequest } from '../../src/store/views.js'
import { availableBackends, describeStores } from '../support/backends.js'
import { aboutPerson, applied, BERIT, newMessage, T0, write } from './fixtures.js'

const day = (n: number) => `2026-03-${String(n).padStart(2, '0')}T00:00:00.000Z`
const request = (clauses: readonly SearchClause[], more: Partial<SearchRequest> = {}): SearchRequest => ({
  type: 'MedicationRequest',
  clauses,
  count: 100,
  after: undefined,
  ...more,
})

/** r1 … r5 written on the 1st … 5th; odd ones are active; r2 has a period, r5 has no date. */
async function fiveRequests(store: Store) {
  const dates: Record<string, readonly [string, string]>[] = [
    { authoredon: [day(1), day(2)] },
    { authoredon: [day(2), day(10)] },
    { authoredon: [day(3), day(4)] },
    { authoredon: [day(4), 'open'] },
    {},
  ]
  return applied(store, newMessage('m1'), (owner) => ({
    writes: [1, 2, 3, 4, 5].map((n) =>
      write(owner, {
        id: `r${n}`,
        lastUpdated: day(n),
        index: {
          tokens: [`status=*|${n % 2 ? 'active' : 'stopped'}`, `identifier=sys|${n}`],
          dates: dates[n - 1]!,
        },
      }),
    ),
  }))
}

describeStores('search', await availableBackends(), (current) => {
  const ids = async (clauses: readonly SearchClause[], more: Partial<SearchRequest> = {}) =>
    (await current().store.search(request(clauses, more))).map(({ id }) => id)
  const status = (...anyOf: string[]): SearchClause => ({ kind: 'token', param: 'status', anyOf })

  it('gives all of a type in the order of ids, but deleted ones', async () => {
    const { store } = current()
    await fiveRequests(store)
    await applied(store, newMessage('m2'), (owner) => ({
      writes: [write(owner, { id: 'r3', version: 2, method: 'DELETE', lastUpdated: day(6) })],
    }))
    assert.deepEqual(await ids([]), ['r1', 'r2', 'r4', 'r5'])
    assert.deepEqual(await ids([], { type: 'Patient' }), [])
  })

  it('joins clauses by and, values by or', async () => {
    const { store } = current()
    const { person } = await fiveRequests(store)
    const other = await applied(store, newMessage('m2', { subject: aboutPerson(BERIT) }), () => ({}))
    assert.deepEqual(await ids([status('status=*|active')]), ['r1', 'r3', 'r5'])
    assert.deepEqual(await ids([status('status=*|active', 'status=*|stopped')]), [
      'r1',
      'r2',
      'r3',
      'r4',
      'r5',
    ])
    assert.deepEqual(
      await ids([
        status('status=*|active'),
        { kind: 'token', param: 'identifier', anyOf: ['identifier=sys|3'] },
      ]),
      ['r3'],
    )
    assert.deepEqual(await ids([{ kind: 'id', anyOf: ['r2', 'r1', 'x'] }]), ['r1', 'r2'])
    assert.deepEqual(await ids([{ kind: 'person', anyOf: [other.person] }]), [])
    assert.equal((await ids([{ kind: 'person', anyOf: [person, other.person] }])).length, 5)
    assert.deepEqual(await ids([{ kind: 'id', anyOf: [] }]), [])
  })

  it('does not find a token of another type', async () => {
    const { store } = current()
    await applied(store, newMessage('m1'), (owner) => ({
      writes: [write(owner, { type: 'Patient', id: 'p', index: { tokens: ['status=*|active'], dates: {} } })],
    }))
    assert.deepEqual(await ids([status('status=*|active')]), [])
  })

  it('searches the new values of a changed resource and not its old ones', async () => {
    const { store } = current()
    await fiveRequests(store)
    await applied(store, newMessage('m2'), (owner) => ({
      writes: [write(owner, { id: 'r1', version: 2, index: { tokens: ['status=*|stopped'], dates: {} } })],
    }))
    assert.deepEqual(await ids([status('status=*|active')]), ['r3', 'r5'])
    assert.ok((await ids([status('status=*|stopped')])).includes('r1'))
  })

  const table: readonly (readonly [DateRange['prefix'], readonly string[]])[] = [
    // value [3rd, 4th) against r1 [1,2) r2 [2,10) r3 [3,4) r4 [4,∞); r5 has none
    ['eq', ['r3']],
    ['ne', ['r1', 'r2', 'r4']],
    ['gt', ['r2', 'r4']],
    ['lt', ['r1', 'r2']],
    ['ge', ['r2', 'r3', 'r4']],
    ['le', ['r1', 'r2', 'r3']],
    ['sa', ['r4']],
    ['eb', ['r1']],
  ]
  for (const [prefix, expected] of table)
    it(`compares date ranges by prefix ${prefix}`, async () => {
      await fiveRequests(current().store)
      const anyOf = [{ prefix, from: day(3), to: day(4) }]
      assert.deepEqual(await ids([{ kind: 'date', param: 'authoredon', anyOf }]), expected)
      assert.deepEqual(await ids([{ kind: 'date', param: 'other', anyOf }]), [])
    })

  it('compares the time of the last change', async () => {
    await fiveRequests(current().store)
    const clause = (prefix: DateRange['prefix']): SearchClause => ({
      kind: 'lastUpdated',
      anyOf: [{ prefix, from: day(3), to: day(4) }],
    })
    assert.deepEqual(await ids([clause('eq')]), ['r3'])
    assert.deepEqual(await ids([clause('gt')]), ['r4', 'r5'])
    assert.deepEqual(await ids([clause('ge')]), ['r3', 'r4', 'r5'])
  })

  it('S-20 gives each row that is there throughout once, while rows are changed and added', async () => {
    const { store } = current()
    const ids = Array.from({ length: 25 }, (_, n) => `r${String(n).padStart(2, '0')}`)
    await applied(store, newMessage('m0'), (owner) => ({
      writes: ids.map((id, n) => write(owner, { id, lastUpdated: day(1 + (n % 3)) })),
    }))
    const seen: string[] = []
    for (let page = 1, after: SearchRequest['after']; ; page++) {
      const rows = await store.search(request([], { count: 4, after }))
      seen.push(...rows.map(({ id }) => id))
      const last = rows.at(-1)
      if (last === undefined) break
      after = { id: last.id }
      await applied(store, newMessage(`m${page}`), (owner) => ({
        writes: [
          write(owner, { id: `r00-${page}` }),
          ...ids.map((id) => write(owner, { id, version: page + 1, lastUpdated: day(5 + page) })),
        ],
      }))
    }
    assert.deepEqual(seen, ids)
  })

  it('does not see what was written after a moment that is asked for', async () => {
    await fiveRequests(current().store)
    assert.deepEqual(await ids([], { asOf: day(3) }), ['r1', 'r2', 'r3'])
  })

  it('counts what matches', async () => {
    const { store } = current()
    await fiveRequests(store)
    assert.equal(await store.countMatches(request([status('status=*|active')])), 3)
    assert.equal(await store.countMatches(request([], { asOf: T0 })), 1)
  })
})
