/** What an operator should know of the Redis in use (reliability.md 5.12). */
import type { Log } from '../src/core/ports.js'
import type { RedisAddress } from '../src/core/redis-address.js'
import { connectRedis, type RedisConnection } from './redis-connection.js'
import { atMost } from './worker-pool.js'

export interface RedisFacts {
  readonly version: string
  /** `maxmemory-policy`: anything but `noeviction` may throw doorbells away. */
  readonly eviction: string
  /** Not needed: doorbells that are lost are rung again. */
  readonly persistence: 'aof' | 'rdb' | 'none'
}

const VERSION_MIN = [6, 2] as const

/** Undefined when it does not tell. Never throws. */
export async function readRedisFacts(connection: RedisConnection): Promise<RedisFacts | undefined> {
  try {
    const info = await connection.info()
    const field = (name: string) => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1] ?? ''
    const saves = await connection.config('GET', 'save').catch(() => [])
    return {
      version: field('redis_version'),
      eviction: field('maxmemory_policy'),
      persistence: persistenceOf(field('aof_enabled'), saves),
    }
  } catch {
    return undefined
  }
}

/** `CONFIG GET save` gives its name and the intervals; servers of others may refuse to tell. */
function persistenceOf(aof: string, saves: unknown): RedisFacts['persistence'] {
  if (aof === '1') return 'aof'
  return Array.isArray(saves) && typeof saves[1] === 'string' && saves[1] !== '' ? 'rdb' : 'none'
}

/** Redis may throw keys away to make room. */
export const mayEvict = ({ eviction }: RedisFacts): boolean => eviction !== '' && eviction !== 'noeviction'

export function reportRedis(facts: RedisFacts | undefined, log: Log): void {
  if (facts === undefined) {
    log.warn('redis gave no information about itself')
    return
  }
  log.info('redis', { ...facts })
  if (mayEvict(facts))
    log.warn('redis evicts keys: set maxmemory-policy to noeviction', { eviction: facts.eviction })
  if (isOld(facts.version)) log.warn('redis is older than 6.2', { version: facts.version })
}

function isOld(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major < VERSION_MIN[0] || (major === VERSION_MIN[0] && minor < VERSION_MIN[1])
}

/** Asks a Redis once, on a connection of its own; undefined when it does not answer within `limitMs`. */
export async function askRedis(
  address: RedisAddress,
  log: Log,
  limitMs: number,
): Promise<RedisFacts | undefined> {
  const connection = connectRedis(address, log, {})
  const found: { facts?: RedisFacts | undefined } = {}
  await atMost(
    limitMs,
    readRedisFacts(connection).then((facts) => {
      found.facts = facts
    }),
  )
  connection.disconnect()
  return found.facts
}
