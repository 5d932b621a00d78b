/** Brings the database to the schema of this code; several processes may start at once. */
import { HubError } from '../core/errors.js'
import { failpoint } from '../core/failpoint.js'
import { script } from './database.js'
import { type Migration, migrations } from './migrations/migration-list.js'
import type { Database, Query } from './query.js'

/** Raised only by a change that older code cannot live with. */
export const SCHEMA_MAJOR = 1
/** Any number of our own; one process migrates, the others wait for it. */
const MIGRATION_LOCK = 7_382_336_388

/**
 * Applies what is missing, in one transaction under an advisory lock.
 * @returns the incarnation id made at the first migration of this database
 * @throws HubError STORE_SCHEMA when the database was migrated by newer code of another major schema
 */
export function migrate(db: Database, list: readonly Migration[] = migrations): Promise<string> {
  return db.transaction(async (query) => {
    await query(`set local lock_timeout = '120s'`)
    await query(`set local statement_timeout = 0`)
    await query(script(`select pg_advisory_xact_lock(${MIGRATION_LOCK}::bigint)`))
    await query(`create table if not exists meta (
      only_row boolean primary key default true check (only_row),
      incarnation text not null,
      schema_major int not null)`)
    await query(`create table if not exists migration (
      name text primary key,
      applied_at timestamptz not null default now())`)
    const incarnation = await enterMeta(query)
    const { rows } = await query<{ name: string }>('select name from migration')
    const applied = new Set(rows.map((row) => row.name))
    for (const { name, sql } of list) {
      if (applied.has(name)) continue
      await query(script(sql))
      await query('insert into migration (name) values ($1)', [name])
      failpoint('migration-applied', name)
    }
    return incarnation
  })
}

async function enterMeta(query: Query): Promise<string> {
  await query(
    'insert into meta (incarnation, schema_major) values (gen_random_uuid()::text, $1) on conflict do nothing',
    [SCHEMA_MAJOR],
  )
  const { rows } = await query<{ incarnation: string; schema_major: number }>(
    'select incarnation, schema_major from meta',
  )
  const meta = rows[0]
  if (!meta) throw new HubError('STORE_SCHEMA', 'the database has no meta row', { at: 'meta' })
  if (meta.schema_major > SCHEMA_MAJOR)
    throw new HubError(
      'STORE_SCHEMA',
      `the database has schema ${meta.schema_major}, newer than the ${SCHEMA_MAJOR} of this program: start the newer program`,
      { at: 'meta.schema_major' },
    )
  await query('update meta set schema_major = $1 where schema_major < $1', [SCHEMA_MAJOR])
  return meta.incarnation
}
