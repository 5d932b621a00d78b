import assert from 'node:assert/strict'
import type { Bundle, List, MedicationStatement } from 'fhir/r4.js'
import { extensionUrl } from '../../src/core/canonical.js'
import { HubError } from '../../src/core/errors.js'
import { type PersonId, personId } from '../../src/core/ids.js'
import { asOf } from '../../src/hub/read-as-of.js'
import { writeResource } from '../../src/hub/write-resource.js'
import { mark, openReader } from '../support/as-of.js'
import { availableBackends, describeStores } from '../support/backends.js'
import { orderMessage, patientNumber } from '../support/hl7-orders.js'
import { testValidation } from '../support/validation.js'
import { openWorker, type Worker } from '../support/worker.js'

const NOW = Date.parse('2026-11-20T10:00:00.000Z')
const SYSTEM = 'http://stafett.internal/fhir/sid/sender/EPJ%7CLEGEKONTORET/LEGEKONTORET'

const refusedAt = (place: string) => (error: unknown) =>
  error instanceof HubError && error.code === 'QUERY_INVALID' && error.at === place

describe('instants of the list as of', () => {
  it('asks for what was known then where nothing else is said, and for now by default', () => {
    const at = '2026-11-01T08:00:00+01:00'
    const then = { at: '2026-11-01T07:00:00.000Z', known: '2026-11-01T07:00:00.000Z' }
    assert.deepEqual(asOf({ at }, NOW), then)
    const now = new Date(NOW).toISOString()
    assert.deepEqual(asOf({}, NOW), { at: now, known: now })
    assert.deepEqual(asOf({ at, knownAt: now }, NOW), { ...then, known: now })
  })

  it('refuses by name what is no instant, lies ahead, or is known before it was true', () => {
    for (const text of ['2026-11-01', '2026-11-01T08:00:00', '2026-02-31T08:00:00Z x', 'now', ''])
      assert.throws(() => asOf({ at: text }, NOW), refusedAt('at'), text)
    for (const text of ['2026-02-31T08:00:00Z', '0000-01-01T00:00:00Z', '0001-01-01T00:00:00+14:00'])
      assert.throws(() => asOf({ at: text }, NOW), refusedAt('at'), text)
    assert.throws(() => asOf({ at: '2026-11-20T10:00:00.001Z' }, NOW), refusedAt('at'))
    assert.throws(() => asOf({ knownAt: '2026-11-20T10:00:00.001Z' }, NOW), refusedAt('knownAt'))
    assert.throws(() => asOf({ knownAt: '2026-11-20T09:00:00Z' }, NOW), refusedAt('knownAt'))
    const swapped = { at: '2026-11-02T08:00:00Z', knownAt: '2026-11-01T08:00:00Z' }
    assert.throws(() => asOf(swapped, NOW), refusedAt('knownAt'))
  })
})

