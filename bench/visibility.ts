/** From acknowledgement to visible list, at half of what the hub takes. */
import { Agent } from 'node:http'
import pg from 'pg'
import { drive, fire, type Shot } from './client.js'
import type { HubUnderTest } from './hub-under-test.js'

export interface Visibility {
  /** Messages a second that were sent. */
  readonly perSecond: number
  readonly p50Ms: number
  readonly p95Ms: number
  readonly p99Ms: number
  readonly failures: number
}

const CONNECTIONS = 32
const TOP_MS = 3_000

/**
 * Sends at an even pace, whether earlier answers came or not, and asks the database when each message was received and
 * when its effect was committed.
 */
export async function visibilityAtHalfRate(
  hub: HubUnderTest,
  next: (connection: number) => Shot,
  ms: number,
): Promise<Visibility> {
  const top = await drive({ port: hub.port, connections: 8, ms: TOP_MS, next, settle: hub.drained })
  const from = new Date().toISOString()
  const { sent, failures } = await sendEvenly(hub.port, next, top.perSecond / 2, ms)
  await hub.drained()
  return { perSecond: (sent * 1_000) / ms, failures, ...(await latencies(hub, from)) }
}

async function sendEvenly(port: number, next: (connection: number) => Shot, perSecond: number, ms: number) {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS })
  const answers: Promise<boolean>[] = []
  const started = performance.now()
  while (performance.now() - started < ms) {
    const due = ((performance.now() - started) / 1_000) * perSecond
    while (answers.length < due) {
      const shot = next(answers.length % CONNECTIONS)
      answers.push(fire(agent, port, shot).then((status) => status === shot.expect))
    }
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
  const taken = await Promise.all(answers)
  agent.destroy()
  return { sent: taken.length, failures: taken.filter((ok) => !ok).length }
}

async function latencies(hub: HubUnderTest, from: string) {
  if (hub.database === undefined) throw new Error('asked of PostgreSQL')
  const client = new pg.Client({ connectionString: hub.database.url })
  await client.connect()
  try {
    const { rows } = await client.query<{ p: number[] }>(
      `select percentile_cont(array[0.5, 0.95, 0.99]) within group (
         order by extract(epoch from done_at - received_at) * 1000) as p
       from message where received_at >= $1`,
      [from],
    )
    const [p50Ms = Number.NaN, p95Ms = Number.NaN, p99Ms = Number.NaN] = rows[0]?.p ?? []
    return { p50Ms, p95Ms, p99Ms }
  } finally {
    await client.end()
  }
}
