import assert from 'node:assert/strict'
import type { PersonId } from '../../src/core/ids.js'
import { openChains } from '../../src/store/list-chain.js'
import type { Database, Query } from '../../src/store/query.js'

/** A chain of one version, to which a second is added as soon as the first was read. */
function growing(): Database {
  const link = (version: number) => ({
    version,
    chain: `c${version}`,
    same_content: true,
    next_chain: `c${version}`,
  })
  const stored = { versions: 1 }
  const rowsOf = (sql: string, after: unknown): unknown[] => {
    if (sql.startsWith('/*list-chain*/')) {
      const rows = after === 0 ? [link(1)] : []
      stored.versions = 2
      return rows
    }
    return sql.includes("r.type = 'List'") ? [{ version: stored.versions }] : [{}]
  }
  // The rows that the three statements of the chain ask for.
  const query: Query = async <Row>(sql: string, values: readonly unknown[] = []) => ({
    rows: rowsOf(sql, values[1]) as Row[],
    affected: 0,
  })
  return { query, transaction: (work) => work(query), close: async () => undefined, kind: 'embedded' }
}

describe('chain of list versions', () => {
  it('takes a version that comes while it is read for no break', async () => {
    const chain = await openChains(growing()).listChain('p' as PersonId)
    assert.deepEqual(chain, { versions: 1, unchained: 0, head: 'c1', broken: undefined })
  })
})
