/** Which back ends this configuration names. */

import { openBullmqDispatcher } from '../../queue/bullmq-dispatcher.js'
import type { Dispatcher } from '../../queue/contract.js'
import { openInProcessDispatcher } from '../../queue/in-process-dispatcher.js'
import type { Config } from '../config.js'
import type { Log } from '../core/ports.js'
import type { Store } from '../store/contract.js'
import { openEmbedded, openPostgres } from '../store/database.js'
import type { Database } from '../store/query.js'

/** @param name of this process, kept with what it writes */
export async function openDatabase(config: Config, name: string, log: Log): Promise<Database> {
  if (config.databaseUrl === undefined) return openEmbedded(config.dataDir, { name })
  return openPostgres(config.databaseUrl, {
    name,
    max: config.databasePoolMax,
    onError: (error) => log.warn('database connection lost', { code: error.code }),
  })
}

/** Connections that stay free for intake and reading while all lanes are worked (reliability.md 5.11). */
const SPARE_CONNECTIONS = 2

export function openDispatcher(
  config: Config,
  store: Store,
  log: Log,
  onStuck: (() => void) | undefined,
): Dispatcher {
  const concurrency =
    store.kind === 'embedded'
      ? config.concurrency
      : Math.max(1, Math.min(config.concurrency, config.databasePoolMax - SPARE_CONNECTIONS))
  const settings = { concurrency, sweepMs: config.sweepMs, log }
  if (config.redisUrl === undefined) return openInProcessDispatcher(settings)
  return openBullmqDispatcher({
    ...settings,
    redisUrl: config.redisUrl,
    incarnation: store.incarnation,
    ...(onStuck === undefined ? {} : { onStuck }),
  })
}