describeStores('the list as of an instant', await availableBackends(), (current) => {
  before(async function () {
    this.timeout(60_000)
    await testValidation()
  })

  const receive = async (worker: Worker, options: Parameters<typeof orderMessage>[0]) => {
    const accepted = await worker.receive('hl7v2', orderMessage(options))
    await worker.work()
    return accepted
  }
  const personOf = async (patient: number): Promise<PersonId> => {
    const [person] = await current().store.findPersons([{ system: SYSTEM, value: patientNumber(patient) }])
    assert.ok(person)
    return person
  }
  const row = (person: PersonId, more: Partial<MedicationStatement>): MedicationStatement => ({
    resourceType: 'MedicationStatement',
    identifier: [{ system: 'urn:example:row', value: 'r-1' }],
    status: 'active',
    medicationCodeableConcept: { text: 'Metformin tablett 500 mg' },
    subject: { reference: `Patient/${person}` },
    dosage: [{ text: '1 tablett morgen' }],
    ...more,
  })
  const bundleOf = ({ body }: { readonly body: string }) => JSON.parse(body) as Bundle
  const listOf = (answer: { readonly body: string }) => bundleOf(answer).entry?.[0]?.resource as List
  const linesOf = (answer: { readonly body: string }): MedicationStatement[] =>
    (bundleOf(answer).entry ?? [])
      .map(({ resource }) => resource)
      .filter((one): one is MedicationStatement => one?.resourceType === 'MedicationStatement')
  const completeness = (answer: { readonly body: string }) =>
    listOf(answer).extension?.find(({ url }) => url === extensionUrl('completeness'))?.valueCode

  it('is byte for byte what a reader got then', async () => {
    const worker = await openWorker(current().store)
    const reader = openReader(worker)
    await receive(worker, { patient: 1, order: 1 })
    const person = await personOf(1)
    const first = { read: await reader.now(person), at: await mark() }
    await receive(worker, { patient: 1, order: 2, messageId: 'm-2' })
    const second = { read: await reader.now(person), at: await mark() }
    await receive(worker, { patient: 1, order: 1, control: 'DC', messageId: 'm-3' })
    for (const { read, at } of [first, second]) {
      const then = await reader.asOf(person, { at })
      assert.equal(then.body, read.body)
      assert.equal(then.etag, read.etag)
      assert.equal((await reader.asOf(person, { at }, [read.etag])).notModified, true)
    }
    assert.notEqual(first.read.body, second.read.body)
    assert.equal(linesOf(await reader.asOf(person, { at: first.at })).length, 1)
  })

  it('says how complete the list was then, not how complete it is', async () => {
    const worker = await openWorker(current().store)
    const reader = openReader(worker)
    await receive(worker, { patient: 2, order: 1 })
    const person = await personOf(2)
    const whole = await mark()
    worker.fault = () => new HubError('MESSAGE_INVALID', 'x')
    const dead = await receive(worker, { patient: 2, order: 2 })
    worker.fault = undefined
    const { db, store } = current()
    // As if it had come a minute ago: what waits for a moment only is not told.
    const minute = `received_at - interval '1 minute'`
    await db.query(`update message set received_at = ${minute} where id = $1`, [dead.id])
    const partial = await mark()
    assert.equal(completeness(await reader.asOf(person, { at: partial })), 'partial')
    await store.replay(dead.id, 'kari')
    await worker.work()
    assert.equal((await store.message(dead.id))?.state, 'done')
    const mended = await mark()
    assert.equal(completeness(await reader.asOf(person, { at: partial })), 'partial')
    assert.equal(completeness(await reader.asOf(person, { at: mended })), 'complete')
    assert.equal(linesOf(await reader.asOf(person, { at: whole })).length, 1)
  })

  it('15. late-decision: the present is unchanged, history at the stop’s own time shows it, and the past is told as it was known', async () => {
    const worker = await openWorker(current().store)
    const reader = openReader(worker)
    await receive(worker, { patient: 3, order: 1, sentAt: '20261101080000+0100' })
    const person = await personOf(3)
    const write = (body: MedicationStatement) =>
      writeResource(worker.deps, { method: 'create', type: body.resourceType, body, clientId: 'gp' })
    const [known] = linesOf(await reader.now(person))
    const { id: lineId } = known ?? {}
    const link = [{ reference: known?.basedOn?.[0]?.reference ?? '' }]
    const before = await mark()
    await new Promise((resolve) => setTimeout(resolve, 20))
    await write(row(person, { basedOn: link, dateAsserted: await mark() }))
    const raised = await mark()
    const stop = row(person, {
      identifier: [{ system: 'urn:example:row', value: 'hospital' }],
      basedOn: link,
      status: 'stopped',
      statusReason: [{ text: 'Bivirkning' }],
      dateAsserted: before,
      effectivePeriod: { end: before },
    })
    await write(stop)
    const now = await mark()
    assert.equal(linesOf(await reader.now(person))[0]?.status, 'active')
    const asKnownThen = await reader.asOf(person, { at: before })
    assert.equal(linesOf(asKnownThen)[0]?.status, 'active')
    const between = new Date(Date.parse(before) + 10).toISOString()
    const asKnownNow = await reader.asOf(person, { at: between, knownAt: now })
    assert.deepEqual(
      linesOf(asKnownNow).map(({ id, status }) => [id, status]),
      [[lineId, 'stopped']],
    )
    const marked = listOf(asKnownNow).extension?.find(({ url }) => url === extensionUrl('reconstructed'))
    assert.deepEqual(
      marked?.extension?.map(({ valueInstant }) => valueInstant),
      [between, now],
    )
    const { validate } = await testValidation()
    for (const { resource } of bundleOf(asKnownNow).entry ?? []) assert.deepEqual(validate(resource), [])
    // Known before the stop came, the same instant is told without it.
    const earlier = await reader.asOf(person, { at: between, knownAt: raised })
    assert.equal(linesOf(earlier)[0]?.status, 'active')
  })

  it('is what was told then, made anew, where nothing came late', async () => {
    const worker = await openWorker(current().store)
    const reader = openReader(worker)
    const marks: string[] = []
    await receive(worker, { patient: 7, order: 1 })
    marks.push(await mark())
    const person = await personOf(7)
    const [line] = linesOf(await reader.now(person))
    const body = row(person, { basedOn: line?.basedOn ?? [], dateAsserted: await mark() })
    await writeResource(worker.deps, { method: 'create', type: 'MedicationStatement', body, clientId: 'gp' })
    marks.push(await mark())
    const knownAt = await mark()
    for (const at of marks) {
      const told = await reader.asOf(person, { at })
      const made = await reader.asOf(person, { at, knownAt })
      assert.deepEqual(linesOf(made).map(plain), linesOf(told).map(plain))
      const flags = (list: List) =>
        list.entry?.map(({ flag, date, item }) => [flag, date, item.reference?.split('/')[1]])
      assert.deepEqual(flags(listOf(made)), flags(listOf(told)))
    }
  })

  it('tells the dose that a row stated then, though the row has said another since', async () => {
    const worker = await openWorker(current().store)
    const reader = openReader(worker)
    await receive(worker, { patient: 4, order: 2 })
    const person = await personOf(4)
    const written = await writeResource(worker.deps, {
      method: 'create',
      type: 'MedicationStatement',
      body: row(person, { dateAsserted: '2026-01-01T08:00:00Z' }),
      clientId: 'gp',
    })
    const then = await mark()
    const changed = row(person, { dateAsserted: await mark(), dosage: [{ text: '2 tabletter kveld' }] })
    await writeResource(worker.deps, {
      method: 'update',
      type: 'MedicationStatement',
      id: written.id,
      body: { ...changed, id: written.id },
      clientId: 'gp',
    })
    const now = await mark()
    const texts = (answer: { readonly body: string }) =>
      linesOf(answer).flatMap(({ dosage }) => dosage?.map(({ text }) => text))
    assert.ok(texts(await reader.now(person)).includes('2 tabletter kveld'))
    const reconstructed = await reader.asOf(person, { at: then, knownAt: now })
    assert.ok(texts(reconstructed).includes('1 tablett morgen'), JSON.stringify(texts(reconstructed)))
    assert.ok(!texts(reconstructed).includes('2 tabletter kveld'))
  })

  it('has an empty list before anything was known of a person, and knows nobody else', async () => {
    const worker = await openWorker(current().store)
    const reader = openReader(worker)
    const before = await mark()
    await receive(worker, { patient: 5, order: 1 })
    const person = await personOf(5)
    const answer = await reader.asOf(person, { at: before })
    assert.equal(listOf(answer).emptyReason?.coding?.[0]?.code, 'notstarted')
    assert.deepEqual(linesOf(answer), [])
    await assert.rejects(reader.asOf(personId('nobody'), { at: before }), /nobody knows/)
  })

  it('tells what became of the lines between two instants, also of one that is no longer on the list', async () => {
    const worker = await openWorker(current().store)
    const reader = openReader(worker)
    await receive(worker, { patient: 8, order: 1 })
    const person = await personOf(8)
    const from = await mark()
    const [line] = linesOf(await reader.now(person))
    await receive(worker, { patient: 8, order: 2, messageId: 'm-2' })
    await receive(worker, { patient: 8, order: 1, control: 'DC', messageId: 'm-3' })
    await receive(worker, { patient: 8, order: 3, messageId: 'm-4' })
    const to = await mark()
    assert.equal(linesOf(await reader.now(person)).length, 2)
    const found = (await reader.diff(person, from, to))?.parameter ?? []
    assert.deepEqual(
      found.map(({ name }) => name),
      ['from', 'to', 'started', 'started', 'stopped'],
    )
    const stopped = found.at(-1)?.part
    assert.match(
      stopped?.[0]?.valueReference?.reference ?? '',
      new RegExp(`^MedicationStatement/${line?.id}/_history/2$`),
    )
    assert.equal(stopped?.[0]?.valueReference?.display, 'Atorvastatin tablett 20 mg')
    assert.deepEqual(
      stopped?.[1]?.part?.map(({ valueString }) => valueString),
      ['status', 'active', 'stopped'],
    )
    assert.deepEqual((await reader.diff(person, to, to))?.parameter?.length, 2)
    await assert.rejects(reader.diff(person, to, from), refusedAt('to'))
    await assert.rejects(reader.diff(person, from, '2999-01-01T00:00:00Z'), refusedAt('to'))
    await assert.rejects(reader.diff(person, 'x', to), refusedAt('from'))
    assert.equal(await reader.diff(personId('nobody'), from, to), undefined)
  })

  it('dates nothing any more where an answer was given', async () => {
    const worker = await openWorker(current().store)
    const reader = openReader(worker)
    await receive(worker, { patient: 6, order: 1 })
    const person = await personOf(6)
    const at = await mark()
    const told = await reader.asOf(person, { at })
    // A process whose clock is behind: what it would date before the answer comes after it.
    const behind = { ...worker.deps, clock: () => Date.parse(at) - 1 }
    await assert.rejects(
      writeResource(
        { ...behind, wait: async () => undefined },
        {
          method: 'create',
          type: 'MedicationStatement',
          body: row(person, {}),
          clientId: 'gp',
        },
      ),
      (error: unknown) => error instanceof HubError && error.code === 'CONCURRENT_CHANGE',
    )
    assert.equal((await reader.asOf(person, { at })).body, told.body)
  })
})

const plain = ({ meta: _meta, ...line }: MedicationStatement) => line
