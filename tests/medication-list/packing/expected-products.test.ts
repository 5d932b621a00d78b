import assert from 'node:assert/strict'
import { extensionUrl } from '../../../src/core/canonical.js'
import type { Fact } from '../../../src/medication-list/contract.js'
import { deriveList } from '../../../src/medication-list/derive-list.js'
import type { PricePeriod } from '../../../src/medication-list/packing/price-periods.js'
import { packed } from '../../support/chain-facts.js'
import { listInput, prescription, supply } from '../../support/clinical-facts.js'
import { iso, packedRow, workedCalendar } from '../../support/packing-calendar.js'

const prices: PricePeriod[] = [
  {
    from: '2026-03-09',
    products: {
      'losartan-50': { productId: 'losartan-krka-50', name: 'Losartan Krka 50 mg', look: 'hvit, oval' },
    },
  },
]
const cozaar = packedRow('r', { brand: 'ID_COZAAR' })
const expected = (at: string, ...facts: Fact[]) => {
  const input = listInput([workedCalendar(), ...facts], { at: iso(at) })
  const result = deriveList({ ...input, config: { ...input.config, prices } })
  const [line] = result.lines
  const parts = line?.statement.extension?.find(({ url }) => url === extensionUrl('expected-product'))
  return {
    parts: parts?.extension?.map(({ url, valueDate, valueString }) => [url, valueDate ?? valueString]),
    flag: line?.flag,
    next: result.nextChangeAt,
  }
}

describe('expected changes of product', () => {
  it('are shown with the line from three days before the delivery', () => {
    const before = expected('12 Mar 23:59', cozaar)
    assert.equal(before.parts, undefined)
    assert.equal(before.next, iso('13 Mar'))
    assert.deepEqual(expected('13 Mar 00:00', cozaar).parts, [
      ['from', '2026-03-16'],
      ['product', 'Losartan Krka 50 mg'],
      ['instead-of', 'Cozaar 50 mg'],
      ['look', 'hvit, oval'],
    ])
  })

  it('are none where the person has that product already, or the roll is packed', () => {
    const had = supply('s', '2026-03-01', 'ID_LOSARTANKRKA', 'p-r')
    assert.equal(expected('14 Mar', cozaar, had).parts, undefined)
    const roll = packed('k', { brand: 'ID_COZAAR', from: '2026-03-16', to: '2026-03-29', row: 'r' })
    assert.equal(expected('14 Mar', cozaar, roll).parts, undefined)
  })

  it('are none where the prescription forbids another product', () => {
    const forbids = prescription('p-r', {
      brand: 'ID_COZAAR',
      more: { substitution: { allowedBoolean: false } },
      authoredOn: '2025-10-01T08:00:00+02:00',
    })
    assert.equal(expected('14 Mar', cozaar, forbids).parts, undefined)
  })
})
