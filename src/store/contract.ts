/**
 * What the rest of the hub may ask of the store. PostgreSQL and PGlite give the same answers (tests/store runs both).
 * All SQL stands behind these functions, in src/store.
 */
import type { HubErrorCode } from '../core/errors.js'
import type { LaneKey, MessageId, PersonId } from '../core/ids.js'
import type {
  AssignmentChange,
  Channel,
  Envelope,
  Identity,
  Reply,
  SourceRole,
  Unmapped,
} from '../core/message.js'
import type { PersonState, SourceState, StoredAmendment, StoredResource } from '../core/stored.js'

/** The small query interface over `pg` and PGlite; `$1` placeholders, rows as objects. */
export type Query = <Row>(
  sql: string,
  values?: readonly unknown[],
) => Promise<{ readonly rows: Row[]; readonly affected: number }>
export interface Database {
  readonly query: Query
  /** BEGIN … COMMIT; rolled back when `work` throws. A lost COMMIT answer throws STORE_UNAVAILABLE. */
  readonly transaction: <T>(work: (query: Query) => Promise<T>) => Promise<T>
  readonly close: () => Promise<void>
  readonly kind: 'postgresql' | 'embedded'
}

export type MessageState = 'waiting' | 'claimed' | 'done' | 'superseded' | 'refused' | 'dead'

/* ── intake ─────────────────────────────────────────────────────────────── */

export interface NewMessage {
  readonly id: MessageId
  readonly envelope: Envelope
  /** Raw bytes as received. For FHIR writes the canonical request. */
  readonly body: Uint8Array
  readonly contentType: string
  /** SHA-256 of the body, lower-case hex. */
  readonly contentHash: string
  /** `refused` rows and the `done` parent of a batch are stored and never processed. */
  readonly state: 'waiting' | 'refused' | 'done'
  readonly reason?: { readonly code: HubErrorCode; readonly text: string }
  /** The answer to give now and to repeat for duplicates; absent while it is owed (answers with effect). */
  readonly answer?: Reply
  /** Batch or multi-subject message that this row is a part of. */
  readonly parentId?: MessageId
  /** ISO instant. */
  readonly receivedAt: string
}

export type Accepted =
  | { readonly kind: 'stored'; readonly id: MessageId; readonly lane: LaneKey; readonly state: MessageState }
  /** Same identity, same content: the first row's id and its stored answer, if it has one by now. */
  | {
      readonly kind: 'duplicate'
      readonly id: MessageId
      readonly lane: LaneKey
      readonly answer: Reply | undefined
      readonly state: MessageState
    }
  /** Same identity, other content. */
  | { readonly kind: 'conflict'; readonly id: MessageId }

/* ── processing ─────────────────────────────────────────────────────────── */

export interface LaneRow {
  readonly id: MessageId
  readonly seq: number
  readonly envelope: Envelope
  readonly body: Uint8Array
  readonly receivedAt: string
  readonly attempts: number
  readonly answerOwed: boolean
  /** Set for merge rows: the other lane, in which this row is at the head too. */
  readonly secondLane: LaneKey | undefined
}

export interface Claim {
  readonly lane: LaneKey
  readonly owner: string
  readonly epoch: number
  /** Claim of the second lane when the head row is a merge. */
  readonly second: { readonly lane: LaneKey; readonly epoch: number } | undefined
  /** Due rows in lane order; empty when only time is due. A merge row comes alone. */
  readonly rows: readonly LaneRow[]
  /** Number of effects of the lane's person: a cached PersonState of this number is still true. */
  readonly effectSeq: number
  /** Rows behind `rows`. */
  readonly more: boolean
  /** The lane's person is due for derivation by time alone. */
  readonly timeDue: boolean
}

/** One write of a resource: a new version. */
export interface ResourceWrite {
  readonly personId: PersonId | ''
  readonly stored: StoredResource
  /** 0 for a create. Shared resources: checked against the row, mismatch → CONCURRENT_CHANGE. */
  readonly previousVersion: number
  readonly method: 'POST' | 'PUT' | 'DELETE'
  readonly index: SearchIndex
}

/** Values to search by, extracted when written (src/core/search-parameters.ts). */
export interface SearchIndex {
  /** `<param>=<system>|<code>`; each code also as `<param>=|<code>` when it has no system, and `<param>=*|<code>`. */
  readonly tokens: readonly string[]
  /** Per date parameter: [from, to) as ISO instants. */
  readonly dates: Readonly<Record<string, readonly [string, string]>>
}

