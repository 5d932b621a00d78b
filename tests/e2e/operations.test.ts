import assert from 'node:assert/strict'
import { setTimeout as wait } from 'node:timers/promises'
import type { Device, DeviceUseStatement, FhirResource, Patient } from 'fhir/r4.js'
import { FNR } from '../../src/core/canonical.js'
import { doseTaken, SERIAL_SYSTEM } from '../support/device-fixtures.js'
import { orderMessage, patientNumber } from '../support/hl7-orders.js'
import { m1 } from '../support/kith-fixtures.js'
import { inger } from '../support/kith-people.js'
import { type RunningHub, runHub } from '../support/running-hub.js'
import { openCollector } from '../support/trace-collector.js'

const EVENTS = 5
const TRACE = '0af7651916cd43dd8448eb211c80319c'
const CALLER = `00-${TRACE}-b7ad6b7169203331-01`
const SETTLE_MS_MAX = 30_000

describe('operations of the whole hub', function () {
  this.timeout(90_000)
  let hub: RunningHub
  let collector: Awaited<ReturnType<typeof openCollector>>
  before(async () => {
    collector = await openCollector()
    hub = await runHub({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url })
  })
  const ended = { hub: false }
  const endHub = async () => {
    if (ended.hub) return
    ended.hub = true
    await hub.hub.stop()
  }
  after(async () => {
    await endHub()
    collector.close()
  })

  const get = async (path: string) => (await fetch(`${hub.url}${path}`)).json() as Promise<never>
  const post = async (path: string, body: object, type = 'application/json') => {
    const response = await fetch(`${hub.url}${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': type },
    })
    return { status: response.status, json: (await response.json()) as never }
  }
  const create = async (resource: FhirResource): Promise<string> =>
    ((await post(`/fhir/${resource.resourceType}`, resource, 'application/fhir+json')).json as { id: string })
      .id
  const until = async <T>(ask: () => Promise<T | undefined>): Promise<T> => {
    for (const end = Date.now() + SETTLE_MS_MAX; Date.now() < end; await wait(200)) {
      const found = await ask()
      if (found !== undefined) return found
    }
    throw new Error('it did not come to that')
  }

  it('an operator finds the group, looks at one, mends the cause, runs all again, and nothing names the patient', async () => {
    const events = Array.from({ length: EVENTS }, (_, index) =>
      doseTaken({
        eventId: `event-taken-${index}`,
        doseId: `dose-${index}`,
        dose: { doseId: `dose-${index}` },
      }),
    )
    await hub.send('devices/canonical', JSON.stringify(events), 'application/json')
    const group = await until(async () => {
      const { groups } = (await get('/ops/dead-letters')) as {
        groups: { fingerprint: string; count: number; code: string }[]
      }
      return groups[0]?.count === EVENTS ? groups[0] : undefined
    })
    assert.equal(group.code, 'DEVICE_UNKNOWN')
    const { messages } = (await get(`/ops/messages?fingerprint=${group.fingerprint}`)) as {
      messages: { id: string }[]
    }
    const one = messages[0]!.id
    const look = async () =>
      (await post('/ops/replays', { filter: { ids: [one] }, dryRun: true })).json as {
        preview: { outcome: string; changes?: { type: string; action: string }[] }
      }
    assert.equal((await look()).preview.outcome, 'failed')

    const person: Patient = {
      resourceType: 'Patient',
      identifier: [{ system: FNR, value: inger.id }],
      name: [{ family: 'Prøvesen' }],
    }
    const subject = { reference: `Patient/${await create(person)}` }
    const dispenser: Device = {
      resourceType: 'Device',
      identifier: [{ system: SERIAL_SYSTEM, value: 'PK-1001' }],
    }
    const statement: DeviceUseStatement = {
      resourceType: 'DeviceUseStatement',
      status: 'active',
      subject,
      device: { reference: `Device/${await create(dispenser)}` },
      timingPeriod: { start: '2026-01-01T00:00:00+01:00' },
      identifier: [{ system: 'http://stafett.internal/fhir/sid/assignment', value: 'a-1' }],
    }
    await create(statement)
    const { preview } = await look()
    assert.equal(preview.outcome, 'done')
    assert.ok(preview.changes?.some(({ type }) => type === 'MedicationAdministration'))

    const filter = { fingerprint: group.fingerprint }
    assert.equal((await post('/ops/replays', { filter, expected: EVENTS + 1 })).status, 409)
    const started = await post('/ops/replays', { filter, expected: EVENTS })
    assert.equal(started.status, 202)
    const { id } = started.json as { id: string }
    const task = await until(async () => {
      const now = (await get(`/ops/replays/${id}`)) as { state: string; outcomes: object }
      return now.state === 'done' ? now : undefined
    })
    assert.deepEqual(task.outcomes, { done: EVENTS })
    assert.deepEqual(await get('/ops/dead-letters'), { groups: [] })

    const metrics = await (await fetch(`${hub.url}/metrics`)).text()
    assert.match(metrics, /^stafett_channel_dead\{channel="devices"\} 0$/m)
    const told = [
      metrics,
      ...(await Promise.all(
        [
          'lanes',
          'channels',
          'dead-letters',
          'replays',
          'alerts?state=all',
          'partners',
          'jobs',
          'devices',
        ].map(async (path) => JSON.stringify(await get(`/ops/${path}`))),
      )),
      JSON.stringify(await get(`/ops/messages/${one}`)),
    ].join('\n')
    for (const marker of [inger.id, 'Prøvesen']) assert.ok(!told.includes(marker), marker)
  })

  it('traces tie the work on a message to its intake, and hold no word of health data', async () => {
    const response = await fetch(`${hub.url}/intake/hl7v2`, {
      method: 'POST',
      body: orderMessage({ patient: 1, order: 1 }),
      headers: { 'content-type': 'application/hl7-v2', traceparent: CALLER },
    })
    const id = response.headers.get('stafett-message') ?? ''
    assert.equal((await hub.settled(id)).state, 'done')
    const kith = await hub.send('eresept', m1({}), 'application/xml')
    await hub.settled(kith.messageId)
    await hub.sendMllp(orderMessage({ patient: 2, order: 2 }))
    await hub.send('hl7v2', 'PID|1||Hansen', 'application/hl7-v2')
    const { timeline } = (await get(`/ops/messages/${id}`)) as { timeline: { trace?: string }[] }
    assert.deepEqual(
      timeline.map(({ trace }) => trace),
      timeline.map(() => TRACE),
    )
    // What is left is sent at the end.
    await endHub()
    const spans = collector.spans()
    const intake = spans.find(({ name, traceId }) => name === 'intake' && traceId === TRACE)
    assert.ok(intake)
    const work = spans.find(
      ({ name, links }) =>
        (name === 'lanes' || name === 'lane') && links?.some(({ spanId }) => spanId === intake.spanId),
    )
    assert.ok(work, 'the span of the lane is tied to that of the intake')
    const sent = collector.bodies.join()
    for (const marker of [
      inger.id,
      patientNumber(1),
      'Prøve',
      'Hansen',
      'Atorvastatin',
      'Metoprolol',
      'C07AB02',
    ])
      assert.ok(!sent.includes(marker), marker)
  })
})
