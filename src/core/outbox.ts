/** What fan-out and deliverer ask of the database. All of it is by database time, and safe for many processes at once. */
import type { Change, Delivery, DeliveryFault, Message } from './delivery.js'
import type { LaneKey } from './ids.js'

/** Something that a destination wants of a change. */
export interface WantedDelivery {
  readonly id: string
  readonly destination: string
  readonly change: Change
  readonly item: string
  /** The destination could not say what it wants: stands blocked until a human looks. */
  readonly fault?: DeliveryFault
}

/** A delivery in hand. `attempt` is also the fence: only the newest claim may say what came of it. */
export interface DeliveryClaim {
  readonly delivery: Delivery
  readonly attempt: number
  /** Attempts that failed before. */
  readonly failures: number
  /** The bytes of earlier attempts, when the message has an id of its own. */
  readonly kept: Message | undefined
}

export interface DeliveryClaimOptions {
  readonly owner: string
  readonly leaseMs: number
  /** At most, of this process. */
  readonly max: number
  /** Deliveries whose holder was lost ask a human. */
  readonly stopWhenLost: boolean
  readonly expiresAfterMs: number | undefined
}

/** What an attempt did to its delivery. `counts`: as a failure of the destination (breaker, 72 h). */
export type DeliverySettlement =
  | { readonly kind: 'delivered'; readonly status?: number }
  | { readonly kind: 'skipped'; readonly reason: string }
  | {
      readonly kind: 'retry'
      readonly fault: DeliveryFault
      readonly status?: number
      readonly delayMs: number
      /** Nothing is sent to the destination before. */
      readonly holdMs?: number
      /** Blocked after a day of this. */
      readonly refused: boolean
      readonly counts: boolean
    }
  | {
      readonly kind: 'blocked'
      readonly fault: DeliveryFault
      readonly status?: number
      readonly counts: boolean
    }
  | { readonly kind: 'gone'; readonly fault: DeliveryFault; readonly status?: number }

export interface FanOutStore {
  /** Makes destinations known, and this set the one in force: processes with another set no longer fan out. */
  readonly register: (
    destinations: readonly { readonly id: string; readonly kind: string }[],
  ) => Promise<string>
  /** In the order of their lanes, each lane's from its first open one on; only lanes behind `after`. */
  readonly openChanges: (after: LaneKey | undefined, limit: number) => Promise<readonly Change[]>
  /**
   * Marks the changes and makes their deliveries, numbered, in one transaction. Changes that another process has marked
   * meanwhile are left out.
   * @returns destinations that got something
   * @throws HubError DESTINATIONS_STALE when `set` is not in force
   */
  readonly fanOut: (
    set: string,
    changes: readonly Change[],
    wanted: readonly WantedDelivery[],
  ) => Promise<readonly string[]>
  /** Marks open changes that nobody wants; gives their number. @throws HubError DESTINATIONS_STALE */
  readonly passChanges: (set: string, limit: number) => Promise<number>
}

export interface DeliveryStore {
  readonly claimDeliveries: (
    destination: string,
    options: DeliveryClaimOptions,
  ) => Promise<readonly DeliveryClaim[]>
  /** Before the first attempt with this message. False when the claim was lost. */
  readonly keepMessage: (claim: DeliveryClaim, message: Message) => Promise<boolean>
  /** False when the claim was lost: nothing changed. */
  readonly settleDelivery: (claim: DeliveryClaim, settlement: DeliverySettlement) => Promise<boolean>
  /** Of these destinations, those with something due that may be tried now. */
  readonly dueDestinations: (ids: readonly string[]) => Promise<readonly string[]>
  /** Skips waiting and blocked deliveries of such items behind which a newer one of their lane waits. Gives their number. */
  readonly supersedeSnapshots: (destination: string, prefix: string) => Promise<number>
  /** What was refused after it had been delivered waits for a human, unless something newer of its lane was made. */
  readonly blockRejected: (destination: string) => Promise<number>
  /** Unanswered messages are due again, as long as nothing newer of their lane went out. Gives their number. */
  readonly resendUnanswered: (
    destination: string,
    options: { readonly resendAfterMs: number; readonly attemptsMax: number },
  ) => Promise<number>
  /** Deletes deliveries that ended longer ago, at most `limit`; never an unresolved one. Gives their number. */
  readonly deleteEnded: (olderThanMs: number, limit: number) => Promise<number>
}
