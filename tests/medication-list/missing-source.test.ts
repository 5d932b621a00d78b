import assert from 'node:assert/strict'
import { extensionUrl } from '../../src/core/canonical.js'
import type { SourceFact } from '../../src/medication-list/contract.js'
import { asPrevious, codesOf, derive, prescription, row } from '../support/clinical-facts.js'

const LIST = {
  key: 'source-list|test',
  role: 'source-list',
  name: 'PLL',
  lastHeard: '2026-11-20T10:00:00.000Z',
  waiting: 0,
} as const
const failed: SourceFact = { ...LIST, failed: 'MESSAGE_INVALID' }
const asOf = (found: ReturnType<typeof derive>) =>
  found.lines.map(
    ({ statement }) => statement.extension?.find(({ url }) => url === extensionUrl('as-of'))?.valueInstant,
  )

describe('a source that could not be read', () => {
  it('leaves its lines as they are, as of when it was last heard, and is told', () => {
    const facts = [row('r'), prescription('p', { brand: 'ID_PARACET' })]
    const before = derive(facts, { sources: [LIST] })
    assert.deepEqual(asOf(before), [undefined, undefined])
    const after = derive(facts, { sources: [failed], previous: asPrevious(before) })
    assert.deepEqual(
      after.lines.map(({ id, flag, statement }) => [id, flag, statement.status]),
      before.lines.map(({ id, statement }) => [id, 'unchanged', statement.status]),
    )
    assert.deepEqual(
      asOf(after).filter((instant) => instant !== undefined),
      [LIST.lastHeard],
    )
    assert.ok(codesOf(after).includes('source-unavailable'))
    assert.equal(after.completeness, 'partial')
  })

  it('says nothing of lines that are over', () => {
    const stopped = row('r', { status: 'stopped', period: { start: '2026-01-01', end: '2026-11-21' } })
    assert.deepEqual(asOf(derive([stopped], { sources: [failed] })), [undefined])
  })
})
