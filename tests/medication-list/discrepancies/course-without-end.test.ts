import assert from 'node:assert/strict'
import type { Fact } from '../../../src/medication-list/contract.js'
import { codesOf, derive, fixed, issueOf, prescription } from '../../support/clinical-facts.js'
import { instantWhen, withSeverity } from '../../support/next-change.js'
import { handOut } from '../../support/person-facts.js'

const CODE = 'course-without-end'
const use = (code: string) => ({
  url: 'http://stafett.internal/fhir/StructureDefinition/kind-of-use',
  valueCodeableConcept: { coding: [{ system: 'urn:oid:2.16.578.1.12.4.1.1.9101', code }] },
})
const course = (code = '2', boundsDuration?: { value: number; code: string }) =>
  prescription('p', {
    brand: 'ID_APOCILLIN',
    authoredOn: '2026-11-10T07:00:00+01:00',
    dosage: [
      fixed(1, {
        when: ['MORN', 'NOON', 'EVE', 'NIGHT'],
        ...(boundsDuration === undefined ? {} : { boundsPeriod: { start: '2026-11-10', end: '2026-11-16' } }),
      }),
    ],
    more: { extension: [use(code)] },
  })
/** 28 tablets, four a day from the morning of 10 November. */
const supplied = handOut('s', '2026-11-10T07:30:00+01:00', 'ID_APOCILLIN', { amount: 28, prescribed: 'p' })

describe('course-without-end', () => {
  it('opens when what was supplied should be used up', () => {
    const at = '2026-11-12T12:00:00.000Z'
    assert.equal(
      instantWhen([course(), supplied], withSeverity(CODE, 'moderate'), { at }),
      '2026-11-17T07:00:00.000Z',
    )
    const issue = (language: 'nb' | 'en') =>
      issueOf(derive([course(), supplied], { at: '2026-11-18T12:00:00.000Z', language }), CODE)?.detail
    assert.equal(
      issue('nb'),
      'Apocillin 660 mg er en kur uten sluttdato; det som ble utlevert, skal ha vært brukt opp 17.11.2026 kl. 08.00.',
    )
    assert.equal(
      issue('en'),
      'Apocillin 660 mg is a course without an end date; what was supplied should have been used up by 2026-11-17 08:00.',
    )
  })

  it('is told in place of a supply that runs out, also before the end', () => {
    const codes = (facts: readonly Fact[], at: string) =>
      codesOf(derive(facts, { at })).filter((code) => code === CODE || code === 'supply-running-out')
    assert.deepEqual(codes([course(), supplied], '2026-11-16T12:00:00.000Z'), [])
    assert.deepEqual(codes([course(), supplied], '2026-11-18T12:00:00.000Z'), [CODE])
    const short = handOut('s', '2026-11-10T07:30:00+01:00', 'ID_APOCILLIN', { amount: 20, prescribed: 'p' })
    const ending = course('2', { value: 7, code: 'd' })
    assert.deepEqual(codes([ending, short], '2026-11-14T12:00:00.000Z'), ['supply-running-out'])
  })

  it('does not hold of a course that ends, of fixed use, nor before anything is known of its supply', () => {
    const at = '2026-11-16T12:00:00.000Z'
    const later = '2026-11-18T12:00:00.000Z'
    assert.equal(issueOf(derive([course('2', { value: 7, code: 'd' }), supplied], { at }), CODE), undefined)
    assert.equal(issueOf(derive([course('1'), supplied], { at: later }), CODE), undefined)
    assert.equal(issueOf(derive([course()], { at: later }), CODE), undefined)
  })
})
