import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { personId, personLane } from '../../src/core/ids.js'
import { availableBackends, describeStores } from '../support/backends.js'
import {
  ANNA,
  ANNA_LOCAL,
  aboutPerson,
  accepted,
  applied,
  BERIT,
  done,
  effect,
  LEASE,
  mustClaim,
  newMessage,
  T0,
  write,
} from './fixtures.js'

const SOURCE = { key: 'hl7v2|LAB', role: 'hospital', name: 'Lab North', lastHeard: T0 } as const

describeStores('commit', await availableBackends(), (current) => {
  it('stores resources, sources, amendments, identities and the list, and gives them all back', async () => {
    const { store } = current()
    const resource = randomUUID()
    const { person, id } = await applied(store, newMessage('m1'), (owner) => ({
      writes: [write(owner, { id: resource, key: 'sys|1' })],
      sources: [SOURCE],
      identities: [{ ...ANNA_LOCAL, use: 'old' }],
      list: { version: 1, entries: [], createdAt: T0, contentHash: '0', validFrom: T0 },
      nextChangeAt: '2036-01-01T00:00:00.000Z',
      amendments: [
        {
          type: 'MedicationRequest',
          key: 'sys|2',
          name: 'recall',
          at: T0,
          set: { status: 'cancelled' },
          messageId: randomUUID() as never,
          sourceKey: 'x',
        },
      ],
    }))
    const state = await store.loadPerson(person)
    assert.equal(state.effectSeq, 1)
    assert.equal(state.listVersion, 1)
    assert.equal(state.nextChangeAt, '2036-01-01T00:00:00.000Z')
    assert.deepEqual(state.sources, [SOURCE])
    assert.deepEqual(state.identities.find(({ value }) => value === 'A-77')?.use, 'old')
    assert.equal(state.amendments[0]?.name, 'recall')
    assert.deepEqual(state.amendments[0]?.set, { status: 'cancelled' })
    const stored = state.resources.get(`MedicationRequest/${resource}`)
    assert.equal(stored?.key, 'sys|1')
    assert.equal(stored?.sourceKey, 'hl7v2|LAB|NORTH')
    assert.equal(stored?.lastUpdated, T0)
    assert.equal(stored?.messageId, undefined)
    assert.equal(stored?.resource.resourceType, 'MedicationRequest')
    const view = await store.message(id)
    assert.deepEqual(view?.resources, [`MedicationRequest/${resource}/_history/1`])
    assert.equal(view?.state, 'done')
  })

  it('keeps every version, newest first, with the text byte for byte', async () => {
    const { store } = current()
    const id = randomUUID()
    const text = (version: number) =>
      `{"resourceType":"Patient","id":"${id}","note":"æ\\u0000\\ud83d ${version}"}`
    for (const version of [1, 2, 3])
      await applied(store, newMessage(`m${version}`), (owner) => ({
        writes: [write(owner, { type: 'Patient', id, version, text: text(version) })],
      }))
    assert.equal((await store.read('Patient', id))?.text, text(3))
    assert.equal((await store.vread('Patient', id, 1))?.text, text(1))
    assert.equal((await store.vread('Patient', id, 1))?.method, 'POST')
    assert.equal(await store.vread('Patient', id, 4), undefined)
    const history = await store.history('Patient', id, 10, undefined)
    assert.deepEqual(
      history.map(({ version }) => version),
      [3, 2, 1],
    )
    assert.deepEqual(
      (await store.history('Patient', id, 1, 3)).map(({ version }) => version),
      [2],
    )
  })

  it('stores several versions of one resource in one effect', async () => {
    const { store } = current()
    const id = randomUUID()
    await applied(store, newMessage('m1'), (owner) => ({
      writes: [write(owner, { id, version: 2 }), write(owner, { id, version: 1 })],
    }))
    assert.equal((await store.read('MedicationRequest', id))?.version, 2)
    assert.equal((await store.history('MedicationRequest', id, 9, undefined)).length, 2)
  })

  it('shows a deleted resource as deleted and lets its natural key be used again', async () => {
    const { store } = current()
    const id = randomUUID()
    const { person } = await applied(store, newMessage('m1'), (owner) => ({
      writes: [write(owner, { id, key: 'sys|1' })],
    }))
    await applied(store, newMessage('m2'), (owner) => ({
      writes: [write(owner, { id, version: 2, key: 'sys|1', method: 'DELETE' })],
    }))
    await applied(store, newMessage('m3'), (owner) => ({ writes: [write(owner, { key: 'sys|1' })] }))
    assert.equal((await store.read('MedicationRequest', id))?.deleted, true)
    assert.equal((await store.loadPerson(person)).resources.size, 1)
  })

  it('writes nothing at all when one resource has moved', async () => {
    const { store, db } = current()
    const { person, lane } = await applied(store, newMessage('m1'), () => ({}))
    const next = await accepted(store, newMessage('m2'))
    const claim = await mustClaim(store, lane)
    await assert.rejects(
      store.commit(
        claim,
        effect(done(next.id), person, { writes: [write(person), write('', { type: 'Device', version: 2 })] }),
      ),
      { code: 'CONCURRENT_CHANGE' },
    )
    assert.equal((await db.query<{ n: number }>('select count(*) as n from resource')).rows[0]?.n, 0)
    assert.equal((await store.message(next.id))?.state, 'claimed')
    assert.equal((await store.loadPerson(person)).effectSeq, 1)
  })

  it('reports a shared resource made at the same time under the same key', async () => {
    const { store } = current()
    const shared = () => write('', { type: 'Practitioner', key: 'hpr|1' })
    await applied(store, newMessage('m1'), () => ({ writes: [shared()] }))
    const { lane, person, id } = await accepted(store, newMessage('m2'))
    const claim = await mustClaim(store, lane)
    await assert.rejects(store.commit(claim, effect(done(id), person, { writes: [shared()] })), {
      code: 'CONCURRENT_CHANGE',
    })
    assert.deepEqual(
      (
        await store.loadShared([
          { type: 'Practitioner', key: 'hpr|1' },
          { type: 'Practitioner', key: 'hpr|2' },
        ])
      ).map(({ key }) => key),
      ['hpr|1'],
    )
  })

  it('refuses a list version that exists', async () => {
    const { store } = current()
    const list = { version: 1, entries: [], createdAt: T0, contentHash: '0', validFrom: T0 }
    await applied(store, newMessage('m1'), () => ({ list }))
    await assert.rejects(
      applied(store, newMessage('m2'), () => ({ list })),
      { code: 'CONCURRENT_CHANGE' },
    )
  })

  it('refuses an identifier that belongs to another person', async () => {
    const { store } = current()
    await accepted(store, newMessage('m1', { subject: aboutPerson(BERIT) }))
    await assert.rejects(
      applied(store, newMessage('m2'), () => ({ identities: [{ ...BERIT, use: 'official' }] })),
      { code: 'IDENTITY_CONFLICT' },
    )
  })

  it('refuses to commit a message twice', async () => {
    const { store } = current()
    const { lane, person, id } = await accepted(store, newMessage('m1'))
    await accepted(store, newMessage('m2'))
    const claim = await mustClaim(store, lane)
    await store.commit(claim, effect(done(id), person))
    await assert.rejects(store.commit(claim, effect(done(id), person)), { code: 'LEASE_LOST' })
    assert.equal((await store.loadPerson(person)).effectSeq, 1)
  })

  it('refuses an effect on a person from another lane', async () => {
    const { store } = current()
    const { lane, id } = await accepted(store, newMessage('m1'))
    const claim = await mustClaim(store, lane)
    await assert.rejects(store.commit(claim, effect(done(id), personId('someone'))), { code: 'UNEXPECTED' })
    await assert.rejects(
      store.commit(
        claim,
        effect(done(id), personId(lane.slice(2)), { writes: [write(personId('someone'))] }),
      ),
      { code: 'UNEXPECTED' },
    )
  })

  it('keeps what a message did not map', async () => {
    const { store } = current()
    const { lane, person, id } = await accepted(store, newMessage('m1'))
    const unmapped = [{ at: 'ZXX-1', reason: 'unknown-segment' }] as const
    await store.commit(
      await mustClaim(store, lane),
      effect({ kind: 'claimed', rows: [{ id, state: 'superseded', unmapped }] }, person),
    )
    const view = await store.message(id)
    assert.deepEqual(view?.unmapped, unmapped)
    assert.equal(view?.state, 'superseded')
  })

  it('commits a FHIR write together with its row, numbered in the lane', async () => {
    const { store, db } = current()
    const person = await store.ensurePerson([ANNA], personId(randomUUID()))
    const claim = await store.claim(personLane(person), 'api', { ...LEASE, evenIfIdle: true })
    const message = newMessage('w1', { envelope: { channel: 'fhir' } })
    await store.commit(
      claim,
      effect({ kind: 'new', message, unmapped: [] }, person, { writes: [write(person)] }),
    )
    assert.equal((await store.message(message.id))?.state, 'done')
    assert.equal((await store.message(message.id))?.resources.length, 1)
    const { rows } = await db.query<{ seq: number }>('select seq from message')
    assert.deepEqual(rows, [{ seq: 1 }])
    const again = await store.claim(personLane(person), 'api', { ...LEASE, evenIfIdle: true })
    await assert.rejects(
      store.commit(
        again,
        effect(
          { kind: 'new', message: newMessage('w1', { envelope: { channel: 'fhir' } }), unmapped: [] },
          person,
        ),
      ),
      { code: 'MESSAGE_CONFLICT' },
    )
  })

  it('commits a FHIR write without a claim when the lane is at rest, and fences older claims off', async () => {
    const { store } = current()
    const { lane, person } = await applied(store, newMessage('m1'), () => ({}))
    const late = await store.claim(lane, 'slow', { leaseMs: 1, rowsMax: 1, evenIfIdle: true })
    await new Promise((resolve) => setTimeout(resolve, 20))
    const message = newMessage('w1', { envelope: { channel: 'fhir' } })
    await store.commit(undefined, effect({ kind: 'new', message, unmapped: [] }, person))
    await assert.rejects(store.commit(late, effect({ kind: 'none' }, person)), { code: 'LEASE_LOST' })
  })

  it('refuses a FHIR write while earlier rows wait or another worker holds the lane', async () => {
    const { store } = current()
    const { lane, person } = await accepted(store, newMessage('m1'))
    const fhir = () =>
      effect(
        { kind: 'new', message: newMessage('w1', { envelope: { channel: 'fhir' } }), unmapped: [] },
        person,
      )
    await assert.rejects(store.commit(undefined, fhir()), { code: 'LANE_BUSY' })
    const claim = await mustClaim(store, lane)
    await assert.rejects(store.commit(undefined, fhir()), { code: 'LANE_BUSY' })
    await assert.rejects(store.commit(claim, fhir()), { code: 'LANE_BUSY' })
  })

  it('commits a write of a shared resource without a person', async () => {
    const { store } = current()
    const message = newMessage('w1', { envelope: { channel: 'fhir' }, subject: { by: 'none' } })
    const id = randomUUID()
    await store.commit(
      undefined,
      effect({ kind: 'new', message, unmapped: [] }, undefined, {
        writes: [write('', { id, type: 'Practitioner' })],
      }),
    )
    assert.equal((await store.read('Practitioner', id))?.personId, '')
    assert.match((await store.message(message.id))!.lane, /^s-/)
  })
})
