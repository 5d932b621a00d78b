/** Several processes on one PostgreSQL and one Redis, replaced one after the other under load (a rolling restart). */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { connect } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { openPostgres } from '../../src/store/database.js'
import { randomOf, seedOr } from '../oracle/random.js'
import { orderMessage } from '../support/hl7-orders.js'
import type { HubProcess } from '../support/hub-process.js'
import { postgresAnswers, programOnPath } from '../support/reachable.js'
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
  const closeAll = async () => {
    for (const rig of opened.splice(0)) await rig.close()
  }
  after(closeAll)

  describe('two workers and one with the doors', () => {
    const hubs: HubProcess[] = []
    let rig: Rig
    before(async function () {
      rig = await open(this)
      const started = [rig.start(DOORS), rig.startBeside(WORKER), rig.startBeside(WORKER)]
      hubs.push(...(await Promise.all(started)))
    })
    after(closeAll)
    const send = (patient: number, order: number) =>
      fetch(`${hubs[0]!.url}/intake/hl7v2`, {
        method: 'POST',
        body: orderMessage({ patient, order }),
        headers: { 'content-type': 'application/hl7-v2' },
      })

    it('share the work, and a worker that is told to end leaves nothing behind', async () => {
      const sendAll = async (patient: number) => {
        for (let order = 0; order < 6; order += 1) assert.equal((await send(patient, order)).status, 200)
      }
      const sending = Promise.all(Array.from({ length: 20 }, (_, patient) => sendAll(patient)))
      await waitFor(async () => (await whoDidWhat(rig)).workers >= 2)
      assert.equal(await hubs[1]!.stop(), 0)
      await sending
      assert.deepEqual(await untilDrained(hubs[0]!.url, 30_000), [])
      const { effects, doors } = await whoDidWhat(rig)
      assert.equal(effects, 120, 'one effect a message')
      assert.equal(doors, 0, 'lanes worked by who has the doors')
    })

    it('live on when they have no descriptor left for another connection', async function () {
      const prlimit = programOnPath('prlimit')
      if (prlimit === undefined) return this.skip()
      const { pid, url } = hubs[0]!
      const limit = (count: number) => execFileSync(prlimit, ['--pid', `${pid}`, `--nofile=${count}:`])
      limit(readdirSync(`/proc/${pid}/fd`).length + 10)
      const sockets = Array.from({ length: 60 }, () => connect(Number(new URL(url).port), '127.0.0.1'))
      for (const socket of sockets) socket.on('error', () => undefined)
      // Those in hand go on; those beyond are closed by the hub, and answers are never false.
      await waitFor(async () => sockets.some(({ closed }) => closed))
      const refused = await send(50, 0).then(
        ({ status }) => status,
        () => 'no answer',
      )
      assert.ok(['no answer', 200, 503].includes(refused), `${refused}`)
      for (const socket of sockets) socket.destroy()
      await waitFor(async () => (await send(50, 1).catch(() => undefined))?.status === 200)
      assert.equal(await hubs[0]!.stop(), 0)
      assert.equal(await hubs[2]!.stop(), 0)
    })
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
