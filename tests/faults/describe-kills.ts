/** The kill matrix as a suite: one file a combination of back ends, so that they may run beside each other. */
import assert from 'node:assert/strict'
import { randomOf, seedOr } from '../oracle/random.js'
import { postgresAnswers } from '../support/reachable.js'
import { hasRedisServer } from '../support/redis-server.js'
import { type BackEnds, nameOf, openRig } from '../support/rig.js'
import { CELLS, faultSession, type Planned } from './kill-matrix.js'

const DEEP = process.env.STAFETT_TEST_DEEP === '1'
/** Runs of each cell with kill and throw in the deep suite; the table of reliability.md asks for 200 before a release. */
const RUNS = Number(process.env.STAFETT_KILL_RUNS || 5)

/** @param seed of this combination, so that together they choose more cells */
export function describeKills(backEnds: BackEnds, seed: number): void {
  const chosen = seedOr(seed)
  describe(`kill matrix, ${nameOf(backEnds)}`, () => {
    const cells = CELLS.filter(({ postgresOnly }) => backEnds.postgres || postgresOnly !== true)
    for (const [title, plan] of DEEP ? wholePlans(cells) : [shortPlan(cells, chosen)])
      it(`every invariant holds after ${title}`, async function () {
        this.timeout(60_000 + plan.length * 30_000)
        if (backEnds.postgres && !(await postgresAnswers())) return this.skip()
        if (backEnds.redis && !hasRedisServer()) return this.skip()
        const rig = await openRig(backEnds)
        try {
          const { breaches, faults } = await faultSession(rig, { random: randomOf(chosen), plan })
          assert.deepEqual(breaches, [], `STAFETT_TEST_SEED=${chosen}, after ${faults.join(', ')}`)
        } finally {
          await rig.close()
        }
      })
  })
}

type Plan = readonly [title: string, plan: readonly Planned[]]

function shortPlan(cells: typeof CELLS, seed: number): Plan {
  const random = randomOf(seed + 1)
  const some = (action: Planned['action']): Planned => ({ cell: random.pick(cells), action })
  const slow = random.pick(['delay', 'hang'] as const)
  const actions = ['kill', 'throw', 'instant', slow, 'kill'] as const
  return ['a seeded choice of faults', actions.map(some)]
}

const wholePlans = (cells: typeof CELLS): readonly Plan[] =>
  cells.map((cell) => [
    `${cell.row} with every action`,
    [
      ...Array.from({ length: RUNS }, (): Planned[] => [
        { cell, action: 'kill' },
        { cell, action: 'throw' },
      ]).flat(),
      { cell, action: 'hang' },
      { cell, action: 'delay' },
      { cell, action: 'instant' },
    ],
  ])
