import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { FEST, FEST_BRAND, FEST_ITEM_NUMBER } from '../../../src/core/canonical.js'
import { type FollowedCatalogue, followCatalogue } from '../../../src/hub/catalogue/follow-catalogue.js'
import { loadCatalogue } from '../../../src/hub/catalogue/load-catalogue.js'
import { availableBackends, describeStores, type OpenBackend } from '../../support/backends.js'
import { largeM30, METOPROLOL, m30, PRODUCTS, WARFARIN } from '../../support/fest-fixtures.js'

const DEEP = process.env['STAFETT_TEST_DEEP'] === '1'
const MEGABYTE = 1_000_000
const BULK_BYTES = (DEEP ? 60 : 3) * MEGABYTE
const LOOK_BYTES = BULK_BYTES / 12
/** Entries of one insert with their texts, as objects and as parameters. */
const BATCH_BYTES_MAX = 8 * MEGABYTE

setFlagsFromString('--expose-gc')
// Nothing else gives the collector to a process that is running already.
const collect = runInNewContext('gc') as () => void
const heapBytes = (): number => {
  collect()
  return process.memoryUsage().heapUsed
}

const openHash = () => {
  const hash = createHash('sha256')
  return { update: (bytes: Uint8Array) => void hash.update(bytes), digest: () => hash.digest('hex') }
}
async function* inPieces(text: string, size = 1_000): AsyncIterable<Uint8Array> {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}
const load = (
  { store }: OpenBackend,
  text: string | AsyncIterable<Uint8Array>,
  more: { force?: boolean; refresh?: () => Promise<void> } = {},
) =>
  loadCatalogue(
    { store: store.catalogue, openHash, refresh: more.refresh ?? (async () => undefined) },
    typeof text === 'string' ? inPieces(text) : text,
    more.force ?? false,
  )

/** A process that looks when it is told to. */
async function follow({ store }: OpenBackend, followMs = 0, pressed = () => false) {
  const beats: (() => void)[] = []
  const followed = await followCatalogue({
    store: store.catalogue,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    pressed,
    every: (_ms, beat) => {
      beats.push(beat)
      return () => undefined
    },
    followMs,
  })
  return { followed, look: () => looked(followed, beats) }
}
async function looked(followed: FollowedCatalogue, beats: readonly (() => void)[]): Promise<void> {
  for (const beat of beats) beat()
  await followed.refresh()
}
const left = async ({ db }: OpenBackend): Promise<number> => {
  const { rows } = await db.query<{ n: number }>(`select count(*)::int as n from catalogue_item`)
  return rows[0]?.n ?? -1
}

