/** The store on every back end that answers here: PGlite in memory, and PostgreSQL in a database of its own. */
import type { Store } from '../../src/store/contract.js'
import { IN_MEMORY, openEmbedded, openPostgres } from '../../src/store/database.js'
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
  /** A database of its own, migrated, empty. */
  readonly open: () => Promise<OpenBackend>
  /** The same without migrations. */
  readonly openDatabase: () => Promise<{ readonly db: Database; readonly close: () => Promise<void> }>
}

const embedded = backend('embedded', async () => {
  const db = await openEmbedded(IN_MEMORY)
  return { db, close: db.close }
})

const postgresql = backend('postgresql', async () => {
  const own = await createOwnDatabase('stafett_store')
  const db = openPostgres(own.url, { max: 8 })
  return {
    db,
    close: async () => {
      await db.close()
      await own.drop()
    },
  }
})

/** Says on the error stream when PostgreSQL is left out. */
export async function availableBackends(): Promise<readonly Backend[]> {
  if (await postgresAnswers()) return [embedded, postgresql]
  process.stderr.write('PostgreSQL does not answer at TEST_DATABASE_URL: store tests run on PGlite only\n')
  return [embedded]
}

/** Opens `backend`, runs `work`, closes it. */
export async function withStore<T>(
  backend: Backend,
  work: (store: Store, db: Database) => Promise<T>,
): Promise<T> {
  const opened = await backend.open()
  try {
    return await work(opened.store, opened.db)
  } finally {
    await opened.close()
  }
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

function backend(name: Backend['name'], openDatabase: Backend['openDatabase']): Backend {
  return {
    name,
    openDatabase,
    open: async () => {
      const { db, close } = await openDatabase()
      const store = await openStore(db).catch(async (error: unknown) => {
        await close()
        throw error
      })
      return { store, db, reset: () => emptyTables(db), close }
    },
  }
}

async function emptyTables(db: Database): Promise<void> {
  const { rows } = await db.query<{ name: string }>(
    `select quote_ident(table_name) as name from information_schema.tables
     where table_schema = 'public' and table_type = 'BASE TABLE' and table_name not in ('meta', 'migration')`,
  )
  await db.query(`truncate ${rows.map(({ name }) => name).join(', ')}`)
}
