import assert from 'node:assert/strict'
import { ATC, extensionUrl } from '../../../src/core/canonical.js'
import type { Fact } from '../../../src/medication-list/contract.js'
import { asPrevious, derive, issueOf, row, supply } from '../../support/clinical-facts.js'
import { allergy } from '../../support/person-facts.js'

const SUBSTANCE = 'http://ehelse.no/FESTSubstance'
const BRAND = 'http://ehelse.no/FESTMedication'
const penicillin = row('p', { brand: 'ID_APOCILLIN' })
const issue = (facts: readonly Fact[], language: 'nb' | 'en' = 'nb') =>
  issueOf(derive(facts, { language }), 'allergy-conflict')

describe('allergy-conflict', () => {
  it('finds the substance and the class through ATC', () => {
    const substance = allergy('a', [{ system: ATC, code: 'J01CE02', display: 'Fenoksymetylpenicillin' }])
    assert.equal(issue([penicillin, substance])?.severity, 'high')
    assert.equal(
      issue([penicillin, substance])?.detail,
      'Apocillin 660 mg står på listen, men det er registrert allergi eller reaksjon mot Fenoksymetylpenicillin.',
    )
    const group = allergy('a', [{ system: ATC, code: 'J01C' }], { text: 'Penicilliner' })
    assert.equal(
      issue([penicillin, group], 'en')?.detail,
      'Apocillin 660 mg is on the list, but an allergy or reaction to Penicilliner is recorded.',
    )
    assert.equal(issue([row('m'), group]), undefined)
  })

  it('finds the substance through the catalogue, whatever product it was stated of', () => {
    const substance = allergy('a', [{ system: SUBSTANCE, code: 'timolol' }])
    assert.ok(issue([row('t', { brand: 'ID_TIMOLOL' }), substance]))
    const brand = allergy('a', [{ system: BRAND, code: 'ID_TIMOLOLTAB' }])
    assert.ok(issue([row('t', { brand: 'ID_TIMOLOL' }), brand]), 'the same substance in another product')
  })

  it('takes a reaction to an excipient for the named product alone', () => {
    const excipient = (brand: string) =>
      allergy('a', [{ system: BRAND, code: brand }], {
        more: { extension: [{ url: extensionUrl('excipient-reaction'), valueBoolean: true }] },
      })
    assert.ok(issue([row('m', { brand: 'ID_SELOZOK' }), excipient('ID_SELOZOK')]))
    assert.equal(issue([row('m', { brand: 'ID_METODEPOT' }), excipient('ID_SELOZOK')]), undefined)
  })

  it('reads words only where they name the substance or the product', () => {
    const named = (text: string) => allergy('a', [], { text })
    assert.ok(issue([penicillin, named('fenoksymetylpenicillin')]))
    assert.ok(issue([penicillin, named('Apocillin')]))
    assert.equal(issue([penicillin, named('pollen')]), undefined)
  })

  it('looks at active and planned lines, and at allergies that nobody has refuted or ended', () => {
    const coding = [{ system: ATC, code: 'J01C' }]
    const active = allergy('a', coding)
    assert.ok(issue([row('p', { brand: 'ID_APOCILLIN', period: { start: '2026-12-01' } }), active]))
    for (const status of ['stopped', 'on-hold', 'completed'] as const)
      assert.equal(issue([row('p', { brand: 'ID_APOCILLIN', status }), active]), undefined)
    assert.equal(issue([supply('s', '2026-11-20', 'ID_APOCILLIN'), active]), undefined)
    for (const over of [
      { verification: 'refuted', clinical: 'inactive' },
      { verification: 'entered-in-error' },
      { clinical: 'resolved' },
    ] as const)
      assert.equal(issue([penicillin, allergy('a', coding, over)]), undefined)
  })

  it('closes by itself when the allergy is refuted', () => {
    const coding = [{ system: ATC, code: 'J01C' }]
    const first = derive([penicillin, allergy('a', coding)])
    const open = issueOf(first, 'allergy-conflict')!
    const second = derive(
      [penicillin, allergy('a', coding, { verification: 'refuted', clinical: 'inactive' })],
      { previous: asPrevious(first) },
    )
    assert.equal(second.issues.find(({ id }) => id === open.id)?.status, 'final')
  })
})
