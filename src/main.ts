/** Composition root: parses configuration, opens what is needed, wires it, closes it in reverse. Nothing else. */
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type MllpServer, startMllpServer } from '../adapters/transport/mllp.js'
import { canonicalDeviceProtocol } from '../mappings/devices/protocol.js'
import { hl7v2Protocol } from '../mappings/hl7v2/protocol.js'
import { kithProtocol } from '../mappings/kith/protocol.js'
import { openBullmqDispatcher } from '../queue/bullmq-dispatcher.js'
import type { Dispatcher } from '../queue/contract.js'
import { openInProcessDispatcher } from '../queue/in-process-dispatcher.js'
import { createApp, createOpsApp, type OpsDeps } from './api/app.js'
import type { ApiDeps, Health } from './api/deps.js'
import { startHttpServer } from './api/http-server.js'
import { type Config, ConfigError, type Environment, parseConfig } from './config.js'
import type { LaneKey } from './core/ids.js'
import type { ChannelProtocol, Envelope } from './core/message.js'
import type { Log } from './core/ports.js'
import { type IntakeDeps, receiveFrame, receiveRequest } from './hub/intake.js'
import { openPersonCache } from './hub/person-cache.js'
import { openPressure } from './hub/pressure.js'
import { readMedicationList } from './hub/read-list.js'
import { replayMessage } from './hub/replay-message.js'
import { openSharedRegister } from './hub/shared-register.js'
import { workLane } from './hub/work-lane.js'
import { type WriteDeps, writeResource } from './hub/write-resource.js'
import { openLog } from './log.js'
import { listConfig } from './medication-list/defaults.js'
import { deriveList } from './medication-list/derive-list.js'
import { NO_PRODUCTS } from './medication-list/products.js'
import { type Metrics, openMetrics } from './metrics.js'
import type { Store } from './store/contract.js'
import { openEmbedded, openPostgres } from './store/database.js'
import { checkDurability, type Durability } from './store/durability.js'
import type { Database } from './store/query.js'
import { openStore } from './store/store.js'
import { openDefinitions } from './validation/definitions.js'
import { packageRoot } from './validation/package-root.js'
import { openValidation, type Validation } from './validation/validate.js'

export interface Hub {
  /** Base of its HTTP surfaces, undefined without the role `api`; health and metrics are served in any role. */
  readonly url: string | undefined
  readonly mllpPort: number | undefined
  readonly stop: () => Promise<void>
}

/** Resources held in memory for persons worked on lately. */
const CACHED_RESOURCES_MAX = 100_000
const CACHED_SHARED_MAX = 20_000

/**
 * Opens everything; what is open already is closed again when a later step fails.
 * @throws ConfigError, HubError STORE_LOCKED, STORE_UNAVAILABLE
 */
