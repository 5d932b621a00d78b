import assert from 'node:assert/strict'
import type { Fact } from '../../../src/medication-list/contract.js'
import {
  type DeriveOptions,
  derive,
  issueOf,
  MORNING,
  prescription,
  row,
} from '../../support/clinical-facts.js'
import { instantWhen, withSeverity } from '../../support/next-change.js'
import { containing, handOut } from '../../support/person-facts.js'

const CODE = 'on-list-without-valid-prescription'
const AT = '2026-11-22T11:00:00.000Z'
const issue = (facts: readonly Fact[], more: DeriveOptions = {}) =>
  issueOf(derive(facts, { at: AT, ...more }), CODE)

/** Ended three days before T. */
const ended = prescription('p', {
  brand: 'ID_LEVAXIN',
  authoredOn: '2025-11-20T09:00:00+01:00',
  validTo: '2026-11-19',
})
/** So much that 40 or 5 tablets are left in the morning of the 22nd. */
const home = (left: number): Fact =>
  handOut('s', '2026-11-13', 'ID_LEVAXIN', { amount: left + 10, prescribed: 'p' })
const withGroup = (group: string): Fact =>
  row('r', {
    brand: 'ID_LEVAXIN',
    dosage: MORNING,
    more: containing({
      code: { text: 'Levaxin' },
      extension: [
        {
          url: 'http://hl7.no/fhir/StructureDefinition/no-basis-prescriptiongroup',
          extension: [{ url: 'prescriptiongroup', valueCodeableConcept: { coding: [{ code: group }] } }],
        },
      ],
    }),
  })

describe('on-list-without-valid-prescription', () => {
  it('example 3: ended three days ago with 40 tablets at home is moderate, with 5 high', () => {
    assert.equal(issue([ended, home(40)])?.severity, 'moderate')
    assert.equal(issue([ended, home(5)])?.severity, 'high')
    assert.equal(
      issue([ended, home(40)])?.detail,
      'Levaxin 75 mikrogram er i bruk, men resepten gikk ut 19.11.2026; 40 tabletter igjen hjemme.',
    )
    assert.equal(
      issue([ended, home(5)], { language: 'en' })?.detail,
      'Levaxin 75 mikrogram is in use, but the prescription expired 2026-11-19; 5 tablets left at home.',
    )
  })

  it('opens when the last valid prescription ends, and becomes high less than 7 days before the last tablet', () => {
    const facts = [ended, home(40)]
    const at = '2026-11-15T12:00:00.000Z'
    assert.equal(instantWhen(facts, withSeverity(CODE, 'moderate'), { at }), '2026-11-19T23:00:00.000Z')
    assert.equal(instantWhen(facts, withSeverity(CODE, 'high'), { at }), '2026-12-26T07:00:00.001Z')
  })

  it('says why: recalled as discontinued is high, recalled or used up moderate', () => {
    const because = (status: 'cancelled' | 'completed', code?: string) =>
      issue([
        prescription('p', {
          brand: 'ID_LEVAXIN',
          more: {
            status,
            ...(code === undefined
              ? {}
              : { statusReason: { coding: [{ system: 'urn:oid:2.16.578.1.12.4.1.1.7500', code }] } }),
          },
        }),
      ])
    assert.equal(because('cancelled', '2')?.severity, 'high')
    assert.match(because('cancelled', '2')?.detail ?? '', /tilbakekalt som seponert/)
    assert.equal(because('cancelled', '3')?.severity, 'moderate')
    assert.match(because('completed')?.detail ?? '', /ferdig utlevert/)
  })

  it('asks for a prescription only where the product needs one', () => {
    assert.match(issue([withGroup('C')])?.detail ?? '', /ikke forskrevet på resept/)
    assert.equal(issue([withGroup('F')]), undefined)
    assert.equal(issue([row('r', { brand: 'ID_LEVAXIN' })]), undefined, 'nothing says whether it needs one')
  })

  it('does not hold of a row whose prescription never came here, of a valid one, nor of a line not in use', () => {
    assert.equal(
      issue([row('r', { brand: 'ID_LEVAXIN', prescription: 'elsewhere' }), withGroup('C')]),
      undefined,
    )
    const renewed = prescription('q', { brand: 'ID_LEVAXIN', authoredOn: '2026-11-10T09:00:00+01:00' })
    assert.equal(issue([ended, renewed]), undefined)
    const held = row('r', { brand: 'ID_LEVAXIN', prescription: 'p', status: 'on-hold' })
    assert.equal(issue([ended, held]), undefined)
  })
})
