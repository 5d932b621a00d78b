/** The hub as a child process with a database of its own, for benchmarks. */
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type HubProcess, startHubProcess } from '../tests/support/hub-process.js'
import { createOwnDatabase, type OwnDatabase, TEST_REDIS_URL } from '../tests/support/reachable.js'

export interface HubUnderTest {
  readonly process: HubProcess
  readonly port: number
  readonly database: OwnDatabase | undefined
  /** Milliseconds from spawn to ready. */
  readonly startMs: number
  /** Resident memory in MiB. */
  readonly residentMib: () => number
  /** Waits until every received message is applied. */
  readonly drained: () => Promise<void>
  readonly close: () => Promise<void>
}

export interface BackEnds {
  readonly postgres: boolean
  readonly redis: boolean
}

export async function openHubUnderTest(backEnds: BackEnds): Promise<HubUnderTest> {
  const folder = await mkdtemp(join(tmpdir(), 'stafett-bench-'))
  const database = backEnds.postgres ? await createOwnDatabase('stafett_bench') : undefined
  const env = {
    DATA_DIR: folder,
    STAFETT_LOG: 'error',
    // As `npm start` and the image give it.
    NODE_OPTIONS: '--max-semi-space-size=64',
    STAFETT_BACKLOG_SOFT_S: '86000',
    STAFETT_BACKLOG_HARD_S: '86000',
    ...(database === undefined ? {} : { DATABASE_URL: database.url }),
    ...(backEnds.redis ? { REDIS_URL: TEST_REDIS_URL } : {}),
  }
  const started = performance.now()
  const process = await startHubProcess(env)
  const startMs = performance.now() - started
  return {
    process,
    port: Number(new URL(process.url).port),
    database,
    startMs,
    residentMib: () => residentMibOf(process.pid),
    drained: () => drained(process),
    close: async () => {
      await process.stop()
      await database?.drop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Starts the hub a second time on what the first left behind: a warm start. */
export async function warmStartMs(backEnds: BackEnds): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'stafett-start-'))
  const database = backEnds.postgres ? await createOwnDatabase('stafett_start') : undefined
  const env = {
    DATA_DIR: folder,
    STAFETT_LOG: 'error',
    ...(database === undefined ? {} : { DATABASE_URL: database.url }),
  }
  await (await startHubProcess(env)).stop()
  const started = performance.now()
  const second = await startHubProcess(env)
  const ms = performance.now() - started
  await second.stop()
  await database?.drop()
  await rm(folder, { recursive: true, force: true })
  return ms
}

/** From /proc, in MiB; not a number where there is none. */
export function residentMibOf(pid: number): number {
  try {
    const kib = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return Number(kib ?? Number.NaN) / 1_024
  } catch {
    return Number.NaN
  }
}

const DRAIN_MS_MAX = 120_000

async function drained(hub: HubProcess): Promise<void> {
  const until = performance.now() + DRAIN_MS_MAX
  for (;;) {
    const text = await (await fetch(`${hub.url}/metrics`)).text()
    if (/^stafett_messages_waiting 0$/m.test(text)) return
    if (performance.now() > until) throw new Error('the hub did not work off its backlog')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
