/**
 * What the rest of the hub may ask of the store. PostgreSQL and PGlite give the same answers (tests/store runs both).
 * All SQL stands behind these functions, in src/store.
 */
import type { LaneKey, MessageId, PersonId } from '../core/ids.js'
import type { Channel, Identity, Reply } from '../core/message.js'
import type { PersonState, SourceState, StoredResource } from '../core/stored.js'
import type { AsOfStore } from './as-of-contract.js'
import type { CatalogueStore } from './catalogue-contract.js'
import type { ClaimedEffect, Effect } from './effect.js'
import type {
  Accepted,
  AfterFailure,
  Claim,
  ClaimOptions,
  Failure,
  MessageState,
  NewMessage,
} from './inbox.js'
import type { ChainStore } from './list-chain-contract.js'
import type { OperationsStore } from './operations.js'
import type { Database } from './query.js'
import type { SentMessage } from './reconcile.js'
import type { ReplayStore } from './replay-contract.js'
import type {
  Backlog,
  CurrentList,
  FoundResource,
  HistoryEntry,
  MessageFilter,
  MessageView,
  SearchRequest,
  SourceView,
} from './views.js'
import type { WatchStore } from './watch-contract.js'

export interface Store extends ChainStore, OperationsStore, ReplayStore, WatchStore {
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
  /** Of these lanes, those with plain due rows and no live lease: claimed together. The others are for `claim`. */
  readonly claimGroup: (
    lanes: readonly LaneKey[],
    owner: string,
    options: Omit<ClaimOptions, 'evenIfIdle'>,
  ) => Promise<readonly Claim[]>
  readonly heartbeat: (claim: Claim, leaseMs: number) => Promise<boolean>
  readonly release: (claim: Claim) => Promise<void>
  /** Lanes with a due row or due time and no live lease, oldest first. */
  readonly dueLanes: (limit: number) => Promise<readonly LaneKey[]>

  /** @param at ISO instant: only what belongs to the working set then (src/core/working-set.ts); absent: everything */
  readonly loadPerson: (person: PersonId, at?: string) => Promise<PersonState>
  /** Of a person's resources those that are named by natural key or by id, also outside of the working set. */
  readonly loadNamed: (
    person: PersonId,
    named: readonly { readonly type: string; readonly key: string }[],
  ) => Promise<readonly StoredResource[]>
  readonly loadShared: (
    keys: readonly { readonly type: string; readonly key: string }[],
  ) => Promise<readonly StoredResource[]>
  /** A resource of no person by its id. */
  readonly loadSharedById: (type: string, id: string) => Promise<StoredResource | undefined>

  /** @throws HubError LEASE_LOST when the epoch is no longer ours, CONCURRENT_CHANGE for a shared resource that moved, an id that is another resource's, or one that was to be absent, MESSAGE_CONFLICT for a FHIR write whose row exists */
  readonly commit: (claim: Claim | undefined, effect: Effect) => Promise<void>
  /**
   * All of these effects or none; the leases end with them.
   * @returns the lanes in which more is due
   * @throws HubError as `commit`; what a lost answer means is known by trying each alone: LEASE_LOST where it was committed
   */
  readonly commitGroup: (effects: readonly ClaimedEffect[]) => Promise<ReadonlySet<LaneKey>>
  /**
   * Row back to waiting, to its parked channel, or to dead. The lease is checked. Without a failure: a row of a channel
   * that is parked already (a channel resumed meanwhile leaves the row due).
   */
  readonly fail: (
    claim: Claim,
    id: MessageId,
    failure: Failure | undefined,
    next: AfterFailure,
    source?: SourceState,
  ) => Promise<void>
  /** Row whose person became known only now: next sequence of that person's lane, closed in the old one. */
  readonly handOver: (claim: Claim, id: MessageId, to: LaneKey) => Promise<void>

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
  readonly currentList: (
    person: PersonId,
    /** `<owner>/<version>` whose texts the caller has. */
    known?: string,
  ) => Promise<CurrentList | undefined>
  /** Texts of an earlier version, as in CurrentList. */
  readonly listVersion: (person: PersonId, version: number) => Promise<readonly string[] | undefined>

  readonly messages: (filter: MessageFilter) => Promise<readonly MessageView[]>
  readonly message: (id: MessageId) => Promise<MessageView | undefined>
  readonly messageItems: (parent: MessageId) => Promise<readonly MessageView[]>
  /** Undefined also when its bytes went by age. */
  readonly rawMessage: (
    id: MessageId,
  ) => Promise<{ readonly body: Uint8Array; readonly contentType: string } | undefined>
  /** The bytes of a message by its own identity; of one with several parts those of the first. */
  readonly rawByIdentity: (
    channel: Channel,
    sender: string,
    messageId: string,
  ) => Promise<Uint8Array | undefined>
  /** What a message of this identity was answered, and the hash of its content. */
  readonly answerByIdentity: (
    channel: Channel,
    sender: string,
    messageId: string,
  ) => Promise<{ readonly contentHash: string; readonly answer: Reply | undefined } | undefined>
  readonly sources: () => Promise<readonly SourceView[]>
  readonly backlog: () => Promise<Backlog>
  readonly catalogue: CatalogueStore
  readonly asOf: AsOfStore
  /** Of the backlog only this, which costs little however long it is; in seconds. */
  readonly oldestWaitingS: () => Promise<number>
  /** Of messages that a sender sent, those that are not in the inbox. */
  readonly missingMessages: (
    channel: Channel,
    sent: readonly SentMessage[],
  ) => Promise<readonly SentMessage[]>
  /** Answers when the database does; else throws STORE_UNAVAILABLE. */
  readonly ping: () => Promise<void>
  readonly close: () => Promise<void>
}
