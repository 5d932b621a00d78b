import assert from 'node:assert/strict'
import { randomOf, seedOr } from '../oracle/random.js'
import { hasPostgresServer } from '../support/postgres-server.js'
import { hasRedisServer } from '../support/redis-server.js'
import { type BackEnds, COMBINATIONS, nameOf, openRig } from '../support/rig.js'
import { type Fault, faultSession } from './session.js'
import { troublesOf } from './troubles.js'

const DEEP = process.env.STAFETT_TEST_DEEP === '1'
const SEED = seedOr(20261130)
/** In the short run the combination with the most to break. */
const CHOSEN = DEEP ? COMBINATIONS : COMBINATIONS.slice(0, 1)
const SHORT = 3

describe('servers, lines and processes in trouble', () => {
  for (const backEnds of CHOSEN)
    for (const [title, faults] of plansOf(backEnds))
      it(`every invariant holds after ${title} (${nameOf(backEnds)})`, async function () {
        this.timeout(120_000 + faults.length * 60_000)
        if (backEnds.postgres && !hasPostgresServer()) return this.skip()
        if (backEnds.redis && !hasRedisServer()) return this.skip()
        const rig = await openRig(backEnds, { ownServers: true })
        try {
          const { breaches } = await faultSession(rig, { random: randomOf(SEED), faults })
          const told = faults.map(({ name }) => name).join(', ')
          assert.deepEqual(breaches, [], `STAFETT_TEST_SEED=${SEED}, after ${told}`)
        } finally {
          await rig.close()
        }
      })
})

/** Each by itself, three times; or a seeded few. */
function plansOf(backEnds: BackEnds): readonly [title: string, faults: readonly Fault[]][] {
  const troubles = troublesOf(backEnds)
  if (DEEP) return troubles.map((trouble) => [trouble.name, [trouble, trouble, trouble]])
  const random = randomOf(SEED)
  return [['a seeded choice', Array.from({ length: SHORT }, () => random.pick(troubles))]]
}
