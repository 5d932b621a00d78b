import assert from 'node:assert/strict'
import { extensionUrl } from '../../../src/core/canonical.js'
import type { Fact } from '../../../src/medication-list/contract.js'
import { issueBasis } from '../../../src/medication-list/discrepancies/issue-basis.js'
import { packed } from '../../support/chain-facts.js'
import { derive, fixed, issueOf, type RowOptions, row } from '../../support/clinical-facts.js'

const MULTIDOSE = { extension: [{ url: extensionUrl('multidose'), valueBoolean: true }] }
const line = (more: RowOptions = {}) => row('r', { more: MULTIDOSE, ...more })
const roll = (more: Partial<Parameters<typeof packed>[1]> = {}) =>
  packed('d', { brand: 'ID_METOTAB', from: '2026-11-16', to: '2026-11-29', row: 'r', ...more })
const other = packed('x', { brand: 'ID_PARACET', from: '2026-11-16', to: '2026-11-29' })
const stopped = line({
  status: 'stopped',
  asserted: '2026-11-20T14:00:00+01:00',
  period: { start: '2026-11-01', end: '2026-11-20T14:00:00+01:00' },
})
const basis = (facts: readonly Fact[], code: string, at: string): string => {
  const issue = issueOf(derive(facts, { at }), code)
  assert.ok(issue, code)
  return issueBasis(issue)
}
const [ONE_DAY, ANOTHER] = ['2026-11-21T11:00:00.000Z', '2026-11-24T11:00:00.000Z']

describe('what an accepted discrepancy was accepted on', () => {
  const cases: readonly (readonly [code: string, facts: readonly Fact[]])[] = [
    ['dose-mismatch-pack', [line(), roll({ dosage: [fixed(2, { when: ['MORN'] })] })]],
    ['on-list-not-packed', [line(), other]],
    ['stopped-still-packed', [stopped, roll()]],
  ]
  for (const [code, facts] of cases)
    it(`stays the same while days of a roll go by: ${code}`, () => {
      assert.equal(basis(facts, code, ONE_DAY), basis(facts, code, ANOTHER))
    })

  it('is another when what differs is another, or another roll holds it too', () => {
    const packedTwice = [line(), roll({ dosage: [fixed(2, { when: ['MORN'] })] })]
    const packedThrice = [line(), roll({ dosage: [fixed(3, { when: ['MORN'] })] })]
    assert.notEqual(
      basis(packedTwice, 'dose-mismatch-pack', ONE_DAY),
      basis(packedThrice, 'dose-mismatch-pack', ONE_DAY),
    )
    const nextRoll = packed('e', { brand: 'ID_METOTAB', from: '2026-11-30', to: '2026-12-13', row: 'r' })
    assert.notEqual(
      basis([stopped, roll()], 'stopped-still-packed', ONE_DAY),
      basis([stopped, roll(), nextRoll], 'stopped-still-packed', ONE_DAY),
    )
  })
})

describe('a sentence with one of something', () => {
  it('counts one day as one', () => {
    const details = (['nb', 'da', 'en', 'sv', 'fi'] as const).map(
      (language) =>
        issueOf(derive([line(), other], { at: '2026-11-29T06:00:00.000Z', language }), 'on-list-not-packed')
          ?.detail,
    )
    const ends = [
      '(1 dag med dose).',
      '(1 dag med dosis).',
      '(1 day with a dose).',
      '(1 dag med dos).',
      '(1 annospäivä).',
    ]
    for (const [index, end] of ends.entries()) assert.ok(details[index]?.endsWith(end), details[index])
  })
})
