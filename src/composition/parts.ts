/** Everything that runs without a socket: store, dispatcher, validation, metrics and the use cases over them. */
import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import type { Dispatcher } from '../../queue/contract.js'
import type { Config, Environment } from '../config.js'
import { DELIVERY_RULES } from '../core/delivery.js'
import type { LaneKey } from '../core/ids.js'
import type { Clock, Log } from '../core/ports.js'
import { openDeliveryMetrics } from '../delivery-metrics.js'
import type { FollowedCatalogue } from '../hub/catalogue/follow-catalogue.js'
import type { IntakeDeps } from '../hub/intake.js'
import { openParking } from '../hub/parked-channels.js'
import type { OperationDeps } from '../hub/perform-operation.js'
import { openPressure, type PressureGauge } from '../hub/pressure.js'
import type { PreviewDeps } from '../hub/preview-replay.js'
import { ordinationNewsJob } from '../hub/tell-ordinations.js'
import { workLane, workLanes } from '../hub/work-lane.js'
import { openMetrics } from '../metrics.js'
import { openQueueMetrics, type QueueMetrics } from '../queue-metrics.js'
import type { Store } from '../store/contract.js'
import { type DeliveryOperations, openDeliveryOperations } from '../store/delivery-operations.js'
import { type DeliveryViews, openDeliveryViews } from '../store/delivery-views.js'
import { checkDurability, type Durability, refuseUnsafe } from '../store/durability.js'
import { openOrdinationNews } from '../store/ordination-news.js'
import type { Database } from '../store/query.js'
import { openStore } from '../store/store.js'
import { openTracing, type Tracing } from '../tracing.js'
import { openValidation } from '../validation/validate.js'
import { awaitDatabase } from './await-database.js'
import { checkRedis, openDatabase, openDispatcher } from './back-ends.js'
import { type Backup, openBackup } from './backup.js'
import { openCatalogue } from './catalogue.js'
import { diskFreeBytes, watchedFolder } from './disk.js'
import { doorSettings } from './door-settings.js'
import { openDeps, sha256 } from './hub-deps.js'
import { startClock } from './jobs.js'
import { readNeverDailyList } from './never-daily-list.js'
import { endedDeliveriesJob, openOutbox, openOutboxDoor, readDestinations } from './outbox.js'
import { readPriceCalendar } from './price-calendar.js'
import { newProcessName, packageVersion } from './process-name.js'
import { SURFACES } from './protocols.js'
import { openQueries } from './queries.js'
import { openWatching } from './watching.js'

const DAY_MS = 86_400_000

export interface Parts {
  readonly store: Store
  readonly dispatcher: Dispatcher
  /** Prometheus text. */
  readonly metricsText: () => Promise<string>
  readonly deliveries: DeliveryViews & DeliveryOperations
  readonly ringDestination: (id: string) => void
  readonly durability: Durability
  /** Of the embedded store. */
  readonly backup: Backup | undefined
  readonly deps: OperationDeps & PreviewDeps
  readonly intake: IntakeDeps
  readonly catalogue: FollowedCatalogue
  readonly pressure: PressureGauge
  readonly workLane: (lane: LaneKey) => Promise<boolean>
  readonly clock: Clock
  readonly log: Log
  readonly tracing: Tracing
  /** The process was told to end. */
  readonly isDraining: () => boolean
}

export interface OpenOptions {
  /** Called in reverse at the end. */
  readonly closers: (() => Promise<unknown>)[]
  readonly isDraining: () => boolean
  /** Where the destinations file names its secrets. */
  readonly env: Environment
  readonly signal?: AbortSignal
  readonly onStuck?: () => void
  /** File of a backup to start from. */
  readonly restoreFrom?: string
  readonly clock?: Clock
}

