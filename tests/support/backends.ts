/** The store on every back end that answers here: PGlite in memory, and PostgreSQL in a database of its own. */
import type { Store } from '../../src/store/contract.js'
import { IN_MEMORY, openEmbedded, openPostgres, script } from '../../src/store/database.js'
import type { Database } from '../../src/store/query.js'
import { openStore } from '../../src/store/store.js'
import { createOwnDatabase, postgresAnswers } from './reachable.js'

export interface OpenBackend {
  readonly store: Store
  readonly db: Database
  /** Empties every table but meta. */
  readonly reset: () => Promise<void>
  readonly close: () => Promise<void>
}

export interface Backend {
  readonly name: 'embedded' | 'postgresql'
  /** A migrated, empty database, for one suite at a time. */
  readonly open: () => Promise<OpenBackend>
}

/**
 * One embedded database serves all files of a test process, since its start takes seconds. It is emptied at each
 * opening, and only one suite at a time has it.
 */
const sharedEmbedded: Promise<OpenBackend>[] = []

const embedded: Backend = {
  name: 'embedded',
  open: async () => {
    if (sharedEmbedded.length === 0) sharedEmbedded.push(openMigrated(await openEmbedded(IN_MEMORY)))
    const shared = await sharedEmbedded[0]!
    await shared.reset()
    return { ...shared, close: async () => undefined }
  },
}

const postgresql: Backend = {
  name: 'postgresql',
  open: async () => {
    const own = await createOwnDatabase('stafett_store')
    const db = openPostgres(own.url, { max: 8 })
    const close = async () => {
      await db.close()
      await own.drop()
    }
    const opened = await openMigrated(db).catch(async (error: unknown) => {
      await close()
      throw error
    })
    return { ...opened, close }
  },
}

/** Says on the error stream when PostgreSQL is left out. */
export async function availableBackends(): Promise<readonly Backend[]> {
  if (await postgresAnswers()) return [embedded, postgresql]
  process.stderr.write('PostgreSQL does not answer at TEST_DATABASE_URL: store tests run on PGlite only\n')
  return [embedded]
}

/** One of them, for suites above the store, whose statements are tested on both; all in `npm run test:deep`. */
export async function someBackends(): Promise<readonly Backend[]> {
  const available = await availableBackends()
  return process.env.STAFETT_TEST_DEEP ? available : available.slice(-1)
}

/**
 * One suite a back end: opened before, emptied before each test, closed after. `current()` gives what is open.
 */
export function describeStores(
  title: string,
  backends: readonly Backend[],
  suite: (current: () => OpenBackend, backend: Backend) => void,
): void {
  for (const backend of backends)
    describe(`${title}, ${backend.name}`, function () {
      this.timeout(30_000)
      const opened: OpenBackend[] = []
      before(async () => {
        opened.push(await backend.open())
      })
      beforeEach(async () => {
        await opened[0]?.reset()
      })
      after(async () => {
        await opened.pop()?.close()
      })
      suite(() => opened[0]!, backend)
    })
}

async function openMigrated(db: Database): Promise<OpenBackend> {
  const store = await openStore(db)
  return { store, db, reset: () => emptyTables(db), close: db.close }
}

/** By delete: to truncate so many small tables takes a server much longer. */
async function emptyTables(db: Database): Promise<void> {
  const { rows } = await db.query<{ name: string }>(
    `select quote_ident(table_name) as name from information_schema.tables
     where table_schema = 'public' and table_type = 'BASE TABLE' and table_name not in ('meta', 'migration')`,
  )
  await db.query(script(rows.map(({ name }) => `delete from ${name}`).join('; ')))
}
