import assert from 'node:assert/strict'
import { setTimeout as wait } from 'node:timers/promises'
import { migrations } from '../../src/store/migrations/migration-list.js'
import { randomOf, seedOr } from '../oracle/random.js'
import { newSendersLog, sendStory } from '../oracle/senders.js'
import { tellStory } from '../oracle/story.js'
import { postgresAnswers } from '../support/reachable.js'
import { hasRedisServer } from '../support/redis-server.js'
import { openRig, type Rig } from '../support/rig.js'
import { judged, untilDrained } from './session.js'

const SEED = seedOr(20261201)
const DRAIN_MS_MAX = 30_000
/** Proved in small elsewhere: tests/store/database.test.ts, tests/queue/bullmq-dispatcher.test.ts. */
const itDeep: (title: string, test: Mocha.AsyncFunc) => void =
  process.env.STAFETT_TEST_DEEP === '1' ? it : () => undefined

describe('starts, stops and second processes', function () {
  this.timeout(240_000)
  const rigs: Rig[] = []
  const rigOf = async (...options: Parameters<typeof openRig>): Promise<Rig> => {
    const rig = await openRig(...options)
    rigs.push(rig)
    return rig
  }
  afterEach(async () => {
    for (const rig of rigs.splice(0)) await rig.close()
  })

  const send = async (rig: Rig, patients: number) => {
    const log = newSendersLog()
    const story = tellStory({ seed: SEED, patients, perPatient: 4 })
    await sendStory(story, { door: rig.door, log, pace: () => wait(0), patienceMs: 60_000 })
    return log
  }

  for (const postgres of [true, false])
    it(`a hub killed while it migrates starts the next time (K16, ${postgres ? 'PostgreSQL' : 'embedded'})`, async function () {
      if (postgres && !(await postgresAnswers())) return this.skip()
      const rig = await rigOf({ postgres, redis: false })
      const nth = 1 + randomOf(SEED).below(migrations.length)
      const faultAtStart = { point: 'migration-applied', action: 'kill', nth } as const
      await assert.rejects(rig.start({ faultAtStart }), /the hub ended at start/)
      const hub = await rig.start()
      assert.deepEqual((await send(rig, 1)).wrong, [])
      assert.deepEqual(await untilDrained(hub.url, DRAIN_MS_MAX), [])
      assert.equal(await hub.stop(), 0)
    })

  it('two that start at once on an empty database both come up (K16)', async function () {
    if (!(await postgresAnswers())) return this.skip()
    const rig = await rigOf({ postgres: true, redis: false })
    const hubs = await Promise.all([rig.start(), rig.startBeside()])
    assert.deepEqual((await send(rig, 1)).wrong, [])
    assert.deepEqual(await untilDrained(rig.door.url, DRAIN_MS_MAX), [])
    for (const hub of hubs) assert.equal(await hub.stop(), 0)
  })

  it('a worker stopped inside an effect commits nothing after another took its lane (K18)', async function () {
    if (!(await postgresAnswers())) return this.skip()
    const rig = await rigOf({ postgres: true, redis: false })
    const first = await rig.start()
    first.arm({ point: 'before-effect-commit', action: 'hang', nth: 3 })
    const sending = send(rig, 4)
    while (first.faults().length === 0) await wait(10)
    const second = await rig.startBeside({ role: 'worker' })
    // What the first one holds is worked by the second once the lease is over.
    assert.deepEqual(await untilDrained(second.url, DRAIN_MS_MAX), [])
    first.signal('SIGCONT')
    const log = await sending
    assert.deepEqual(await untilDrained(rig.door.url, DRAIN_MS_MAX), [])
    while (!first.log().includes('lost lease')) await wait(10)
    for (const hub of [first, second]) assert.equal(await hub.stop(), 0)
    assert.deepEqual(await judged(rig, log), [])
  })

  itDeep(
    'of two on one embedded folder the second is refused, and a lock left by a kill is taken over (F-41)',
    async () => {
      const rig = await rigOf({ postgres: false, redis: false })
      const first = await rig.start()
      await assert.rejects(rig.startBeside(), /another process uses this data folder/)
      assert.deepEqual((await send(rig, 1)).wrong, [])
      await first.kill()
      const next = await rig.start()
      assert.deepEqual(await untilDrained(next.url, DRAIN_MS_MAX), [])
      assert.equal(await next.stop(), 0)
    },
  )

  itDeep('what Redis holds of an older database swallows nothing of the new one (F-07)', async function () {
    if (!(await postgresAnswers()) || !hasRedisServer()) return this.skip()
    const old = await rigOf({ postgres: true, redis: true })
    const hub = await old.start()
    const sending = send(old, 4)
    await wait(300)
    await hub.kill()
    const again = await rigOf({ postgres: true, redis: false }, { env: { REDIS_URL: old.redis?.url ?? '' } })
    const renewed = await again.start()
    const log = await send(again, 4)
    assert.deepEqual(await untilDrained(renewed.url, DRAIN_MS_MAX), [])
    assert.equal(await renewed.stop(), 0)
    assert.deepEqual(await judged(again, log), [])
    await old.start()
    await sending
  })
})
