import assert from 'node:assert/strict'
import fc from 'fast-check'
import { subtractExactly } from '../../../mappings/devices/decimal.js'

describe('exact subtraction', () => {
  it('gives what the same numbers give on paper', () => {
    assert.equal(subtractExactly(0.3, 0.1), 0.2)
    assert.equal(subtractExactly(1, 0.9), 0.1)
    assert.equal(subtractExactly(2.5, 2.5), 0)
    assert.equal(subtractExactly(1, 2.25), -1.25)
    assert.equal(subtractExactly(1e-7, 0), 1e-7)
    assert.equal(subtractExactly(1e21, 1), 1e21)
  })

  it('is exact for hundredths', () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.nat(1_000_000), (a, b) => {
        assert.equal(subtractExactly(a / 100, b / 100), (a - b) / 100)
      }),
      { numRuns: process.env['STAFETT_TEST_DEEP'] ? 1000 : 50, seed: 1 },
    )
  })
})
