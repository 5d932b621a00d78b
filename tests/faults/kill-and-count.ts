/** Kills a hub in the middle of a load and counts what its successor knows. */
import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { newDataFolder } from '../support/data-folder.js'
import { messageControlId, orderMessage, patientNumber } from '../support/hl7-orders.js'
import { type HubProcess, startHubProcess } from '../support/hub-process.js'
import { createOwnDatabase, postgresAnswers, redisAnswers, TEST_REDIS_URL } from '../support/reachable.js'

const MESSAGES = 2_000
const PATIENTS = 250
const SENDERS = 16

interface BackEnds {
  readonly postgres: boolean
  readonly redis: boolean
}

/** One file a combination, so that they may run beside each other. */
export function describeKill(name: string, backEnds: BackEnds): void {
  describe(`kill -9 in the middle of a load, ${name}`, () => {
    it('leaves every acknowledged message processed exactly once', async function () {
      this.timeout(420_000)
      if (backEnds.postgres && !(await postgresAnswers())) this.skip()
      if (backEnds.redis && !(await redisAnswers())) this.skip()
      await withBackEnds(backEnds, killAndCount)
    })
  })
}

type Env = Readonly<Record<string, string>>

async function withBackEnds(backEnds: BackEnds, test: (env: Env) => Promise<void>): Promise<void> {
  const folder = await newDataFolder('stafett-kill-')
  const database = backEnds.postgres ? await createOwnDatabase('stafett_kill') : undefined
  try {
    await test({
      DATA_DIR: folder,
      STAFETT_LEASE_MS: '1500',
      STAFETT_SWEEP_MS: '200',
      ...(database === undefined ? {} : { DATABASE_URL: database.url }),
      ...(backEnds.redis ? { REDIS_URL: TEST_REDIS_URL } : {}),
    })
  } finally {
    await database?.drop()
    await rm(folder, { recursive: true, force: true })
  }
}

async function killAndCount(env: Env): Promise<void> {
  const acknowledged = new Map<string, string>()
  const first = await startHubProcess(env)
  const killed = { done: false }
  await load(first, acknowledged, async () => {
    if (killed.done || acknowledged.size < MESSAGES / 2) return
    killed.done = true
    await first.kill()
  }).finally(() => first.kill())
  assert.ok(killed.done, 'the load ended before the kill')
  assert.ok(acknowledged.size < MESSAGES, 'the kill came too late to matter')

  const second = await startHubProcess(env)
  try {
    await untilDrained(second)
    const states = await statesOfAll(second)
    for (const [id, row] of acknowledged) assert.equal(states.get(row), 'done', `acknowledged ${id}`)
    // Senders resend what got no answer: then all is there, and what was there is not there twice.
    await load(second, acknowledged, async () => undefined)
    await untilDrained(second)
    assert.equal(acknowledged.size, MESSAGES)
    assert.equal(await count(second, 'MedicationRequest'), MESSAGES, 'one prescription a message')
    assert.equal(await count(second, 'Patient'), PATIENTS)
    await eachPrescriptionHasOneVersion(second)
    assert.equal(await second.stop(), 0)
  } finally {
    await second.kill()
  }
}

/** Sends what is not acknowledged yet, in order within each patient; gives up when the hub is gone. */
async function load(
  hub: HubProcess,
  acknowledged: Map<string, string>,
  afterEach: () => Promise<void>,
): Promise<void> {
  const perPatient = MESSAGES / PATIENTS
  const sender = async (start: number) => {
    for (let patient = start; patient < PATIENTS; patient += SENDERS)
      for (let order = 0; order < perPatient; order++) {
        const id = messageControlId(patient, order)
        if (acknowledged.has(id)) continue
        const response = await fetch(`${hub.url}/intake/hl7v2`, {
          method: 'POST',
          body: orderMessage({ patient, order }),
          headers: { 'content-type': 'application/hl7-v2' },
        }).catch(() => undefined)
        if (response === undefined) return
        const body = await response.text().catch(() => undefined)
        if (body === undefined) return
        assert.equal(response.status, 200, body)
        acknowledged.set(id, response.headers.get('stafett-message') ?? '')
        await afterEach()
      }
  }
  await Promise.all(Array.from({ length: SENDERS }, (_, index) => sender(index)))
}

async function untilDrained(hub: HubProcess): Promise<void> {
  const until = Date.now() + 120_000
  for (;;) {
    const text = await (await fetch(`${hub.url}/metrics`)).text()
    const waiting = /^stafett_messages_waiting (\d+)/m.exec(text)?.[1]
    if (waiting === '0') return
    assert.ok(Date.now() < until, `still waiting: ${waiting}; ${hub.log()}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

/** State of every inbox row, by its id. */
async function statesOfAll(hub: HubProcess): Promise<Map<string, string>> {
  const states = new Map<string, string>()
  for (let next: string | undefined = '/ops/messages?limit=200'; next !== undefined; ) {
    const page = (await (await fetch(`${hub.url}${next}`)).json()) as {
      messages: { id: string; state: string }[]
      next?: string
    }
    for (const message of page.messages) states.set(message.id, message.state)
    next = page.messages.length === 0 ? undefined : page.next
  }
  return states
}

async function count(hub: HubProcess, type: string): Promise<number> {
  const response = await fetch(`${hub.url}/fhir/${type}?_count=0&_total=accurate`)
  return ((await response.json()) as { total: number }).total
}

async function eachPrescriptionHasOneVersion(hub: HubProcess): Promise<void> {
  for (const patient of [0, 7, PATIENTS - 1]) {
    const found = await fetch(`${hub.url}/fhir/Patient/_search`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ identifier: patientNumber(patient) }).toString(),
    })
    const id = ((await found.json()) as { entry: { resource: { id: string } }[] }).entry[0]?.resource.id
    const bundle = (await (
      await fetch(`${hub.url}/fhir/MedicationRequest?patient=${id}&_count=100`)
    ).json()) as {
      entry: { resource: { meta: { versionId: string } } }[]
    }
    assert.equal(bundle.entry.length, MESSAGES / PATIENTS)
    for (const { resource } of bundle.entry) assert.equal(resource.meta.versionId, '1')
  }
}
