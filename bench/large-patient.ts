/** One new fact for a patient with ten years of history: derived, stored and served (spec: benchmarks, engine). */
import { readFileSync } from 'node:fs'
import type { FhirResource } from 'fhir/r4.js'
import { platformDigest } from '../src/composition/digest.js'
import { useDigest } from '../src/core/deterministic-id.js'
import { personId } from '../src/core/ids.js'
import { openListCache } from '../src/hub/list-cache.js'
import type { OperationDeps } from '../src/hub/perform-operation.js'
import { openPersonCache } from '../src/hub/person-cache.js'
import { type ReadListDeps, readMedicationList } from '../src/hub/read-list.js'
import { workLane } from '../src/hub/work-lane.js'
import { writeResource } from '../src/hub/write-resource.js'
import type { Store } from '../src/store/contract.js'
import { IN_MEMORY, openEmbedded, openPostgres } from '../src/store/database.js'
import type { Database } from '../src/store/query.js'
import { openStore } from '../src/store/store.js'
import { type LargeSize, newIntake, newPrescription, TEN_YEARS } from '../tests/support/large-patient.js'
import { createOwnDatabase } from '../tests/support/reachable.js'
import { storeLargePatient } from '../tests/support/store-large-patient.js'
import { writeDeps } from '../tests/support/write-deps.js'
import { median } from './client.js'

/** As the hub is configured (src/composition/hub-deps.ts). */
const CACHED_RESOURCES_MAX = 15_000
const LIST_CHARS_MAX = 16_000_000
const PERSON = personId('00000000-0000-4000-8000-00000000a001')
const TICKS_PER_SECOND = 100

interface LargeFigure {
  readonly fact: 'intake' | 'prescription'
  readonly state: 'in memory' | 'loaded for it'
  /** Processor time of hub and database together, milliseconds: median of all facts. */
  readonly cpuMs: number
  /** Of that the database, where it is a process of its own. */
  readonly databaseMs: number
  readonly wallMs: number
}

export interface LargePatientOptions {
  readonly wanted: (name: string) => boolean
  readonly json: boolean
  readonly intakes: number
  /** Of each kind, told one after the other. */
  readonly facts: number
}

export async function largePatient(options: LargePatientOptions): Promise<void> {
  const size = { ...TEN_YEARS, intakes: options.intakes }
  for (const postgres of [true, false]) {
    const name = `new fact for a patient with ten years of history, ${postgres ? 'PostgreSQL' : 'PGlite'}`
    if (!options.wanted(name)) continue
    for (const figure of await figuresOf(postgres, size, options.facts))
      console.log(textOf(name, figure, options.json))
  }
}

async function figuresOf(postgres: boolean, size: LargeSize, facts: number): Promise<LargeFigure[]> {
  const own = postgres ? await createOwnDatabase('stafett_large') : undefined
  // One connection: its process is the database as far as this patient goes.
  const db = own === undefined ? await openEmbedded(IN_MEMORY) : openPostgres(own.url, { max: 1 })
  try {
    useDigest(platformDigest)
    const store = await openStore(db)
    const now = Date.now()
    await storeLargePatient(store, PERSON, now, size)
    await db.query('analyze')
    const deps = { ...(await writeDeps(store)), cache: openPersonCache(CACHED_RESOURCES_MAX) }
    const meter = await openMeter(db)
    const figures: LargeFigure[] = []
    for (const fact of ['intake', 'prescription'] as const) {
      const make = fact === 'intake' ? newIntake : newPrescription
      for (const state of ['in memory', 'loaded for it'] as const) {
        const told = () =>
          tell(deps, store, make(PERSON, Date.now(), figures.length * 2 * facts + count++, size), state)
        let count = 0
        // The first ones run before the code is compiled.
        for (let warm = 0; warm < facts / 4; warm++) await told()
        const rounds: Used[] = []
        while (rounds.length < facts) rounds.push(await meter(told))
        figures.push({
          fact,
          state,
          cpuMs: median(rounds.map(({ hubMs, databaseMs }) => hubMs + databaseMs)),
          // The kernel counts in steps: only their sum says something.
          databaseMs: rounds.reduce((sum, { databaseMs }) => sum + databaseMs, 0) / rounds.length,
          wallMs: median(rounds.map(({ wallMs }) => wallMs)),
        })
      }
    }
    return figures
  } finally {
    await db.close()
    await own?.drop()
  }
}

async function tell(
  deps: OperationDeps,
  store: Store,
  resource: FhirResource,
  state: LargeFigure['state'],
): Promise<void> {
  if (state === 'loaded for it') deps.cache.drop(PERSON)
  const { id: _id, ...body } = resource
  const written = await writeResource(deps, {
    method: 'create',
    type: resource.resourceType,
    body: body as FhirResource,
    clientId: 'bench',
  })
  if (written.status !== 201) throw new Error('the fact was not stored')
  const list = await readMedicationList(readDeps(deps, store), PERSON, [])
  if (list === undefined || list.body.length < 1_000) throw new Error('the list was not served')
}

const readDeps = (deps: OperationDeps, store: Store): ReadListDeps => ({
  store,
  workLane: (lane) => workLane(deps, lane),
  clock: deps.clock,
  log: deps.log,
  config: deps.derive.config,
  hash: (text) => deps.hash(Buffer.from(text)),
  publicUrl: 'http://127.0.0.1',
  cache: openListCache(LIST_CHARS_MAX),
})

interface Used {
  readonly hubMs: number
  readonly databaseMs: number
  readonly wallMs: number
}

/** Measures the processor time of this process, and of the database's where it is another. */
async function openMeter(db: Database): Promise<(work: () => Promise<void>) => Promise<Used>> {
  const { rows } = await db.query<{ pid: number }>('select pg_backend_pid() as pid')
  const pid = db.kind === 'postgresql' ? rows[0]?.pid : undefined
  const databaseMs = () => (pid === undefined ? 0 : processMs(pid))
  return async (work) => {
    const [cpu, database, wall] = [process.cpuUsage(), databaseMs(), performance.now()]
    await work()
    const { user, system } = process.cpuUsage(cpu)
    return {
      hubMs: (user + system) / 1_000,
      databaseMs: databaseMs() - database,
      wallMs: performance.now() - wall,
    }
  }
}

/** User and system time of a process in milliseconds, from /proc. */
function processMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return ((Number(fields[11]) + Number(fields[12])) * 1_000) / TICKS_PER_SECOND
}

function textOf(title: string, figure: LargeFigure, json: boolean): string {
  const name = `${title}: ${figure.fact}, person ${figure.state}`
  const [cpuMs, databaseMs, wallMs] = [figure.cpuMs, figure.databaseMs, figure.wallMs].map((ms) =>
    Number(ms.toFixed(1)),
  )
  return json
    ? JSON.stringify({ name, cpuMs, databaseMs, wallMs, goal: 20 })
    : `${name}: ${cpuMs} ms of processor time, of that ${databaseMs} in a database process, ${wallMs} ms in all (goal 20)`
}
