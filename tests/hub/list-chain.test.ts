import assert from 'node:assert/strict'
import type { PersonId } from '../../src/core/ids.js'
import { describeStores, someBackends } from '../support/backends.js'
import { orderMessage, patientNumber } from '../support/hl7-orders.js'
import { testValidation } from '../support/validation.js'
import { openWorker } from '../support/worker.js'

const SYSTEM = 'http://stafett.internal/fhir/sid/sender/EPJ%7CLEGEKONTORET/LEGEKONTORET'

/** What somebody at the database might do to the past of version 2, and where it is seen. */
const EDITS: readonly (readonly [title: string, sql: string, seen: object])[] = [
  [
    'a text of its past',
    `update resource_history set body = replace(body, '"active"', '"stopped"')
     where person_id = $1 and type = 'MedicationStatement' and version = 1`,
    { version: 1, fault: 'content' },
  ],
  [
    'when a version was made',
    `update list_version set created_at = created_at - interval '1 day' where person_id = $1 and version = 2`,
    { version: 2, fault: 'chain' },
  ],
  [
    'since when a version holds',
    `update list_version set valid_from = valid_from - interval '1 hour' where person_id = $1 and version = 2`,
    { version: 2, fault: 'chain' },
  ],
  [
    'which lines a version showed',
    `update list_version set entries = entries[1:1] where person_id = $1 and version = 2`,
    { version: 2, fault: 'content' },
  ],
  [
    'that there was a version',
    `delete from list_version where person_id = $1 and version = 2`,
    { version: 2, fault: 'missing' },
  ],
  [
    'that there are newer versions',
    `delete from list_version where person_id = $1 and version > 2`,
    { version: 3, fault: 'missing' },
  ],
  [
    'the link itself',
    `update list_version set chain = null where person_id = $1 and version = 2`,
    { version: 2, fault: 'unchained' },
  ],
  [
    'a version together with its own link',
    `update list_version set entries = entries[1:1], content_hash = 'x',
       chain = next_chain_v1(person_id, version, created_at, valid_from, 'x') where person_id = $1 and version = 2`,
    { version: 2, fault: 'content' },
  ],
]

describeStores('the chain of list versions', await someBackends(), (current) => {
  before(async function () {
    this.timeout(60_000)
    await testValidation()
  })

  let patient = 0
  /** Four versions: two orders, a change of the first, its end. */
  const personWithPast = async (): Promise<PersonId> => {
    patient += 1
    const worker = await openWorker(current().store)
    const past = [
      { order: 1 },
      { order: 2 },
      { order: 1, control: 'XO', doseTablets: '2' },
      { order: 1, control: 'DC' },
    ]
    for (const [index, one] of past.entries()) {
      const messageId = `m-${patient}-${index}`
      const sentAt = `2026112${index}080000+0100`
      await worker.receive('hl7v2', orderMessage({ patient, messageId, sentAt, ...one }))
      await worker.work()
    }
    const [person] = await current().store.findPersons([{ system: SYSTEM, value: patientNumber(patient) }])
    assert.ok(person)
    return person
  }

  it('holds over versions that nobody touched, and names its newest link', async () => {
    const person = await personWithPast()
    const { store, db } = current()
    const { rows } = await db.query<{ chain: string; version: number }>(
      'select chain, version from list_version where person_id = $1 order by version desc limit 1',
      [person],
    )
    const newest = rows[0]
    assert.ok(newest !== undefined && newest.version >= 4)
    const expected = { versions: newest.version, unchained: 0, head: newest.chain, broken: undefined }
    assert.deepEqual(await store.listChain(person), expected)
    assert.match(newest.chain, /^[0-9a-f]{64}$/)
    assert.ok((await store.personsAfter('', 1_000)).includes(person))
    assert.equal(await store.listChain('nobody' as PersonId), undefined)
  })

  for (const [title, sql, seen] of EDITS)
    it(`shows that somebody changed ${title}`, async () => {
      const person = await personWithPast()
      const { store, db } = current()
      await db.query(sql, [person])
      assert.deepEqual((await store.listChain(person))?.broken, seen)
    })

  it('stands beside histories without gaps, of the list and of each line', async () => {
    const person = await personWithPast()
    const { store } = current()
    const { resources, listVersion } = await store.loadPerson(person, new Date().toISOString())
    const derived = [...resources.values()].filter(
      ({ layer, type }) => layer === 'line' && (type === 'List' || type === 'MedicationStatement'),
    )
    assert.equal(derived.length, 3)
    for (const { type, id, version } of derived) {
      const history = await store.history(type, id, 100, undefined)
      const numbers = Array.from({ length: version }, (_, index) => version - index)
      assert.deepEqual(
        history.map((entry) => entry.version),
        numbers,
      )
      assert.deepEqual(
        history.map(({ method }) => method),
        numbers.map((number) => (number === 1 ? 'POST' : 'PUT')),
      )
      const times = history.map(({ lastUpdated }) => lastUpdated)
      assert.deepEqual(times, times.toSorted().toReversed())
      if (type === 'List') assert.equal(version, listVersion)
    }
  })

  it('knows nothing of versions from before there were links, and chains what comes after', async () => {
    const person = await personWithPast()
    const { store, db } = current()
    await db.query(
      `update list_version set chain = null, content_hash = null where person_id = $1 and version <= 2`,
      [person],
    )
    // As the third would have been made then.
    await db.query(
      `update list_version set chain = next_chain_v1(person_id, version, created_at, valid_from, content_hash)
       where person_id = $1 and version = 3`,
      [person],
    )
    const chain = await store.listChain(person)
    assert.equal(chain?.unchained, 2)
    assert.deepEqual(chain?.broken, { version: 4, fault: 'chain' })
  })
})