/** Everything that one message does, committed in one transaction. */
export interface Effect {
  readonly message:
    | {
        readonly kind: 'claimed'
        readonly id: MessageId
        readonly state: 'done' | 'superseded'
        readonly unmapped: readonly Unmapped[]
        readonly answer?: Reply
      }
    /** FHIR write: the row is inserted together with its effect (rule 3.11). */
    | { readonly kind: 'new'; readonly message: NewMessage; readonly unmapped: readonly Unmapped[] }
    /** Time alone. */
    | { readonly kind: 'none' }
  readonly personId: PersonId | undefined
  readonly writes: readonly ResourceWrite[]
  readonly amendments: readonly StoredAmendment[]
  readonly identities: readonly (Identity & { readonly use: 'official' | 'old' })[]
  readonly sources: readonly SourceState[]
  /** New list version with the bytes that are served. */
  readonly list: ListWrite | undefined
  readonly nextChangeAt: string | undefined
  readonly merge: { readonly survivor: PersonId; readonly prior: PersonId } | undefined
  readonly assignment: AssignmentWrite | undefined
  /** Devices that became known or got another identifier; ids are those of the Device resources. */
  readonly devices: readonly { readonly deviceId: string; readonly identities: readonly Identity[] }[]
  readonly at: string
}

export interface ListWrite {
  readonly version: number
  /** The Bundle, as served while every message is applied and every source current. */
  readonly body: string
  readonly createdAt: string
}

export interface AssignmentWrite extends Omit<AssignmentChange, 'person' | 'device'> {
  readonly deviceId: string
  readonly deviceIdentities: readonly Identity[]
  readonly personId: PersonId
}

export interface Failure {
  readonly code: HubErrorCode
  /** Safe text: rule and place. */
  readonly text: string
  readonly at?: string
}

/* ── reading ────────────────────────────────────────────────────────────── */

export interface CurrentList {
  readonly version: number
  readonly body: string
  readonly createdAt: string
  readonly nextChangeAt: string | undefined
  readonly sources: readonly SourceState[]
  /** Rows of this person not yet applied (waiting, claimed) and dead, by source key where known. */
  readonly waiting: number
  readonly dead: number
}

export type SearchClause =
  | { readonly kind: 'token'; readonly param: string; readonly anyOf: readonly string[] }
  | { readonly kind: 'date'; readonly param: string; readonly anyOf: readonly DateRange[] }
  | { readonly kind: 'id'; readonly anyOf: readonly string[] }
  | { readonly kind: 'person'; readonly anyOf: readonly PersonId[] }
  | { readonly kind: 'lastUpdated'; readonly anyOf: readonly DateRange[] }

/** `prefix` compares the resource's range with [from, to). */
export interface DateRange {
  readonly prefix: 'eq' | 'ne' | 'gt' | 'lt' | 'ge' | 'le' | 'sa' | 'eb'
  readonly from: string
  readonly to: string
}

export interface SearchRequest {
  readonly type: string
  readonly clauses: readonly SearchClause[]
  /** Page size, 1 … 1000. */
  readonly count: number
  /** Newest first by (lastUpdated, id); continue after this place. */
  readonly after: { readonly lastUpdated: string; readonly id: string } | undefined
  /** Rows written later than this are not seen, so that pages stay true under writes. */
  readonly asOf: string
}

export interface FoundResource {
  readonly type: string
  readonly id: string
  readonly version: number
  readonly text: string
  readonly lastUpdated: string
  readonly deleted: boolean
  readonly personId: PersonId | ''
}

export interface HistoryEntry extends FoundResource {
  readonly method: 'POST' | 'PUT' | 'DELETE'
}

export interface MessageView {
  readonly id: MessageId
  readonly channel: Channel
  readonly sender: string
  readonly kind: string
  readonly state: MessageState
  readonly lane: LaneKey
  readonly parentId: MessageId | undefined
  readonly receivedAt: string
  readonly doneAt: string | undefined
  readonly attempts: number
  readonly nextAttemptAt: string | undefined
  readonly reason: Failure | undefined
  readonly unmapped: readonly Unmapped[]
  /** `<type>/<id>/_history/<version>` of what it caused. */
  readonly resources: readonly string[]
}

export interface SourceView {
  readonly key: string
  readonly role: SourceRole
  readonly name: string
  readonly lastHeard: string
  readonly persons: number
  readonly failed: number
}

export interface Backlog {
  readonly waiting: number
  readonly dead: number
  /** Age in seconds of the oldest due row by database time; 0 when none. */
  readonly oldestWaitingS: number
}

/* ── the store ──────────────────────────────────────────────────────────── */

export interface Store {
  readonly kind: Database['kind']
  /** Made at the first migration; names this database in job ids (reliability.md 5.3). */
  readonly incarnation: string

