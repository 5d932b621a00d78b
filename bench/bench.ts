/**
 * `npm run bench`: figures beside floors measured in the same run (spec: benchmarks). Options: --quick, --json,
 * --only <part of a name>, --connections 1,8,32, --rounds N, --seconds S, --intakes N (of the large patient),
 * --patients FEW,MANY (of growth).
 */
import { parseArgs } from 'node:util'
import { openValidation } from '../src/validation/validate.js'
import { createOwnDatabase, postgresAnswers, redisAnswers } from '../tests/support/reachable.js'
import { drive, median, percentile, type Shot, type Volley } from './client.js'
import { type Floor, openF1, openF3, openF5, openF7, settingsOf } from './floors.js'
import { growth } from './growth.js'
import { type BackEnds, type HubUnderTest, openHubUnderTest, warmStartMs } from './hub-under-test.js'
import { largePatient } from './large-patient.js'
import { readOnOneCore } from './one-core.js'
import {
  admissionShots,
  deviceEventShots,
  listReaders,
  m251Shots,
  orderShots,
  prescriptionShots,
} from './shots.js'
import { visibilityAtHalfRate } from './visibility.js'
import { lanesPerSecond } from './workers.js'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    connections: { type: 'string', default: '1,8,32' },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    intakes: { type: 'string', default: '100000' },
    patients: { type: 'string', default: '50,1000' },
  },
})

const CONNECTIONS = values.connections.split(',').map(Number)
const ROUNDS = Number(values.rounds ?? (values.quick ? 1 : 3))
const MS = Number(values.seconds ?? (values.quick ? 2 : 5)) * 1_000
const WARM_MS = values.quick ? 1_000 : 5_000
const PATIENTS = values.patients.split(',').map(Number)

interface Figure {
  readonly name: string
  readonly connections: number
  readonly hub: readonly Volley[]
  readonly floorName: string
  readonly floor: readonly Volley[]
  readonly goal: number
  readonly residentMib: number
}

async function main(): Promise<void> {
  if (!(await postgresAnswers())) throw new Error('the floors need PostgreSQL')
  const redis = await redisAnswers()
  await oneCore()
  const floors = await createOwnDatabase('stafett_floor')
  if (!values.json) console.log(await settingsOf(floors.url))
  try {
    const f1 = await openF1(floors.url)
    await ingest('PostgreSQL, in-process', { postgres: true, redis: false }, f1, 'F1')
    if (redis) await ingest('PostgreSQL, BullMQ', { postgres: true, redis: true }, f1, 'F1')
    await visibility('PostgreSQL, in-process', false)
    if (redis) await visibility('PostgreSQL, BullMQ', true)
    if (redis) await moreWorkers()
    await reads(floors.url, f1)
    await f1.close()
    const f7 = await openF7()
    await ingest('PGlite, in-process', { postgres: false, redis: false }, f7, 'F7')
    if (redis) await ingest('PGlite, BullMQ', { postgres: false, redis: true }, f7, 'F7')
    await f7.close()
    await starts()
    await growth({ wanted, json: values.json, patients: PATIENTS, rounds: ROUNDS, ms: MS })
    await largePatient({
      wanted,
      json: values.json,
      intakes: Number(values.intakes),
      facts: values.quick ? 20 : 100,
    })
  } finally {
    await floors.drop()
  }
}

const wanted = (name: string): boolean => name.includes(values.only)

async function ingest(label: string, backEnds: BackEnds, floor: Floor, floorName: string): Promise<void> {
  const kinds = {
    'RDE^O11': orderShots,
    'RDE^O11 at admission': admissionShots,
    'M25.1 with 15 entries': m251Shots,
    'device event': deviceEventShots,
  }
  if (!Object.keys(kinds).some((kind) => wanted(`ingest ${kind}, ${label}`))) return
  const hub = await openHubUnderTest(backEnds)
  for (const [kind, make] of Object.entries(kinds)) {
    const name = `ingest ${kind}, ${label}`
    if (!wanted(name)) continue
    const shots = await make(hub.process.url)
    for (const connections of CONNECTIONS)
      await compare(
        name,
        connections,
        floorName,
        0.25,
        hub,
        (ms) => floor.run(connections, ms),
        (ms) => drive({ port: hub.port, connections, ms, next: shots, settle: hub.drained }),
      )
  }
  await hub.close()
}

