/** Messages as they come in and wait: what is stored at receipt, and what a worker gets with a lane. */
import type { HubErrorCode } from '../core/errors.js'
import type { LaneKey, MessageId } from '../core/ids.js'
import type { Envelope, Reply } from '../core/message.js'

export type MessageState = 'waiting' | 'claimed' | 'done' | 'superseded' | 'refused' | 'dead'

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
  /** ISO instant: its id counts as new where a message of other content, received before then, has it. */
  readonly idReusedBefore?: string
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

export interface ClaimOptions {
  readonly leaseMs: number
  /** Takes the lease also when nothing is due, making the lane where there is none: a FHIR write (rule 3.11). */
  readonly evenIfIdle?: boolean
  readonly rowsMax: number
}

export interface Failure {
  readonly code: HubErrorCode
  /** Safe text: rule and place. */
  readonly text: string
  readonly at?: string
  /** Of a bug: the fingerprint of its stack, never the text of the error. */
  readonly stack?: string
}

export type AfterFailure =
  | { readonly kind: 'retry'; readonly delayMs: number }
  | { readonly kind: 'dead' }
  /** Waits, attempts uncounted, until its channel is resumed. */
  | { readonly kind: 'park' }
