import assert from 'node:assert/strict'
import fc from 'fast-check'
import { grouped } from '../../src/store/grouped.js'

const tick = () => new Promise((resolve) => setImmediate(resolve))
const options = { underWayMax: 1, weightMax: 10, weightOf: () => 1, isTriedAlone: () => true }

describe('grouped calls', () => {
  it('makes the first at once and those that come meanwhile together, in order', async () => {
    const groups: number[][] = []
    const double = grouped(async (items: readonly number[]) => {
      groups.push([...items])
      await tick()
      return items.map((item) => item * 2)
    }, options)
    assert.deepEqual(await Promise.all([1, 2, 3].map(double)), [2, 4, 6])
    assert.deepEqual(groups, [[1], [2, 3]])
  })

  it('closes a group at its weight, and never leaves out what is heavier alone', async () => {
    const groups: number[][] = []
    const same = grouped(
      async (items: readonly number[]) => {
        groups.push([...items])
        await tick()
        return items
      },
      { ...options, weightOf: (item) => item },
    )
    await Promise.all([1, 6, 4, 1, 50, 2].map(same))
    assert.deepEqual(groups, [[1], [6, 4], [1], [50], [2]])
  })

  it('tries each of a failed group alone, so that one fails alone', async () => {
    const work = grouped(async (items: readonly number[]) => {
      await tick()
      if (items.includes(3)) throw new Error('three')
      return items
    }, options)
    const results = await Promise.allSettled([1, 2, 3, 4].map(work))
    assert.deepEqual(
      results.map(({ status }) => status),
      ['fulfilled', 'fulfilled', 'rejected', 'fulfilled'],
    )
  })

  it('lets those behind a failed group go on while one of it is tried alone', async () => {
    let free: () => void = () => undefined
    const locked = new Promise<void>((resolve) => {
      free = resolve
    })
    const work = grouped(async (items: readonly number[]) => {
      await tick()
      if (items.length > 1 && items.includes(3)) throw new Error('three')
      if (items.includes(3)) await locked
      return items
    }, options)
    const three = Promise.all([1, 2, 3].map(work)).then(() => 'three')
    await Promise.all([1, 2, 3, 4].map(tick))
    assert.equal(await Promise.race([three, work(4).then(() => 'behind')]), 'behind')
    free()
    assert.equal(await three, 'three')
  })

  it('fails all of a group when trying alone is pointless', async () => {
    let runs = 0
    const work = grouped(
      async () => {
        runs += 1
        await tick()
        throw new Error('away')
      },
      { ...options, isTriedAlone: () => false },
    )
    const results = await Promise.allSettled([1, 2, 3].map(work))
    assert.ok(results.every(({ status }) => status === 'rejected'))
    assert.equal(runs, 2)
  })

  it('gives each call its own result, however they come', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 9 }), fc.boolean()), { maxLength: 30 }),
        fc.integer({ min: 1, max: 3 }),
        async (calls, underWayMax) => {
          const work = grouped(
            async (items: readonly { readonly of: number }[]) => {
              await tick()
              return items.map(({ of }) => of)
            },
            { ...options, underWayMax },
          )
          const results: Promise<number>[] = []
          for (const [of, pause] of calls) {
            results.push(work({ of }))
            if (pause) await tick()
          }
          assert.deepEqual(
            await Promise.all(results),
            calls.map(([of]) => of),
          )
        },
      ),
      { numRuns: 50 },
    )
  })
})