export async function startHub(config: Config, log: Log): Promise<Hub> {
  const closers: (() => Promise<unknown>)[] = []
  // In reverse: no new messages, lanes in hand finished, then the store.
  const stop = async () => {
    for (const close of closers.reverse()) await close()
  }
  try {
    const parts = await openParts(config, log, closers)
    const api = config.roles.has('api')
    const app = api ? createApp(apiDeps(config, parts)) : createOpsApp(opsDeps(config, parts))
    const http = await startHttpServer(config, app)
    closers.push(() => http.stop(config.drainMs))
    const mllp = await openMllp(config, parts)
    if (mllp !== undefined) closers.push(() => mllp.stop(config.drainMs))
    return { url: api ? config.publicUrl : undefined, mllpPort: mllp?.port, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

interface Parts {
  readonly store: Store
  readonly dispatcher: Dispatcher
  readonly metrics: Metrics
  readonly durability: Durability
  readonly deps: WriteDeps
  readonly intake: IntakeDeps
  readonly workLane: (lane: LaneKey) => Promise<boolean>
  readonly log: Log
}

async function openParts(config: Config, log: Log, closers: (() => Promise<unknown>)[]): Promise<Parts> {
  // Loaded while the database opens; a fault in it is told where it is awaited.
  const validating = openValidation()
  validating.catch(() => undefined)
  const database = await openDatabase(config, log)
  closers.push(database.close)
  const durability = await checkDurability(database)
  if (durability.unsafe.length > 0)
    log.warn('the database does not keep what it acknowledges', { settings: durability.unsafe.join(', ') })
  const store = await openStore(database)
  const dispatcher = openDispatcher(config, store, log)
  closers.push(() => dispatcher.stop(config.drainMs))
  const metrics = openMetrics(store.backlog, dispatcher.mode, durability.level)
  const deps = openDeps(config, store, metrics, await validating, log)
  const work = (lane: LaneKey) => workLane(deps, lane)
  if (config.roles.has('worker'))
    await dispatcher.start({ workLane: work, dueLanes: store.dueLanes, onSweep: metrics.sweepFound })
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
  return { store, dispatcher, metrics, durability, deps, intake, workLane: work, log }
}

function apiDeps(config: Config, parts: Parts): ApiDeps {
  const { deps, dispatcher, intake, store } = parts
  const list = {
    store,
    workLane: parts.workLane,
    clock: Date.now,
    log: parts.log,
    config: deps.derive.config,
    hash: (text: string) => sha256(Buffer.from(text)),
  }
  return {
    ...opsDeps(config, parts),
    store,
    writeResource: (request) => writeResource(deps, request),
    medicationList: (person, { ifNoneMatch }) => readMedicationList(list, person, ifNoneMatch ?? []),
    replayMessage: (id) => replayMessage(store, dispatcher.ring, id),
    intake: { receive: (surface, raw, contentType) => receiveRequest(intake, surface, raw, contentType) },
    definitions: openDefinitions(),
    callerOf: () => ({ clientId: 'anonymous' }),
    clock: Date.now,
    pageKey:
      config.pageKey === undefined ? randomBytes(32) : createHash('sha256').update(config.pageKey).digest(),
    version: packageVersion(),
    zone: config.zone,
  }
}

const opsDeps = (config: Config, parts: Parts): OpsDeps => ({
  health: () => healthOf(parts),
  metrics: parts.metrics.text,
  newId: randomUUID,
  log: parts.log,
  publicUrl: config.publicUrl,
})

async function healthOf({ dispatcher, durability, store }: Parts): Promise<Health> {
  const status = await store.ping().then(
    () => (dispatcher.mode() === 'sweep-only' ? ('degraded' as const) : ('ready' as const)),
    () => 'unavailable' as const,
  )
  return { status, durability: durability.level, dispatcher: dispatcher.mode() }
}

async function openMllp(config: Config, { intake, log }: Parts): Promise<MllpServer | undefined> {
  if (!config.roles.has('mllp') || config.mllpPort === 0) return undefined
  const handle = (raw: Uint8Array) => receiveFrame(intake, raw)
  return startMllpServer({ host: config.host, port: config.mllpPort, log, handle })
}

const PROTOCOLS: ReadonlyMap<Envelope['channel'], ChannelProtocol> = new Map([
  ['hl7v2', hl7v2Protocol],
  ['eresept', kithProtocol],
  ['devices', canonicalDeviceProtocol],
])

const SURFACES: ReadonlyMap<string, ChannelProtocol> = new Map([
  ['hl7v2', hl7v2Protocol],
  ['eresept', kithProtocol],
  ['devices/canonical', canonicalDeviceProtocol],
])

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

function openDeps(
  config: Config,
  store: Store,
  metrics: Metrics,
  validation: Validation,
  log: Log,
): WriteDeps {
  return {
    store,
    protocol: (channel) => PROTOCOLS.get(channel),
    cache: openPersonCache(CACHED_RESOURCES_MAX),
    shared: openSharedRegister(store.loadShared, CACHED_SHARED_MAX),
    derive: {
      derive: deriveList,
      products: NO_PRODUCTS,
      config: listConfig(config.zone, config.language),
      publicUrl: config.publicUrl,
      newId: randomUUID,
      validate: (resource) => validation.validate(resource),
    },
    clock: Date.now,
    newId: randomUUID,
    zone: config.zone,
    owner: randomUUID(),
    leaseMs: config.leaseMs,
    log,
    random: Math.random,
    every: (ms, beat) => {
      const timer = setInterval(beat, ms)
      timer.unref()
      return () => clearInterval(timer)
    },
    count: metrics.message,
    observe: metrics.processed,
    hash: sha256,
    wait: (ms) => wait(ms),
    encode: (text) => Buffer.from(text),
  }
}

async function openDatabase(config: Config, log: Log): Promise<Database> {
  if (config.databaseUrl === undefined) return openEmbedded(config.dataDir)
  return openPostgres(config.databaseUrl, {
    max: config.databasePoolMax,
    onError: (error) => log.warn('database connection lost', { code: error.code }),
  })
}

function openDispatcher(config: Config, store: Store, log: Log): Dispatcher {
  const settings = { concurrency: config.concurrency, sweepMs: config.sweepMs, log }
  return config.redisUrl === undefined
    ? openInProcessDispatcher(settings)
    : openBullmqDispatcher({ ...settings, redisUrl: config.redisUrl, incarnation: store.incarnation })
}

const packageVersion = (): string => {
  // Our own package file.
  return (JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as { version: string })
    .version
}

/**
 * Runs the hub until SIGTERM or SIGINT.
 * @returns exit code
 */
export async function serve(role: string | undefined, env: Environment = process.env): Promise<number> {
  try {
    const config = parseConfig(env, role)
    const log = openLog(config.logLevel)
    const hub = await startHub(config, log)
    announce(config, hub)
    await Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')])
    log.info('stopping')
    await hub.stop()
    return 0
  } catch (error) {
    if (!(error instanceof ConfigError) && !(error instanceof Error)) throw error
    console.error(error.message)
    return 1
  }
}

function announce(config: Config, hub: Hub): void {
  const store =
    config.databaseUrl === undefined
      ? `embedded in ${config.dataDir}: survives the death of this process, not a power cut`
      : 'PostgreSQL'
  const lines = [
    ...(hub.url === undefined
      ? [`health    http://${config.host}:${config.port}/health/ready`]
      : [`Stafett   ${hub.url}`, `FHIR      ${hub.url}/fhir`]),
    ...(hub.mllpPort === undefined ? [] : [`MLLP      ${config.host}:${hub.mllpPort}`]),
    `store     ${store}`,
    `lanes     ${config.redisUrl === undefined ? 'in this process' : 'BullMQ on Redis'}`,
  ]
  console.log(lines.join('\n'))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = await serve(undefined)
