/** Lists that are sent on, as an operator and a receiver see them. */
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Bundle, List, Patient } from 'fhir/r4.js'
import { parseConfig } from '../../src/config.js'
import { startHub } from '../../src/main.js'
import { recordedLog, until } from '../queue/lane-model.js'
import { orderMessage, patientNumber } from '../support/hl7-orders.js'
import { type RunningHub, runHub } from '../support/running-hub.js'
import { type ScriptedReceiver, startReceiver, status } from '../support/scripted-receiver.js'

const HL7 = 'application/hl7-v2'
const LIMIT_MS = 20_000
const SECRET = 'Bearer planted-secret'

interface DeliveryPage {
  readonly deliveries: readonly {
    readonly id: string
    readonly number: number
    readonly state: string
    readonly message: string
    readonly attempts: number
  }[]
}

describe('lists that are sent on', function () {
  this.timeout(60_000)
  const log = recordedLog()
  let folder: string
  let receiver: ScriptedReceiver
  /** Does not read the hub: gets the Patient too. */
  let other: ScriptedReceiver
  let hub: RunningHub

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stafett-destinations-'))
    receiver = await startReceiver()
    other = await startReceiver()
    const file = join(folder, 'destinations.json')
    const url = `http://127.0.0.1:${receiver.port}/lists`
    const headers = { Authorization: { env: 'JOURNAL_TOKEN' } }
    const journal = { id: 'journal', kind: 'fhir-list', url, headers }
    const reader = {
      id: 'no-reader',
      kind: 'fhir-list',
      url: `http://127.0.0.1:${other.port}/`,
      patient: 'resource',
    }
    await writeFile(file, JSON.stringify({ destinations: [journal, reader] }))
    hub = await runHub({ STAFETT_DESTINATIONS: file, JOURNAL_TOKEN: SECRET, STAFETT_SWEEP_MS: '50' }, log)
  })
  after(async () => {
    await hub.hub.stop()
    await receiver.close()
    await other.close()
    await rm(folder, { recursive: true })
  })

  const get = async <T>(path: string): Promise<T> => (await (await fetch(`${hub.url}${path}`)).json()) as T
  const post = (path: string, body = '') => fetch(`${hub.url}${path}`, { method: 'POST', body })
  const order = (patient: number, number: number) =>
    hub.send('hl7v2', orderMessage({ patient, order: number, given: 'Plantedname' }), HL7)
  const stateOf = async (number: number) =>
    (await get<DeliveryPage>('/ops/deliveries?destination=journal')).deliveries.find(
      (one) => one.number === number,
    )
  const stateIs = (number: number, state: string) =>
    until(async () => (await stateOf(number))?.state === state, LIMIT_MS, `${number} ${state}`)

  it('posts each new version of a list, also after a write over the API', async () => {
    const sent = await order(1, 0)
    await stateIs(1, 'delivered')
    const bundle = JSON.parse(receiver.requests[0]?.body ?? '{}') as Bundle
    const [list] = bundle.entry ?? []
    assert.equal(list?.resource?.resourceType, 'List')
    const { subject, meta } = list.resource as List
    assert.equal(meta?.versionId, '1')
    assert.equal((await stateOf(1))?.message, sent.messageId)
    const served = await get<Bundle>(`/fhir/${subject?.reference}/$medication-list`)
    assert.deepEqual(bundle, served)

    const written = await fetch(`${hub.url}/fhir/MedicationStatement`, {
      method: 'POST',
      headers: { 'content-type': 'application/fhir+json' },
      body: JSON.stringify({
        resourceType: 'MedicationStatement',
        status: 'active',
        subject,
        dateAsserted: '2026-11-21T08:00:00+01:00',
        medicationCodeableConcept: {
          coding: [{ system: 'http://www.whocc.no/atc', code: 'N02BE01' }],
          text: 'Paracetamol',
        },
      }),
    })
    assert.equal(written.status, 201)
    await stateIs(2, 'delivered')
    const second = JSON.parse(receiver.requests[1]?.body ?? '{}') as Bundle
    assert.equal(second.entry?.[0]?.resource?.meta?.versionId, '2')
    assert.match(receiver.requests[1]?.head ?? '', /\r\nAuthorization: Bearer planted-secret\r\n/)
  })

  it('holds back what follows a refusal, until an operator has it tried again or skips it', async () => {
    receiver.mode = status(422)
    await order(2, 0)
    await until(async () => ((await stateOf(3))?.attempts ?? 0) > 0, LIMIT_MS, 'first attempt')
    await order(2, 1)
    await until(async () => (await stateOf(4)) !== undefined, LIMIT_MS, 'fanned out')
    const first = await stateOf(3)
    const skipped = await post(`/ops/deliveries/${first?.id}/skip`, '{"reason": "told by phone"}')
    assert.equal(skipped.status, 200)
    await until(async () => (await stateOf(4))?.attempts === 1, LIMIT_MS, 'second is tried')
    await stateIs(4, 'pending')
    receiver.mode = status(200)
    const second = await stateOf(4)
    assert.equal((await post(`/ops/deliveries/${second?.id}/retry`)).status, 202)
    await stateIs(4, 'delivered')
    const { timeline } = await get<{ timeline: { step: string; outcome?: string; status?: number }[] }>(
      `/ops/deliveries/${second?.id}`,
    )
    assert.deepEqual(
      timeline.map(({ step, outcome, status: answer }) => [step, outcome, answer]),
      [
        ['committed', undefined, undefined],
        ['fanned-out', undefined, undefined],
        ['attempt', 'retry', 422],
        ['attempt', 'delivered', 200],
      ],
    )
  })

  it('turns a destination off that is gone; an operator resumes it, and nothing is lost', async () => {
    receiver.mode = status(410)
    await order(3, 0)
    const stateOfJournal = async () =>
      (await get<{ destinations: { state: string }[] }>('/ops/destinations')).destinations[0]?.state
    await until(async () => (await stateOfJournal()) === 'off', LIMIT_MS, 'off')
    await order(3, 1)
    await until(async () => (await stateOf(6)) !== undefined, LIMIT_MS, 'fanned out')
    receiver.mode = status(200)
    assert.equal((await post('/ops/destinations/journal/resume')).status, 200)
    await stateIs(6, 'delivered')
    assert.equal((await stateOf(5))?.state, 'delivered')
  })

  it('sends the survivor list of a merge, with the Patient where that is asked for', async () => {
    await order(5, 0)
    await order(6, 0)
    const before = other.requests.length
    const merge = [
      'MSH|^~\\&|EPJ|LEGEKONTORET|STAFETT|HUB|20261121080000+0100||ADT^A40^ADT_A39|merge-1|P|2.5.1',
      'EVN|A40|20261121080000+0100',
      `PID|1||${patientNumber(5)}^^^LEGEKONTORET^MR||Prøve^Plantedname`,
      `MRG|${patientNumber(6)}^^^LEGEKONTORET^MR`,
      '',
    ].join('\r')
    await hub.send('hl7v2', merge, HL7)
    const patients = () =>
      other.requests.slice(before).map(({ body }) => {
        const { entry = [] } = JSON.parse(body) as Bundle
        return { list: entry[0]?.resource as List, patient: entry.at(-1)?.resource as Patient }
      })
    // The Patient is that of the sending: an older version of the list, sent late, comes with the merged one too.
    const merged = () =>
      patients().find(
        ({ list, patient }) =>
          list.entry?.length === 2 && patient.link?.some(({ type }) => type === 'replaces') === true,
      )
    await until(() => merged() !== undefined, LIMIT_MS, 'merged list')
    const { list, patient } = merged()!
    assert.equal(list.subject?.reference, `Patient/${patient.id}`)
    assert.deepEqual(patient.identifier?.map(({ value }) => value).sort(), [
      patientNumber(5),
      patientNumber(6),
    ])
  })

  it('shows no health data and no secret to operators, in metrics or in the log', async () => {
    const texts = [
      JSON.stringify(await get('/ops/deliveries')),
      JSON.stringify(await get('/ops/destinations')),
      await (await fetch(`${hub.url}/metrics`)).text(),
      log.lines.join('\n'),
    ]
    const [deliveries = '', , metrics = '', logged = ''] = texts
    assert.match(
      metrics,
      /stafett_delivery_attempts_total\{destination="journal",outcome="delivered"\} \d+\n/,
    )
    assert.match(metrics, /stafett_destination_breaker\{destination="journal",state="closed"\} 1\n/)
    assert.match(metrics, /stafett_oldest_undelivered_seconds\{destination="journal"\} 0\n/)
    assert.ok(deliveries.includes('"delivered"') && logged.includes('delivery failed'))
    for (const text of texts)
      for (const marker of [
        'Plantedname',
        'Prøve',
        'L000001',
        'Metoprolol',
        'C07AB02',
        'planted-secret',
        'Bundle',
      ])
        assert.ok(!text.includes(marker), marker)
  })

  it('tells every fault of the file before it starts', async () => {
    const file = join(folder, 'faulty.json')
    await writeFile(
      file,
      '{"destinations": [{"id": "x", "kind": "fhir-list", "url": "http://example.no"}, 1]}',
    )
    const config = parseConfig({ DATA_DIR: 'memory', PORT: '0', MLLP_PORT: '0', STAFETT_DESTINATIONS: file })
    await assert.rejects(startHub(config, log), (error: { faults?: string[] }) => {
      assert.deepEqual(
        error.faults?.[0],
        'STAFETT_DESTINATIONS: destinations[0].url must be an https URL without credentials, or http to loopback',
      )
      assert.equal(error.faults?.length, 4)
      return true
    })
  })
})
