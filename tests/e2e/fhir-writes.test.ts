import assert from 'node:assert/strict'
import type {
  FhirResource,
  MedicationStatement,
  OperationOutcome,
  Organization,
  Patient,
  Resource,
} from 'fhir/r4.js'
import { patientNumber } from '../support/hl7-orders.js'
import { createOwnDatabase, type OwnDatabase, postgresAnswers } from '../support/reachable.js'
import { type RunningHub, runHub } from '../support/running-hub.js'

const SYSTEM = 'http://stafett.internal/fhir/sid/test'
/** Where the hub keeps the local numbers of the sender of `merge`. */
const LOCAL = 'http://stafett.internal/fhir/sid/sender/EPJ%7CLEGEKONTORET/LEGEKONTORET'
const PARALLEL = 64

interface Answer {
  readonly status: number
  readonly resource: Resource
}

const patient = (value: string, more: Partial<Patient> = {}): Patient => ({
  resourceType: 'Patient',
  identifier: [{ system: SYSTEM, value }],
  ...more,
})
const statement = (subject: string, more: Partial<MedicationStatement> = {}): MedicationStatement => ({
  resourceType: 'MedicationStatement',
  status: 'active',
  medicationCodeableConcept: { text: 'Ibux' },
  subject: { reference: `Patient/${subject}` },
  dateAsserted: '2026-11-20',
  ...more,
})
const merge = (survivor: number, prior: number): string =>
  [
    `MSH|^~\\&|EPJ|LEGEKONTORET|STAFETT|HUB|20261121080000+0100||ADT^A40^ADT_A39|A${survivor}-${prior}|P|2.5.1|||AL|NE||UNICODE UTF-8`,
    'EVN||20261121080000+0100',
    `PID|1||${patientNumber(survivor)}^^^LEGEKONTORET^MR||Prøve^Person`,
    `MRG|${patientNumber(prior)}^^^LEGEKONTORET^MR`,
    '',
  ].join('\r')

