/** Composition root: parses configuration, opens what is needed, wires it, closes it in reverse. Nothing else. */
import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createApp, createOpsApp } from './api/app.js'
import { startHttpServer } from './api/http-server.js'
import { backUp } from './composition/backup.js'
import { openFront } from './composition/front.js'
import { openParts } from './composition/parts.js'
import { apiDeps, openMllp, opsDeps } from './composition/surfaces.js'
import { type Config, ConfigError, type Environment, parseConfig } from './config.js'
import type { Clock, Log } from './core/ports.js'
import { openLog } from './log.js'

export interface Hub {
  /** Base of its HTTP surfaces, undefined without the role `api`; health and metrics are served in any role. */
  readonly url: string | undefined
  readonly mllpPort: number | undefined
  /** Readiness off, then no new messages, then the lanes in hand, then the store (K17). */
  readonly stop: () => Promise<void>
}

export interface StartOptions {
  /** Where secrets stand that configuration names. */
  readonly env?: Environment
  /** Ends the wait for a database that is away. */
  readonly signal?: AbortSignal
  /** The doorbells are not heard any more, and a new worker did not help: the process should end. */
  readonly onStuck?: () => void
  /** What time it is for what is told and read; the machine's clock unless a story is played in another time. */
  readonly clock?: Clock
  /** File of a backup to start from, in a data folder without a database. */
  readonly restoreFrom?: string
}

/**
 * Opens everything; what is open already is closed again when a later step fails. A PostgreSQL that is away is waited
 * for: health says so meanwhile, and no message is taken.
 * @throws ConfigError, HubError STORE_LOCKED, STORE_UNAVAILABLE
 */
export async function startHub(config: Config, log: Log, options: StartOptions = {}): Promise<Hub> {
  const front = openFront(config, log)
  const doors: (() => Promise<unknown>)[] = []
  const closers: (() => Promise<unknown>)[] = []
  const stop = async () => {
    front.drain()
    await wait(doors.length > 0 ? config.drainPauseMs : 0)
    await Promise.all(doors.map((close) => close()))
    for (const close of closers.reverse()) await close()
  }
  try {
    const http = await startHttpServer(config, front.listener)
    doors.push(() => http.stop(config.drainMs))
    const parts = await openParts(config, log, {
      env: process.env,
      ...options,
      closers,
      isDraining: front.isDraining,
    })
    const api = config.roles.has('api')
    front.serve(api ? createApp(apiDeps(config, parts)) : createOpsApp(opsDeps(config, parts)))
    const mllp = await openMllp(config, parts)
    if (mllp !== undefined) doors.push(() => mllp.stop(config.drainMs))
    return { url: api ? config.publicUrl : undefined, mllpPort: mllp?.port, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

export interface ServeOptions {
  readonly role?: string | undefined
  readonly restore?: string | undefined
}

/**
 * Runs the hub until SIGTERM or SIGINT, or until it is stuck.
 * @returns exit code
 */
export async function serve(
  { role, restore }: ServeOptions,
  env: Environment = process.env,
): Promise<number> {
  const end = new AbortController()
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => end.abort('told to'))
  try {
    const config = parseConfig(env, role)
    const log = openLog(config.logLevel)
    const hub = await startHub(config, log, {
      env,
      signal: end.signal,
      onStuck: () => end.abort('stuck'),
      ...(restore === undefined ? {} : { restoreFrom: restore }),
    })
    announce(config, hub)
    if (!end.signal.aborted) await once(end.signal, 'abort')
    log.info('stopping', { because: String(end.signal.reason) })
    await hub.stop()
    return end.signal.reason === 'stuck' ? 1 : 0
  } catch (error) {
    if (end.signal.aborted) return 0
    if (!(error instanceof ConfigError) && !(error instanceof Error)) throw error
    console.error(error.message)
    return 1
  }
}

/**
 * A copy of the embedded store, of the hub at `url` or of the folder that is configured.
 * @returns exit code
 */
export async function backup(url: string, file: string, env: Environment = process.env): Promise<number> {
  try {
    const done = await backUp(parseConfig(env), url, file)
    console.log(`${done.file}: ${done.bytes} bytes, a copy of ${done.from}`)
    return 0
  } catch (error) {
    if (!(error instanceof Error)) throw error
    console.error(error.message)
    return 1
  }
}

function announce(config: Config, hub: Hub): void {
  const store =
    config.databaseUrl === undefined
      ? `embedded in ${config.dataDir}: survives the death of this process, not a power cut`
      : 'PostgreSQL'
  const lines = [
    ...(hub.url === undefined
      ? [`health    http://${config.host}:${config.port}/health/ready`]
      : [`Stafett   ${hub.url}`, `FHIR      ${hub.url}/fhir`]),
    ...(hub.mllpPort === undefined ? [] : [`MLLP      ${config.host}:${hub.mllpPort}`]),
    `store     ${store}`,
    `lanes     ${config.redis === undefined ? 'in this process' : 'BullMQ on Redis'}`,
  ]
  console.log(lines.join('\n'))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = await serve({})
