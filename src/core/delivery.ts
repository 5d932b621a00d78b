/**
 * What the outbox, the destinations and the transports say to each other (reliability.md 6). A change is fanned out to
 * the destinations that want it; each delivery is numbered, rendered when it is sent, and judged by its answer.
 */
import type { LaneKey, MessageId, PersonId } from './ids.js'

/** One committed effect: ids only, no content. */
export interface Change {
  readonly lane: LaneKey
  /** Rises within the lane. */
  readonly number: number
  /** Empty when the effect is about no person. */
  readonly personId: PersonId | ''
  readonly messageId: MessageId | undefined
  /** `<type>/<id>/_history/<version>` of what was written. */
  readonly resources: readonly string[]
  /** Version of the person's list that the effect made, if any. */
  readonly listVersion: number | undefined
  /** ISO instant. */
  readonly at: string
}

/** One thing to be sent to one destination. */
export interface Delivery {
  /** A UUID, the same over all attempts: the event id and idempotency key. */
  readonly id: string
  readonly destination: string
  /** 1, 2, 3 … without gaps per destination. */
  readonly number: number
  readonly change: Change
  /** What `wants` named. */
  readonly item: string
}

/** Bytes to be sent. */
export interface Message {
  readonly body: Uint8Array
  readonly contentType: string
  /** More headers, or what a transport has instead. Never health data. */
  readonly headers?: Readonly<Record<string, string>>
  /** The message's own id (MsgId, MSH-10): it is kept from the first attempt on, and resent as the same bytes. */
  readonly messageId?: string
}

export type Rendered =
  | ({ readonly kind: 'message' } & Message)
  /** Nothing to be sent any more, such as when the receiver has lost its right. The delivery ends as `skipped`. */
  | { readonly kind: 'withheld'; readonly reason: string }

/** What a receiver says of a message with an id of its own, in its answer or later. */
export interface Receipt {
  readonly outcome: 'accepted' | 'rejected'
  /** The protocol's own code, such as Volven 8221 `E31`. */
  readonly code?: string
  /** ISO instant. */
  readonly at: string
}

export interface Attempt {
  readonly delivery: Delivery
  readonly message: Message
  /** 1 for the first. */
  readonly attempt: number
}

/** What came of one attempt. `code` is a short word for logs and metrics; `status` a protocol's own number. */
export type Verdict =
  | { readonly kind: 'delivered'; readonly status?: number }
  /** Not now: certainly not taken, or the receiver says so itself. `afterMs`: what it asked for, for the whole destination. */
  | {
      readonly kind: 'retry'
      readonly code: DeliveryFault
      readonly status?: number
      readonly afterMs?: number
    }
  /** Sent, but whether it was taken is not known. */
  | { readonly kind: 'unknown'; readonly code: DeliveryFault; readonly status?: number }
  /** The receiver does not take this (3xx, most of 4xx): tried again for a day, then blocked. */
  | { readonly kind: 'refused'; readonly code: DeliveryFault; readonly status?: number }
  /** A final no, in the words of its protocol (AppRec avvist): blocked at once. */
  | { readonly kind: 'rejected'; readonly code: DeliveryFault; readonly status?: number }
  /** The receiver is gone and wants nothing more (410). */
  | { readonly kind: 'gone'; readonly code: DeliveryFault; readonly status?: number }

export type DeliveryFault =
  | 'address-refused'
  | 'name-not-found'
  | 'not-connected'
  | 'tls'
  | 'connect-timeout'
  | 'tls-timeout'
  | 'answer-timeout'
  | 'connection-lost'
  | 'answer-status'
  | 'answer-rejected'
  | 'answer-unreadable'
  | 'gone'
  | 'outcome-unknown'
  | 'render-failed'
  | 'not-evaluated'

/** A receiver: what it wants, how a message to it is made, sent, and its answer read. */
export interface Destination {
  readonly id: string
  readonly kind: string
  /**
   * Names of what this change sends, each a delivery of its own in this order; empty when nothing. A name says to
   * `render` what is meant, such as `MedicationRequest/<id>/_history/<n>`: ids, no content. Called again after a crash:
   * the same change gives the same names.
   */
  readonly wants: (change: Change) => readonly string[] | Promise<readonly string[]>
  /** From stored versions, at each attempt; once only when the message has an id of its own. */
  readonly render: (delivery: Delivery) => Promise<Rendered>
  /** Settles within its own time limits, at most `sendMsMax`. Never rejects for what the receiver does. */
  readonly send: (attempt: Attempt) => Promise<Verdict>
  readonly sendMsMax: number
  /** `stop`: the receiver is not idempotent, so that an unknown outcome asks a human instead of sending twice. */
  readonly ambiguous: 'retry' | 'stop'
  /** What is not delivered by then is not delivered any more. */
  readonly expiresAfterMs?: number
  /**
   * Items that begin so say all that the receiver is to know of a person: of several that wait only the newest is sent,
   * also where an older one is blocked.
   */
  readonly snapshots?: string
  /** Messages that its receiver says nothing of are sent again after so long, at most so many attempts in all. */
  readonly unanswered?: { readonly resendAfterMs: number; readonly attemptsMax: number }
}

export type DeliveryState = 'pending' | 'sending' | 'delivered' | 'blocked' | 'skipped' | 'expired'
/** `off`: told so by the receiver. `error`: failing for too long. Only an operator takes it out of either. */
export type DestinationState = 'active' | 'off' | 'error'
/** `open`: no attempts; `half-open`: one at a time, to see whether it works again. */
export type BreakerState = 'closed' | 'open' | 'half-open'

/** Counts and times of the delivery rules (reliability.md 6.4, 6.6). */
export interface DeliveryRules {
  readonly inFlightMax: number
  /** Failures in a row after which a destination gets one probe per back-off. */
  readonly breakerFailures: number
  readonly backoffMsMin: number
  readonly backoffMsMax: number
  /** Back-off of what the receiver refuses. */
  readonly refusedMsMin: number
  readonly refusedMsMax: number
  /** Refused for so long, a delivery is blocked. */
  readonly blockAfterMs: number
  /** Failing for so long, a destination is in error. */
  readonly errorAfterMs: number
  /** A rendering that fails without a known reason is tried so often. */
  readonly renderAttemptsMax: number
}

const HOUR_MS = 3_600_000

export const DELIVERY_RULES: DeliveryRules = {
  inFlightMax: 4,
  breakerFailures: 5,
  backoffMsMin: 1_000,
  backoffMsMax: 60_000,
  refusedMsMin: 60_000,
  refusedMsMax: 4 * HOUR_MS,
  blockAfterMs: 24 * HOUR_MS,
  errorAfterMs: 72 * HOUR_MS,
  renderAttemptsMax: 3,
}
