import assert from 'node:assert/strict'
import type { Fact, ProductKnowledge, SourceFact } from '../../../src/medication-list/contract.js'
import { codesOf, derive, GP, issueOf, prescription, row, sourceList } from '../../support/clinical-facts.js'
import { productCatalogue } from '../../support/product-catalogue.js'

const DEVICE: SourceFact = {
  key: 'device|test',
  role: 'device',
  name: 'Dispenser',
  lastHeard: '2026-11-22T10:59:00.000Z',
  waiting: 0,
}
const severities = (facts: Fact[], code: string, at?: string) =>
  issueOf(derive(facts, at === undefined ? {} : { at }), code)?.severity

describe('prescribed-not-on-list', () => {
  const emergency = { ...GP, identifier: { ...GP.identifier, value: '1000077' } }
  const listed = row('r', { prescription: 'p' })
  const base = [prescription('p'), listed, sourceList('l', '2026-11-20T08:00:00Z', [listed])]
  const acute = prescription('q', {
    brand: 'ID_APOCILLIN',
    authoredOn: '2026-11-21T21:10:00+01:00',
    requester: emergency,
  })

  it('opens at once for a prescription of another, and shows the line unconfirmed', () => {
    const result = derive([...base, acute], { at: '2026-11-21T20:10:05.000Z' })
    const issue = issueOf(result, 'prescribed-not-on-list')!
    assert.equal(issue.severity, 'high', 'an antibiotic is critical')
    assert.match(issue.detail ?? '', /Apocillin 660 mg ble forskrevet 21\.11\.2026 kl\. 21\.10/)
    assert.ok(result.lines.some(({ facts }) => facts.includes('MedicationRequest/q')))
  })

  it('closes when the holder continues or stops the treatment', () => {
    for (const status of ['active', 'stopped'] as const) {
      const decided = row('s', {
        brand: 'ID_APOCILLIN',
        prescription: 'q',
        status,
        asserted: '2026-11-22T09:00:00+01:00',
      })
      const facts = [...base, acute, decided, sourceList('m', '2026-11-22T08:00:00Z', [listed, decided])]
      assert.equal(issueOf(derive(facts), 'prescribed-not-on-list'), undefined)
    }
  })

  it('gives the holder a day for listing an own prescription', () => {
    const own = prescription('o', { brand: 'ID_METFORMIN', authoredOn: '2026-11-21T15:00:00+01:00' })
    const early = derive([...base, own])
    assert.equal(issueOf(early, 'prescribed-not-on-list'), undefined)
    assert.equal(early.nextChangeAt, '2026-11-22T14:00:00.000Z')
    assert.equal(severities([...base, own], 'prescribed-not-on-list', '2026-11-22T14:00:00.000Z'), 'moderate')
  })

  it('opens for every prescription while there is no holder, and never for one that is not valid', () => {
    assert.deepEqual(codesOf(derive([prescription('p'), prescription('q', { brand: 'ID_PARACET' })])), [
      'prescribed-not-on-list',
      'prescribed-not-on-list',
    ])
    for (const more of [{ status: 'cancelled' as const }, { status: 'completed' as const }])
      assert.equal(issueOf(derive([prescription('p', { more })]), 'prescribed-not-on-list'), undefined)
    assert.equal(
      issueOf(derive([prescription('p', { validTo: '2026-11-21' })]), 'prescribed-not-on-list'),
      undefined,
    )
  })

  it('is high for a person with a dispenser', () => {
    assert.equal(
      severities([prescription('p', { brand: 'ID_PARACET' })], 'prescribed-not-on-list'),
      'moderate',
    )
    const helped = derive([prescription('p', { brand: 'ID_PARACET' })], { sources: [DEVICE] })
    assert.equal(issueOf(helped, 'prescribed-not-on-list')?.severity, 'high')
  })

  it('is high for a line that interacts with another, at a relevance that is told of', () => {
    const pair = [prescription('a', { brand: 'ID_METOTAB' }), prescription('b', { brand: 'ID_PARACET' })]
    const relevant = (relevance: 1 | 2 | 3): ProductKnowledge => ({
      ...productCatalogue,
      interactions: (code) =>
        productCatalogue
          .interactions(code)
          .map(({ interaction, side }) => ({ interaction: { ...interaction, relevance }, side })),
    })
    const told = (relevance: 1 | 2 | 3): (string | undefined)[] =>
      derive(pair, { products: relevant(relevance) })
        .issues.filter(({ code }) => code?.coding?.some((coding) => coding.code === 'prescribed-not-on-list'))
        .map(({ severity }) => severity)
    assert.deepEqual(told(2), ['high', 'high'])
    assert.deepEqual(told(3), ['moderate', 'moderate'])
  })
})
