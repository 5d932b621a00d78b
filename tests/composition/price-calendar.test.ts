import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readPriceCalendar } from '../../src/composition/price-calendar.js'
import { ConfigError } from '../../src/config.js'

describe('the price calendar file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'prices-'))
  after(() => rmSync(folder, { recursive: true, force: true }))
  const read = (content: unknown) => {
    const path = join(folder, 'prices.json')
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
    return readPriceCalendar({ priceCalendarFile: path })
  }
  const faults = (content: unknown): readonly string[] => {
    try {
      read(content)
    } catch (error) {
      if (error instanceof ConfigError) return error.faults
      throw error
    }
    return []
  }

  it('gives the periods as stated, and none without a file', () => {
    const periods = [{ from: '2026-03-09', products: { G1: { productId: 'x', name: 'Prøvosartan 50 mg' } } }]
    assert.deepEqual(read({ periods }), periods)
    assert.deepEqual(readPriceCalendar({ priceCalendarFile: undefined }), [])
  })

  it('tells every fault with its place', () => {
    assert.equal(faults('{').length, 1)
    assert.deepEqual(faults({}), ['STAFETT_PRICE_CALENDAR: periods must be a list'])
    assert.deepEqual(
      faults({
        periods: [
          { from: 'mandag', products: {} },
          { from: '2026-03-09', products: { G1: { name: 'x' } } },
          { from: '2026-03-09', products: {} },
        ],
      }),
      [
        'STAFETT_PRICE_CALENDAR: periods[0].from must be a date',
        'STAFETT_PRICE_CALENDAR: periods[1].products.G1 must have productId and name',
        'STAFETT_PRICE_CALENDAR: periods[2].from begins on the same day as another',
      ],
    )
  })
})
