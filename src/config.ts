/** Configuration: environment variables, parsed once into one frozen object; all faults are listed at once. */
import { parseRedisAddress, REDIS_URL_EXAMPLES, type RedisAddress } from './core/redis-address.js'

export type Role = 'api' | 'worker' | 'mllp'

export interface Config {
  readonly port: number
  readonly host: string
  /** Absent: embedded store in `dataDir`. */
  readonly databaseUrl: string | undefined
  readonly dataDir: string
  /** Absent: in-process dispatcher. */
  readonly redis: RedisAddress | undefined
  /** What a Redis that may evict keys is worth: a warning, or no start. */
  readonly redisEviction: 'warn' | 'refuse'
  /** 0 turns MLLP off. */
  readonly mllpPort: number
  /** Base of absolute links, without a trailing slash. */
  readonly publicUrl: string
  readonly auth: 'none'
  /** `production` refuses what may lose acknowledged messages; `development` warns. */
  readonly mode: 'development' | 'production'
  readonly syntheticIds: 'accept' | 'refuse'
  /** Senders (HER-id, else organisation number) that are answered in AppRec 1.1. */
  readonly appRec11: readonly string[]
  /** Folder of the official e-prescription schemas; absent: the hub's own structural rules alone. */
  readonly xsdDir: string | undefined
  readonly processingIds: readonly string[]
  /** IANA zone for local times without offset. */
  readonly zone: string
  readonly language: 'nb' | 'da' | 'en' | 'sv' | 'fi'
  readonly logLevel: 'silent' | 'error' | 'warn' | 'info' | 'debug'
  readonly roles: ReadonlySet<Role>
  /** Lanes worked on at the same time in this process. */
  readonly concurrency: number
  readonly databasePoolMax: number
  readonly leaseMs: number
  readonly sweepMs: number
  /** Waiting time for lanes in hand at SIGTERM. */
  readonly drainMs: number
  /** From readiness off to the first closed door, so that load balancers have seen it. */
  readonly drainPauseMs: number
  /** Signs page links; made at start when absent, so that links then last as long as the process. */
  readonly pageKey: string | undefined
  /** After so many days another HL7 v2 message may have the same MSH-10; 0: never. */
  readonly hl7v2ReuseDays: number
  /** 429 from this age of the oldest waiting message on. */
  readonly backlogSoftS: number
  /** 503 from this age on. */
  readonly backlogHardS: number
  /** Path of the file of destinations; absent: nothing is delivered. */
  readonly destinationsFile: string | undefined
  /** Path of the price calendar; absent: no change of product is foreseen. */
  readonly priceCalendarFile: string | undefined
  /** JSON file of the medicines that are never daily, in place of the default list. */
  readonly neverDailyFile: string | undefined
  /** Limits on one attempt at a delivery (reliability.md 6.7). */
  readonly deliveryConnectMs: number
  readonly deliveryTlsMs: number
  readonly deliveryFirstByteMs: number
  readonly deliveryWholeMs: number
  /** Deliveries that ended are kept for so long. */
  readonly deliveryKeepDays: number
  /** Raw messages are kept for so many days; undefined: for ever. */
  readonly rawDays: number | undefined
  /** Base URL of an OTLP/HTTP collector; absent: no tracing. */
  readonly otlpEndpoint: string | undefined
  /** Share of traces kept, 0 to 100. */
  readonly tracePercent: number
  /** Told of begins and ends of alerts. */
  readonly alertWebhook: string | undefined
  /** Rows of a replay that wait at the same time at most. */
  readonly replayRows: number
  /** A folder on the disk that is watched; absent: that of the embedded store, and none with PostgreSQL. */
  readonly diskFolder: string | undefined
  /** 429 while less is free. */
  readonly diskSoftBytes: number
  /** 503 while less is free. */
  readonly diskHardBytes: number
}

export class ConfigError extends Error {
  readonly faults: readonly string[]
  constructor(faults: readonly string[]) {
    super(`configuration:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`)
    this.name = 'ConfigError'
    this.faults = faults
  }
}

export type Environment = Readonly<Record<string, string | undefined>>

const MEGABYTE = 1_048_576
const ALL_ROLES: readonly Role[] = ['api', 'worker', 'mllp']
const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost'])

/**
 * @param env environment variables (.env.example lists them)
 * @param roleOption value of `--role`, such as `api,worker`
 * @throws ConfigError with every fault
 */
