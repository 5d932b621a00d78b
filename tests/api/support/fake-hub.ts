/** A hub in memory that behaves as the contracts say: the HTTP layer is tested against it without a database. */
import { randomUUID } from 'node:crypto'
import type { FhirResource, OperationDefinition } from 'fhir/r4.js'
import { type ClauseSubject, matchesAll } from '../../../src/api/clause-match.js'
import type { ApiDeps, WriteRequest, WriteResult } from '../../../src/api/deps.js'
import { LAYER_SYSTEM } from '../../../src/core/canonical.js'
import { HubError } from '../../../src/core/errors.js'
import { messageId, type PersonId, personId } from '../../../src/core/ids.js'
import { indexResource } from '../../../src/core/search-parameters.js'
import type { HistoryEntry, MessageView } from '../../../src/store/views.js'
import { openDefinitions } from '../../../src/validation/definitions.js'
import { createFakeDeliveries } from './fake-deliveries.js'
import { fakeDiff, fakeOperations } from './fake-operations.js'

export interface FakeHub {
  readonly deps: ApiDeps
  /** Puts a resource in as the hub itself would; gives its id. */
  readonly put: (resource: FhirResource, layer?: 'fact' | 'line') => string
  readonly remove: (type: string, id: string) => void
  /** Files that backups went to. */
  readonly backups: string[]
  readonly received: { channel: string; raw: Uint8Array; contentType: string }[]
  readonly logged: string[]
  /** Milliseconds since the epoch; advances by 1 ms with every write. */
  now: number
  listEtag: string
  failWith: unknown
  /** Instants that lists were asked for. */
  readonly asked: { readonly at: string | undefined; readonly knownAt: string | undefined }[]
}

type Entry = HistoryEntry & { readonly index: ClauseSubject['index'] }

export const MESSAGE_ID = messageId('0b7f7b1e-3f57-4f52-9d0e-5a1c2f0e9a10')
export const LIST_BODY =
  '{"resourceType":"Bundle","type":"collection","total":1.0,"entry":[{"resource":{"resourceType":"List","status":"current","mode":"working"}}]}'

