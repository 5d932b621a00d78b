import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { laneKey, type PersonId, personId, personLane } from '../../src/core/ids.js'
import { token } from '../../src/core/search-tokens.js'
import type { Store } from '../../src/store/contract.js'
import type { Effect } from '../../src/store/effect.js'
import { availableBackends, describeStores } from '../support/backends.js'
import { ANNA, aboutPerson, applied, BERIT, effect, LEASE, newMessage, write } from './fixtures.js'

const SYSTEM = 'http://stafett.internal/fhir/sid/test'
const WRITERS = 16

const fhirRow = (): Effect['message'] => ({
  kind: 'new',
  message: newMessage(randomUUID(), {
    subject: { by: 'none' },
    envelope: { channel: 'fhir', kind: 'create:Organization', sender: 'client' },
  }),
  unmapped: [],
})

/** Creates a resource of no person in a lane of its own, if nothing has the identifier. */
async function createUnlessThere(store: Store, value: string): Promise<void> {
  const claim = await store.claim(laneKey(`r-${randomUUID()}`), 'worker-1', { ...LEASE, evenIfIdle: true })
  assert.ok(claim)
  const identifier = token('identifier', SYSTEM, value)
  const created = write('', { type: 'Organization', index: { tokens: [identifier], dates: {} } })
  try {
    await store.commit(
      claim,
      effect(fhirRow(), undefined, {
        writes: [created],
        absent: { type: 'Organization', token: identifier },
      }),
    )
  } finally {
    await store.release(claim)
  }
}

async function createPatient(store: Store, person: PersonId): Promise<void> {
  const claim = await store.claim(personLane(person), 'worker-1', { ...LEASE, evenIfIdle: true })
  assert.ok(claim)
  await store.commit(
    claim,
    effect(fhirRow(), person, {
      writes: [write(person, { type: 'Patient', id: person })],
      identities: [{ ...ANNA, use: 'official' }],
      makesPerson: true,
    }),
  )
}

describeStores('writes of clients', await availableBackends(), (current) => {
  it('lets one of many writers have what all found absent', async () => {
    const { store } = current()
    const results = await Promise.allSettled(
      Array.from({ length: WRITERS }, () => createUnlessThere(store, 'one')),
    )
    assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1)
    for (const result of results)
      if (result.status === 'rejected') assert.equal(result.reason.code, 'CONCURRENT_CHANGE')
    await createUnlessThere(store, 'other')
  })

  it('stores nothing of an effect whose condition is met by now', async () => {
    const { store } = current()
    await createUnlessThere(store, 'one')
    const before = (await store.messages({ limit: 10 })).length
    await assert.rejects(createUnlessThere(store, 'one'), { code: 'CONCURRENT_CHANGE' })
    assert.equal((await store.messages({ limit: 10 })).length, before)
  })

  it('refuses an id that another person’s resource has', async () => {
    const { store } = current()
    const id = randomUUID()
    await applied(store, newMessage('m1'), (person) => ({ writes: [write(person, { id })] }))
    await assert.rejects(
      applied(store, newMessage('m2', { subject: aboutPerson(BERIT) }), (person) => ({
        writes: [write(person, { id })],
      })),
      { code: 'CONCURRENT_CHANGE' },
    )
    await applied(store, newMessage('m3', { subject: aboutPerson(ANNA) }), (person) => ({
      writes: [write(person, { id, type: 'MedicationStatement' })],
    }))
  })

  it('makes a person with the effect, and none when the number is another’s', async () => {
    const { store } = current()
    const [first, second] = [personId(randomUUID()), personId(randomUUID())]
    await createPatient(store, first)
    assert.deepEqual(await store.findPersons([ANNA]), [first])
    await assert.rejects(createPatient(store, second), { code: 'IDENTITY_CONFLICT' })
    assert.equal(await store.read('Patient', second), undefined)
    const { rows } = await current().db.query('select person_id from person')
    assert.deepEqual(rows, [{ person_id: first }])
  })

  it('finds a resource of no person by its id, whatever its key', async () => {
    const { store } = current()
    await createUnlessThere(store, 'one')
    const [row] = (await current().db.query<{ id: string }>('select id from resource')).rows
    assert.ok(row)
    assert.equal((await store.loadSharedById('Organization', row.id))?.key, `id|${row.id}`)
    assert.equal(await store.loadSharedById('Organization', randomUUID()), undefined)
    assert.equal(await store.loadSharedById('Device', row.id), undefined)
  })
})
