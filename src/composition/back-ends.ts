/** Which back ends this configuration names. */

import { openBullmqDispatcher } from '../../queue/bullmq-dispatcher.js'
import type { Dispatcher } from '../../queue/contract.js'
import { openInProcessDispatcher } from '../../queue/in-process-dispatcher.js'
import type { Config } from '../config.js'
import type { Log } from '../core/ports.js'
import type { Store } from '../store/contract.js'
import { openEmbedded, openPostgres } from '../store/database.js'
import type { Database } from '../store/query.js'

export async function openDatabase(config: Config, log: Log): Promise<Database> {
  if (config.databaseUrl === undefined) return openEmbedded(config.dataDir)
  return openPostgres(config.databaseUrl, {
    max: config.databasePoolMax,
    onError: (error) => log.warn('database connection lost', { code: error.code }),
  })
}

export function openDispatcher(config: Config, store: Store, log: Log): Dispatcher {
  const settings = { concurrency: config.concurrency, sweepMs: config.sweepMs, log }
  return config.redisUrl === undefined
    ? openInProcessDispatcher(settings)
    : openBullmqDispatcher({ ...settings, redisUrl: config.redisUrl, incarnation: store.incarnation })
}