export function createFakeHub(): FakeHub {
  const versions = new Map<string, Entry[]>()
  const current = (): Entry[] => [...versions.values()].map((list) => list.at(-1)!)
  const subjects = (type: string): ClauseSubject[] =>
    current()
      .filter((entry) => entry.type === type && !entry.deleted)
      .map((entry) => ({ found: entry, index: entry.index }))

  const hub: FakeHub = {
    backups: [],
    received: [],
    logged: [],
    now: Date.parse('2026-03-01T12:00:00.000Z'),
    listEtag: 'W/"3"',
    failWith: undefined,
    asked: [],
    put: (resource, layer = 'fact') => store(resource, resource.id ?? randomUUID(), layer).id,
    remove: (type, id) => {
      const list = versions.get(`${type}/${id}`)!
      const last = list.at(-1)!
      hub.now += 1
      list.push({
        ...last,
        version: last.version + 1,
        deleted: true,
        method: 'DELETE',
        lastUpdated: new Date(hub.now).toISOString(),
      })
    },
    deps: undefined as unknown as ApiDeps,
  }

  function store(resource: FhirResource, id: string, layer: string): Entry {
    const { type, key } = { type: resource.resourceType, key: `${resource.resourceType}/${id}` }
    const list = versions.get(key) ?? []
    hub.now += 1
    const version = list.length + 1
    const lastUpdated = new Date(hub.now).toISOString()
    const tag = [...(resource.meta?.tag ?? []), { system: LAYER_SYSTEM, code: layer }]
    const stored = {
      ...resource,
      id,
      meta: { ...resource.meta, tag, versionId: String(version), lastUpdated },
    }
    const entry: Entry = {
      type,
      id,
      version,
      text: JSON.stringify(stored),
      lastUpdated,
      deleted: false,
      personId: ownerOf(resource, id),
      method: version === 1 ? 'POST' : 'PUT',
      index: indexResource(stored),
    }
    versions.set(key, [...list, entry])
    return entry
  }

  async function writeResource(request: WriteRequest): Promise<WriteResult> {
    if (hub.failWith !== undefined) throw hub.failWith
    if (request.type === 'MedicationRequest' && !('status' in request.body))
      throw new HubError('RESOURCE_INVALID', 'broken rules', {
        issues: [{ at: 'MedicationRequest.status', text: 'is required' }],
      })
    const found = targetOf(request)
    if (request.method === 'create' && found !== undefined) return answer(200, found)
    if (request.method === 'create') return answer(201, store(request.body, randomUUID(), 'fact'))
    if (found === undefined) {
      if (request.id !== undefined) throw new HubError('METHOD_NOT_ALLOWED', 'update cannot create')
      if (request.body.id !== undefined)
        throw new HubError('RESOURCE_STRUCTURE', 'no such id', { at: `${request.type}.id` })
      return answer(201, store(request.body, randomUUID(), 'fact'))
    }
    if (found.text.includes('"code":"line"')) throw new HubError('METHOD_NOT_ALLOWED', "lines are the hub's")
    if (request.body.id !== undefined && request.body.id !== found.id)
      throw new HubError('RESOURCE_STRUCTURE', 'ids differ', { at: `${request.type}.id` })
    if (request.ifMatch !== undefined && !request.ifMatch.includes(found.version))
      throw new HubError('VERSION_STALE', 'changed meanwhile')
    return answer(200, store(request.body, found.id, 'fact'))
  }

  function targetOf(request: WriteRequest): Entry | undefined {
    const { condition } = request
    if (condition === undefined) return versions.get(`${request.type}/${request.id}`)?.at(-1)
    if (condition.kind === 'id') return versions.get(`${request.type}/${condition.id}`)?.at(-1)
    const token = `identifier=${condition.system}|${condition.value}`
    const found = subjects(request.type).filter(({ index }) => index.tokens.includes(token))
    if (found.length > 1) throw new HubError('MULTIPLE_MATCHES', 'several')
    return found[0] === undefined ? undefined : versions.get(`${request.type}/${found[0].found.id}`)?.at(-1)
  }

  const answer = (status: 200 | 201, entry: Entry): WriteResult => ({ ...entry, status })
  const byId = (a: ClauseSubject['found'], b: ClauseSubject['found']) => (a.id < b.id ? -1 : 1)
  const log = (event: string) => hub.logged.push(event)

  const deps: ApiDeps = {
    store: {
      read: async (type, id) => versions.get(`${type}/${id}`)?.at(-1),
      vread: async (type, id, version) => versions.get(`${type}/${id}`)?.[version - 1],
      history: async (type, id, count, before) =>
        [...(versions.get(`${type}/${id}`) ?? [])]
          .reverse()
          .filter((entry) => before === undefined || entry.version < before)
          .slice(0, count),
      search: async ({ type, clauses, count, after }) => {
        if (hub.failWith !== undefined) throw hub.failWith
        return subjects(type)
          .filter((subject) => matchesAll(subject, clauses))
          .map(({ found }) => found)
          .sort(byId)
          .filter((found) => after === undefined || found.id > after.id)
          .slice(0, count)
      },
      countMatches: async ({ type, clauses }) =>
        subjects(type).filter((subject) => matchesAll(subject, clauses)).length,
      findPersons: async (identifiers) =>
        subjects('Patient')
          .filter(({ index }) =>
            identifiers.some(({ system, value }) => index.tokens.includes(`identifier=${system}|${value}`)),
          )
          .map(({ found }) => personId(found.id)),
      messages: async ({ state, limit }) =>
        MESSAGES.filter((m) => state === undefined || m.state === state).slice(0, limit),
      message: async (id) => MESSAGES.find((message) => message.id === id),
      messageItems: async (parent) => MESSAGES.filter((message) => message.parentId === parent),
      rawMessage: async (id) =>
        id === MESSAGE_ID ? { body: Buffer.from('MSH|^~\\&'), contentType: 'application/hl7-v2' } : undefined,
      sources: async () => [
        {
          key: 'hl7v2|gp',
          role: 'prescriber',
          name: 'GP',
          lastHeard: '2026-03-01T11:00:00.000Z',
          persons: 1,
          failed: 0,
        },
      ],
      ...fakeOperations(MESSAGE_ID),
    },
    writeResource,
    performOperation: async () => {
      throw new HubError('NOT_FOUND', 'operations write to a real hub only')
    },
    sfmDocument: async (person) =>
      versions.has(`Patient/${person}`)
        ? { resourceType: 'Bundle', type: 'document', id: String(person) }
        : undefined,
    rollChain: async (person, { roll, day, slot }) =>
      versions.has(`Patient/${person}`)
        ? {
            resourceType: 'Parameters',
            parameter: [{ name: 'asked', valueString: [roll, day, slot].join(' ') }],
          }
        : undefined,
    medicationListDiff: async (person, { from, to }) =>
      versions.has(`Patient/${person}`) ? fakeDiff(from, to) : undefined,
    summary: async (person, language) =>
      versions.has(`Patient/${person}`)
        ? { resourceType: 'Bundle', type: 'document', ...(language === undefined ? {} : { language }) }
        : undefined,
    medicationCard: async (person) =>
      versions.has(`Patient/${person}`)
        ? { pdf: Buffer.from('%PDF-'), bundle: { resourceType: 'Bundle', type: 'collection', entry: [] } }
        : undefined,
    medicationList: async (person, { ifNoneMatch, at, knownAt }) => {
      hub.asked.push({ at, knownAt })
      if (at !== undefined && hub.failWith !== undefined) throw hub.failWith
      if (!versions.has(`Patient/${person}`)) return undefined
      const notModified = ifNoneMatch?.some((tag) => tag === hub.listEtag || tag === '*') ?? false
      return { etag: hub.listEtag, body: notModified ? '' : LIST_BODY, notModified }
    },
    replayMessage: async (id) =>
      id === MESSAGE_ID ? 'replayed' : MESSAGES.some((message) => message.id === id) ? 'not-dead' : 'unknown',
    previewReplay: async () => ({ outcome: 'done', changes: [], amendments: 0, unmapped: [] }),
    intake: {
      receive: async (channel, raw, contentType) => {
        if (hub.failWith !== undefined) throw hub.failWith
        if (channel === 'devices/nobody') throw new HubError('NOT_FOUND', 'no such vendor')
        hub.received.push({ channel, raw, contentType })
        return {
          status: 202,
          contentType: 'application/json',
          body: '{"status":"accepted"}',
          messageId: MESSAGE_ID,
        }
      },
    },
    backup: {
      copy: async () => Buffer.from('copy'),
      taken: (file) => void hub.backups.push(file),
    },
    health: async () => ({ status: 'ready', durability: 'power-cut', dispatcher: 'in-process', reasons: [] }),
    ...createFakeDeliveries(),
    catalogue: {
      current: async () => undefined,
      load: async () => {
        throw new HubError('STORE_UNAVAILABLE', 'no catalogue here')
      },
    },
    metrics: async () => 'stafett_up 1\n',
    definitions: definitions(),
    callerOf: ({ authorization }) => ({ clientId: authorization ?? 'anonymous' }),
    clock: () => hub.now,
    newId: randomUUID,
    log: { info: log, warn: log, error: log },
    publicUrl: 'https://hub.test',
    pageKey: Buffer.alloc(32, 7),
    version: '0.0.0-test',
    zone: 'Europe/Oslo',
  }
  return Object.assign(hub, { deps })
}