async function oneCore(): Promise<void> {
  const validation = await openValidation()
  const scenarios = [
    { name: 'RDE^O11 parsed and mapped, one core', make: orderShots, judge: undefined, goal: 2_000 },
    {
      name: 'M25.1 with 15 entries parsed, mapped and validated, one core',
      make: m251Shots,
      judge: validation,
      goal: 300,
    },
  ] as const
  for (const { name, make, judge, goal } of scenarios) {
    if (!wanted(name)) continue
    const shot = await make('')
    const next = () => shot(0)
    readOnOneCore(next, WARM_MS, judge)
    const rates = Array.from({ length: ROUNDS }, () => readOnOneCore(next, MS, judge))
    const row = { name, perSecond: Math.round(median(rates)), goal }
    console.log(
      values.json ? JSON.stringify(row) : `${name}: ${row.perSecond}/s of processor time (goal ${goal})`,
    )
  }
}

async function visibility(label: string, redis: boolean): Promise<void> {
  const name = `acknowledged to visible at half the top rate, RDE^O11, ${label}`
  if (!wanted(name)) return
  const hub = await openHubUnderTest({ postgres: true, redis })
  const next = await orderShots(hub.process.url)
  await drive({ port: hub.port, connections: 8, ms: WARM_MS, next, settle: hub.drained })
  const { perSecond, p50Ms, p95Ms, p99Ms, failures } = await visibilityAtHalfRate(hub, next, 2 * MS)
  await hub.close()
  const [p50, p95, p99] = [p50Ms, p95Ms, p99Ms].map(Math.round)
  const row = { name, perSecond: Math.round(perSecond), p50Ms: p50, p95Ms: p95, p99Ms: p99, failures }
  console.log(
    values.json
      ? JSON.stringify(row)
      : `${name}: at ${row.perSecond}/s p50 ${p50} p95 ${p95} p99 ${p99} ms (goal p99 1000); ${failures} failed`,
  )
}

/** Milliseconds that each statement of a worker is late: long beside the work itself. */
const WORKER_DELAY_MS = 100

async function moreWorkers(): Promise<void> {
  for (const delayMs of [WORKER_DELAY_MS, 0]) {
    const name = `two workers against one, PostgreSQL, BullMQ, ${delayMs > 0 ? `statements ${delayMs} ms late` : 'plain'}`
    if (!wanted(name)) continue
    const lanes = values.quick ? 400 : 1_200
    const one = await lanesPerSecond(1, lanes, delayMs)
    const two = await lanesPerSecond(2, lanes, delayMs)
    const row = { name, one: Math.round(one), two: Math.round(two), ratio: Number((two / one).toFixed(2)) }
    console.log(
      values.json
        ? JSON.stringify(row)
        : `${name}: ${row.two}/s against ${row.one}/s, ratio ${row.ratio}${delayMs > 0 ? ' (goal 1.6)' : ''}`,
    )
  }
}

