import assert from 'node:assert/strict'
import type { Medicine } from '../../../src/medication-list/facts/fact.js'
import {
  expectedChange,
  type PricePeriod,
  pricePeriodOf,
} from '../../../src/medication-list/packing/price-periods.js'
import { local, P8, PACKING_ZONE } from '../../support/packing-calendar.js'

const KRKA = { productId: 'ID_KRKA', name: 'Losartan Krka 50 mg' }
const prices: PricePeriod[] = [
  { from: '2026-02-23', products: { G1: { productId: 'ID_COZAAR', name: 'Cozaar 50 mg' } } },
  { from: '2026-03-09', products: { G1: KRKA } },
  { from: '2026-03-23', products: {} },
]
// Only what a price period reads.
const cozaar = {
  name: 'Cozaar 50 mg',
  products: ['fest|ID_COZAAR'],
  substitutionGroup: 'G1',
} as unknown as Medicine
const change = (at: string, allowed = true, inHand = cozaar) =>
  expectedChange(prices, P8, inHand, allowed, local(at), PACKING_ZONE)

describe('price periods', () => {
  it('a roll is packed under the prices of its cut-off, not of its first day', () => {
    assert.equal(pricePeriodOf(prices, P8, PACKING_ZONE)?.from, '2026-03-09')
    assert.equal(pricePeriodOf(prices, { ...P8, cutoff: local('9 Mar') }, PACKING_ZONE)?.from, '2026-03-09')
    assert.equal(
      pricePeriodOf(prices, { ...P8, cutoff: local('8 Mar 23:59') }, PACKING_ZONE)?.from,
      '2026-02-23',
    )
    assert.equal(pricePeriodOf(prices, { ...P8, cutoff: undefined }, PACKING_ZONE), undefined)
    assert.equal(pricePeriodOf(prices, { ...P8, cutoff: local('1 Feb') }, PACKING_ZONE), undefined)
  })

  it('shows an expected change of product three days before the delivery', () => {
    assert.equal(change('12 Mar 23:59'), undefined)
    assert.deepEqual(change('13 Mar')?.to, KRKA)
    assert.equal(change('13 Mar')?.from, 'Cozaar 50 mg')
  })

  it('expects none where substitution is not allowed, the group is not known or the product stays', () => {
    assert.equal(change('14 Mar', false), undefined)
    assert.equal(change('14 Mar', true, { ...cozaar, substitutionGroup: undefined }), undefined)
    assert.equal(change('14 Mar', true, { ...cozaar, products: ['fest|ID_KRKA'] }), undefined)
  })
})
