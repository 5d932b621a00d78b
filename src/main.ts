/** Composition root: parses configuration, opens what is needed, wires it, closes it in reverse. Nothing else. */
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { createApp, createOpsApp } from './api/app.js'
import { startHttpServer } from './api/http-server.js'
import { openParts } from './composition/parts.js'
import { apiDeps, openMllp, opsDeps } from './composition/surfaces.js'
import { type Config, ConfigError, type Environment, parseConfig } from './config.js'
import type { Log } from './core/ports.js'
import { openLog } from './log.js'

export interface Hub {
  /** Base of its HTTP surfaces, undefined without the role `api`; health and metrics are served in any role. */
  readonly url: string | undefined
  readonly mllpPort: number | undefined
  readonly stop: () => Promise<void>
}

/**
 * Opens everything; what is open already is closed again when a later step fails.
 * @throws ConfigError, HubError STORE_LOCKED, STORE_UNAVAILABLE
 */
export async function startHub(config: Config, log: Log): Promise<Hub> {
  const closers: (() => Promise<unknown>)[] = []
  // In reverse: no new messages, lanes in hand finished, then the store.
  const stop = async () => {
    for (const close of closers.reverse()) await close()
  }
  try {
    const parts = await openParts(config, log, closers)
    const api = config.roles.has('api')
    const app = api ? createApp(apiDeps(config, parts)) : createOpsApp(opsDeps(config, parts))
    const http = await startHttpServer(config, app)
    closers.push(() => http.stop(config.drainMs))
    const mllp = await openMllp(config, parts)
    if (mllp !== undefined) closers.push(() => mllp.stop(config.drainMs))
    return { url: api ? config.publicUrl : undefined, mllpPort: mllp?.port, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/**
 * Runs the hub until SIGTERM or SIGINT.
 * @returns exit code
 */
export async function serve(role: string | undefined, env: Environment = process.env): Promise<number> {
  try {
    const config = parseConfig(env, role)
    const log = openLog(config.logLevel)
    const hub = await startHub(config, log)
    announce(config, hub)
    await Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')])
    log.info('stopping')
    await hub.stop()
    return 0
  } catch (error) {
    if (!(error instanceof ConfigError) && !(error instanceof Error)) throw error
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
    `lanes     ${config.redisUrl === undefined ? 'in this process' : 'BullMQ on Redis'}`,
  ]
  console.log(lines.join('\n'))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = await serve(undefined)
