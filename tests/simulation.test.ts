import assert from 'node:assert/strict'
import { simulate } from '../bench/simulation/simulate.js'

const DEEP = process.env['STAFETT_TEST_DEEP'] === '1'

describe('simulation of prescribers, pharmacies, rolls and dispensers', function () {
  this.timeout(DEEP ? 1_800_000 : 120_000)

  it('finds every mistake that was planted, and nothing else', () => {
    const seed = DEEP ? 1 : Math.floor(Date.now() / 86_400_000)
    const told: string[] = []
    const { kinds, derivations } = simulate({
      patients: DEEP ? 210 : 4,
      days: DEEP ? 30 : 16,
      seed,
      from: DEEP ? 0 : seed,
      explain: (text) => told.push(text),
    })
    assert.deepEqual(told, [], `seed ${seed}`)
    assert.ok([...kinds.values()].some(({ found }) => found > 0))
    assert.ok(derivations > 250)
  })
})
