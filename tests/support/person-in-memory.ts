/** One person with the real use cases over a store in memory: FHIR writes and client operations, without a database. */
import { randomUUID } from 'node:crypto'
import type {
  DetectedIssue,
  FhirResource,
  List,
  MedicationStatement,
  Parameters,
  ParametersParameter,
  Reference,
} from 'fhir/r4.js'
import { HPR } from '../../src/core/canonical.js'
import { type PersonId, personId } from '../../src/core/ids.js'
import type { PersonState, StoredResource } from '../../src/core/stored.js'
import { deriveList } from '../../src/hub/derive-list.js'
import { openDraft } from '../../src/hub/draft.js'
import { performOperation } from '../../src/hub/perform-operation.js'
import { openWorkspace } from '../../src/hub/workspace.js'
import { writeResource } from '../../src/hub/write-resource.js'
import type { Store } from '../../src/store/contract.js'
import type { Effect } from '../../src/store/effect.js'
import { writeDeps } from './write-deps.js'

export interface PersonInMemory {
  readonly patientRef: string
  /** Milliseconds since the epoch; tests move it. */
  now: number
  /** A FHIR create; gives the id. */
  readonly write: (resource: FhirResource) => Promise<string>
  readonly update: (resource: FhirResource) => Promise<void>
  /** `ifMatch` defaults to the version of the list. */
  readonly operate: (
    operation: string,
    target: string,
    parameter: readonly ParametersParameter[],
    ifMatch?: number,
  ) => Promise<FhirResource>
  /** Derives by time alone. */
  readonly pass: (ms: number) => void
  readonly list: () => List
  /** Lines that the list shows and that are not closed on it, in its order. */
  readonly lines: () => MedicationStatement[]
  readonly line: (name: string) => MedicationStatement
  /** Codes of open issues, ascending. */
  readonly open: () => string[]
  readonly issues: () => DetectedIssue[]
  readonly resources: () => FhirResource[]
  readonly fingerprint: () => string
}

export const practitioner = (number: number): Reference => ({
  type: 'Practitioner',
  identifier: { system: HPR, value: String(1_000_000 + number) },
  display: `Lege ${number}`,
})

const OPEN = new Set<string>(['active', 'intended', 'on-hold', 'unknown'])

/** @param start ISO instant of the first write */
export async function personInMemory(start: string): Promise<PersonInMemory> {
  let effectSeq = 0
  let listVersion = 0
  let person: PersonId | undefined
  const resources = new Map<string, StoredResource>()
  const sources = new Map<string, Effect['sources'][number]>()
  const state = (): PersonState => ({
    personId: person!,
    mergedInto: undefined,
    effectSeq,
    identities: [],
    resources,
    amendments: [],
    sources: [...sources.values()],
    listVersion,
    nextChangeAt: undefined,
    partial: false,
  })
  const store = {
    read: async (type: string, id: string) => {
      const found = resources.get(`${type}/${id}`)
      return found && { ...found, text: JSON.stringify(found.resource), deleted: false, personId: person }
    },
    findPersons: async () => [],
    claim: async (lane: string) => ({ lane, rows: [], effectSeq, more: false, timeDue: false }),
    release: async () => undefined,
    loadPerson: async () => state(),
    loadShared: async () => [],
    commit: async (_claim: unknown, effect: Effect) => keep(effect),
  } as unknown as Store

  function keep(effect: Pick<Effect, 'personId' | 'writes' | 'sources' | 'list'>): void {
    person ??= effect.personId
    for (const { stored } of effect.writes) resources.set(`${stored.type}/${stored.id}`, stored)
    for (const source of effect.sources) sources.set(source.key, source)
    listVersion = effect.list?.version ?? listVersion
    effectSeq += 1
  }

  const deps = { ...(await writeDeps(store)), clock: () => memory.now }
  const all = () => [...resources.values()].map(({ resource }) => resource)
  const list = () =>
    [...resources.values()].find(({ layer, type }) => layer === 'line' && type === 'List')!.resource as List
  const lines = () =>
    (list().entry ?? []).flatMap(({ item }) => {
      const line = resources.get(item.reference!.split('/_history/')[0]!)!.resource as MedicationStatement
      return OPEN.has(line.status) ? [line] : []
    })
  const issues = () =>
    [...resources.values()]
      .filter(({ layer, type }) => layer === 'line' && type === 'DetectedIssue')
      .map(({ resource }) => resource as DetectedIssue)
  const memory: PersonInMemory = {
    patientRef: '',
    now: Date.parse(start),
    write: async (body) => {
      memory.now += 1
      const written = await writeResource(deps, {
        method: 'create',
        type: body.resourceType,
        body,
        clientId: 'epj',
      })
      return written.id
    },
    update: async (body) => {
      memory.now += 1
      const id = body.id!
      await writeResource(deps, { method: 'update', type: body.resourceType, id, body, clientId: 'epj' })
    },
    operate: async (operation, target, parameter, ifMatch = Number(list().meta!.versionId)) => {
      memory.now += 1
      const [type = '', id = ''] = target.split('/')
      const parameters: Parameters = { resourceType: 'Parameters', parameter: [...parameter] }
      const { text } = await performOperation(deps, {
        operation,
        type,
        id,
        parameters,
        ifMatch: [ifMatch],
        clientId: 'epj',
        key: undefined,
      })
      return JSON.parse(text) as FhirResource
    },
    pass: (ms) => {
      memory.now += ms
      const draft = openDraft(openWorkspace(state()), new Map(), undefined, memory.now)
      const derived = deriveList(draft, deps.derive)
      keep({ personId: person, writes: derived.writes, sources: [], list: derived.list })
    },
    list,
    lines,
    line: (name) => lines().find((line) => line.medicationCodeableConcept?.text?.includes(name) === true)!,
    open: () =>
      issues()
        .filter(({ status }) => status === 'preliminary')
        .map(({ code }) => code!.coding![0]!.code!)
        .sort(),
    issues,
    resources: all,
    fingerprint: () => list().extension!.find(({ url }) => url.endsWith('/source-fingerprint'))!.valueString!,
  }
  const id = await memory.write({ resourceType: 'Patient', name: [{ family: 'Prøve' }] })
  person = personId(id)
  return Object.assign(memory, { patientRef: `Patient/${id}` })
}

export const anyId = (): string => randomUUID()
