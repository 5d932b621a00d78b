/** Whether cost grows with the number of patients: p95 with many of them against few, in the same run (spec: benchmarks, growth). */
import { randomUUID } from 'node:crypto'
import type { FhirResource } from 'fhir/r4.js'
import { personId } from '../src/core/ids.js'
import type { SourceState } from '../src/core/stored.js'
import { type DeriveContext, deriveList } from '../src/hub/derive-list.js'
import { finishDraft, openDraft, stage } from '../src/hub/draft.js'
import { emptyWorkspace } from '../src/hub/workspace.js'
import type { Store } from '../src/store/contract.js'
import { openPostgres } from '../src/store/database.js'
import { openStore } from '../src/store/store.js'
import { newPrescription, TEN_YEARS } from '../tests/support/large-patient.js'
import { writeDeps } from '../tests/support/write-deps.js'
import { drive, percentile, type Shot } from './client.js'
import { type HubUnderTest, openHubUnderTest } from './hub-under-test.js'

const LINES = 30
const SIZE = { ...TEN_YEARS, lines: LINES }
const CONNECTIONS = 4
const GOAL = 1.3
const FHIR = { 'content-type': 'application/fhir+json' }

export interface GrowthOptions {
  readonly wanted: (name: string) => boolean
  readonly json: boolean
  /** Numbers of patients with 30 lines each: few, many. */
  readonly patients: readonly number[]
  readonly rounds: number
  readonly ms: number
}

export async function growth(options: GrowthOptions): Promise<void> {
  const kinds = ['create', 'read', '$medication-list', 'search'] as const
  const name = (kind: string) => `growth, ${kind}, ${options.patients.join(' and ')} patients`
  if (!kinds.some((kind) => options.wanted(name(kind)))) return
  const sizes: Populated[] = []
  try {
    for (const patients of options.patients) sizes.push(await populate(patients))
    for (const kind of kinds.filter((one) => options.wanted(name(one)))) {
      const latencies = await measure(kind, sizes, options)
      const [few = Number.NaN, many = Number.NaN] = latencies.map((all) => percentile(all, 0.95))
      const row = {
        name: name(kind),
        fewP95Ms: round(few),
        manyP95Ms: round(many),
        ratio: round(many / few),
        goal: GOAL,
      }
      console.log(
        options.json
          ? JSON.stringify(row)
          : `${row.name}: p95 ${row.fewP95Ms} and ${row.manyP95Ms} ms, ratio ${row.ratio} (goal at most ${GOAL})`,
      )
    }
  } finally {
    for (const { hub } of sizes) await hub.close()
  }
}

const round = (value: number): number => Number(value.toFixed(2))

interface Populated {
  readonly hub: HubUnderTest
  readonly people: readonly Person[]
}

interface Person {
  readonly patient: string
  readonly request: string
}

/** In turn, so that what else the machine does meets all sizes alike; sorted latencies of each. */
async function measure(
  kind: 'create' | 'read' | '$medication-list' | 'search',
  sizes: readonly Populated[],
  { ms, rounds }: GrowthOptions,
): Promise<number[][]> {
  const latencies: number[][] = sizes.map(() => [])
  for (let turn = 0; turn <= rounds; turn++)
    for (const [index, { hub, people }] of sizes.entries()) {
      const next = () => shot(kind, people[Math.floor(Math.random() * people.length)])
      const volley = await drive({ port: hub.port, connections: CONNECTIONS, ms, next })
      if (volley.failures > 0) throw new Error(`${kind}: ${volley.failures} requests failed`)
      // The first round warms up.
      if (turn > 0) latencies[index]?.push(...volley.latencies)
    }
  return latencies.map((all) => all.sort((a, b) => a - b))
}

function shot(kind: 'create' | 'read' | '$medication-list' | 'search', person: Person | undefined): Shot {
  const { patient = '', request = '' } = person ?? {}
  switch (kind) {
    case 'create': {
      const { id: _id, ...body } = newPrescription(personId(patient), Date.now(), 0, SIZE)
      return {
        method: 'POST',
        path: `/fhir/${body.resourceType}`,
        body: JSON.stringify(body),
        headers: FHIR,
        expect: 201,
      }
    }
    case 'read':
      return { method: 'GET', path: `/fhir/MedicationRequest/${request}`, expect: 200 }
    case '$medication-list':
      return { method: 'GET', path: `/fhir/Patient/${patient}/$medication-list`, expect: 200 }
    case 'search':
      return { method: 'GET', path: `/fhir/MedicationStatement?patient=${patient}`, expect: 200 }
  }
}

/** @returns of all people some hundred to ask for */
async function populate(patients: number): Promise<Populated> {
  const hub = await openHubUnderTest({ postgres: true, redis: false })
  const db = openPostgres(hub.database?.url ?? '', { max: 2 })
  const store = await openStore(db)
  const { derive } = await writeDeps(store)
  const people: Person[] = []
  for (let number = 0; number < patients; number++) people.push(await addPerson(store, derive, Date.now()))
  await db.query('analyze')
  await db.close()
  return { hub, people }
}

async function addPerson(store: Store, derive: DeriveContext, now: number): Promise<Person> {
  const person = personId(randomUUID())
  const at = new Date(now).toISOString()
  const source: SourceState = { key: 'hl7v2|BENCH', role: 'prescriber', name: 'Legekontoret', lastHeard: at }
  const workspace = emptyWorkspace(person)
  workspace.sources.set(source.key, source)
  const draft = openDraft(workspace, new Map(), undefined, now)
  const put = (content: FhirResource, id: string, key: string) =>
    stage(draft, {
      id,
      previous: undefined,
      content,
      key,
      order: at,
      layer: 'fact',
      sourceKey: source.key,
      shared: false,
    })
  put({ resourceType: 'Patient' }, person, `id|${person}`)
  const requests = Array.from({ length: LINES }, () => randomUUID())
  for (const [number, id] of requests.entries())
    put(newPrescription(person, now, number, SIZE), id, `urn:stafett-bench:prescription|${number}`)
  const told = finishDraft(draft, derive.validate)
  const derived = deriveList(draft, derive)
  await store.commit(undefined, {
    message: { kind: 'none' },
    personId: person,
    writes: [...told, ...derived.writes],
    amendments: [],
    identities: [],
    sources: [source],
    list: derived.list,
    nextChangeAt: derived.nextChangeAt,
    merge: undefined,
    assignment: undefined,
    devices: [],
    at,
    makesPerson: true,
  })
  return { patient: person, request: requests[0] ?? '' }
}
