/** Connections to Redis in each of its forms: they reconnect for ever, and tell once when they are lost and back. */
import { Cluster, Redis } from 'ioredis'
import type { Log } from '../src/core/ports.js'
import type { RedisAddress } from '../src/core/redis-address.js'

export interface ConnectionSettings {
  readonly enableOfflineQueue?: boolean
  readonly commandTimeout?: number
  readonly maxRetriesPerRequest?: null
}

export type RedisConnection = Redis | Cluster

const RECONNECT_MS_MAX = 1_000
/** A master that a fail-over made a replica: the next connection asks the Sentinels anew. */
const reconnectOnError = (error: Error) => error.message.includes('READONLY')
const retryStrategy = (times: number) => Math.min(times * 50, RECONNECT_MS_MAX)

export function connectRedis(address: RedisAddress, log: Log, settings: ConnectionSettings): RedisConnection {
  const connection = openConnection(address, settings)
  // Without a listener an error would end the process.
  let up = true
  connection.on('error', (error: Error) => {
    if (up) log.warn('redis away', { reason: reasonOf(error) })
    up = false
  })
  connection.on('ready', () => {
    if (!up) log.info('redis back')
    up = true
  })
  return connection
}

/** First part of every key. In a Cluster all keys of a queue must lie in one slot, which the braces bring about. */
export const keyPrefix = (address: RedisAddress, prefix: string): string =>
  address.kind === 'cluster' ? `{${prefix}}` : prefix

function openConnection(address: RedisAddress, settings: ConnectionSettings): RedisConnection {
  const common = { retryStrategy, reconnectOnError, ...settings }
  switch (address.kind) {
    case 'single':
      return new Redis(address.url, common)
    case 'sentinel': {
      const { sentinels, master, db, tls, login, sentinelPassword } = address
      return new Redis({
        ...common,
        ...login,
        sentinels: [...sentinels],
        name: master,
        db,
        sentinelRetryStrategy: retryStrategy,
        ...(sentinelPassword === undefined ? {} : { sentinelPassword }),
        ...(tls ? { tls: {}, enableTLSForSentinelMode: true } : {}),
      })
    }
    case 'cluster': {
      const { nodes, tls, login } = address
      const { enableOfflineQueue, ...redisOptions } = settings
      return new Cluster([...nodes], {
        clusterRetryStrategy: retryStrategy,
        ...(enableOfflineQueue === undefined ? {} : { enableOfflineQueue }),
        redisOptions: { ...redisOptions, ...login, ...(tls ? { tls: {} } : {}) },
        // Names in certificates hold for hosts, not for the addresses that they stand for.
        ...(tls
          ? { dnsLookup: (host: string, done: (error: null, address: string) => void) => done(null, host) }
          : {}),
      })
    }
  }
}

/** The operating system's code where there is one: texts of errors may hold addresses with credentials. */
function reasonOf(error: Error): string {
  const code: unknown = Reflect.get(error, 'code')
  return typeof code === 'string' ? code : error.name
}
