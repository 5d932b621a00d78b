/**
 * `npm run chaos`: a real hub under load with a fault every few seconds, for as long as asked; then the oracle of
 * reliability.md 1. Options: --minutes N, --seed S, --store postgresql|embedded, --dispatcher bullmq|in-process,
 * --rate N|half (messages a second; half: of what this machine takes), --every S, --lease MS, --sample N (messages that are
 * compared with the reference; 0: all). Ends by itself, with 1 when an invariant is broken.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { cellFault, cellsOf } from '../tests/faults/kill-matrix.js'
import { type Fault, untilDrained } from '../tests/faults/session.js'
import { troublesOf } from '../tests/faults/troubles.js'
import { breachesOf } from '../tests/oracle/invariants.js'
import { markersIn } from '../tests/oracle/markers.js'
import { type Random, randomOf } from '../tests/oracle/random.js'
import { newSendersLog } from '../tests/oracle/senders.js'
import { hasPostgresServer } from '../tests/support/postgres-server.js'
import { hasRedisServer } from '../tests/support/redis-server.js'
import { type BackEnds, nameOf, openRig, type Rig } from '../tests/support/rig.js'
import { pacerOf, startSenders, topRate } from './chaos-load.js'
import { type Recovery, recover, type Vitals, watchVitals } from './chaos-vitals.js'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '5' },
    seed: { type: 'string', default: String(Date.now() % 1e9) },
    store: { type: 'string', default: 'postgresql' },
    dispatcher: { type: 'string', default: 'bullmq' },
    rate: { type: 'string', default: 'half' },
    every: { type: 'string', default: '20' },
    lease: { type: 'string', default: '5000' },
    sample: { type: 'string', default: '4000' },
  },
})

const MINUTES_MAX = 24 * 60
const minutes = Math.min(MINUTES_MAX, Number(values.minutes))
const everyMs = Number(values.every) * 1_000
const leaseMs = Number(values.lease)
const seed = Number(values.seed)
const backEnds: BackEnds = {
  postgres: values.store !== 'embedded',
  redis: values.dispatcher !== 'in-process',
}
const DRAIN_MS_MAX = 120_000

async function main(): Promise<number> {
  if (backEnds.postgres && !hasPostgresServer()) return missing('initdb and postgres', '--store embedded')
  if (backEnds.redis && !hasRedisServer()) return missing('redis-server', '--dispatcher in-process')
  console.log(`${nameOf(backEnds)}, ${minutes} min, a fault every ${values.every} s, --seed ${seed}`)
  const rig = await openRig(backEnds, {
    ownServers: true,
    env: { STAFETT_LEASE_MS: String(leaseMs), STAFETT_SWEEP_MS: '2000', STAFETT_LOG: 'warn' },
  })
  try {
    return await run(rig)
  } finally {
    await rig.close()
  }
}

/** Servers are killed here, so they must be its own. */
function missing(programs: string, instead: string): number {
  console.error(`${programs} must be on the path, or say ${instead}`)
  return 2
}

async function run(rig: Rig): Promise<number> {
  const random = randomOf(seed)
  const log = newSendersLog()
  const state = { hub: await rig.start() }
  // A worker that no fault kills: its memory is that of a process that lives long.
  const beside = backEnds.postgres ? await rig.startBeside({ role: 'worker' }) : undefined
  const top = values.rate === 'half' ? await topRate(rig.door, log, seed) : undefined
  const rate = top === undefined ? Number(values.rate) : top / 2
  if (top !== undefined) console.log(`top rate here ${top.toFixed(0)} messages/s`)
  console.log(`sending ${rate.toFixed(1)} messages/s`)
  const senders = startSenders({ door: rig.door, log, seed: seed + 1, pace: pacerOf(rate) })
  const vitals = watchVitals(() => beside ?? state.hub)
  const scene = {
    rig,
    random,
    hub: () => state.hub,
    restart: async () => {
      state.hub = await rig.start()
    },
    lastsMs: Math.round(leaseMs * 1.4),
  }
  const recoveries: Recovery[] = []
  const missed: string[] = []
  const started = Date.now()
  for (
    let next = started + everyMs;
    next < started + minutes * 60_000;
    next = Math.max(next + everyMs, Date.now())
  ) {
    await wait(Math.max(0, next - Date.now()))
    const fault = chosenBy(random)
    const failed = await fault.happen(scene).then(
      () => undefined,
      (error: unknown) => String(error),
    )
    if (state.hub.ended()) await scene.restart()
    const recovery = await recover(fault.name, () => state.hub.url)
    recoveries.push(recovery)
    if (failed !== undefined) missed.push(fault.name)
    const minute = ((Date.now() - started) / 60_000).toFixed(1)
    console.log(
      `${minute.padStart(5)} min  ${fault.name}${failed === undefined ? '' : ` (${failed})`}: back after ${recovery.ms} ms, oldest waiting at most ${recovery.oldestS.toFixed(1)} s`,
    )
  }
  await senders.stop()
  const drained = await untilDrained(state.hub.url, DRAIN_MS_MAX)
  const found = [...log.wrong, ...drained, ...(await markersIn(rig, state.hub.url, log.acknowledged))]
  vitals.stop()
  for (const hub of beside === undefined ? [state.hub] : [state.hub, beside])
    if ((await hub.stop()) !== 0) found.push('a hub did not end in order')
  const sample = Number(values.sample)
  const judged = await rig.readState(sample === 0 ? undefined : sample)
  found.push(
    ...(await breachesOf({ state: judged, acknowledged: log.acknowledged })),
    ...(await rig.deliveryBreaches()),
    ...recoveries.flatMap(({ isBack, name }) => (isBack ? [] : [`I-9: not back after ${name}`])),
  )
  report({ recoveries, missed, messages: judged.messages.length, log, vitals, found })
  return found.length === 0 ? 0 : 1
}

/** Half of the faults at named places of the program, half around it. */
function chosenBy(random: Random): Fault {
  if (random.next() < 0.5) return random.pick(troublesOf(backEnds))
  return cellFault(
    random.pick(cellsOf(backEnds)),
    random.pick(['kill', 'kill', 'throw', 'hang', 'delay'] as const),
  )
}

interface Result {
  readonly recoveries: readonly Recovery[]
  readonly missed: readonly string[]
  readonly messages: number
  readonly log: ReturnType<typeof newSendersLog>
  readonly vitals: Vitals
  readonly found: readonly string[]
}

function report({ recoveries, missed, messages, log, vitals, found }: Result): void {
  const kills = recoveries.filter(({ name }) => /kill/i.test(name)).length
  const times = recoveries.map(({ ms }) => ms).sort((a, b) => a - b)
  const late = recoveries.filter(({ isBack }) => !isBack)
  console.log('')
  console.log(
    `faults       ${recoveries.length}, ${kills} of them kills, ${missed.length} that could not be made to happen`,
  )
  console.log(
    `messages     ${messages} stored, ${log.sent} sendings, ${log.acknowledged.length} acknowledged, ${log.unanswered} sent again`,
  )
  console.log(
    `return       under 5 s oldest waiting after each fault: median ${times[Math.floor(times.length / 2)] ?? 0} ms, longest ${times.at(-1) ?? 0} ms, never ${late.length}`,
  )
  console.log(`memory       ${vitals.growth()}`)
  for (const breach of found.slice(0, 20)) console.log(`  ${breach.slice(0, 1_000)}`)
  console.log(`violations   ${found.length}`)
}

process.exitCode = await main()
