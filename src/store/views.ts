/** What is read from the store: resources, searches, lists, and the state of messages and sources. */
import type { LaneKey, MessageId, PersonId } from '../core/ids.js'
import type { Channel, SourceRole, Unmapped } from '../core/message.js'
import type { SourceState } from '../core/stored.js'
import type { Failure, MessageState } from './inbox.js'

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

export interface CurrentList {
  /** The person asked for, or the survivor into whom that person was merged. */
  readonly owner: PersonId
  /** 0, and no texts, while nothing was applied for this person yet. */
  readonly version: number
  /** JSON texts of what the Bundle shows, in its order, the List first; none when the caller knows this version. */
  readonly texts: readonly string[]
  readonly createdAt: string
  readonly nextChangeAt: string | undefined
  readonly sources: readonly SourceState[]
  /** Rows of this person not yet applied (waiting, claimed) and dead, by source key where known. */
  readonly waiting: number
  readonly dead: number
}

export interface SearchRequest {
  readonly type: string
  readonly clauses: readonly SearchClause[]
  /** Page size, 1 … 1000. */
  readonly count: number
  /**
   * In the order of ids; continue after this one. An id never changes, so that a walk meets every row that is there
   * throughout exactly once, whatever is written meanwhile.
   */
  readonly after: { readonly id: string } | undefined
  /** Rows written later than this are not seen. */
  readonly asOf?: string
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

export interface MessageFilter {
  readonly state?: MessageState
  readonly channel?: Channel
  /** Dead rows of one cause. */
  readonly fingerprint?: string
  readonly limit: number
  /** Older than this message (by received time, id). */
  readonly before?: MessageId
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
  /** Of a dead row: its group among the dead letters. */
  readonly fingerprint: string | undefined
  /** The bytes as received went by age. */
  readonly rawRemovedAt: string | undefined
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
