/** Keys of medication-list.md 3.1 that other sources than the Norwegian ones bring. */
import assert from 'node:assert/strict'
import { codeSystemUrl, volven } from '../../../src/core/canonical.js'
import { derive, fixed, issueOf, prescription, row } from '../../support/clinical-facts.js'

describe('keys of treatments', () => {
  const typed = (code: string, value: string, system = 'urn:example:chain') => ({
    type: { coding: [{ system: codeSystemUrl('treatment-id'), code }] },
    system,
    value,
  })
  const inChain = (id: string, code: string, more: Parameters<typeof prescription>[1] = {}) =>
    prescription(id, {
      ...more,
      more: {
        ...more.more,
        identifier: [
          { type: { text: 'ReseptId' }, system: 'urn:ietf:rfc:3986', value: `urn:uuid:${id}` },
          typed(code, 'chain-7'),
        ],
      },
    })
  const EVENING = [fixed(1, { when: ['EVE'] })]

  it('makes one line of a chain, but one of each prescription of a chain that runs in parallel', () => {
    const chain = (code: string) =>
      derive([
        inChain('p', code, { validTo: '2026-11-30' }),
        inChain('q', code, { dosage: EVENING, authoredOn: '2026-11-02T09:00:00+01:00' }),
        prescription('a', { brand: 'ID_LEVAXIN' }),
        row('b', { brand: 'ID_APOCILLIN' }),
      ])
    assert.equal(chain('chain').lines.length, 3)
    const parallel = chain('parallel-chain')
    assert.equal(parallel.lines.length, 4)
    const places = parallel.lines.flatMap(({ facts }, place) =>
      facts.some((ref) => ref === 'MedicationRequest/p' || ref === 'MedicationRequest/q') ? [place] : [],
    )
    assert.equal((places[1] ?? 0) - (places[0] ?? 0), 1, 'shown together')
    const families = parallel.lines.flatMap(
      ({ statement }) =>
        statement.extension?.flatMap(({ url, valueIdentifier }) =>
          url.endsWith('/treatment-family') ? [valueIdentifier?.value] : [],
        ) ?? [],
    )
    assert.deepEqual(families, ['chain-7', 'chain-7'])
  })

  it('does not take parallel prescriptions of equal dosage for a renewal, nor sum them', () => {
    const result = derive([
      inChain('p', 'parallel-chain', { validTo: '2026-11-30' }),
      inChain('q', 'parallel-chain', { authoredOn: '2026-11-02T09:00:00+01:00' }),
    ])
    assert.equal(result.lines.length, 2)
    assert.equal(issueOf(result, 'duplicate-substance')?.severity, 'high')
  })

  it('joins a prescription that says it is a renewal, although the former is valid for long', () => {
    const again = (reasonCode: string) =>
      derive([
        prescription('p', { authoredOn: '2026-01-01T09:00:00+01:00', validTo: '2027-01-01' }),
        prescription('q', {
          authoredOn: '2026-06-01T09:00:00+02:00',
          more: { reasonCode: [{ coding: [{ system: volven(7500), code: reasonCode }] }] },
        }),
      ]).lines.length
    assert.equal(again('1'), 1)
    assert.equal(again('9'), 2)
  })

  it('names two national ids of one treatment on a prescription too, but not ids of two nations', () => {
    const ids = (second: string) =>
      prescription('p', {
        more: { identifier: [typed('treatment', 'a', 'urn:example:no'), typed('treatment', 'b', second)] },
      })
    assert.ok(issueOf(derive([ids('urn:example:no')]), 'ambiguous-link'))
    assert.equal(issueOf(derive([ids('urn:example:dk')]), 'ambiguous-link'), undefined)
  })

  it('joins slow release by a common substitution group alone', () => {
    const two = (second: string) =>
      derive([
        prescription('p', {
          brand: 'ID_METODEPOT',
          authoredOn: '2026-01-01T09:00:00+01:00',
          validTo: '2026-11-20',
        }),
        prescription('q', { brand: second, authoredOn: '2026-11-01T09:00:00+01:00' }),
      ]).lines.length
    assert.equal(two('ID_SELOZOK'), 1)
    assert.equal(two('ID_OTHERDEPOT'), 2)
  })
})