export function parseConfig(env: Environment, roleOption?: string): Config {
  const read = reader(env)
  const host = read.text('HOST', '127.0.0.1')
  const port = read.integer('PORT', 3000, 0, 65_535)
  const auth = read.oneOf('AUTH', ['none', 'oauth'] as const, 'none')
  if (auth === 'oauth') read.fault('AUTH=oauth is not built yet; AUTH=none serves loopback only')
  if (!LOOPBACK.has(host))
    read.fault(
      `HOST=${host}: without authentication the hub serves loopback only, for example HOST=127.0.0.1`,
    )
  const mode = read.oneOf('STAFETT_MODE', ['development', 'production'] as const, 'development')
  const embedded = read.oneOf('STAFETT_EMBEDDED', ['refuse', 'accept'] as const, 'refuse')
  const databaseUrl = read.url(
    'DATABASE_URL',
    ['postgres:', 'postgresql:'],
    'postgres://stafett@127.0.0.1:5432/stafett',
  )
  const roles = read.roles(roleOption)
  if (databaseUrl === undefined && roles.size < ALL_ROLES.length)
    read.fault('--role with part of the roles means several processes, and those need DATABASE_URL')
  if (databaseUrl === undefined && (mode === 'production' || auth === 'oauth') && embedded === 'refuse')
    read.fault(
      'DATABASE_URL is needed with STAFETT_MODE=production or AUTH=oauth: the embedded store does not survive a power cut; STAFETT_EMBEDDED=accept takes that risk, for example DATABASE_URL=postgres://stafett@127.0.0.1:5432/stafett',
    )
  const config: Config = {
    port,
    host,
    databaseUrl,
    dataDir: read.text('DATA_DIR', './data'),
    redis: read.redis('REDIS_URL'),
    redisEviction: read.oneOf('STAFETT_REDIS_EVICTION', ['warn', 'refuse'] as const, 'warn'),
    mllpPort: read.integer('MLLP_PORT', 2575, 0, 65_535),
    publicUrl: (
      read.url('PUBLIC_URL', ['http:', 'https:'], 'https://hub.example.no') ??
      `http://${host.includes(':') ? `[${host}]` : host}:${port}`
    ).replace(/\/+$/, ''),
    auth: 'none',
    mode,
    appRec11: read.list('STAFETT_APPREC_11', []),
    xsdDir: env['STAFETT_XSD_DIR'] || undefined,
    syntheticIds: read.oneOf('STAFETT_SYNTHETIC_IDS', ['accept', 'refuse'] as const, 'accept'),
    processingIds: read.list('STAFETT_PROCESSING_IDS', ['P', 'T', 'D']),
    zone: read.zone('STAFETT_ZONE', 'Europe/Oslo'),
    language: read.oneOf('STAFETT_LANGUAGE', ['nb', 'da', 'en', 'sv', 'fi'] as const, 'nb'),
    logLevel: read.oneOf('STAFETT_LOG', ['silent', 'error', 'warn', 'info', 'debug'] as const, 'info'),
    roles,
    concurrency: read.integer('STAFETT_CONCURRENCY', 16, 1, 256),
    databasePoolMax: read.integer('STAFETT_DATABASE_POOL', 20, 2, 500),
    leaseMs: read.integer('STAFETT_LEASE_MS', 15_000, 100, 600_000),
    sweepMs: read.integer('STAFETT_SWEEP_MS', 2_000, 20, 60_000),
    drainMs: read.integer('STAFETT_DRAIN_MS', 10_000, 0, 300_000),
    drainPauseMs: read.integer('STAFETT_DRAIN_PAUSE_MS', 0, 0, 60_000),
    pageKey: env['STAFETT_PAGE_KEY'] || undefined,
    hl7v2ReuseDays: read.integer('STAFETT_HL7V2_REUSE_DAYS', 0, 0, 36_500),
    backlogSoftS: read.integer('STAFETT_BACKLOG_SOFT_S', 120, 1, 86_400),
    rawDays: read.integer('STAFETT_RAW_DAYS', 0, 0, 36_500) || undefined,
    otlpEndpoint:
      read.url('STAFETT_OTLP_ENDPOINT', ['http:', 'https:'], 'http://127.0.0.1:4318') ??
      read.url('OTEL_EXPORTER_OTLP_ENDPOINT', ['http:', 'https:'], 'http://127.0.0.1:4318'),
    tracePercent: read.integer('STAFETT_TRACE_PERCENT', 100, 0, 100),
    alertWebhook: read.url('STAFETT_ALERT_WEBHOOK', ['http:', 'https:'], 'https://alarm.example.no/stafett'),
    replayRows: read.integer('STAFETT_REPLAY_ROWS', 16, 1, 1_000),
    backlogHardS: read.integer('STAFETT_BACKLOG_HARD_S', 900, 1, 86_400),
    destinationsFile: env['STAFETT_DESTINATIONS'] || undefined,
    priceCalendarFile: env['STAFETT_PRICE_CALENDAR'] || undefined,
    neverDailyFile: env['STAFETT_NEVER_DAILY'] || undefined,
    deliveryConnectMs: read.integer('STAFETT_DELIVERY_CONNECT_MS', 3_000, 50, 60_000),
    deliveryTlsMs: read.integer('STAFETT_DELIVERY_TLS_MS', 3_000, 50, 60_000),
    deliveryFirstByteMs: read.integer('STAFETT_DELIVERY_FIRST_BYTE_MS', 10_000, 50, 300_000),
    deliveryWholeMs: read.integer('STAFETT_DELIVERY_WHOLE_MS', 30_000, 50, 600_000),
    deliveryKeepDays: read.integer('STAFETT_DELIVERY_KEEP_DAYS', 30, 30, 3_650),
    diskFolder: env['STAFETT_DISK_FOLDER'] || undefined,
    diskSoftBytes: read.integer('STAFETT_DISK_SOFT_MB', 512, 0, 100_000_000) * MEGABYTE,
    diskHardBytes: read.integer('STAFETT_DISK_HARD_MB', 128, 0, 100_000_000) * MEGABYTE,
  }
  if (config.backlogHardS < config.backlogSoftS)
    read.fault('STAFETT_BACKLOG_HARD_S must not be less than STAFETT_BACKLOG_SOFT_S')
  if (config.diskHardBytes > config.diskSoftBytes)
    read.fault('STAFETT_DISK_HARD_MB must not be more than STAFETT_DISK_SOFT_MB')
  read.finish()
  return Object.freeze(config)
}

