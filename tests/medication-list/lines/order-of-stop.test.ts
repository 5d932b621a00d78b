/** A stop beside a row that lies ahead, and a stop of what had not begun (medication-list.md 3.2, rule 3; 5). */
import assert from 'node:assert/strict'
import type { Fact } from '../../../src/medication-list/contract.js'
import { derive, fixed, row } from '../../support/clinical-facts.js'

const TWICE = [fixed(1, { when: ['MORN', 'EVE'] })]
const treatment = {
  identifier: [{ type: { text: 'PLL' }, system: 'urn:ietf:rfc:3986', value: 'urn:uuid:t' }],
}
const seen = (facts: readonly Fact[], at: string) => {
  const lines = derive(facts, { at }).lines.map(({ statement }) => statement)
  assert.equal(lines.length, 1)
  return [lines[0]!.status, lines[0]!.dosage?.[0]?.timing?.repeat?.when?.length]
}

describe('stop of one row beside another that lies ahead', () => {
  const ends = (asserted: string) =>
    row('old', {
      status: 'stopped',
      asserted,
      period: { start: '2026-10-01', end: '2026-11-24T00:00:00+01:00' },
      more: { ...treatment },
    })
  const follows = row('new', {
    asserted: '2026-11-20T10:00:00+01:00',
    period: { start: '2026-11-26' },
    dosage: TWICE,
    more: { ...treatment },
  })

  for (const [name, asserted] of [
    ['together with it', '2026-11-20T10:00:00+01:00'],
    ['before it', '2026-11-20T09:59:00+01:00'],
    ['after it', '2026-11-21T10:00:00+01:00'],
  ] as const)
    it(`leaves the named row in use until its end, then the other is planned and begins; decided ${name}`, () => {
      const facts = [ends(asserted), follows]
      assert.deepEqual(seen(facts, '2026-11-22T11:00:00.000Z'), ['active', 1])
      assert.deepEqual(seen(facts, '2026-11-23T22:59:59.000Z'), ['active', 1])
      assert.deepEqual(seen(facts, '2026-11-24T11:00:00.000Z'), ['intended', 2])
      assert.deepEqual(seen(facts, '2026-11-26T11:00:00.000Z'), ['active', 2])
      assert.deepEqual(seen([...facts].reverse(), '2026-11-22T11:00:00.000Z'), ['active', 1])
      assert.equal(
        derive(facts, { at: '2026-11-22T11:00:00.000Z' }).nextChangeAt! <= '2026-11-23T23:00:00.000Z',
        true,
      )
    })
})

describe('stop of what had not begun', () => {
  const planned = row('a', {
    asserted: '2026-11-10T10:00:00+01:00',
    period: { start: '2026-12-01T00:00:00+01:00' },
  })
  const withdrawn = (id: string, more: object) =>
    row(id, {
      status: 'stopped',
      asserted: '2026-11-20T10:00:00+01:00',
      period: { start: '2026-12-01T00:00:00+01:00', end: '2026-12-01T00:00:00+01:00' },
      more,
    })

  it('is stopped at once, never planned nor in use', () => {
    const row = withdrawn('a', {})
    for (const at of ['2026-11-20T10:00:00.000Z', '2026-11-30T10:00:00.000Z', '2026-12-02T10:00:00.000Z'])
      assert.deepEqual(seen([row], at), ['stopped', 1])
    assert.deepEqual(seen([planned], '2026-11-22T11:00:00.000Z'), ['intended', 1])
  })

  it('does not end another row of the treatment that is in use', () => {
    const use = row('b', {
      asserted: '2026-11-01T10:00:00+01:00',
      period: { start: '2026-11-01', end: '2026-11-25' },
      dosage: TWICE,
      more: { ...treatment },
    })
    const facts = [use, withdrawn('a', { ...treatment })]
    assert.deepEqual(seen(facts, '2026-11-22T11:00:00.000Z'), ['active', 2])
    assert.deepEqual(seen(facts, '2026-11-28T11:00:00.000Z')[0], 'completed')
  })

  it('says of a stop in a source of its own that nothing will begin', () => {
    const other = (fact: Fact): Fact => ({ ...fact, source: { ...fact.source, key: 'source-list|other' } })
    const facts = [
      row('a', { asserted: '2026-11-10T10:00:00+01:00', period: { start: '2026-12-01' }, more: treatment }),
      other(withdrawn('x', treatment)),
    ]
    for (const at of ['2026-11-22T11:00:00.000Z', '2026-12-02T10:00:00.000Z'])
      assert.deepEqual(seen(facts, at)[0], 'stopped')
  })
})
