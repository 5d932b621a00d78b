import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Bundle, FhirResource, MedicationRequest, Patient } from 'fhir/r4.js'
import { sendCatalogue } from '../../src/cli/load-catalogue.js'
import { FEST, FEST_ITEM_NUMBER, HPR } from '../../src/core/canonical.js'
import { METRONIDAZOLE, m30, WARFARIN } from '../support/fest-fixtures.js'
import { freePort } from '../support/free-port.js'
import { createOwnDatabase, type OwnDatabase, postgresAnswers } from '../support/reachable.js'
import { type RunningHub, runHub } from '../support/running-hub.js'

const DERIVED_MS_MAX = 15_000

async function post(hub: RunningHub, resource: Patient | MedicationRequest): Promise<string> {
  const response = await fetch(`${hub.url}/fhir/${resource.resourceType}`, {
    method: 'POST',
    headers: { 'content-type': 'application/fhir+json' },
    body: JSON.stringify(resource),
  })
  assert.equal(response.status, 201, await response.clone().text())
  return ((await response.json()) as { id: string }).id
}

const prescription = (patient: string, coding: { system: string; code: string }): MedicationRequest => ({
  resourceType: 'MedicationRequest',
  identifier: [{ system: 'urn:test', value: `${patient}-${coding.code}` }],
  status: 'active',
  intent: 'order',
  subject: { reference: `Patient/${patient}` },
  authoredOn: '2026-11-20T09:00:00+01:00',
  requester: { identifier: { system: HPR, value: '1000001' } },
  medicationCodeableConcept: { coding: [coding] },
})

async function issuesOf(hub: RunningHub, patient: string): Promise<string[]> {
  const response = await fetch(`${hub.url}/fhir/Patient/${patient}/$medication-list`)
  const { entry = [] } = (await response.json()) as Bundle<FhirResource>
  return entry.flatMap(({ resource }) =>
    resource?.resourceType === 'DetectedIssue' ? (resource.code?.coding?.[0]?.code ?? []) : [],
  )
}

async function until(found: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + DERIVED_MS_MAX
  while (!(await found())) {
    assert.ok(Date.now() < end, 'the list was not derived again')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

const DEEP = process.env['STAFETT_TEST_DEEP'] === '1'
/** One back end is enough where PostgreSQL answers: there two processes share it. */
const BACKENDS = DEEP || !(await postgresAnswers()) ? ['embedded', 'postgresql'] : ['postgresql']

for (const backend of BACKENDS)
  describe(`drug catalogue of a running hub, ${backend}`, function () {
    this.timeout(60_000)
    const database: OwnDatabase[] = []
    const hubs: RunningHub[] = []
    let folder = ''

    before(async function () {
      if (backend === 'postgresql') {
        if (!(await postgresAnswers())) this.skip()
        database.push(await createOwnDatabase('stafett_fest'))
      }
      const [own] = database
      const env = { STAFETT_SWEEP_MS: '50', ...(own === undefined ? {} : { DATABASE_URL: own.url }) }
      hubs.push(await runHub(env))
      if (own !== undefined) hubs.push(await runHub(env))
      folder = await mkdtemp(join(tmpdir(), 'stafett-fest-'))
    })
    after(async () => {
      for (const { hub } of hubs) await hub.stop()
      await database.pop()?.drop()
      if (folder !== '') await rm(folder, { recursive: true })
    })

    const fest = async (file: string, force = false) => {
      const { status, text } = await sendCatalogue(hubs[0]?.url ?? '', file, force, () => undefined)
      return { status, answer: JSON.parse(text) }
    }

    it('derives the lists anew that it concerns, without a message, in every process', async () => {
      const last = hubs.at(-1)!
      const patient = await post(last, {
        resourceType: 'Patient',
        identifier: [{ system: 'urn:test', value: 'fest-1' }],
      })
      await post(last, prescription(patient, { system: FEST, code: WARFARIN.id }))
      const pack = { system: FEST_ITEM_NUMBER, code: METRONIDAZOLE.itemNumber ?? '' }
      await post(last, prescription(patient, pack))
      assert.ok(!(await issuesOf(last, patient)).includes('interaction'))
      assert.equal((await fetch(`${last.url}/ops/fest`)).status, 404)

      const file = join(folder, 'fest.xml.gz')
      await writeFile(file, gzipSync(m30()))
      const { status, answer } = await fest(file)
      assert.equal(status, 200)
      assert.equal(answer.outcome, 'activated')
      await until(async () => (await issuesOf(last, patient)).includes('interaction'))
      const current = (await (await fetch(`${last.url}/ops/fest`)).json()) as { counts: unknown }
      assert.deepEqual(current.counts, answer.counts)

      // Whoever derives next, in whatever process, knows the catalogue.
      for (const [index, hub] of hubs.entries()) {
        const other = await post(hub, {
          resourceType: 'Patient',
          identifier: [{ system: 'urn:test', value: `fest-other-${index}` }],
        })
        await post(hub, prescription(other, { system: FEST, code: WARFARIN.id }))
        await post(hub, prescription(other, pack))
        assert.ok((await issuesOf(hub, other)).includes('interaction'))
      }
    })

    it('tells the command why a catalogue is refused', async () => {
      const older = join(folder, 'older.xml')
      await writeFile(older, m30({ fetchedAt: '2020-01-01T00:00:00Z' }))
      const refused = await fest(older)
      assert.equal(refused.status, 412)
      assert.equal(refused.answer.code, 'VERSION_STALE')
      assert.equal((await fest(older, true)).status, 200)
      const broken = join(folder, 'broken.xml')
      await writeFile(broken, m30().slice(0, 500))
      assert.equal((await fest(broken)).answer.code, 'MESSAGE_UNREADABLE')
      await assert.rejects(fest(join(folder, 'none.xml')), /cannot read .*none\.xml/)
      const nobody = `http://127.0.0.1:${await freePort()}`
      await assert.rejects(
        sendCatalogue(nobody, older, false, () => undefined),
        /no hub at/,
      )
    })

    it('refuses what is no XML by its type, and a parameter that it does not know', async () => {
      const [hub] = hubs
      const send = (query: string, type: string) =>
        fetch(`${hub?.url}/ops/fest${query}`, {
          method: 'POST',
          body: m30(),
          headers: { 'content-type': type },
        }).then(({ status }) => status)
      assert.equal(await send('', 'application/json'), 415)
      assert.equal(await send('?forced=true', 'application/xml'), 400)
      assert.equal((await fetch(`${hub?.url}/ops/fest`, { method: 'DELETE' })).status, 405)
    })
  })
