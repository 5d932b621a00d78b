import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { newDataFolder } from '../support/data-folder.js'
import { orderMessage } from '../support/hl7-orders.js'
import { type HubProcess, startHubProcess } from '../support/hub-process.js'
import { createOwnDatabase, postgresAnswers } from '../support/reachable.js'
import { hasRedisServer, type RedisServer, startRedisServer } from '../support/redis-server.js'

const PATIENTS = 16
const ORDERS = 10

describe('Redis during a load', () => {
  for (const postgres of [false, true]) {
    const store = postgres ? 'PostgreSQL' : 'embedded store'
    it(`emptied again and again loses nothing (${store})`, async function () {
      this.timeout(240_000)
      await withHub(this, postgres, async (hub, redis) => {
        const emptying = setInterval(() => void redis.command('FLUSHALL').catch(() => undefined), 20)
        try {
          await sendAll(hub)
        } finally {
          clearInterval(emptying)
        }
        await allApplied(hub)
      })
    })
  }

  it('killed in the middle loses nothing, and the hub says that it works on the sweep', async function () {
    this.timeout(240_000)
    await withHub(this, false, async (hub, redis) => {
      const sending = sendAll(hub)
      await redis.stop()
      await sending
      await allApplied(hub)
      const health = (await (await fetch(`${hub.url}/health/ready`)).json()) as {
        status: string
        dispatcher: string
      }
      assert.equal(health.status, 'degraded')
      assert.equal(health.dispatcher, 'sweep-only')
    })
  })
})

async function withHub(
  context: Mocha.Context,
  postgres: boolean,
  test: (hub: HubProcess, redis: RedisServer) => Promise<void>,
): Promise<void> {
  if (postgres && !(await postgresAnswers())) context.skip()
  if (!hasRedisServer()) return context.skip()
  const redis = await startRedisServer()
  const folder = await newDataFolder('stafett-flush-')
  const database = postgres ? await createOwnDatabase('stafett_flush') : undefined
  try {
    const hub = await startHubProcess({
      DATA_DIR: folder,
      REDIS_URL: redis.url,
      STAFETT_SWEEP_MS: '200',
      ...(database === undefined ? {} : { DATABASE_URL: database.url }),
    })
    try {
      await test(hub, redis)
      assert.equal(await hub.stop(), 0, 'ends when told to, with Redis or without')
    } finally {
      await hub.kill()
    }
  } finally {
    await redis.stop()
    await database?.drop()
    await rm(folder, { recursive: true, force: true })
  }
}

async function sendAll(hub: HubProcess): Promise<void> {
  const sender = async (patient: number) => {
    for (let order = 0; order < ORDERS; order++) {
      const response = await fetch(`${hub.url}/intake/hl7v2`, {
        method: 'POST',
        body: orderMessage({ patient, order }),
        headers: { 'content-type': 'application/hl7-v2' },
      })
      assert.equal(response.status, 200, await response.text())
    }
  }
  for (let patient = 0; patient < PATIENTS; patient += 8)
    await Promise.all(Array.from({ length: 8 }, (_, offset) => sender(patient + offset)))
}

async function allApplied(hub: HubProcess): Promise<void> {
  const until = Date.now() + 60_000
  for (;;) {
    const response = await fetch(`${hub.url}/fhir/MedicationRequest?_count=0&_total=accurate`)
    const { total } = (await response.json()) as { total: number }
    if (total === PATIENTS * ORDERS) return
    assert.ok(Date.now() < until, `${total} of ${PATIENTS * ORDERS} applied`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
