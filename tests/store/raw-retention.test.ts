import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { messageId } from '../../src/core/ids.js'
import { removeOldRaw } from '../../src/hub/remove-old-raw.js'
import { availableBackends, describeStores } from '../support/backends.js'
import { accepted, applied, newMessage, write } from './fixtures.js'

const RUNS = process.env.STAFETT_TEST_DEEP ? 300 : 8
const RAW_DAYS = 30
const log = { info: () => undefined, warn: () => undefined, error: () => undefined }

/** One inbox row as it may stand, and what hangs on it. */
interface Row {
  readonly channel: 'hl7v2' | 'eresept' | 'devices'
  readonly state: 'waiting' | 'done' | 'superseded' | 'refused' | 'dead'
  readonly ageDays: number
  /** Of its effect: not looked at yet, nothing wanted, or a delivery in this state. */
  readonly fan:
    | 'none'
    | 'open'
    | 'passed'
    | 'pending'
    | 'sending'
    | 'blocked'
    | 'delivered'
    | 'skipped'
    | 'expired'
  /** What it wrote stands as it wrote it, was written anew since, or it wrote nothing. */
  readonly fact: 'none' | 'current' | 'replaced'
  /** State of an item of the batch that it is. */
  readonly item: 'none' | 'done' | 'waiting' | 'dead'
}

const ROW: fc.Arbitrary<Row> = fc.record({
  channel: fc.constantFrom('hl7v2', 'eresept', 'devices'),
  state: fc.constantFrom('waiting', 'done', 'superseded', 'refused', 'dead'),
  ageDays: fc.oneof(fc.integer({ min: 0, max: 29 }), fc.integer({ min: 31, max: 400 })),
  fan: fc.constantFrom(
    'none',
    'open',
    'passed',
    'pending',
    'sending',
    'blocked',
    'delivered',
    'skipped',
    'expired',
  ),
  fact: fc.constantFrom('none', 'current', 'replaced'),
  item: fc.constantFrom('none', 'done', 'waiting', 'dead'),
})

/** Said anew, from the rule and not from the statement under test. */
function mustStay(row: Row): boolean {
  if (row.ageDays < RAW_DAYS) return true
  if (row.state === 'waiting' || row.state === 'dead') return true
  if (row.item === 'waiting' || row.item === 'dead') return true
  if (['open', 'pending', 'sending', 'blocked'].includes(row.fan)) return true
  return row.channel === 'eresept' && row.fact === 'current' && row.fan !== 'none'
}