async function reads(floorDatabase: string, f1: Floor): Promise<void> {
  if (!['create', 'read by id', '$medication-list'].some((name) => wanted(name))) return
  const hub = await openHubUnderTest({ postgres: true, redis: false })
  const { listShot, readShot, resourceText, texts } = await listReaders(hub.process.url, 30, 50)
  await hub.drained()
  const f3 = await openF3(resourceText)
  const f5 = await openF5(floorDatabase, texts)
  const get = (): Shot => ({ method: 'GET', path: '/', expect: 200 })
  const create = await prescriptionShots(hub.process.url)
  for (const connections of CONNECTIONS) {
    if (wanted('create'))
      await compare(
        'create of a MedicationRequest',
        connections,
        'F1',
        0.5,
        hub,
        (ms) => f1.run(connections, ms),
        (ms) => drive({ port: hub.port, connections, ms, next: create }),
      )
    if (wanted('read by id'))
      await compare(
        'read by id',
        connections,
        'F3',
        0.5,
        hub,
        (ms) => drive({ port: f3.port, connections, ms, next: get }),
        (ms) => drive({ port: hub.port, connections, ms, next: readShot }),
      )
    if (wanted('$medication-list'))
      await compare(
        '$medication-list, 30 lines',
        connections,
        'F5',
        1,
        hub,
        (ms) => drive({ port: f5.port, connections, ms, next: get }),
        (ms) => drive({ port: hub.port, connections, ms, next: listShot }),
      )
  }
  await f3.close()
  await f5.close()
  await hub.close()
}

async function compare(
  name: string,
  connections: number,
  floorName: string,
  goal: number,
  hub: HubUnderTest,
  floor: (ms: number) => Promise<Volley>,
  under: (ms: number) => Promise<Volley>,
): Promise<void> {
  await floor(WARM_MS)
  await under(WARM_MS)
  const floorRounds: Volley[] = []
  const hubRounds: Volley[] = []
  for (let round = 0; round < ROUNDS; round++) {
    floorRounds.push(await floor(MS))
    hubRounds.push(await under(MS))
  }
  const figure = {
    name,
    connections,
    hub: hubRounds,
    floorName,
    floor: floorRounds,
    goal,
    residentMib: hub.residentMib(),
  }
  print(figure)
}

function print(figure: Figure): void {
  const hub = median(figure.hub.map((volley) => volley.perSecond))
  const floor = median(figure.floor.map((volley) => volley.perSecond))
  const latencies = figure.hub.flatMap((volley) => volley.latencies).sort((a, b) => a - b)
  const spread = (volleys: readonly Volley[]) =>
    `${Math.round(Math.min(...volleys.map((v) => v.perSecond)))}–${Math.round(Math.max(...volleys.map((v) => v.perSecond)))}`
  const failures = figure.hub.reduce((sum, volley) => sum + volley.failures, 0)
  const row = {
    name: figure.name,
    connections: figure.connections,
    perSecond: Math.round(hub),
    floor: figure.floorName,
    floorPerSecond: Math.round(floor),
    ratio: Number((hub / floor).toFixed(3)),
    goal: figure.goal,
    p50Ms: Number(percentile(latencies, 0.5).toFixed(2)),
    p95Ms: Number(percentile(latencies, 0.95).toFixed(2)),
    p99Ms: Number(percentile(latencies, 0.99).toFixed(2)),
    residentMib: Math.round(figure.residentMib),
    failures,
  }
  if (values.json) console.log(JSON.stringify(row))
  else
    console.log(
      `${row.name} @${row.connections}: ${row.perSecond}/s (${spread(figure.hub)}), ${row.floor} ${row.floorPerSecond}/s (${spread(figure.floor)}), ` +
        `ratio ${row.ratio} (goal ${row.goal}); p50 ${row.p50Ms} p95 ${row.p95Ms} p99 ${row.p99Ms} ms; ${row.residentMib} MiB; ${failures} failed`,
    )
}

async function starts(): Promise<void> {
  if (!wanted('start')) return
  for (const postgres of [true, false]) {
    const times: number[] = []
    for (let round = 0; round < ROUNDS; round++) times.push(await warmStartMs({ postgres, redis: false }))
    const hub = await openHubUnderTest({ postgres, redis: false })
    const row = {
      name: `start to ready, warm, ${postgres ? 'PostgreSQL' : 'PGlite'}`,
      ms: Math.round(median(times)),
      residentMibAtStart: Math.round(hub.residentMib()),
    }
    await hub.close()
    console.log(
      values.json ? JSON.stringify(row) : `${row.name}: ${row.ms} ms; ${row.residentMibAtStart} MiB at start`,
    )
  }
}

await main()