describeStores('drug catalogue', await availableBackends(), (current) => {
  it('takes over in one step, and answers by every code of a product', async () => {
    const { followed } = await follow(current())
    assert.equal(followed.products().find({ system: FEST, code: METOPROLOL.id }), undefined)
    const loaded = await load(current(), m30(), { refresh: followed.refresh })
    assert.equal(loaded.outcome, 'activated')
    assert.equal(loaded.counts['brand'], PRODUCTS.length)
    const { find, interactions } = followed.products()
    const byBrand = find({ system: FEST_BRAND, code: METOPROLOL.id })
    assert.equal(byBrand?.substitutionGroup, METOPROLOL.group)
    assert.deepEqual(byBrand?.substances?.[0]?.strength, { value: '50', unit: 'mg' })
    assert.equal(find({ system: FEST_ITEM_NUMBER, code: '012345' }), byBrand)
    assert.equal(find({ system: FEST, code: '012345' }), byBrand)
    assert.equal(find({ system: 'urn:other', code: METOPROLOL.id }), undefined)
    assert.deepEqual(
      interactions('B01AA03').map(({ side, interaction }) => [side, interaction.relevance]),
      [[0, 1]],
    )
  })

  it('is met by a process that did not load it', async () => {
    const other = await follow(current())
    await load(current(), m30())
    await other.look()
    assert.ok(other.followed.products().find({ system: FEST, code: WARFARIN.id }))
  })

  it('changes nothing when the same file is loaded twice', async () => {
    await load(current(), m30())
    const before = await current().store.catalogue.current()
    assert.equal((await load(current(), m30())).outcome, 'same')
    assert.deepEqual(await current().store.catalogue.current(), before)
  })

  it('refuses an older one unless forced', async () => {
    await load(current(), m30())
    const older = m30({ fetchedAt: '2026-09-01T04:00:00Z', products: [METOPROLOL] })
    await assert.rejects(load(current(), older), { code: 'VERSION_STALE' })
    assert.equal((await current().store.catalogue.current())?.fetchedAt, '2026-10-01T04:00:00.000Z')
    await load(current(), older, { force: true })
    assert.equal((await current().store.catalogue.current())?.fetchedAt, '2026-09-01T04:00:00.000Z')
  })

  it('leaves the one in force, and nothing else, when a load ends early', async () => {
    await load(current(), m30())
    const before = await left(current())
    const newer = m30({ fetchedAt: '2026-11-01T04:00:00Z' })
    async function* broken(): AsyncIterable<Uint8Array> {
      yield* inPieces(newer.slice(0, -200))
      throw new Error('the sender went away')
    }
    await assert.rejects(load(current(), broken()), /went away/)
    await assert.rejects(load(current(), newer.slice(0, -200)), { code: 'MESSAGE_UNREADABLE' })
    await assert.rejects(load(current(), m30({ products: [], fetchedAt: '2026-11-01T04:00:00Z' })), {
      code: 'MESSAGE_UNREADABLE',
    })
    assert.equal((await current().store.catalogue.current())?.fetchedAt, '2026-10-01T04:00:00.000Z')
    assert.equal(await left(current()), before)
  })

  it('throws away what a killed load left behind', async () => {
    const no = await current().store.catalogue.begin()
    await current().store.catalogue.addEntries(no, [{ kind: 'brand', id: 'x', refs: [], content: '{}' }])
    await current().db.query(`update catalogue set touched_at = touched_at - interval '1 hour'`)
    await current().store.catalogue.begin()
    assert.equal(await left(current()), 0)
  })

  it('lets two loads at once end with the newer one in force', async () => {
    const days = ['2026-10-01', '2026-10-15', '2026-10-08']
    const outcomes = await Promise.allSettled(
      days.map((day) => load(current(), m30({ fetchedAt: `${day}T04:00:00Z` }))),
    )
    for (const outcome of outcomes)
      if (outcome.status === 'rejected') assert.equal(outcome.reason.code, 'VERSION_STALE')
    assert.equal((await current().store.catalogue.current())?.fetchedAt, '2026-10-15T04:00:00.000Z')
  })

  it('notes the persons whose facts name a product that changed, and no others', async () => {
    await facts(current(), {
      'p-warfarin': WARFARIN.id,
      'p-metoprolol': METOPROLOL.itemNumber ?? '',
      'p-other': 'ID_OTHER',
    })
    await load(current(), m30())
    await stale(current(), ['p-metoprolol', 'p-warfarin'])
    const changed = PRODUCTS.map((product) => (product === WARFARIN ? { ...product, mg: '5' } : product))
    await load(current(), m30({ products: changed, fetchedAt: '2026-10-15T04:00:00Z' }))
    await stale(current(), ['p-warfarin'])
    await load(current(), m30({ products: changed, interactions: '', fetchedAt: '2026-11-01T04:00:00Z' }))
    await stale(current(), ['p-warfarin'])
    await load(current(), m30({ products: changed, interactions: '', fetchedAt: '2026-11-15T04:00:00Z' }))
    await stale(current(), [])
    assert.equal((await current().store.catalogue.current())?.stale, 0)
  })

  it('counts a version that was never compared with the one that follows it', async () => {
    await facts(current(), { 'p-warfarin': WARFARIN.id })
    await load(current(), m30())
    await load(current(), m30({ products: [METOPROLOL, WARFARIN], fetchedAt: '2026-10-15T04:00:00Z' }))
    await stale(current(), ['p-warfarin'])
  })

  it('waits with all that until every process has met the version, and while messages wait', async () => {
    await facts(current(), { 'p-warfarin': WARFARIN.id })
    await load(current(), m30())
    const patient = await follow(current(), 60_000)
    await patient.look()
    assert.equal((await current().store.catalogue.current())?.compared, false)
    const pressed = await follow(current(), 0, () => true)
    await pressed.look()
    assert.equal((await current().store.catalogue.current())?.compared, false)
    const { look } = await follow(current())
    await look()
    assert.deepEqual(await due(current()), ['p-p-warfarin'])
  })

  it('holds one batch in memory, whatever the size of the file', async function () {
    this.timeout(300_000)
    const before = heapBytes()
    let peak = 0
    let sent = 0
    async function* watched(): AsyncIterable<Uint8Array> {
      for await (const piece of largeM30(BULK_BYTES)) {
        if (Math.floor(sent / LOOK_BYTES) < Math.floor((sent + piece.length) / LOOK_BYTES))
          peak = Math.max(peak, heapBytes() - before)
        sent += piece.length
        yield piece
      }
    }
    const { counts } = await load(current(), watched())
    assert.ok(sent >= BULK_BYTES)
    assert.ok((counts['package'] ?? 0) > 100)
    assert.ok(
      peak < BATCH_BYTES_MAX,
      `${(peak / MEGABYTE).toFixed(1)} MB held of a file of ${sent / MEGABYTE} MB`,
    )
  })
})

/** Persons with a lane, each with one fact that names this code. */
async function facts({ db }: OpenBackend, persons: Readonly<Record<string, string>>): Promise<void> {
  for (const [person, code] of Object.entries(persons)) {
    await db.query('insert into person (person_id) values ($1)', [person])
    await db.query('insert into lane (lane_key) values ($1)', [`p-${person}`])
    await db.query(
      `insert into resource (person_id, type, id, version, natural_key, sort_order, layer, body, source_key,
         last_updated, deleted, method, tokens, dates)
       values ($1, 'MedicationRequest', $1, 1, $1, '', 'fact', '{}', 's', now(), false, 'POST', $2, '{}')`,
      [person, [`MedicationRequest?code=*|${code}`]],
    )
  }
}

/** Compares, lets the lanes fall due, and puts them back. */
async function stale(backend: OpenBackend, expected: readonly string[]): Promise<void> {
  assert.equal(await backend.store.catalogue.compare(0), true)
  assert.equal(await backend.store.catalogue.compare(0), false)
  assert.equal(await backend.store.catalogue.ringStale(10), expected.length)
  assert.deepEqual(
    await due(backend),
    expected.map((person) => `p-${person}`),
  )
  await backend.db.query('update lane set due_at = null, next_change_at = null')
}

async function due({ store }: OpenBackend): Promise<string[]> {
  return [...(await store.dueLanes(10))].sort()
}
