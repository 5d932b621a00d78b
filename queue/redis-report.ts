/** What an operator should know of the Redis in use (reliability.md 5.12). */
import type { Redis } from 'ioredis'
import type { Log } from '../src/core/ports.js'

/** Warns when keys may be evicted: doorbells would be lost until the sweep. Never throws. */
export async function reportRedis(connection: Redis, log: Log): Promise<void> {
  try {
    const info = await connection.info()
    const field = (name: string) => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1]
    const policy = field('maxmemory_policy')
    log.info('redis', {
      version: field('redis_version'),
      eviction: policy,
      appendOnly: field('aof_enabled') === '1',
    })
    if (policy !== undefined && policy !== 'noeviction')
      log.warn('redis evicts keys: set maxmemory-policy to noeviction', { eviction: policy })
  } catch {
    log.warn('redis gave no information about itself')
  }
}
