/** The two back ends behind one small interface: a PostgreSQL server through `pg`, and PGlite in this process. */
import type { PGlite } from '@electric-sql/pglite'
import pg from 'pg'
import { HubError, isHubError } from '../core/errors.js'
import { failpoint } from '../core/failpoint.js'
import { databaseFolder, doesNotOpen, markMade, prepareFolder, restoreInto } from './embedded-folder.js'
import { type FolderLock, lockFolder } from './folder-lock.js'
import type { Database, Query } from './query.js'
import { SESSION_SETTINGS } from './session-settings.js'
import { AT_CONNECT, AT_STATEMENT, isRace, storeError } from './store-error.js'

export interface PostgresOptions {
  /** Connections at most. */
  readonly max: number
  /** Of the connections; rows keep it as who wrote them. */
  readonly name?: string
  readonly connectTimeoutMs?: number
  readonly answerTimeoutMs?: number
  /** Called for connections that fail while idle; the pool replaces them. */
  readonly onError?: (error: HubError) => void
}

const CONNECT_TIMEOUT_MS = 5_000
const UNNAMED = 'stafett'
const RACE_ATTEMPTS_MAX = 5
/** Statements that wait for a connection, by connection: more are refused at once, since they would only time out. */
const WAITING_PER_CONNECTION_MAX = 50
/** Longer than `statement_timeout`: passes only when the server does not answer at all. */
const ANSWER_TIMEOUT_MS = 35_000
const INT8_OID = 20
/** A statement that opens with this comment is prepared once a connection under that name. */
const STATEMENT_NAME = /^\/\*([a-z0-9-]+)\*\//
/** Opens a text of several statements without values. */
const SCRIPT = '/*script*/'

export const script = (sql: string): string => `${SCRIPT}${sql}`

/**
 * Opens a pool; connects only when first used. bigint columns come as numbers (the hub counts below 2^53).
 * Statements that lose a race (40001, 40P01) are run again up to 5 times, then CONCURRENT_CHANGE.
 */
export function openPostgres(url: string, options: PostgresOptions): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: options.max,
    connectionTimeoutMillis: options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS,
    keepAlive: true,
    application_name: options.name ?? UNNAMED,
    options: Object.entries(SESSION_SETTINGS)
      .map(([name, value]) => `-c ${name}=${value}`)
      .join(' '),
    types: {
      getTypeParser: (oid: number, format?: 'text' | 'binary') =>
        oid === INT8_OID && format !== 'binary' ? Number : pg.types.getTypeParser(oid, format),
    },
  })
  const report = (error: Error) => options.onError?.(storeError(error, AT_CONNECT))
  pool.on('error', report)
  // Without a listener a connection that breaks while in use would end the process.
  pool.on('connect', (client) => client.on('error', report))
  const timeoutMs = options.answerTimeoutMs ?? ANSWER_TIMEOUT_MS
  const query: Query = (sql, values = []) =>
    withRetries(() => withClient(pool, (client) => run(client, sql, values, timeoutMs)))
  return {
    kind: 'postgresql',
    query,
    transaction: (work) => withClient(pool, (client) => transact(client, work, timeoutMs)),
    pool: () => ({ open: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount }),
    close: () => pool.end(),
  }
}

async function withClient<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  if (pool.waitingCount >= pool.options.max * WAITING_PER_CONNECTION_MAX)
    throw new HubError('STORE_UNAVAILABLE', 'too many statements wait for the database', { at: AT_CONNECT })
  const client = await pool.connect().catch((error: unknown) => {
    throw storeError(error, AT_CONNECT)
  })
  let broken = false
  try {
    return await work(client)
  } catch (error) {
    broken = storeError(error, AT_STATEMENT).code === 'STORE_UNAVAILABLE'
    throw error
  } finally {
    client.release(broken)
  }
}

/** @param timeoutMs for the answer; scripts (migrations) take as long as they need */
async function run<Row>(client: pg.PoolClient, sql: string, values: readonly unknown[], timeoutMs: number) {
  const name = values.length > 0 ? STATEMENT_NAME.exec(sql)?.[1] : undefined
  const sent = client.query({
    text: sql,
    ...(values.length > 0 ? { values: [...values] } : {}),
    ...(name === undefined ? {} : { name }),
    ...(sql.startsWith(SCRIPT) ? {} : { query_timeout: timeoutMs }),
  })
  failpoint('statement-sent', name)
  const result = await sent
  // The caller of Query says what a row of its own statement looks like.
  return { rows: result.rows as Row[], affected: result.rowCount ?? 0 }
}