export async function openParts(config: Config, log: Log, options: OpenOptions): Promise<Parts> {
  const lists = { prices: readPriceCalendar(config), neverDaily: readNeverDailyList(config) }
  const { closers, clock = Date.now } = options
  const destinations = config.roles.has('worker') ? readDestinations(config, options.env) : undefined
  // Loaded while the database opens; a fault in it is told where it is awaited.
  const validating = openValidation()
  validating.catch(() => undefined)
  const who = newProcessName()
  const database = await openDatabase(config, who, log, options.restoreFrom)
  closers.push(database.close)
  const tracing = await openTracing({
    endpoint: config.otlpEndpoint,
    percent: config.tracePercent,
    version: packageVersion(),
    process: who,
  })
  closers.push(tracing.stop)
  const queueMetrics = openQueueMetrics(Date.now)
  const opened = await openSafely(config, database, queueMetrics, log, options.signal)
  const { durability } = opened
  await checkRedis(config, log)
  const dispatcher = await openDispatcher(config, opened.store, log, options.onStuck)
  closers.push(() => dispatcher.stop(config.drainMs))
  const door = openOutboxDoor(config, dispatcher.ring)
  const store = door.rungBy(opened.store)
  const pressure = openPressure(
    {
      oldestWaitingS: store.oldestWaitingS,
      diskFreeBytes: () => diskFreeBytes(watchedFolder(config)),
    },
    config,
    Date.now,
  )
  const metrics = openMetrics(store.backlog, dispatcher.mode, durability.level, {
    diskFreeBytes: pressure.diskFreeBytes,
    logLinesDropped: log.dropped,
  })
  const deliveries = {
    ...openDeliveryViews(database, DELIVERY_RULES),
    ...openDeliveryOperations(database),
  }
  const deliveryMetrics = openDeliveryMetrics(deliveries.destinations)
  const parking = openParking(store, log)
  const catalogue = await openCatalogue(config, store, pressure.level, log)
  closers.push(catalogue.stop)
  const watching = openWatching(config, { database, dispatcher, metrics, queueMetrics, store })
  const { ring } = watching
  const deps = openDeps(
    config,
    store,
    metrics,
    await validating,
    watching.count,
    parking,
    deliveries,
    who,
    tracing,
    log,
    catalogue.products,
    lists,
    clock,
  )
  if (destinations !== undefined) {
    const outbox = await openOutbox(config, database, store, deps, destinations, deliveryMetrics)
    closers.push(() => outbox.stop(config.drainMs))
    door.attach(outbox)
    await parking.refresh()
    await dispatcher.start({
      workLanes: (lanes) =>
        workLanes(
          deps,
          lanes.filter((lane) => !door.takes(lane)),
        ),
      dueLanes: store.dueLanes,
      onSweep: watching.sweepFound,
    })
    const more = [
      endedDeliveriesJob(config, database),
      ordinationNewsJob({ news: openOrdinationNews(database), operations: deps, log }),
    ]
    closers.push(startClock({ config, store, counts: watching.counts, parking, ring, who, log, more }))
  }
  const intake: IntakeDeps = {
    store,
    ring,
    clock,
    newId: randomUUID,
    hash: sha256,
    wait: (ms) => wait(ms),
    settings: await doorSettings(config),
    idReuseMs: (channel) =>
      channel === 'hl7v2' && config.hl7v2ReuseDays > 0 ? config.hl7v2ReuseDays * DAY_MS : undefined,
    answerQuery: openQueries(deps, store),
    log,
    count: metrics.message,
    protocolOf: (surface) => SURFACES.get(surface),
    pressure: pressure.level,
  }
  const { isDraining } = options
  return {
    clock,
    store,
    dispatcher,
    metricsText: async () => (await watching.text()) + (await deliveryMetrics.text()),
    deliveries,
    ringDestination: door.due,
    durability,
    backup: 'dump' in database ? openBackup(config.dataDir, database.dump, log) : undefined,
    deps,
    intake,
    catalogue,
    pressure,
    tracing,
    workLane: (lane: LaneKey) => workLane(deps, lane),
    log,
    isDraining,
  }
}

async function openSafely(
  config: Config,
  database: Database,
  { commitLost }: QueueMetrics,
  log: Log,
  signal: AbortSignal | undefined,
) {
  const open = async () => {
    const durability = await checkDurability(database)
    refuseUnsafe(durability, config.mode)
    return { durability, store: await openStore(database, commitLost) }
  }
  // A folder of this process does not come back by waiting.
  if (database.kind === 'embedded') return open()
  const opened = await awaitDatabase(open, { log, random: Math.random, signal })
  const { unsafe } = opened.durability
  if (unsafe.length > 0)
    log.warn('the database does not keep what it acknowledges', { settings: unsafe.join(', ') })
  return opened
}
