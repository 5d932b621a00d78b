/** Everything that runs without a socket: store, dispatcher, validation, metrics and the use cases over them. */
import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import type { Dispatcher } from '../../queue/contract.js'
import type { Config } from '../config.js'
import type { LaneKey } from '../core/ids.js'
import type { Log } from '../core/ports.js'
import type { IntakeDeps } from '../hub/intake.js'
import { openParking } from '../hub/parked-channels.js'
import { openPressure } from '../hub/pressure.js'
import { workLane } from '../hub/work-lane.js'
import type { WriteDeps } from '../hub/write-resource.js'
import { type Metrics, openMetrics } from '../metrics.js'
import type { Store } from '../store/contract.js'
import { checkDurability, type Durability, refuseUnsafe } from '../store/durability.js'
import type { Database } from '../store/query.js'
import { openStore } from '../store/store.js'
import { openValidation } from '../validation/validate.js'
import { awaitDatabase } from './await-database.js'
import { checkRedis, openDatabase, openDispatcher } from './back-ends.js'
import { openDeps, sha256 } from './hub-deps.js'
import { startClock } from './jobs.js'
import { newProcessName } from './process-name.js'
import { SURFACES } from './protocols.js'

export interface Parts {
  readonly store: Store
  readonly dispatcher: Dispatcher
  readonly metrics: Metrics
  readonly durability: Durability
  readonly deps: WriteDeps
  readonly intake: IntakeDeps
  readonly workLane: (lane: LaneKey) => Promise<boolean>
  readonly log: Log
  /** The process was told to end. */
  readonly isDraining: () => boolean
}

export interface OpenOptions {
  /** Called in reverse at the end. */
  readonly closers: (() => Promise<unknown>)[]
  readonly isDraining: () => boolean
  readonly signal?: AbortSignal
  readonly onStuck?: () => void
}

export async function openParts(config: Config, log: Log, options: OpenOptions): Promise<Parts> {
  const { closers } = options
  // Loaded while the database opens; a fault in it is told where it is awaited.
  const validating = openValidation()
  validating.catch(() => undefined)
  const who = newProcessName()
  const database = await openDatabase(config, who, log)
  closers.push(database.close)
  const { durability, store } = await openSafely(config, database, log, options.signal)
  await checkRedis(config, log)
  const dispatcher = openDispatcher(config, store, log, options.onStuck)
  closers.push(() => dispatcher.stop(config.drainMs))
  const metrics = openMetrics(store.backlog, dispatcher.mode, durability.level)
  const parking = openParking(store, log)
  const deps = openDeps(config, store, metrics, await validating, parking, who, log)
  const work = (lane: LaneKey) => workLane(deps, lane)
  if (config.roles.has('worker')) {
    await parking.refresh()
    await dispatcher.start({ workLane: work, dueLanes: store.dueLanes, onSweep: metrics.sweepFound })
    closers.push(startClock({ store, parking, ring: dispatcher.ring, who, log }))
  }
  const intake: IntakeDeps = {
    store,
    ring: dispatcher.ring,
    clock: Date.now,
    newId: randomUUID,
    hash: sha256,
    wait: (ms) => wait(ms),
    settings: { zone: config.zone, syntheticIds: config.syntheticIds, processingIds: config.processingIds },
    log,
    count: metrics.message,
    protocolOf: (surface) => SURFACES.get(surface),
    pressure: openPressure(store.backlog, config, Date.now).level,
  }
  const { isDraining } = options
  return { store, dispatcher, metrics, durability, deps, intake, workLane: work, log, isDraining }
}

async function openSafely(config: Config, database: Database, log: Log, signal: AbortSignal | undefined) {
  const open = async () => {
    const durability = await checkDurability(database)
    refuseUnsafe(durability, config.mode)
    return { durability, store: await openStore(database) }
  }
  // A folder of this process does not come back by waiting.
  if (database.kind === 'embedded') return open()
  const opened = await awaitDatabase(open, { log, random: Math.random, signal })
  const { unsafe } = opened.durability
  if (unsafe.length > 0)
    log.warn('the database does not keep what it acknowledges', { settings: unsafe.join(', ') })
  return opened
}