async function transact<T>(
  client: pg.PoolClient,
  work: (query: Query) => Promise<T>,
  timeoutMs: number,
): Promise<T> {
  const query: Query = <Row>(sql: string, values: readonly unknown[] = []) =>
    run<Row>(client, sql, values, timeoutMs).catch((error: unknown) => {
      throw storeError(error, AT_STATEMENT)
    })
  await query('begin')
  let result: T
  try {
    result = await work(query)
  } catch (error) {
    // The first fault is the one to tell; a connection that broke is thrown away, and its transaction with it.
    if (storeError(error, AT_STATEMENT).code !== 'STORE_UNAVAILABLE')
      await query('rollback').catch(() => undefined)
    throw error
  }
  await query('commit')
  return result
}

async function withRetries<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work()
    } catch (error) {
      if (!isRace(error) || attempt === RACE_ATTEMPTS_MAX) throw storeError(error, AT_STATEMENT)
    }
  }
}

export interface EmbeddedDatabase extends Database {
  /** A copy of the whole database (gzipped tar), from which `restoreFrom` starts. Nothing else is done meanwhile. */
  readonly dump: () => Promise<Uint8Array>
}
export interface EmbeddedOptions {
  /** As of PostgresOptions: letters, digits, `/`, `.` and `-`. */
  readonly name?: string
  /** File that `dump` was written to; read only when the folder holds no database yet. */
  readonly restoreFrom?: string
}

/** In memory, for tests. */
export const IN_MEMORY = 'memory'

/**
 * Opens PGlite on `folder` (locked for this process) or in memory.
 * Survives the death of its process, not a power cut: PGlite never syncs to disk (reliability.md 2).
 * @throws HubError STORE_LOCKED, STORE_UNAVAILABLE when the folder does not open
 */
export async function openEmbedded(folder: string, options: EmbeddedOptions = {}): Promise<EmbeddedDatabase> {
  const lock = folder === IN_MEMORY ? undefined : await lockFolder(folder)
  try {
    const engine = await openEngine(folder, options)
    await engine.exec(
      Object.entries({ ...SESSION_SETTINGS, application_name: options.name ?? UNNAMED })
        .map(([name, value]) => `set ${name} = '${value}';`)
        .join(''),
    )
    return embeddedDatabase(engine, lock)
  } catch (error) {
    lock?.release()
    const known = storeError(error, AT_CONNECT)
    throw isHubError(error) || known.code === 'STORE_FULL' ? known : doesNotOpen(folder, known)
  }
}

async function openEngine(folder: string, options: EmbeddedOptions): Promise<PGlite> {
  // Loaded only where it is used: it is the largest part of the program.
  const { PGlite } = await import('@electric-sql/pglite')
  if (folder === IN_MEMORY) return PGlite.create('memory://')
  if (options.restoreFrom !== undefined)
    await restoreInto(folder, options.restoreFrom, async (restoring, loadDataDir) => {
      await (await PGlite.create(restoring, { loadDataDir })).close()
    })
  await prepareFolder(folder)
  const engine = await PGlite.create(databaseFolder(folder))
  await markMade(folder)
  return engine
}

interface EngineQuery {
  query<Row>(sql: string, values: unknown[]): Promise<{ rows: Row[]; affectedRows?: number }>
  exec(sql: string): Promise<unknown>
}

function embeddedDatabase(engine: PGlite, lock: FolderLock | undefined): EmbeddedDatabase {
  const query: Query = (sql, values) => withRetries(() => runEmbedded(engine, sql, values))
  return {
    kind: 'embedded',
    query,
    transaction: async (work) => {
      try {
        return await engine.transaction((transaction) =>
          work((sql, values) =>
            runEmbedded<never>(transaction, sql, values).catch((error: unknown) => {
              throw storeError(error, AT_STATEMENT)
            }),
          ),
        )
      } catch (error) {
        throw storeError(error, AT_STATEMENT)
      }
    },
    dump: async () => {
      await engine.exec('checkpoint')
      return new Uint8Array(await (await engine.dumpDataDir('gzip')).arrayBuffer())
    },
    close: async () => {
      await engine.close()
      lock?.release()
    },
  }
}

async function runEmbedded<Row>(engine: EngineQuery, sql: string, values: readonly unknown[] = []) {
  if (sql.startsWith(SCRIPT)) {
    await engine.exec(sql)
    return { rows: [], affected: 0 }
  }
  const result = await engine.query<Row>(sql, [...values])
  return { rows: result.rows, affected: result.affectedRows ?? 0 }
}
