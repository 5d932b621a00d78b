/**
 * What happens to a hub that is not of its own making: servers that die, hang, forget and are slow, lines that are cut,
 * processes that are killed and stopped (reliability.md 8).
 */
import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import type { BackEnds, Rig } from '../support/rig.js'
import type { Fault } from './session.js'

export interface Trouble extends Fault {
  readonly needs: Partial<BackEnds>
}

/** At no named place. */
export const KILL: Trouble = {
  name: 'F-17 kill -9 of the hub',
  needs: {},
  happen: async ({ hub, random, restart }) => {
    await wait(random.below(500))
    await hub().kill()
    await restart()
  },
}

const PROCESS: readonly Trouble[] = [
  KILL,
  {
    name: 'K17 SIGTERM, and kill -9 soon after',
    needs: {},
    happen: async ({ hub, random, restart }) => {
      hub().signal('SIGTERM')
      await wait(random.pick([100, 500]))
      await hub().kill()
      await restart()
    },
  },
  {
    name: 'K17 SIGTERM, and a new start',
    needs: {},
    happen: async ({ hub, restart }) => {
      const code = await hub().stop()
      if (code !== 0) throw new Error(`the hub ended with ${code} when told to`)
      await restart()
    },
  },
  {
    name: 'K18 SIGSTOP and SIGCONT of the hub',
    needs: {},
    happen: async ({ hub, lastsMs }) => {
      hub().signal('SIGSTOP')
      await wait(lastsMs)
      hub().signal('SIGCONT')
    },
  },
]

const HOUR_MS = 3_600_000

const CLOCK: readonly Trouble[] = [
  {
    name: 'F-20 the clock an hour ahead, and back',
    needs: {},
    happen: async ({ hub, lastsMs }) => {
      hub().stepClock(HOUR_MS)
      await wait(lastsMs)
      hub().stepClock(0)
    },
  },
  {
    name: 'F-20 killed while the clock was an hour ahead, and set right',
    needs: {},
    happen: async ({ hub, random, restart }) => {
      hub().stepClock(HOUR_MS)
      await wait(500 + random.below(500))
      await hub().kill()
      await restart()
    },
  },
  {
    name: 'F-20 the clock an hour behind, and forward',
    needs: {},
    happen: async ({ hub, lastsMs }) => {
      hub().stepClock(-HOUR_MS)
      await wait(lastsMs)
      hub().stepClock(0)
    },
  },
]

const DATABASE: readonly Trouble[] = [
  {
    name: 'F-10 kill -9 of PostgreSQL',
    needs: { postgres: true },
    happen: async ({ rig }) => {
      await rig.postgres?.kill()
      await rig.postgres?.start()
    },
  },
  {
    name: 'F-10 PostgreSQL restarted',
    needs: { postgres: true },
    happen: async ({ rig, lastsMs }) => {
      await rig.postgres?.stop()
      await wait(lastsMs)
      await rig.postgres?.start()
    },
  },
  {
    name: 'F-14 answers to commits lost',
    needs: { postgres: true },
    happen: ({ rig, lastsMs, random }) =>
      again(lastsMs, 100, async () => rig.databaseProxy?.loseAnswerTo(random.pick(['commit-', 'accept']))),
  },
  {
    name: 'F-13 connections to PostgreSQL cut at random',
    needs: { postgres: true },
    happen: ({ rig, lastsMs, random }) =>
      again(lastsMs, 50 + random.below(200), async () => rig.databaseProxy?.cut()),
  },
  {
    name: 'F-13 connections to PostgreSQL cut after some bytes',
    needs: { postgres: true },
    happen: async ({ rig, lastsMs, random }) => {
      rig.databaseProxy?.cutAfterBytes(5_000 + random.below(50_000))
      await wait(lastsMs)
      rig.databaseProxy?.cutAfterBytes(Number.POSITIVE_INFINITY)
    },
  },
  {
    name: 'F-36 PostgreSQL a black hole, then cut',
    needs: { postgres: true },
    happen: async ({ rig, lastsMs }) => {
      rig.databaseProxy?.holdRequests()
      await wait(lastsMs)
      rig.databaseProxy?.cut()
      rig.databaseProxy?.letThrough()
    },
  },
  {
    name: 'slow PostgreSQL',
    needs: { postgres: true },
    happen: async ({ rig, lastsMs }) => {
      rig.databaseProxy?.delay(30)
      await wait(lastsMs)
      rig.databaseProxy?.delay(0)
    },
  },
  {
    name: 'K2, K15 backends ended in the middle of their statements',
    needs: { postgres: true },
    happen: ({ rig, lastsMs }) =>
      withClient(rig, (client) =>
        again(lastsMs, 20, () =>
          client.query(`select pg_terminate_backend(pid) from pg_stat_activity
            where application_name like 'stafett%' and state = 'active' and pid <> pg_backend_pid()`),
        ),
      ),
  },
  {
    name: 'F-15 lanes locked by somebody else',
    needs: { postgres: true },
    happen: ({ rig, lastsMs }) =>
      withClient(rig, async (client) => {
        await client.query('begin')
        await client.query('select 1 from lane order by lane_key for update')
        await wait(lastsMs)
        await client.query('rollback')
      }),
  },
]

