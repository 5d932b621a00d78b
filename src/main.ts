/** Composition root: parses configuration, opens what is needed, wires it, closes it in reverse. Nothing else. */
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
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
import { createApp } from './api/app.js'
import { BODY_TIMEOUT_MS, HEADERS_TIMEOUT_MS } from './api/limits.js'
import { type Config, ConfigError, type Environment, parseConfig } from './config.js'
import type { LaneKey } from './core/ids.js'
import type { ChannelProtocol, Envelope } from './core/message.js'
import type { Log } from './core/ports.js'
import { receiveFrame, receiveRequest } from './hub/intake.js'
import { openPersonCache } from './hub/person-cache.js'
import { openPressure } from './hub/pressure.js'
import { readMedicationList } from './hub/read-list.js'
import { openSharedRegister } from './hub/shared-register.js'
import { workLane } from './hub/work-lane.js'
import { type WriteDeps, writeResource } from './hub/write-resource.js'
import { openLog } from './log.js'
import { listConfig } from './medication-list/defaults.js'
import { deriveList } from './medication-list/derive-list.js'
import { NO_PRODUCTS } from './medication-list/products.js'
import { type Metrics, openMetrics } from './metrics.js'
import type { Database, Store } from './store/contract.js'
import { openEmbedded, openPostgres } from './store/database.js'
import { checkDurability } from './store/durability.js'
import { openStore } from './store/store.js'
import { openDefinitions } from './validation/definitions.js'
import { openValidation } from './validation/validate.js'

export interface Hub {
  /** Base of its HTTP surfaces, undefined without the role `api`. */
  readonly url: string | undefined
  readonly mllpPort: number | undefined
  readonly stop: () => Promise<void>
}

/** Resources held in memory for persons worked on lately. */
const CACHED_RESOURCES_MAX = 100_000
const CACHED_SHARED_MAX = 20_000

/** @throws ConfigError, HubError STORE_LOCKED, STORE_UNAVAILABLE */
export async function startHub(config: Config, log: Log): Promise<Hub> {
  const clock = Date.now
  const database = await openDatabase(config, log)
  const durability = await checkDurability(database)
  if (durability.unsafe.length > 0)
    log.warn('the database does not keep what it acknowledges', { settings: durability.unsafe.join(', ') })
  const store = await openStore(database)
  const dispatcher = openDispatcher(config, store, log)
  const metrics = openMetrics(store.backlog, dispatcher.mode, durability.level)
  const deps = await openDeps(config, store, metrics, log)
  const work = (lane: LaneKey) => workLane(deps, lane)
  const pressure = openPressure(store.backlog, config, clock)
  if (config.roles.has('worker'))
    await dispatcher.start({ workLane: work, dueLanes: store.dueLanes, onSweep: metrics.sweepFound })
  const intake = {
    store,
    ring: dispatcher.ring,
    clock,
    newId: randomUUID,
    hash: sha256,
    wait,
    settings: { zone: config.zone, syntheticIds: config.syntheticIds, processingIds: config.processingIds },
    log,
    count: metrics.message,
    protocolOf: (surface: string) => SURFACES.get(surface),
    pressure: pressure.level,
  }
  const http = config.roles.has('api') ? await listen(config, await buildApp()) : undefined
  const mllp = await openMllp()

  async function buildApp() {
    return createApp({
      store,
      writeResource: (request) => writeResource(deps, request),
      medicationList: (person, { ifNoneMatch }) =>
        readMedicationList(
          {
            store,
            workLane: work,
            clock,
            log,
            config: deps.derive.config,
            hash: (text) => sha256(Buffer.from(text)),
          },
          person,
          ifNoneMatch ?? [],
        ),
      replayMessage: async (id) => {
        if ((await store.message(id)) === undefined) return 'unknown'
        const lane = await store.replay(id)
        if (lane === undefined) return 'not-dead'
        dispatcher.ring(lane)
        return 'replayed'
      },
      intake: { receive: (surface, raw, contentType) => receiveRequest(intake, surface, raw, contentType) },
      health: async () => {
        const status = await store.ping().then(
          () => (dispatcher.mode() === 'sweep-only' ? ('degraded' as const) : ('ready' as const)),
          () => 'unavailable' as const,
        )
        return { status, durability: durability.level, dispatcher: dispatcher.mode() }
      },
      metrics: metrics.text,
      definitions: openDefinitions(),
      callerOf: () => ({ clientId: 'anonymous' }),
      clock,
      newId: randomUUID,
      log,
      publicUrl: config.publicUrl,
      pageKey:
        config.pageKey === undefined ? randomBytes(32) : createHash('sha256').update(config.pageKey).digest(),
      version: packageVersion(),
      zone: config.zone,
    })
  }

  async function openMllp(): Promise<MllpServer | undefined> {
    if (!config.roles.has('mllp') || config.mllpPort === 0) return undefined
    return startMllpServer({
      host: config.host,
      port: config.mllpPort,
      log,
      handle: (raw) => receiveFrame(intake, raw),
    })
  }

  return {
    url: http === undefined ? undefined : config.publicUrl,
    mllpPort: mllp?.port,
    // In reverse: no new messages, lanes in hand finished, then the store.
    stop: async () => {
      await Promise.all([http === undefined ? undefined : closeServer(http), mllp?.stop(config.drainMs)])
      await dispatcher.stop(config.drainMs)
      await store.close()
    },
  }
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

async function openDeps(config: Config, store: Store, metrics: Metrics, log: Log): Promise<WriteDeps> {
  const validation = await openValidation()
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

async function listen(config: Config, app: Parameters<typeof createServer>[1]): Promise<Server> {
  const server = createServer({ headersTimeout: HEADERS_TIMEOUT_MS, requestTimeout: BODY_TIMEOUT_MS }, app)
  server.listen(config.port, config.host)
  await once(server, 'listening')
  return server
}

async function closeServer(server: Server): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  server.closeIdleConnections()
  await closed
}

const packageVersion = (): string => {
  const file = join(fileURLToPath(import.meta.url), '..', '..', '..', 'package.json')
  // Our own package file.
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
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
    ...(hub.url === undefined ? [] : [`Stafett   ${hub.url}`, `FHIR      ${hub.url}/fhir`]),
    ...(hub.mllpPort === undefined ? [] : [`MLLP      ${config.host}:${hub.mllpPort}`]),
    `store     ${store}`,
    `lanes     ${config.redisUrl === undefined ? 'in this process' : 'BullMQ on Redis'}`,
  ]
  console.log(lines.join('\n'))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = await serve(undefined)
