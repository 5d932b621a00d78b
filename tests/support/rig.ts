/** A hub under faults: its back ends, its process on fixed ports, and its state for the oracle. */
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openEmbedded, openPostgres } from '../../src/store/database.js'
import type { Database } from '../../src/store/query.js'
import { deliveryBreaches, startSubscriber } from '../oracle/deliveries.js'
import { type HubState, readHubState } from '../oracle/hub-state.js'
import { newDataFolder } from './data-folder.js'
import { freePort } from './free-port.js'
import { type HubOptions, type HubProcess, startHubProcess } from './hub-process.js'
import { newPostgresServer, type PostgresServer } from './postgres-server.js'
import { createOwnDatabase } from './reachable.js'
import { type RedisServer, startRedisServer } from './redis-server.js'
import { startTcpProxy, type TcpProxy } from './tcp-proxy.js'

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
  /** Past any proxy. */
  readonly databaseUrl: string | undefined
  readonly redis: RedisServer | undefined
  /** With the option `ownServers`. */
  readonly postgres: PostgresServer | undefined
  /** With the option `ownServers`: what stands between the hubs and their servers. */
  readonly databaseProxy: TcpProxy | undefined
  readonly redisProxy: TcpProxy | undefined
  /** An empty Redis on the port of the one that was stopped. */
  readonly restartRedis: () => Promise<void>
  /** The hub that speaks at `door`; the one before must have ended. */
  readonly start: (options?: HubOptions) => Promise<HubProcess>
  /** One more process on the same back ends, with ports of its own (PostgreSQL only). */
  readonly startBeside: (options?: HubOptions) => Promise<HubProcess>
  /** All that its hubs wrote to their logs. */
  readonly logs: () => string
  /** An embedded database can be read only while no hub has it. */
  readonly readState: (messagesMax?: number) => Promise<HubState>
  /** I-5, under the same condition. */
  readonly deliveryBreaches: () => Promise<string[]>
  readonly close: () => Promise<void>
}

export interface RigOptions {
  readonly env?: Readonly<Record<string, string>>
  /** Servers that may be stopped and killed, each behind a proxy, instead of a database on the shared server. */
  readonly ownServers?: true
}

/**
 * Lease, sweep and the time for a delivery at a tenth of what they are by default. What a killed process had in hand goes
 * on when its claim runs out, and until then holds one of the four places of its destination: at full length, longer than
 * a session waits for rest.
 */
export const TENTH = {
  STAFETT_LEASE_MS: '1500',
  STAFETT_SWEEP_MS: '200',
  STAFETT_DRAIN_MS: '1000',
  STAFETT_DELIVERY_WHOLE_MS: '3000',
} as const

export async function openRig(backEnds: BackEnds, options: RigOptions = {}): Promise<Rig> {
  const folder = await newDataFolder('stafett-rig-')
  const ownServers = options.ownServers === true
  const postgres = backEnds.postgres && ownServers ? await newPostgresServer() : undefined
  await postgres?.start()
  const own = backEnds.postgres && !ownServers ? await createOwnDatabase('stafett_rig') : undefined
  const databaseUrl = postgres?.url ?? own?.url
  const redis = { server: backEnds.redis ? await startRedisServer() : undefined }
  const databaseProxy = postgres && (await startTcpProxy(postgres.port))
  const redisProxy = redis.server && ownServers ? await startTcpProxy(redis.server.port) : undefined
  const subscriber = await startSubscriber()
  const destinations = join(folder, 'destinations.json')
  await writeFile(
    destinations,
    JSON.stringify({ destinations: [{ id: 'subscriber', kind: 'fhir-list', url: subscriber.url }] }),
  )
  const port = await freePort()
  const mllpPort = await freePort()
  const env = {
    DATA_DIR: folder,
    STAFETT_LOG: 'info',
    STAFETT_DESTINATIONS: destinations,
    ...TENTH,
    ...(databaseUrl === undefined ? {} : { DATABASE_URL: through(databaseProxy, databaseUrl) }),
    ...(redis.server === undefined ? {} : { REDIS_URL: through(redisProxy, redis.server.url) }),
    ...options.env,
  }
  const started: HubProcess[] = []
  const begin = async (ports: Readonly<Record<string, string>>, hubOptions: HubOptions) => {
    const hub = await startHubProcess({ ...env, ...ports }, { failpoints: true, ...hubOptions })
    started.push(hub)
    return hub
  }
  const withDatabase = async <T>(read: (database: Database) => Promise<T>): Promise<T> => {
    const database =
      databaseUrl === undefined
        ? await openEmbedded(folder)
        : openPostgres(databaseUrl, { max: 2, onError: () => undefined })
    try {
      return await read(database)
    } finally {
      await database.close()
    }
  }
  return {
    door: { url: `http://127.0.0.1:${port}`, mllpPort },
    databaseUrl,
    get redis() {
      return redis.server
    },
    postgres,
    databaseProxy,
    redisProxy,
    restartRedis: async () => {
      const port = redis.server?.port
      await redis.server?.stop()
      redis.server = await startRedisServer(port)
    },
    start: (hubOptions = {}) => begin({ PORT: String(port), MLLP_PORT: String(mllpPort) }, hubOptions),
    startBeside: (hubOptions = {}) => begin({}, hubOptions),
    logs: () => started.map((hub) => hub.log()).join(''),
    readState: (messagesMax) => withDatabase((database) => readHubState(database, messagesMax)),
    deliveryBreaches: () => withDatabase(({ query }) => deliveryBreaches(query, subscriber.received)),
    close: async () => {
      for (const hub of started) await hub.kill()
      await subscriber.close()
      await databaseProxy?.close()
      await redisProxy?.close()
      await redis.server?.stop()
      await postgres?.remove()
      await own?.drop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function through(proxy: TcpProxy | undefined, target: string): string {
  if (proxy === undefined) return target
  const url = new URL(target)
  url.port = String(proxy.port)
  return url.href
}
