/** Queries that are answered in the request from what is stored (reliability.md 3, rule 1): who is asked about, and with what. */
import type { MessageId } from './ids.js'
import type { Envelope, Identity, Reply } from './message.js'
import type { StoredResource } from './stored.js'

/** Whom a query is about. */
export type Ask =
  | { readonly by: 'person'; readonly identifiers: readonly Identity[] }
  /** Whoever has the resource; a system of `*` stands for any. */
  | {
      readonly by: 'resource'
      readonly types: readonly StoredResource['type'][]
      readonly identifiers: readonly Identity[]
    }
  /** Whoever has one of these as a member of a care team, and a resource of these types written since (ISO instant). */
  | {
      readonly by: 'member'
      readonly identifiers: readonly Identity[]
      readonly types: readonly StoredResource['type'][]
      readonly since: string
    }
  /** What is asked can be answered without looking. */
  | { readonly by: 'nobody' }

/** One person as the answer sees it. */
export interface Known {
  readonly identities: readonly (Identity & { readonly use: 'official' | 'old' })[]
  readonly resources: readonly StoredResource[]
  /** Every message about the person is applied, and every source heard. */
  readonly complete: boolean
}

/** A received message whose bytes an answer passes on: by its own identity, else by the row that made a resource. */
export interface OriginalRef {
  /** Name under which the answer looks it up. */
  readonly key: string
  readonly sender?: string
  readonly messageId?: string
  readonly row?: MessageId
}

export interface QueryContext {
  readonly newId: string
  /** ISO instant. */
  readonly now: string
  /** IANA zone. */
  readonly zone: string
}

/** The part of a channel that answers queries. All of it is pure. */
export interface QueryProtocol {
  /** `Envelope.kind` of the queries. */
  readonly kinds: ReadonlySet<string>
  readonly ask: (raw: Uint8Array, envelope: Envelope, context: QueryContext) => Ask
  readonly originals: (
    raw: Uint8Array,
    envelope: Envelope,
    found: readonly Known[],
    context: QueryContext,
  ) => readonly OriginalRef[]
  readonly answer: (
    raw: Uint8Array,
    envelope: Envelope,
    found: readonly Known[],
    originals: ReadonlyMap<string, readonly Uint8Array[]>,
    context: QueryContext,
  ) => Reply
}
