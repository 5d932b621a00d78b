/** Which back ends this configuration names; the clients of the others are not loaded. */
import type { Dispatcher } from '../../queue/contract.js'
import { openInProcessDispatcher } from '../../queue/in-process-dispatcher.js'
import { type Config, ConfigError } from '../config.js'
import type { Log } from '../core/ports.js'
import type { Store } from '../store/contract.js'
import { type EmbeddedDatabase, openEmbedded, openPostgres } from '../store/database.js'
import type { Database } from '../store/query.js'

/**
 * @param name of this process, kept with what it writes
 * @param restoreFrom file of a backup, for a folder that holds no database yet
 */
export async function openDatabase(
  config: Config,
  name: string,
  log: Log,
  restoreFrom: string | undefined,
): Promise<Database | EmbeddedDatabase> {
  if (config.databaseUrl === undefined)
    return openEmbedded(config.dataDir, { name, ...(restoreFrom === undefined ? {} : { restoreFrom }) })
  if (restoreFrom !== undefined)
    throw new ConfigError(['--restore is for the embedded store; PostgreSQL has its own tools'])
  return openPostgres(config.databaseUrl, {
    name,
    max: config.databasePoolMax,
    onError: (error) => log.warn('database connection lost', { code: error.code }),
  })
}

/** How long a Redis is asked at start, before the hub starts without it. */
const ASK_REDIS_MS = 2_000

/** @throws ConfigError when Redis may evict keys and the configuration refuses that */
export async function checkRedis(config: Config, log: Log): Promise<void> {
  if (config.redis === undefined || config.redisEviction === 'warn') return
  const { askRedis, mayEvict } = await import('../../queue/redis-report.js')
  const facts = await askRedis(config.redis, log, ASK_REDIS_MS)
  if (facts !== undefined && mayEvict(facts))
    throw new ConfigError([
      `STAFETT_REDIS_EVICTION=refuse: Redis has maxmemory-policy ${facts.eviction}; set it to noeviction`,
    ])
}

/** Connections that stay free for intake and reading while all lanes are worked (reliability.md 5.11). */
const SPARE_CONNECTIONS = 2

export async function openDispatcher(
  config: Config,
  store: Store,
  log: Log,
  onStuck: (() => void) | undefined,
): Promise<Dispatcher> {
  const concurrency =
    store.kind === 'embedded'
      ? config.concurrency
      : Math.max(1, Math.min(config.concurrency, config.databasePoolMax - SPARE_CONNECTIONS))
  const settings = { concurrency, sweepMs: config.sweepMs, log }
  if (config.redis === undefined) return openInProcessDispatcher(settings)
  const { openBullmqDispatcher } = await import('../../queue/bullmq-dispatcher.js')
  return openBullmqDispatcher({
    ...settings,
    redis: config.redis,
    refuseEviction: config.redisEviction === 'refuse',
    incarnation: store.incarnation,
    ...(onStuck === undefined ? {} : { onStuck }),
  })
}