const REDIS: readonly Trouble[] = [
  {
    name: 'F-02 kill -9 of Redis, and an empty one in its place',
    needs: { redis: true },
    happen: async ({ rig, lastsMs }) => {
      await rig.redis?.stop()
      await wait(lastsMs)
      await rig.restartRedis()
    },
  },
  {
    name: 'F-03 Redis emptied again and again',
    needs: { redis: true },
    happen: ({ rig, lastsMs }) => again(lastsMs, 20, async () => rig.redis?.command('FLUSHALL')),
  },
  {
    name: 'F-05 Redis full',
    needs: { redis: true },
    happen: async ({ rig, lastsMs }) => {
      await rig.redis?.command('CONFIG', 'SET', 'maxmemory', '1')
      await wait(lastsMs)
      await rig.redis?.command('CONFIG', 'SET', 'maxmemory', '0')
    },
  },
  {
    name: 'F-06 Redis stopped, and going on',
    needs: { redis: true },
    happen: async ({ rig, lastsMs }) => {
      rig.redis?.signal('SIGSTOP')
      await wait(lastsMs)
      rig.redis?.signal('SIGCONT')
    },
  },
  {
    name: 'slow Redis',
    needs: { redis: true },
    happen: async ({ rig, lastsMs }) => {
      rig.redisProxy?.delay(300)
      await wait(lastsMs)
      rig.redisProxy?.delay(0)
    },
  },
  {
    name: 'F-36 connections to Redis cut at random',
    needs: { redis: true },
    happen: ({ rig, lastsMs, random }) =>
      again(lastsMs, 50 + random.below(200), async () => rig.redisProxy?.cut()),
  },
]

export const troublesOf = (backEnds: BackEnds): readonly Trouble[] =>
  [...PROCESS, ...CLOCK, ...DATABASE, ...REDIS].filter(
    ({ needs }) => (!needs.postgres || backEnds.postgres) && (!needs.redis || backEnds.redis),
  )

/** A step that fails (the server it speaks to is in trouble too) is no fault of the hub's. */
async function again(lastsMs: number, everyMs: number, step: () => Promise<unknown>): Promise<void> {
  for (const until = Date.now() + lastsMs; Date.now() < until; ) {
    await step().catch(() => undefined)
    await wait(everyMs)
  }
}

async function withClient(rig: Rig, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: rig.databaseUrl, application_name: 'trouble' })
  client.on('error', () => undefined)
  await client.connect()
  try {
    await work(client)
  } finally {
    await client.end().catch(() => undefined)
  }
}
