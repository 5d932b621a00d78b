import assert from 'node:assert/strict'
import type { Bundle, FhirResource, MedicationStatement } from 'fhir/r4.js'
import { FNR } from '../../src/core/canonical.js'
import { createOwnDatabase, type OwnDatabase, postgresAnswers } from '../support/reachable.js'
import { type RunningHub, runHub } from '../support/running-hub.js'
import { SFM_PATIENT, sfmDocument } from '../support/sfm-fixtures.js'

const DOCUMENT = sfmDocument({
  statements: [
    {
      id: 's1',
      pll: 'b7a4a3f2-8a1d-4a0e-9a7e-1f5d8c9b0001',
      resept: 'c1b6c0de-94a1-4b62-8ff0-1f5d8c9b1001',
      register: 'E',
      multidose: true,
    },
    {
      id: 's2',
      pll: 'b7a4a3f2-8a1d-4a0e-9a7e-1f5d8c9b0002',
      name: 'Annet tab 5 mg',
      fest: 'ID_A',
      atc: 'A01AA01',
    },
  ],
})

describe('lists between hubs in the form of SFM', function () {
  this.timeout(60_000)
  const databases: OwnDatabase[] = []
  const hubs: RunningHub[] = []

  before(async () => {
    const shared = await postgresAnswers()
    for (const _hub of ['a', 'b']) {
      const own = shared ? await createOwnDatabase('stafett_sfm') : undefined
      if (own !== undefined) databases.push(own)
      hubs.push(await runHub(own === undefined ? {} : { DATABASE_URL: own.url }))
    }
  })
  after(async () => {
    for (const { hub } of hubs) await hub.stop()
    for (const database of databases) await database.drop()
  })

  const ask = async ({ url }: RunningHub, operation: string): Promise<Bundle<FhirResource>> => {
    const response = await fetch(`${url}/fhir/Patient/$${operation}`, {
      method: 'POST',
      headers: { 'content-type': 'application/fhir+json' },
      body: JSON.stringify({
        resourceType: 'Parameters',
        parameter: [{ name: 'identifier', valueIdentifier: { system: FNR, value: SFM_PATIENT } }],
      }),
    })
    assert.equal(response.status, 200, await response.clone().text())
    return (await response.json()) as Bundle<FhirResource>
  }
  const linesOf = async (hub: RunningHub) => {
    const { entry = [] } = await ask(hub, 'medication-list')
    return entry
      .flatMap(({ resource }) => (resource?.resourceType === 'MedicationStatement' ? [resource] : []))
      .map(({ dosage, effectivePeriod, identifier, status }: MedicationStatement) => ({
        status,
        dosage,
        effectivePeriod,
        ids: identifier?.slice(1).map(({ value }) => value),
      }))
  }

  it('come out of one hub as they came in, and into another as they are', async () => {
    const [first, second] = hubs as [RunningHub, RunningHub]
    const sent = await first.send('sfm', JSON.stringify(DOCUMENT), 'application/fhir+json')
    assert.equal(sent.status, 202)
    assert.equal((await first.settled(sent.messageId)).state, 'done')
    const document = await ask(first, 'getMedication')
    assert.equal(document.type, 'document')
    const passed = await second.send('sfm', JSON.stringify(document), 'application/json')
    assert.equal(passed.status, 202)
    assert.equal((await second.settled(passed.messageId)).state, 'done')
    const lines = await linesOf(first)
    assert.equal(lines.length, 2)
    assert.deepEqual(await linesOf(second), lines)
  })

  it('are refused with the words of the channel', async () => {
    const [hub] = hubs as [RunningHub]
    assert.equal((await hub.send('sfm', '{"resourceType":"Patient"}', 'application/json')).status, 400)
    const other = '0d4bbf7e-54d2-4a4b-9d6a-0a27cf06b009'
    const nobody = JSON.stringify(sfmDocument({ id: other, patient: '12345678901' }))
    const refused = await hub.send('sfm', nobody, 'application/json')
    assert.equal(refused.status, 422)
    assert.equal((await hub.settled(refused.messageId)).state, 'refused')
    assert.ok(!refused.text.includes('12345678901'))
    // A known document with other content.
    assert.equal((await hub.send('sfm', JSON.stringify(sfmDocument()), 'application/json')).status, 409)
    assert.equal((await hub.send('sfm', '<xml/>', 'application/xml')).status, 415)
  })
})
