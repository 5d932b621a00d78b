/**
 * What a second worker process brings: lanes a second of one and of two workers on one PostgreSQL and one Redis. With a wait
 * on the way to the database neither processors nor database are the limit, so that only contention shows.
 */
import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import { orderMessage } from '../tests/support/hl7-orders.js'
import { type HubProcess, startHubProcess } from '../tests/support/hub-process.js'
import { createOwnDatabase, TEST_REDIS_URL } from '../tests/support/reachable.js'
import { startTcpProxy } from '../tests/support/tcp-proxy.js'
import { drive } from './client.js'

const HL7 = { 'content-type': 'application/hl7-v2' }
const DRAIN_MS_MAX = 120_000

/**
 * @param lanes patients, one order each
 * @param delayMs that each statement of a worker is late
 * @returns lanes a second, from the first effect to the last
 */
export async function lanesPerSecond(workers: number, lanes: number, delayMs: number): Promise<number> {
  const database = await createOwnDatabase('stafett_workers')
  const url = new URL(database.url)
  const proxy = await startTcpProxy(Number(url.port || 5432), url.hostname)
  proxy.delay(delayMs)
  const env = { STAFETT_LOG: 'error', REDIS_URL: TEST_REDIS_URL, MLLP_PORT: '0' }
  const late = new URL(database.url)
  late.hostname = '127.0.0.1'
  late.port = String(proxy.port)
  const processes: HubProcess[] = []
  try {
    const api = await startHubProcess({ ...env, DATABASE_URL: database.url }, { role: 'api' })
    processes.push(api)
    for (let worker = 0; worker < workers; worker++)
      processes.push(await startHubProcess({ ...env, DATABASE_URL: late.href }, { role: 'worker' }))
    await send(api, lanes)
    return await rateOf(database.url, lanes)
  } finally {
    for (const process of processes) await process.stop()
    await proxy.close()
    await database.drop()
  }
}

async function send(api: HubProcess, lanes: number): Promise<void> {
  const state = { sent: 0 }
  await drive({
    port: Number(new URL(api.url).port),
    connections: 8,
    ms: DRAIN_MS_MAX,
    isOver: () => state.sent >= lanes,
    next: () => ({
      method: 'POST',
      path: '/intake/hl7v2',
      body: orderMessage({ patient: state.sent++, order: 0 }),
      headers: HL7,
      expect: 200,
    }),
  })
}

async function rateOf(databaseUrl: string, lanes: number): Promise<number> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    const until = performance.now() + DRAIN_MS_MAX
    for (;;) {
      const { rows } = await client.query<{ done: string; seconds: string }>(
        `select count(*) as done, extract(epoch from max(done_at) - min(done_at)) as seconds
         from message where state = 'done'`,
      )
      const done = Number(rows[0]?.done)
      if (done >= lanes) return done / Number(rows[0]?.seconds)
      if (performance.now() > until) throw new Error('the workers did not work off what was sent')
      await wait(100)
    }
  } finally {
    await client.end()
  }
}