/** Just the operation's own definition is needed; others come along when they are there. */
function definitions(): readonly FhirResource[] {
  const all = openDefinitions()
  const own = all.find((item): item is OperationDefinition => item.id === 'medication-list')
  if (own === undefined) throw new Error('fhir-profiles/OperationDefinition-medication-list.json is missing')
  return all
}

function ownerOf(resource: FhirResource, id: string): PersonId | '' {
  if (resource.resourceType === 'Patient') return personId(id)
  const { subject, patient } = resource as {
    subject?: { reference?: string }
    patient?: { reference?: string }
  }
  const reference = subject?.reference ?? patient?.reference ?? ''
  return reference.startsWith('Patient/') ? personId(reference.slice('Patient/'.length)) : ''
}

const message = (id: string, more: Partial<MessageView>): MessageView => ({
  id: messageId(id),
  channel: 'hl7v2',
  sender: 'EPJ|GP',
  kind: 'RDE^O11',
  state: 'dead',
  lane: 's-1' as MessageView['lane'],
  parentId: undefined,
  receivedAt: '2026-03-01T11:00:00.000Z',
  doneAt: undefined,
  attempts: 1,
  nextAttemptAt: undefined,
  reason: { code: 'MESSAGE_INVALID', text: 'dose has no unit', at: 'RXE-5' },
  fingerprint: 'b5bb9d8014a0f9b1',
  rawRemovedAt: undefined,
  unmapped: [],
  resources: [],
  ...more,
})

const MESSAGES: readonly MessageView[] = [
  message(MESSAGE_ID, {}),
  message('1b7f7b1e-3f57-4f52-9d0e-5a1c2f0e9a11', {
    parentId: MESSAGE_ID,
    state: 'done',
    doneAt: '2026-03-01T11:00:01.000Z',
    reason: undefined,
  }),
]
