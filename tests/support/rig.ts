/** A hub under faults: its back ends, its process on fixed ports, and its state for the oracle. */
import { rm } from 'node:fs/promises'
import { openEmbedded, openPostgres } from '../../src/store/database.js'
import { type HubState, readHubState } from '../oracle/hub-state.js'
import { newDataFolder } from './data-folder.js'
import { freePort } from './free-port.js'
import { type HubOptions, type HubProcess, startHubProcess } from './hub-process.js'
import { createOwnDatabase } from './reachable.js'
import { type RedisServer, startRedisServer } from './redis-server.js'

export interface BackEnds {
  readonly postgres: boolean
  readonly redis: boolean
}

export const COMBINATIONS: readonly BackEnds[] = [
  { postgres: true, redis: true },
  { postgres: true, redis: false },
  { postgres: false, redis: true },
  { postgres: false, redis: false },
]

export const nameOf = ({ postgres, redis }: BackEnds): string =>
  `${postgres ? 'PostgreSQL' : 'embedded store'}, ${redis ? 'BullMQ' : 'in-process dispatcher'}`

export interface Rig {
  readonly door: { readonly url: string; readonly mllpPort: number }
  readonly databaseUrl: string | undefined
  readonly redis: RedisServer | undefined
  /** The hub that speaks at `door`; the one before must have ended. */
  readonly start: (options?: HubOptions) => Promise<HubProcess>
  /** One more process on the same back ends, with ports of its own (PostgreSQL only). */
  readonly startBeside: (options?: HubOptions) => Promise<HubProcess>
  /** All that its hubs wrote to their logs. */
  readonly logs: () => string
  /** An embedded database can be read only while no hub has it. */
  readonly readState: () => Promise<HubState>
  readonly close: () => Promise<void>
}

export interface RigOptions {
  readonly env?: Readonly<Record<string, string>>
  /** Instead of a database of its own on the shared server. */
  readonly databaseUrl?: string
}

/** Lease and sweep at a tenth of what they are by default. */
export const TENTH = { STAFETT_LEASE_MS: '1500', STAFETT_SWEEP_MS: '200', STAFETT_DRAIN_MS: '1000' } as const

export async function openRig(backEnds: BackEnds, options: RigOptions = {}): Promise<Rig> {
  const folder = await newDataFolder('stafett-rig-')
  const own =
    backEnds.postgres && options.databaseUrl === undefined
      ? await createOwnDatabase('stafett_rig')
      : undefined
  const databaseUrl = backEnds.postgres ? (options.databaseUrl ?? own?.url) : undefined
  const redis = backEnds.redis ? await startRedisServer() : undefined
  const port = await freePort()
  const mllpPort = await freePort()
  const env = {
    DATA_DIR: folder,
    STAFETT_LOG: 'info',
    ...TENTH,
    ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }),
    ...(redis === undefined ? {} : { REDIS_URL: redis.url }),
    ...options.env,
  }
  const started: HubProcess[] = []
  const begin = async (ports: Readonly<Record<string, string>>, hubOptions: HubOptions) => {
    const hub = await startHubProcess({ ...env, ...ports }, { failpoints: true, ...hubOptions })
    started.push(hub)
    return hub
  }
  return {
    door: { url: `http://127.0.0.1:${port}`, mllpPort },
    databaseUrl,
    redis,
    start: (hubOptions = {}) => begin({ PORT: String(port), MLLP_PORT: String(mllpPort) }, hubOptions),
    startBeside: (hubOptions = {}) => begin({}, hubOptions),
    logs: () => started.map((hub) => hub.log()).join(''),
    readState: async () => {
      const database =
        databaseUrl === undefined
          ? await openEmbedded(folder)
          : openPostgres(databaseUrl, { max: 2, onError: () => undefined })
      try {
        return await readHubState(database.query)
      } finally {
        await database.close()
      }
    },
    close: async () => {
      for (const hub of started) await hub.kill()
      await redis?.stop()
      await own?.drop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
