/** What the database promises about a commit, as its own settings say (reliability.md 3.2). */
import { HubError } from '../core/errors.js'
import type { Database } from './query.js'

export interface Durability {
  readonly level: 'process-crash' | 'power-cut' | 'replicated'
  /** Settings that break "acknowledged means durable", by name; empty when all is well. */
  readonly unsafe: readonly string[]
}

/** Read once at start. `replicated` when COMMIT waits for a standby. */
export async function checkDurability(db: Database): Promise<Durability> {
  if (db.kind === 'embedded') return { level: 'process-crash', unsafe: [] }
  const { rows } = await db.query<{ name: string; setting: string }>(
    `select name, setting from pg_settings where name in
      ('fsync', 'full_page_writes', 'synchronous_commit', 'synchronous_standby_names')`,
  )
  const settings = new Map(rows.map(({ name, setting }) => [name, setting]))
  const commit = settings.get('synchronous_commit') ?? 'off'
  const unsafe = ['fsync', 'full_page_writes'].filter((name) => settings.get(name) !== 'on')
  if (commit === 'off') unsafe.push('synchronous_commit')
  if (unsafe.length > 0) return { level: 'process-crash', unsafe }
  const standbys = (settings.get('synchronous_standby_names') ?? '') !== ''
  return { level: standbys && commit !== 'local' ? 'replicated' : 'power-cut', unsafe }
}

/**
 * In production nothing is acknowledged that a power cut may take back.
 * @throws HubError STORE_UNSAFE naming the settings
 */
export function refuseUnsafe({ unsafe }: Durability, mode: 'development' | 'production'): void {
  if (mode === 'production' && unsafe.length > 0)
    throw new HubError(
      'STORE_UNSAFE',
      `PostgreSQL does not keep what it acknowledges: set ${unsafe.join(', ')} to on, or STAFETT_MODE=development`,
      { at: 'STAFETT_MODE' },
    )
}
