import assert from 'node:assert/strict'
import { checkDurability, refuseUnsafe } from '../../src/store/durability.js'
import type { Database } from '../../src/store/query.js'

const SAFE = { fsync: 'on', full_page_writes: 'on', synchronous_commit: 'on', synchronous_standby_names: '' }

/** A server with these settings. */
const server = (settings: Readonly<Record<string, string>>): Database => ({
  kind: 'postgresql',
  // The rows that the one statement of checkDurability asks for.
  query: async <Row>() => ({
    rows: Object.entries(settings).map(([name, setting]) => ({ name, setting })) as Row[],
    affected: 0,
  }),
  transaction: () => Promise.reject(new Error('not used')),
  close: async () => undefined,
})

describe('durability of a PostgreSQL server', () => {
  it('is a power cut when its settings are safe, and replicated when COMMIT waits for a standby', async () => {
    assert.deepEqual(await checkDurability(server(SAFE)), { level: 'power-cut', unsafe: [] })
    const standby = { ...SAFE, synchronous_standby_names: 'FIRST 1 (b)' }
    assert.equal((await checkDurability(server(standby))).level, 'replicated')
    assert.equal(
      (await checkDurability(server({ ...standby, synchronous_commit: 'local' }))).level,
      'power-cut',
    )
  })

  it('names every setting that is not safe, which production refuses and development bears', async () => {
    const unsafe = await checkDurability(
      server({ ...SAFE, fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off' }),
    )
    assert.deepEqual(unsafe, {
      level: 'process-crash',
      unsafe: ['fsync', 'full_page_writes', 'synchronous_commit'],
    })
    assert.throws(() => refuseUnsafe(unsafe, 'production'), {
      code: 'STORE_UNSAFE',
      message: /fsync, full_page_writes, synchronous_commit/,
    })
    refuseUnsafe(unsafe, 'development')
    refuseUnsafe(await checkDurability(server(SAFE)), 'production')
  })
})