for (const backend of ['embedded', 'postgresql'])
  describe(`writes over the FHIR API, ${backend}`, function () {
    this.timeout(60_000)
    const database: OwnDatabase[] = []
    let hub: RunningHub
    /** Hubs on one database: writes go to them in turn. */
    const hubs: RunningHub[] = []
    const sent = { writes: 0 }

    before(async function () {
      if (backend === 'postgresql') {
        if (!(await postgresAnswers())) this.skip()
        database.push(await createOwnDatabase('stafett_writes'))
      }
      const own = database[0]
      hub = await runHub(own === undefined ? {} : { DATABASE_URL: own.url })
      hubs.push(hub)
      if (own !== undefined) hubs.push(await runHub({ DATABASE_URL: own.url }))
    })
    after(async () => {
      for (const one of hubs) await one.hub.stop()
      await database.pop()?.drop()
    })

    const write = async (
      method: 'POST' | 'PUT',
      path: string,
      body: FhirResource,
      headers: Readonly<Record<string, string>> = {},
    ): Promise<Answer> => {
      const { url } = hubs[sent.writes++ % hubs.length] ?? hub
      const response = await fetch(`${url}/fhir/${path}`, {
        method,
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/fhir+json', ...headers },
      })
      return { status: response.status, resource: (await response.json()) as Resource }
    }
    const create = (body: FhirResource, condition?: string): Promise<Answer> =>
      write(
        'POST',
        body.resourceType,
        body,
        condition === undefined ? {} : { 'if-none-exist': `identifier=${SYSTEM}|${condition}` },
      )
    const read = async <T extends FhirResource>(path: string): Promise<T> =>
      (await (await fetch(`${hub.url}/fhir/${path}`)).json()) as T
    const idsOf = async (search: string): Promise<readonly (string | undefined)[]> => {
      const bundle = await read<FhirResource & { resourceType: 'Bundle' }>(search)
      return (bundle.entry ?? []).map(({ resource }) => resource?.id)
    }
    const newId = async (body: FhirResource): Promise<string> => {
      const { resource, status } = await create(body)
      assert.equal(status, 201)
      assert.ok(resource.id)
      return resource.id
    }
    const problem = (answer: Answer): string =>
      (answer.resource as OperationOutcome).issue.map(({ diagnostics }) => diagnostics).join(' ')
    /** Every answer is 201 or 200, one is 201, and all tell of one resource. */
    const oneMade = (answers: readonly Answer[]): void => {
      assert.deepEqual(answers.map(({ status }) => status).sort(), [...answers.slice(1).map(() => 200), 201])
      assert.equal(new Set(answers.map(({ resource }) => resource.id)).size, 1)
    }

    describe('whose a resource is', () => {
      it('cannot be changed by an update: neither by id nor by condition', async () => {
        const [one, two] = [await newId(patient('own-1')), await newId(patient('own-2'))]
        const identifier = [{ system: SYSTEM, value: 'own-ms' }]
        const id = await newId(statement(one, { identifier }))
        const moved = await write('PUT', `MedicationStatement/${id}`, statement(two, { id, identifier }), {
          'if-match': 'W/"1"',
        })
        assert.equal(moved.status, 422)
        assert.match(problem(moved), /patient of a stored resource/)
        const byCondition = await write(
          'PUT',
          `MedicationStatement?identifier=${SYSTEM}|own-ms`,
          statement(two, { identifier }),
        )
        assert.equal(byCondition.status, 422)
        assert.match(problem(byCondition), /patient of a stored resource/)
        assert.deepEqual(await idsOf(`MedicationStatement?_id=${id}`), [id])
        assert.deepEqual(await idsOf(`MedicationStatement?patient=${two}`), [])
        const corrected = statement(one, { id, identifier, status: 'entered-in-error' })
        assert.equal((await write('PUT', `MedicationStatement/${id}`, corrected)).status, 200)
        const stored = await read<MedicationStatement>(`MedicationStatement/${id}`)
        assert.equal(stored.status, 'entered-in-error')
      })
    })

    describe('conditional writes', () => {
      const parallel = (one: (nth: number) => Promise<Answer>, times = PARALLEL): Promise<Answer[]> =>
        Promise.all(Array.from({ length: times }, (_, nth) => one(nth)))

      it('make one Patient of many creates at once', async () => {
        oneMade(await parallel(() => create(patient('cond-pat'), 'cond-pat')))
      })

      it('make one Patient of bodies that share only the number of the condition', async () => {
        const answers = await parallel((nth) => {
          const identifier = [`cond-own-${nth}`, 'cond-shared'].map((value) => ({ system: SYSTEM, value }))
          return create(patient('', { identifier }), 'cond-shared')
        }, 16)
        oneMade(answers)
        const made = await read<Patient>(`Patient/${answers[0]?.resource.id}`)
        assert.equal(made.identifier?.length, 2, 'numbers of refused bodies are nobody’s')
      })

      it('make one resource of no person, whatever its first identifier', async () => {
        const answers = await parallel((nth) => {
          const identifier = [`org-own-${nth}`, 'org'].map((value) => ({ system: SYSTEM, value }))
          return create({ resourceType: 'Organization', name: 'Prøve', identifier }, 'org')
        })
        oneMade(answers)
      })

      it('make one resource though the bodies name two patients', async () => {
        const patients = [await newId(patient('two-1')), await newId(patient('two-2'))]
        const identifier = [{ system: SYSTEM, value: 'two-ms' }]
        const answers = await parallel(
          (nth) => create(statement(patients[nth % 2] ?? '', { identifier }), 'two-ms'),
          32,
        )
        oneMade(answers)
      })

      it('make one resource with a version for each of many updates at once', async () => {
        const identifier = [{ system: SYSTEM, value: 'cond-up' }]
        const answers = await parallel(
          (nth) =>
            write('PUT', `Organization?identifier=${SYSTEM}|cond-up`, {
              resourceType: 'Organization',
              name: `Prøve ${nth}`,
              identifier,
            }),
          24,
        )
        oneMade(answers)
        const versions = answers.map(({ resource }) => Number(resource.meta?.versionId))
        assert.deepEqual(
          versions.sort((a, b) => a - b),
          answers.map((_, index) => index + 1),
        )
      })

      it('leave one of many unconditional creates of a Patient, and refuse the rest', async () => {
        const answers = await parallel(() => create(patient('plain')))
        assert.deepEqual(answers.map(({ status }) => status).sort(), [
          201,
          ...answers.slice(1).map(() => 409),
        ])
        assert.equal((await idsOf(`Patient?identifier=${SYSTEM}|plain`)).length, 1)
      })
    })

    it('goes on updating a resource of no person whose identifiers were changed', async () => {
      const identified = (value: string, id?: string): Organization => ({
        resourceType: 'Organization',
        ...(id === undefined ? {} : { id }),
        name: value,
        identifier: [{ system: SYSTEM, value }],
      })
      const id = await newId(identified('renamed-1'))
      for (const value of ['renamed-2', 'renamed-3', 'renamed-4'])
        assert.equal((await write('PUT', `Organization/${id}`, identified(value, id))).status, 200)
      assert.equal((await read<Organization>(`Organization/${id}`)).meta?.versionId, '4')
    })

    describe('a person who was merged into another', () => {
      const local = (number: number): Patient => ({
        resourceType: 'Patient',
        identifier: [{ system: LOCAL, value: patientNumber(number) }],
      })
      const merged = async (survivor: number, prior: number) => {
        const ids = { survivor: await newId(local(survivor)), prior: await newId(local(prior)) }
        const told = await newId(statement(ids.prior))
        const { messageId } = await hub.send('hl7v2', merge(survivor, prior), 'application/hl7-v2')
        assert.equal((await hub.settled(messageId)).state, 'done')
        return { ...ids, told }
      }

      it('is written to as the survivor', async () => {
        const { prior, survivor, told } = await merged(1, 2)
        const made = await create(
          statement(prior, { informationSource: { reference: `Patient/${prior}` }, note: [{ text: prior }] }),
        )
        assert.equal(made.status, 201)
        const created = made.resource as MedicationStatement
        assert.equal(created.subject.reference, `Patient/${survivor}`)
        assert.equal(created.informationSource?.reference, `Patient/${survivor}`)
        assert.equal(created.note?.[0]?.text, prior, 'only references are led on')
        const again = await write(
          'PUT',
          `MedicationStatement/${told}`,
          statement(prior, { id: told, status: 'stopped' }),
        )
        assert.equal(again.status, 200)
        const stored = await read<MedicationStatement>(`MedicationStatement/${told}`)
        assert.equal(stored.subject.reference, `Patient/${survivor}`)
        assert.equal(stored.status, 'stopped')
      })

      it('is not updated as a Patient, and the answer names the survivor', async () => {
        const { prior, survivor } = await merged(3, 4)
        const refused = await write('PUT', `Patient/${prior}`, { ...local(4), id: prior, active: true })
        assert.equal(refused.status, 422)
        assert.match(problem(refused), new RegExp(`merged: write to Patient/${survivor}`))
      })

      it('is found under its number as the survivor by a condition', async () => {
        const { survivor } = await merged(5, 6)
        const found = await write('POST', 'Patient', local(6), {
          'if-none-exist': `identifier=${encodeURIComponent(`${LOCAL}|${patientNumber(6)}`)}`,
        })
        assert.equal(found.status, 200)
        assert.equal(found.resource.id, survivor)
      })

      it('stays known to the survivor when a client leaves numbers and links out', async () => {
        const { prior, survivor } = await merged(7, 8)
        const before = await read<Patient>(`Patient/${survivor}`)
        const written = await write('PUT', `Patient/${survivor}`, {
          resourceType: 'Patient',
          id: survivor,
          name: [{ family: 'Endret' }],
        })
        assert.equal(written.status, 200)
        const { identifier, link, name } = written.resource as Patient
        assert.equal(name?.[0]?.family, 'Endret')
        assert.deepEqual(link, [{ other: { reference: `Patient/${prior}` }, type: 'replaces' }])
        const numbers = identifier?.map(({ value }) => value)
        for (const { value } of before.identifier ?? []) assert.ok(numbers?.includes(value))
        assert.deepEqual([...(numbers ?? [])].sort(), [patientNumber(7), patientNumber(8)])
      })
    })

    it('keeps a person’s numbers in the Patient when an update leaves them out', async () => {
      const id = await newId(patient('kept', { name: [{ family: 'Før' }], active: true }))
      const other = { system: SYSTEM, value: 'kept-too' }
      const added = await write('PUT', `Patient/${id}`, { resourceType: 'Patient', id, identifier: [other] })
      assert.equal(added.status, 200)
      assert.equal((added.resource as Patient).name, undefined, 'all but the numbers is as the client says')
      const emptied = await write('PUT', `Patient/${id}`, { resourceType: 'Patient', id, active: false })
      assert.deepEqual(
        (emptied.resource as Patient).identifier?.map(({ value }) => value),
        ['kept', 'kept-too'],
      )
      assert.deepEqual(await idsOf(`Patient?identifier=${SYSTEM}|kept-too`), [id])
    })
  })
