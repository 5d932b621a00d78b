import assert from 'node:assert/strict'
import fc from 'fast-check'
import { openRecentCount } from '../../src/core/recent-count.js'

describe('a count of the last minutes', () => {
  it('forgets what is older, and what a long pause left behind', () => {
    const clock = { now: 0 }
    const count = openRecentCount(() => clock.now, 3)
    count.add(2)
    clock.now = 2 * 60_000
    count.add()
    assert.equal(count.total(), 3)
    clock.now = 3 * 60_000
    assert.equal(count.total(), 1)
    clock.now = 500 * 60_000
    assert.equal(count.total(), 0)
  })

  it('is what a plain list of events gives, whatever their times', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 400_000 }), { maxLength: 40 }), (steps) => {
        const clock = { now: 0 }
        const count = openRecentCount(() => clock.now, 5)
        const events: number[] = []
        for (const step of steps) {
          clock.now += step
          events.push(Math.floor(clock.now / 60_000))
          count.add()
        }
        const minute = Math.floor(clock.now / 60_000)
        assert.equal(count.total(), events.filter((event) => event > minute - 5).length)
      }),
      { numRuns: 200, seed: 7 },
    )
  })

  it('goes on when the clock is set back', () => {
    const clock = { now: 10 * 60_000 }
    const count = openRecentCount(() => clock.now, 3)
    count.add()
    clock.now = 5 * 60_000
    count.add()
    assert.equal(count.total(), 2)
  })
})
