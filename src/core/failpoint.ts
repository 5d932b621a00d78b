/**
 * Named places at which a fault test ends, stops, delays or fails this process (reliability.md 7). Nothing in the program
 * arms them: a test loads its own module before it (`node --import`), which leaves its function on the global object. No
 * setting, request or message can do that, and without it a fail point is a call of an empty function.
 */
export type FailPoint =
  /** Door check passed, nothing sent to the database. */
  | 'before-inbox-commit'
  /** The row is stored; no answer and no doorbell yet. */
  | 'after-inbox-commit'
  /** The answer was handed to the socket; doorbells may still be on their way. */
  | 'after-answer'
  /** A doorbell was heard. */
  | 'before-claim'
  /** The lease is taken, nothing parsed. */
  | 'after-claim'
  /** The effect is whole in memory, nothing of it sent. */
  | 'before-effect-commit'
  /** Effect and inbox row are committed; the lease is held. */
  | 'after-effect-commit'
  /** The receipt that came with the effect is known, and not yet given to the request that waits for it. */
  | 'before-owed-answer'
  /** What is wanted of some changes is known; no delivery is made yet. */
  | 'before-fan-out-commit'
  /** A delivery is in hand and its message made; nothing of it sent. */
  | 'before-delivery-send'
  /** The receiver has answered; what came of it is not stored. */
  | 'after-delivery-answer'
  /** A statement went out, its answer is not read; `detail` names it (`accept`, `commit-12` …). */
  | 'statement-sent'
  /** One migration was applied, inside the transaction of all of them; `detail` names it. */
  | 'migration-applied'

type Reached = (point: FailPoint, detail?: string) => void

/** Under this name a test module leaves its function. */
export const FAILPOINT_HOOK = 'stafett.failpoint'

// Whoever can put something there before the program is loaded runs code in this process already.
const hook = Reflect.get(globalThis, Symbol.for(FAILPOINT_HOOK)) as Reached | undefined

/** @throws Error only where a fault test armed the point to throw */
export const failpoint: Reached = hook ?? (() => undefined)
