/** The kill matrix as a suite: one file a combination of back ends, so that they may run beside each other. */
import assert from 'node:assert/strict'
import { randomOf, seedOr } from '../oracle/random.js'
import { postgresAnswers } from '../support/reachable.js'
import { hasRedisServer } from '../support/redis-server.js'
import { type BackEnds, nameOf, openRig } from '../support/rig.js'
import { type Cell, cellFault, cellsOf } from './kill-matrix.js'
import { type Fault, faultSession } from './session.js'
import { KILL } from './troubles.js'

const DEEP = process.env.STAFETT_TEST_DEEP === '1'
/** Runs of each cell with kill and throw in the deep suite; the table of reliability.md asks for 200 before a release. */
const RUNS = Number(process.env.STAFETT_KILL_RUNS || 5)

/** @param seed of this combination, so that together they choose more cells */
export function describeKills(backEnds: BackEnds, seed: number): void {
  const chosen = seedOr(seed)
  describe(`kill matrix, ${nameOf(backEnds)}`, () => {
    const cells = cellsOf(backEnds)
    for (const [title, faults] of DEEP ? wholePlans(cells) : [shortPlan(cells, chosen)])
      it(`every invariant holds after ${title}`, async function () {
        this.timeout(60_000 + faults.length * 30_000)
        if (backEnds.postgres && !(await postgresAnswers())) return this.skip()
        if (backEnds.redis && !hasRedisServer()) return this.skip()
        const rig = await openRig(backEnds)
        try {
          const { breaches } = await faultSession(rig, { random: randomOf(chosen), faults })
          const told = faults.map(({ name }) => name).join(', ')
          assert.deepEqual(breaches, [], `STAFETT_TEST_SEED=${chosen}, after ${told}`)
        } finally {
          await rig.close()
        }
      })
  })
}

type Plan = readonly [title: string, faults: readonly Fault[]]

function shortPlan(cells: readonly Cell[], seed: number): Plan {
  const random = randomOf(seed + 1)
  const some = (action: 'kill' | 'throw' | 'hang' | 'delay') => cellFault(random.pick(cells), action)
  const slow = random.pick(['delay', 'hang'] as const)
  return ['a seeded choice of faults', [some('kill'), some('throw'), KILL, some(slow), some('kill')]]
}

const wholePlans = (cells: readonly Cell[]): readonly Plan[] =>
  cells.map((cell) => [
    `${cell.row} with every action`,
    [
      ...Array.from({ length: RUNS }, () => [cellFault(cell, 'kill'), cellFault(cell, 'throw')]).flat(),
      cellFault(cell, 'hang'),
      cellFault(cell, 'delay'),
    ],
  ])
