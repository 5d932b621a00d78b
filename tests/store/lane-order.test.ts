/** Random senders, workers, crashes, retries and merges at once; then the invariants of reliability.md 1. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { HubError } from '../../src/core/errors.js'
import { type PersonId, personOfLane } from '../../src/core/ids.js'
import type { Store } from '../../src/store/contract.js'
import type { Claim, LaneRow } from '../../src/store/inbox.js'
import { availableBackends, describeStores } from '../support/backends.js'
import { ANNA, aboutPerson, done, effect, newMessage } from './fixtures.js'

const PERSONS = 4
const identity = (n: number) => ({ system: ANNA.system, value: `person-${n}` })

type Step =
  | { readonly kind: 'message'; readonly person: number }
  | { readonly kind: 'merge'; readonly survivor: number; readonly prior: number }
const person = fc.integer({ min: 0, max: PERSONS - 1 })
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 9, arbitrary: fc.record({ kind: fc.constant('message' as const), person }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('merge' as const), survivor: person, prior: person }),
  },
)
type Fate = 'commit' | 'retry' | 'crash' | 'dead'
const fates = fc.infiniteStream(
  fc.constantFrom<Fate>('commit', 'commit', 'commit', 'commit', 'retry', 'crash', 'dead'),
)

describeStores('lanes under load', await availableBackends(), (current) => {
  it('gives every row one end and every lane its order, whatever befalls the workers', async function () {
    this.timeout(300_000)
    const deep = process.env['STAFETT_TEST_DEEP'] !== undefined
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), fates, async (steps, fate) => {
        await current().reset()
        await runAll(current().store, steps, fate)
        await checkInvariants(current(), steps.length)
      }),
      { numRuns: deep ? 200 : 12, seed: 20_261_122, verbose: 1 },
    )
  })
})

async function runAll(store: Store, steps: readonly Step[], fate: Iterator<Fate>): Promise<void> {
  let next = 0
  const sender = async (): Promise<void> => {
    for (;;) {
      const n = next
      next += 1
      const one = steps[n]
      if (one === undefined) return
      const message = newMessage(`m${n}`, {
        subject:
          one.kind === 'message'
            ? aboutPerson(identity(one.person))
            : { by: 'merge', survivor: [identity(one.survivor)], prior: [identity(one.prior)] },
      })
      await store.accept([message])
      if (n % 3 === 0) await store.accept([message])
    }
  }
  const until = Date.now() + 60_000
  let sending = true
  const worker = async (name: string): Promise<void> => {
    while (sending || (await store.backlog()).waiting > 0) {
      if (Date.now() > until) throw new Error('the backlog does not drain')
      for (const lane of await store.dueLanes(10)) {
        const claim = await store.claim(lane, name, { leaseMs: 30, rowsMax: 3 })
        if (claim !== undefined) await workClaim(store, claim, fate)
      }
    }
  }
  const workers = ['w1', 'w2', 'w3'].map(worker)
  await Promise.all([sender(), sender()]).finally(() => {
    sending = false
  })
  await Promise.all(workers)
}

async function workClaim(store: Store, claim: Claim, fate: Iterator<Fate>): Promise<void> {
  for (const row of claim.rows) {
    const end: Fate = fate.next().value
    if (end === 'crash') return
    try {
      if (end === 'commit') await store.commit(claim, await effectOf(store, claim, row))
      else
        await store.fail(
          claim,
          row.id,
          { code: 'UNEXPECTED', text: 'planned' },
          end === 'dead' ? { kind: 'dead' } : { kind: 'retry', delayMs: 5 },
        )
      if (end === 'retry' || claim.second !== undefined) break
    } catch (error) {
      if (error instanceof HubError && error.code === 'LEASE_LOST') return
      throw error
    }
  }
  await store.release(claim)
}

async function effectOf(store: Store, claim: Claim, row: LaneRow) {
  const survivor = personOfLane(claim.lane) as PersonId // only persons are in this test
  const prior = claim.second && personOfLane(claim.second.lane)
  const { listVersion } = await store.loadPerson(survivor)
  return effect(done(row.id), survivor, {
    list: {
      version: listVersion + 1,
      entries: [`List/l/${listVersion + 1}`],
      createdAt: row.receivedAt,
      contentHash: '0',
      validFrom: row.receivedAt,
    },
    ...(prior === undefined ? {} : { merge: { survivor, prior } }),
  })
}

async function checkInvariants(
  opened: ReturnType<Parameters<Parameters<typeof describeStores>[2]>[0]>,
  sent: number,
) {
  const { db } = opened
  const all = await db.query<{ state: string; n: number }>(
    'select state, count(*) as n from message group by state',
  )
  assert.equal(
    all.rows.reduce((sum, { n }) => sum + n, 0),
    sent,
    'each message is stored once',
  )
  assert.ok(all.rows.every(({ state }) => ['done', 'dead'].includes(state)))
  // I-3: one effect a done message
  const effects = await db.query<{ n: number; d: number }>(
    `select (select count(*) from change) as n, (select count(*) from message where state = 'done') as d`,
  )
  assert.equal(effects.rows[0]?.n, effects.rows[0]?.d)
  // I-4: effects of a lane in the order of arrival
  const order = await db.query<{ lane_key: string; number: number; arrival: number }>(
    `select c.lane_key, c.number, m.arrival from change c join message m on m.id = c.message_id
     order by c.lane_key, c.number`,
  )
  for (const [n, row] of order.rows.entries()) {
    const before = order.rows[n - 1]
    if (before?.lane_key !== row.lane_key) assert.equal(row.number, 1)
    else {
      assert.equal(row.number, before.number + 1, 'numbered without gaps')
      assert.ok(row.arrival > before.arrival, 'in order of arrival')
    }
  }
  const left = await db.query('select 1 from lane where due_at is not null')
  assert.equal(left.rows.length, 0, 'no lane is left due')
}