  /** One durable transaction for all rows of one request: dedup, person or device look-up, lane sequence, insert. In order. */
  readonly accept: (messages: readonly NewMessage[]) => Promise<readonly Accepted[]>
  /** Waits for nothing; the stored answer of a message, once it has one. */
  readonly answerOf: (
    id: MessageId,
  ) => Promise<{ readonly answer: Reply | undefined; readonly state: MessageState } | undefined>

  /** Takes the lane's lease if free or expired (by database time); undefined when held, or when nothing is due. */
  readonly claim: (lane: LaneKey, owner: string, options: ClaimOptions) => Promise<Claim | undefined>
  readonly heartbeat: (claim: Claim, leaseMs: number) => Promise<boolean>
  readonly release: (claim: Claim) => Promise<void>
  /** Lanes with a due row or due time and no live lease, oldest first. */
  readonly dueLanes: (limit: number) => Promise<readonly LaneKey[]>

  readonly loadPerson: (person: PersonId) => Promise<PersonState>
  readonly loadShared: (
    keys: readonly { readonly type: string; readonly key: string }[],
  ) => Promise<readonly StoredResource[]>

  /** @throws HubError LEASE_LOST when the epoch is no longer ours, CONCURRENT_CHANGE for a shared resource that moved, MESSAGE_CONFLICT for a FHIR write whose row exists */
  readonly commit: (claim: Claim | undefined, effect: Effect) => Promise<void>
  /** Row back to waiting at `retryAt` (ISO), or to dead. The lease is checked. */
  readonly fail: (
    claim: Claim,
    id: MessageId,
    failure: Failure,
    next: { readonly kind: 'retry'; readonly delayMs: number } | { readonly kind: 'dead' },
    source?: SourceState,
  ) => Promise<void>
  /** Row whose person became known only now: next sequence of that person's lane, closed in the old one. */
  readonly handOver: (claim: Claim, id: MessageId, to: LaneKey) => Promise<void>
  /** Dead → waiting, as a new sequence at the end of its lane. False when it is not dead. */
  readonly replay: (id: MessageId) => Promise<LaneKey | undefined>

  readonly findPersons: (identifiers: readonly Identity[]) => Promise<readonly PersonId[]>
  /** Finds the person or makes one (Patient create by API). */
  readonly ensurePerson: (identifiers: readonly Identity[], create: PersonId) => Promise<PersonId>
  readonly resolveDevice: (
    identifiers: readonly Identity[],
    at: string | undefined,
    ref: string | undefined,
  ) => Promise<{
    readonly deviceId: string | undefined
    readonly personId: PersonId | undefined
    readonly ambiguous: boolean
  }>

  readonly read: (type: string, id: string) => Promise<FoundResource | undefined>
  readonly vread: (type: string, id: string, version: number) => Promise<HistoryEntry | undefined>
  /** Newest first. `before`: only versions lower than this. */
  readonly history: (
    type: string,
    id: string,
    count: number,
    before: number | undefined,
  ) => Promise<readonly HistoryEntry[]>
  readonly search: (request: SearchRequest) => Promise<readonly FoundResource[]>
  readonly countMatches: (request: Omit<SearchRequest, 'count' | 'after'>) => Promise<number>
  /** The newest list, with what is needed to tell whether it is whole. Merged persons lead to the survivor. */
  readonly currentList: (person: PersonId) => Promise<CurrentList | undefined>
  readonly listVersion: (person: PersonId, version: number) => Promise<string | undefined>

  readonly messages: (filter: MessageFilter) => Promise<readonly MessageView[]>
  readonly message: (id: MessageId) => Promise<MessageView | undefined>
  readonly messageItems: (parent: MessageId) => Promise<readonly MessageView[]>
  readonly rawMessage: (
    id: MessageId,
  ) => Promise<{ readonly body: Uint8Array; readonly contentType: string } | undefined>
  readonly sources: () => Promise<readonly SourceView[]>
  readonly backlog: () => Promise<Backlog>
  /** Answers when the database does; else throws STORE_UNAVAILABLE. */
  readonly ping: () => Promise<void>
  readonly close: () => Promise<void>
}

export interface ClaimOptions {
  readonly leaseMs: number
  /** Takes the lease also when nothing is due, making the lane where there is none: a FHIR write (rule 3.11). */
  readonly evenIfIdle?: boolean
  readonly rowsMax: number
}
export interface MessageFilter {
  readonly state?: MessageState
  readonly channel?: Channel
  readonly limit: number
  /** Older than this message (by received time, id). */
  readonly before?: MessageId
}