describeStores('raw messages', await availableBackends(), (current) => {
  async function insert(row: Row): Promise<string> {
    const { db } = current()
    const id = randomUUID()
    const message = (own: string, state: string, parent: string | null) =>
      db.query(
        `insert into message (id, channel, sender, message_id, part, kind, envelope, body, content_type, content_hash,
           lane_key, state, parent_id, answer, received_at)
         values ($1, $2, 'S', $1, 0, 'K', '{}', 'raw', 'text/plain', 'hash', 'p-1', $3, $4, '{"status":200}',
           now() - $5::float8 * interval '1 day')`,
        [own, row.channel, state, parent, row.ageDays],
      )
    await message(id, row.state, null)
    // Items are younger than any limit, so that only their parent is judged.
    if (row.item !== 'none') {
      const item = randomUUID()
      await message(item, row.item, id)
      await db.query('update message set received_at = now() where id = $1', [item])
    }
    if (row.fan === 'none') return id
    const fact = randomUUID()
    await db.query(
      `insert into change (person_id, lane_key, number, message_id, resources, at, fanned_out_at)
       values ('1', $2, 1, $1, $3, now(), case when $4 then null else now() end)`,
      [
        id,
        `p-${id}`,
        row.fact === 'none' ? [] : [`MedicationRequest/${fact}/_history/1`],
        row.fan === 'open',
      ],
    )
    if (row.fact !== 'none')
      await db.query(
        `insert into resource (person_id, type, id, version, natural_key, sort_order, layer, body, source_key,
           message_id, last_updated, deleted, method, tokens, dates)
         values ('1', 'MedicationRequest', $1, $2, $1, '', 'fact', '{}', 's', $3, now(), false, 'POST', '{}', '{}')`,
        [fact, row.fact === 'current' ? 1 : 2, row.fact === 'current' ? id : null],
      )
    if (row.fan !== 'open' && row.fan !== 'passed')
      await db.query(
        `insert into delivery (destination, number, id, person_id, lane_key, change_number, item, state)
         values ('d', (select count(*) + 1 from delivery), $1, '1', $2, 1, 'x', $3)`,
        [randomUUID(), `p-${id}`, row.fan],
      )
    return id
  }
  const retention = () => ({ store: current().store, clock: Date.now, log, rawDays: RAW_DAYS })
  const bytesOf = async (id: string) => {
    const { rows } = await current().db.query<{ body: Uint8Array; removed: boolean; content_hash: string }>(
      'select body, raw_removed_at is not null as removed, content_hash from message where id = $1',
      [id],
    )
    return { length: rows[0]!.body.length, removed: rows[0]!.removed, hash: rows[0]!.content_hash }
  }

  it('go by age, never while a row waits, is dead, undelivered or needed, whatever their ages and states', async () => {
    const { db } = current()
    await fc.assert(
      fc.asyncProperty(fc.array(ROW, { minLength: 1, maxLength: 12 }), async (rows) => {
        for (const table of ['message', 'change', 'delivery', 'destination', 'resource', 'raw_kept'])
          await db.query(`delete from ${table}`)
        await db.query(`insert into destination (id, kind) values ('d', 'test')`)
        const ids: string[] = []
        for (const row of rows) ids.push(await insert(row))
        const place = await removeOldRaw(retention(), undefined)
        await removeOldRaw(retention(), place)
        for (const [index, row] of rows.entries()) {
          const { length, removed, hash } = await bytesOf(ids[index]!)
          assert.deepEqual(
            [length > 0, removed, hash],
            mustStay(row) ? [true, false, 'hash'] : [false, true, 'hash'],
            JSON.stringify(row),
          )
        }
      }),
      { numRuns: RUNS, seed: 47 },
    )
  })

  it('that were needed go when they are no more, though the walk has passed them', async () => {
    const { db } = current()
    await db.query(`insert into destination (id, kind) values ('d', 'test')`)
    const id = await insert({
      channel: 'hl7v2',
      state: 'done',
      ageDays: 40,
      fan: 'pending',
      fact: 'none',
      item: 'none',
    })
    const place = await removeOldRaw(retention(), undefined)
    await db.query(`update delivery set state = 'delivered'`)
    await removeOldRaw(retention(), place)
    assert.equal((await bytesOf(id)).removed, false, 'looked at again after a day')
    await db.query(`update raw_kept set checked_at = checked_at - interval '2 days'`)
    await removeOldRaw(retention(), place)
    assert.equal((await bytesOf(id)).removed, true)
    assert.deepEqual((await db.query('select * from raw_kept')).rows, [])
  })

  it('stay for ever when nothing is configured', async () => {
    const id = await insert({
      channel: 'hl7v2',
      state: 'done',
      ageDays: 4_000,
      fan: 'none',
      fact: 'none',
      item: 'none',
    })
    await removeOldRaw({ ...retention(), rawDays: undefined }, undefined)
    assert.equal((await bytesOf(id)).length, 3)
  })

  it('that went leave the row: the same message is a duplicate with its answer, other content is a conflict', async () => {
    const { store, db } = current()
    const { id } = await applied(store, newMessage('m1'), (person) => ({ writes: [write(person)] }))
    await db.query(`update message set received_at = now() - interval '40 days'`)
    await db.query('update change set fanned_out_at = now()')
    await removeOldRaw(retention(), undefined)
    assert.equal(await store.rawMessage(id), undefined)
    const view = await store.message(messageId(id))
    assert.ok(view?.rawRemovedAt !== undefined && view.resources.length === 1)
    const [again] = await store.accept([newMessage('m1')])
    assert.ok(again?.kind === 'duplicate' && again.answer?.status === 200)
    const [other] = await store.accept([newMessage('m1', { message: { contentHash: 'other' } })])
    assert.equal(other?.kind, 'conflict')
    assert.equal((await accepted(store, newMessage('m2'))).state, 'waiting')
  })
})
