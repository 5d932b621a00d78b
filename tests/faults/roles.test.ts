/** Several processes on one PostgreSQL and one Redis, replaced one after the other under load (a rolling restart). */
import assert from 'node:assert/strict'
import { setTimeout as wait } from 'node:timers/promises'
import { openPostgres } from '../../src/store/database.js'
import { randomOf, seedOr } from '../oracle/random.js'
import { orderMessage } from '../support/hl7-orders.js'
import type { HubProcess } from '../support/hub-process.js'
import { postgresAnswers } from '../support/reachable.js'
import { hasRedisServer } from '../support/redis-server.js'
import { openRig, type Rig } from '../support/rig.js'
import { type Fault, faultSession, untilDrained } from './session.js'

const DEEP = process.env.STAFETT_TEST_DEEP === '1'
const DOORS = { role: 'api,mllp' } as const
const WORKER = { role: 'worker' } as const

describe('processes by role', function () {
  this.timeout(600_000)
  const opened: Rig[] = []
  const open = async (context: Mocha.Context): Promise<Rig> => {
    if (!(await postgresAnswers()) || !hasRedisServer()) return context.skip()
    const rig = await openRig({ postgres: true, redis: true })
    opened.push(rig)
    return rig
  }
  afterEach(async () => {
    for (const rig of opened.splice(0)) await rig.close()
  })

  it('share the work, and a worker that is told to end leaves nothing behind', async function () {
    const rig = await open(this)
    const [doors, first, second] = await Promise.all([
      rig.start(DOORS),
      rig.startBeside(WORKER),
      rig.startBeside(WORKER),
    ])
    const send = async (patient: number) => {
      for (let order = 0; order < 6; order += 1) {
        const response = await fetch(`${doors.url}/intake/hl7v2`, {
          method: 'POST',
          body: orderMessage({ patient, order }),
          headers: { 'content-type': 'application/hl7-v2' },
        })
        assert.equal(response.status, 200, await response.text())
      }
    }
    const sending = Promise.all(Array.from({ length: 20 }, (_, patient) => send(patient)))
    await waitFor(async () => (await whoDidWhat(rig)).workers >= 2)
    assert.equal(await first.stop(), 0)
    await sending
    assert.deepEqual(await untilDrained(doors.url, 30_000), [])
    const { effects, doors: atDoors } = await whoDidWhat(rig)
    assert.equal(effects, 120, 'one effect a message')
    assert.equal(atDoors, 0, 'lanes worked by who has the doors')
    assert.equal(await doors.stop(), 0)
    assert.equal(await second.stop(), 0)
  })

  it('are replaced one after the other without loss', async function () {
    if (!DEEP) return this.skip()
    const rig = await open(this)
    const workers = await Promise.all([rig.startBeside(WORKER), rig.startBeside(WORKER)])
    const end = async (hub: HubProcess, what: string) => {
      const code = await hub.stop()
      if (code !== 0) throw new Error(`${what} ended with ${code}`)
    }
    const replaceWorker: Fault = {
      name: 'a worker is replaced',
      happen: async () => {
        await end(workers.shift()!, 'worker')
        workers.push(await rig.startBeside(WORKER))
      },
    }
    const replaceDoors: Fault = {
      name: 'the doors are replaced',
      happen: ({ hub }) => end(hub(), 'doors'),
    }
    const round = [replaceWorker, replaceDoors, replaceWorker]
    const { breaches } = await faultSession(
      { ...rig, start: () => rig.start(DOORS) },
      { random: randomOf(seedOr(7)), faults: [...round, ...round, ...round] },
    )
    assert.deepEqual(breaches, [])
    for (const worker of workers) assert.equal(await worker.stop(), 0)
  })
})

async function waitFor(condition: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await condition()); tries += 1) {
    assert.ok(tries < 600, 'not within 30 s')
    await wait(50)
  }
}

interface Deeds {
  readonly effects: number
  /** Processes that worked lanes, and how many of these also stored messages. */
  readonly workers: number
  readonly doors: number
}

async function whoDidWhat(rig: Rig): Promise<Deeds> {
  const database = openPostgres(rig.databaseUrl!, { max: 1 })
  try {
    const { rows } = await database.query<Deeds>(
      `select (select count(*) from change) as effects, count(*) as workers,
         count(*) filter (where made_by in (select stored_by from message)) as doors
       from (select distinct made_by from change) by_process`,
    )
    return rows[0]!
  } finally {
    await database.close()
  }
}
