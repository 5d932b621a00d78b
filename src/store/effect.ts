/** What one message does to the store, committed in one transaction. */
import type { MessageId, PersonId } from '../core/ids.js'
import type { AssignmentChange, Identity, Reply, Unmapped } from '../core/message.js'
import type { SourceState, StoredAmendment, StoredResource } from '../core/stored.js'
import type { Claim, NewMessage } from './inbox.js'

/** What became of one claimed row. */
export interface RowOutcome {
  readonly id: MessageId
  readonly state: 'done' | 'superseded'
  readonly unmapped: readonly Unmapped[]
  readonly answer?: Reply
}

/** Everything that one message does, or several that wait in one lane one after the other: one transaction. */
export interface Effect {
  readonly message: /** In lane order. Each row counts as one effect of the lane; writes belong to the row that `messageId` names. */
    | { readonly kind: 'claimed'; readonly rows: readonly RowOutcome[] }
    /** FHIR write: the row is inserted together with its effect (rule 3.11). */
    | { readonly kind: 'new'; readonly message: NewMessage; readonly unmapped: readonly Unmapped[] }
    /** Time alone. */
    | { readonly kind: 'none' }
  readonly personId: PersonId | undefined
  readonly writes: readonly ResourceWrite[]
  readonly amendments: readonly StoredAmendment[]
  readonly identities: readonly (Identity & { readonly use: 'official' | 'old' })[]
  readonly sources: readonly SourceState[]
  /** New list version. */
  readonly list: ListWrite | undefined
  readonly nextChangeAt: string | undefined
  readonly merge: { readonly survivor: PersonId; readonly prior: PersonId } | undefined
  readonly assignment: AssignmentWrite | undefined
  /** Devices that became known or got another identifier; ids are those of the Device resources. */
  readonly devices: readonly { readonly deviceId: string; readonly identities: readonly Identity[] }[]
  readonly at: string
  /** Nothing of this kind but derived lines may stand when the effect commits, else CONCURRENT_CHANGE: what a conditional write found. */
  readonly absent?: AbsentResource
  /** The person begins with this effect. */
  readonly makesPerson?: true
}

/** A plain effect of claimed rows: no merge, assignment, device or condition. Several go in one transaction. */
export interface ClaimedEffect {
  readonly claim: Claim
  readonly effect: Effect & { readonly message: Extract<Effect['message'], { kind: 'claimed' }> }
}

export interface AbsentResource {
  readonly type: string
  /** As in SearchIndex.tokens. */
  readonly token: string
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

export interface ListWrite {
  readonly version: number
  /** `<type>/<id>/<version>` of what the Bundle shows, in its order, the List first. */
  readonly entries: readonly string[]
  /** SHA-256 over the names and texts of the entries (src/hub/list-hash.ts). */
  readonly contentHash: string
  readonly createdAt: string
  /** The instant from which it holds: `createdAt`, or earlier where time alone made it. */
  readonly validFrom: string
}

export interface AssignmentWrite extends Omit<AssignmentChange, 'person' | 'device'> {
  readonly deviceId: string
  readonly deviceIdentities: readonly Identity[]
  readonly personId: PersonId
}
