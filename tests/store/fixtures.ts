/** Rows and effects for store tests; people are synthetic (month + 80). */
import { createHash, randomUUID } from 'node:crypto'
import type { FhirResource } from 'fhir/r4.js'
import { FNR } from '../../src/core/canonical.js'
import { messageId, type PersonId, personId } from '../../src/core/ids.js'
import type { Envelope, Identity, Subject } from '../../src/core/message.js'
import type { StoredResource } from '../../src/core/stored.js'
import type { Store } from '../../src/store/contract.js'
import type { Effect, ListWrite, ResourceWrite, SearchIndex } from '../../src/store/effect.js'
import type { Claim, NewMessage } from '../../src/store/inbox.js'

export const ANNA: Identity = { system: FNR, value: '11835698734' }
export const BERIT: Identity = { system: FNR, value: '02917198342' }
export const ANNA_LOCAL: Identity = {
  system: 'http://stafett.internal/fhir/sid/sender/lab/mrn',
  value: 'A-77',
}
export const BERIT_LOCAL: Identity = {
  system: 'http://stafett.internal/fhir/sid/sender/lab/mrn',
  value: 'B-12',
}
export const T0 = '2026-03-01T08:00:00.000Z'

export const aboutPerson = (...identifiers: Identity[]): Subject => ({ by: 'person', identifiers })

export interface MessageOverrides {
  readonly subject?: Subject
  readonly envelope?: Partial<Envelope>
  readonly message?: Partial<NewMessage>
}

export function newMessage(text: string, overrides: MessageOverrides = {}): NewMessage {
  const body = Buffer.from(text, 'utf8')
  const message = {
    id: messageId(randomUUID()),
    envelope: {
      channel: 'hl7v2',
      kind: 'RDE^O11',
      sender: 'LAB|NORTH',
      messageId: text,
      part: 0,
      subject: overrides.subject ?? aboutPerson(ANNA),
      ...overrides.envelope,
    },
    body,
    contentType: 'application/hl7-v2',
    contentHash: createHash('sha256').update(body).digest('hex'),
    state: 'waiting',
    answer: { status: 200, contentType: 'application/hl7-v2', body: `MSA|AA|${text}` },
    receivedAt: T0,
    ...overrides.message,
  } as const
  return message
}

export interface WriteOverrides {
  readonly type?: StoredResource['type']
  readonly id?: string
  readonly version?: number
  readonly key?: string
  readonly text?: string
  readonly method?: ResourceWrite['method']
  readonly lastUpdated?: string
  readonly layer?: StoredResource['layer']
  readonly index?: SearchIndex
}

export function write(owner: PersonId | '', overrides: WriteOverrides = {}): ResourceWrite {
  const id = overrides.id ?? randomUUID()
  const version = overrides.version ?? 1
  const type = overrides.type ?? 'MedicationRequest'
  const text = overrides.text ?? JSON.stringify({ resourceType: type, id, meta: { versionId: `${version}` } })
  return {
    personId: owner,
    stored: {
      type,
      id,
      version,
      key: overrides.key ?? `id|${id}`,
      order: '2026',
      layer: overrides.layer ?? 'fact',
      // the text above is a resource of that type
      resource: JSON.parse(text) as FhirResource,
      sourceKey: 'hl7v2|LAB|NORTH',
      messageId: undefined,
      lastUpdated: overrides.lastUpdated ?? T0,
    },
    previousVersion: version - 1,
    method: overrides.method ?? (version === 1 ? 'POST' : 'PUT'),
    index: overrides.index ?? { tokens: [], dates: {} },
  }
}

export function effect(
  message: Effect['message'],
  person: PersonId | undefined,
  more: Partial<Effect> = {},
): Effect {
  return {
    message,
    personId: person,
    writes: [],
    amendments: [],
    identities: [],
    sources: [],
    list: undefined,
    nextChangeAt: undefined,
    merge: undefined,
    assignment: undefined,
    devices: [],
    at: T0,
    ...more,
  }
}

export const done = (id: NewMessage['id']): Effect['message'] => ({
  kind: 'claimed',
  rows: [{ id, state: 'done', unmapped: [] }],
})

export const LEASE = { leaseMs: 15_000, rowsMax: 50 }

export async function mustClaim(store: Store, lane: Claim['lane'], owner = 'worker-1'): Promise<Claim> {
  const claim = await store.claim(lane, owner, LEASE)
  if (claim === undefined) throw new Error('the lane could not be claimed')
  return claim
}

/** Accepts one message and gives its lane and person. */
export async function accepted(store: Store, message: NewMessage) {
  const [result] = await store.accept([message])
  if (result?.kind !== 'stored') throw new Error(`not stored: ${result?.kind}`)
  return { lane: result.lane, person: personId(result.lane.slice(2)), state: result.state, id: result.id }
}

/** Accepts, claims and commits one message; the whole way. */
export async function applied(
  store: Store,
  message: NewMessage,
  more: (person: PersonId) => Partial<Effect>,
) {
  const { lane, person, id } = await accepted(store, message)
  const claim = await mustClaim(store, lane)
  await store.commit(claim, effect(done(id), lane.startsWith('p-') ? person : undefined, more(person)))
  await store.release(claim)
  return { lane, person, id }
}

export const listVersion = (version: number, entries: readonly string[]): ListWrite => ({
  version,
  entries,
  createdAt: T0,
  contentHash: '0',
  validFrom: T0,
})