function reader(env: Environment) {
  const faults: string[] = []
  const text = (name: string, fallback: string): string => env[name] || fallback
  return {
    text,
    fault: (message: string) => faults.push(message),
    integer(name: string, fallback: number, min: number, max: number): number {
      const value = env[name]
      if (value === undefined || value === '') return fallback
      const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN
      if (number >= min && number <= max) return number
      faults.push(`${name} must be a whole number from ${min} to ${max}, for example ${name}=${fallback}`)
      return fallback
    },
    oneOf<T extends string>(name: string, values: readonly T[], fallback: T): T {
      const value = text(name, fallback)
      const found = values.find((candidate) => candidate === value)
      if (found === undefined)
        faults.push(`${name} must be one of ${values.join(', ')}, for example ${name}=${fallback}`)
      return found ?? fallback
    },
    url(name: string, protocols: readonly string[], example: string): string | undefined {
      const value = env[name]
      if (value === undefined || value === '') return undefined
      if (URL.canParse(value) && protocols.includes(new URL(value).protocol)) return value
      faults.push(`${name} must be a URL of ${protocols.join(' or ')}, for example ${name}=${example}`)
      return undefined
    },
    redis(name: string): RedisAddress | undefined {
      const value = env[name]
      if (value === undefined || value === '') return undefined
      const parsed = parseRedisAddress(value)
      if (parsed.kind === 'address') return parsed.address
      for (const fault of parsed.faults)
        faults.push(`${name} ${fault}, for example ${name}=${REDIS_URL_EXAMPLES[0]}`)
      return undefined
    },
    list(name: string, fallback: readonly string[]): readonly string[] {
      const value = env[name]
      return value
        ? value
            .split(',')
            .map((part) => part.trim())
            .filter((part) => part !== '')
        : fallback
    },
    zone(name: string, fallback: string): string {
      const value = text(name, fallback)
      try {
        new Intl.DateTimeFormat('en', { timeZone: value })
        return value
      } catch {
        faults.push(`${name} must be an IANA time zone, for example ${name}=${fallback}`)
        return fallback
      }
    },
    roles(option: string | undefined): ReadonlySet<Role> {
      const names = option === undefined ? ALL_ROLES : option.split(',').map((part) => part.trim())
      const unknown = names.filter((name) => !ALL_ROLES.some((role) => role === name))
      if (unknown.length > 0)
        faults.push(`--role knows ${ALL_ROLES.join(', ')}, for example --role api,worker`)
      return new Set(ALL_ROLES.filter((role) => names.includes(role)))
    },
    finish() {
      if (faults.length > 0) throw new ConfigError(faults)
    },
  }
}
