import assert from 'node:assert/strict'
import type { Fact } from '../../../src/medication-list/contract.js'
import { dispenser, packed, travel } from '../../support/chain-facts.js'
import {
  type DeriveOptions,
  derive,
  fixed,
  issueOf,
  prescription,
  type RowOptions,
  row,
  supply,
} from '../../support/clinical-facts.js'

const MULTIDOSE = {
  extension: [{ url: 'http://stafett.internal/fhir/StructureDefinition/multidose', valueBoolean: true }],
}
const AT = '2026-11-21T11:00:00.000Z'
const told = (facts: Fact[], code: string, options: DeriveOptions = {}) =>
  issueOf(derive(facts, { at: AT, ...options }), code)
const line = (more: RowOptions = {}) => row('r', { more: MULTIDOSE, ...more })
const roll = (more: Partial<Parameters<typeof packed>[1]> = {}) =>
  packed('d', { brand: 'ID_METOTAB', from: '2026-11-16', to: '2026-11-29', row: 'r', ...more })

describe('on-list-not-packed', () => {
  const other = row('o', { brand: 'ID_LEVAXIN', more: MULTIDOSE })
  const others = packed('p', { brand: 'ID_LEVAXIN', from: '2026-11-16', to: '2026-11-29', row: 'o' })

  it('is high for a multidose line that the roll of the days does not hold', () => {
    const facts = [line(), other, others]
    const issue = told(facts, 'on-list-not-packed')
    assert.equal(issue?.severity, 'high')
    assert.match(issue?.detail ?? '', /Metoprolol 50 mg.*22\.11\.2026–29\.11\.2026 \(8 dager/)
    assert.equal(told([line(), roll(), other, others], 'on-list-not-packed'), undefined)
  })

  it('does not hold for a line outside the roll, or one supplied beside it', () => {
    assert.equal(told([row('r'), other, others], 'on-list-not-packed'), undefined)
    const beside = supply('s', '2026-11-20T10:00:00+01:00', 'ID_METOTAB')
    assert.equal(told([line(), other, others, beside], 'on-list-not-packed'), undefined)
  })

  it('holds for a line of the last roll that is missing in this one', () => {
    const former = packed('f', { brand: 'ID_METOTAB', from: '2026-11-02', to: '2026-11-15', row: 'r' })
    assert.equal(told([row('r'), former, other, others], 'on-list-not-packed')?.severity, 'high')
  })

  it('is not asked on days on which the line has no dose', () => {
    const weekly = line({ dosage: [fixed(1, { dayOfWeek: ['mon'], when: ['MORN'] })] })
    const short = packed('p', { brand: 'ID_LEVAXIN', from: '2026-11-20', to: '2026-11-22', row: 'o' })
    assert.equal(told([weekly, other, short], 'on-list-not-packed'), undefined)
  })
})

describe('outside-roll-no-supply', () => {
  const other = row('o', { brand: 'ID_LEVAXIN', more: MULTIDOSE })
  const firstRoll = packed('p', {
    brand: 'ID_LEVAXIN',
    from: '2026-11-20',
    to: '2026-12-03',
    row: 'o',
    handedOver: '2026-11-19T10:00:00+01:00',
  })
  const tacrolimus = row('t', { brand: 'ID_TACROLIMUS', asserted: '2026-11-10T09:00:00+01:00' })
  const facts = [other, firstRoll, tacrolimus]

  it('no. 11: tacrolimus outside the roll, no supply and no intake in 24 hours, is high', () => {
    const issue = told(facts, 'outside-roll-no-supply')
    assert.equal(issue?.severity, 'high')
    assert.match(issue?.detail ?? '', /Prograf 1 mg.*24 timer/)
  })

  it('opens at the hour, and is closed by a supply or an intake', () => {
    const early = { at: '2026-11-20T10:00:00.000Z' }
    assert.deepEqual(
      [
        told(facts, 'outside-roll-no-supply', { at: '2026-11-20T22:59:59.999Z' })?.severity,
        told(facts, 'outside-roll-no-supply', { at: '2026-11-20T23:00:00.000Z' })?.severity,
      ],
      [undefined, 'high'],
    )
    assert.equal(told(facts, 'outside-roll-no-supply', early), undefined)
    const supplied = [...facts, supply('s', '2026-11-18T10:00:00+01:00', 'ID_TACROLIMUS')]
    assert.equal(told(supplied, 'outside-roll-no-supply'), undefined)
  })

  it('waits seven days for other medicines, and is not asked of a person without a roll', () => {
    const vitamin = row('v', { brand: 'ID_MULTIVITAMIN', asserted: '2026-11-10T09:00:00+01:00' })
    const at = (instant: string) =>
      told([other, firstRoll, vitamin], 'outside-roll-no-supply', { at: instant })
    assert.equal(at('2026-11-26T22:59:00.000Z'), undefined)
    assert.equal(at('2026-11-26T23:00:00.000Z')?.severity, 'high')
    assert.equal(told([other, tacrolimus], 'outside-roll-no-supply'), undefined)
  })
})

describe('product in hand', () => {
  const cozaar = (more = {}) => prescription('p', { brand: 'ID_COZAAR', more })
  const krka = (id = 'd') =>
    packed(id, {
      brand: 'ID_LOSARTANKRKA',
      from: '2026-11-23',
      to: '2026-12-06',
      more: {
        authorizingPrescription: [
          {
            type: 'MedicationRequest',
            identifier: { system: 'urn:ietf:rfc:3986', value: 'urn:uuid:p' },
          },
        ],
      },
    })

  it('no. 16: another product of the same group is told low, as the same medicine with a new name', () => {
    const issue = told([cozaar(), krka()], 'product-substituted')
    assert.equal(issue?.severity, 'low')
    assert.match(issue?.detail ?? '', /Losartan Krka 50 mg i stedet for Cozaar 50 mg/)
    assert.equal(told([cozaar(), krka()], 'substitution-not-allowed'), undefined)
  })

  it('is high where the prescription forbids it', () => {
    const facts = [cozaar({ substitution: { allowedBoolean: false } }), krka()]
    assert.equal(told(facts, 'substitution-not-allowed')?.severity, 'high')
    assert.equal(told(facts, 'product-substituted'), undefined)
  })

  it('is high for a product of another group', () => {
    const depot = [
      prescription('p', { brand: 'ID_METODEPOT' }),
      supply('d', '2026-11-20T10:00:00+01:00', 'ID_METOTAB', 'p'),
    ]
    assert.equal(told(depot, 'substitution-not-allowed')?.severity, 'high')
  })

  it('closes when the prescribed product is in hand again', () => {
    const back = supply('e', '2026-11-20T12:00:00+01:00', 'ID_COZAAR', 'p')
    const before = supply('d', '2026-11-19T12:00:00+01:00', 'ID_LOSARTANKRKA', 'p')
    assert.equal(told([cozaar(), before], 'product-substituted')?.severity, 'low')
    assert.equal(told([cozaar(), before, back], 'product-substituted'), undefined)
  })
})

describe('dispensed-not-on-list', () => {
  it('is high until somebody decides on it', () => {
    const dispensed = supply('d', '2026-11-20T10:00:00+01:00', 'ID_PARACET')
    assert.equal(told([dispensed], 'dispensed-not-on-list')?.severity, 'high')
    const decided = prescription('p', { brand: 'ID_PARACET' })
    assert.equal(told([dispensed, decided], 'dispensed-not-on-list'), undefined)
  })

  it('does not hold for what a device hands out', () => {
    const given = travel('v', '2026-11-20T12:00:00+01:00', '2026-11-21', '2026-11-22', 2)
    assert.equal(told([given], 'dispensed-not-on-list', { sources: [dispenser(AT)] }), undefined)
  })
})
