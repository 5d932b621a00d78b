/** Raw messages go when they are older than configured and nobody needs their bytes any more (reliability.md 8, F-47). */
import type { Clock, Log } from '../core/ports.js'
import type { Store } from '../store/contract.js'
import type { RawPlace } from '../store/watch-contract.js'

export interface RetentionDeps {
  readonly store: Pick<Store, 'removeOldRaw' | 'recheckKeptRaw' | 'daysAgo' | 'forgetOldAlerts'>
  readonly clock: Clock
  readonly log: Log
  /** Bytes are kept for so long; undefined: for ever. */
  readonly rawDays: number | undefined
}

/** Rows in one transaction. */
const ROWS_MAX = 200
/** One turn goes on for so long; the next begins where it ended. */
const TURN_MS_MAX = 5_000
const ALERT_DAYS = 90

/** @param memory where the turn before ended @returns where this one did */
export async function removeOldRaw(deps: RetentionDeps, memory: unknown): Promise<RawPlace | undefined> {
  const { clock, log, rawDays, store } = deps
  await store.forgetOldAlerts(ALERT_DAYS)
  if (rawDays === undefined) return undefined
  const until = clock() + TURN_MS_MAX
  const before = await store.daysAgo(rawDays)
  let place = placeOf(memory)
  let removed = 0
  for (let looked = ROWS_MAX; looked === ROWS_MAX && clock() < until; ) {
    const step = await store.removeOldRaw(before, place, ROWS_MAX)
    place = step.next
    looked = step.looked
    removed += step.removed
  }
  for (let looked = ROWS_MAX; looked === ROWS_MAX && clock() < until; ) {
    const step = await store.recheckKeptRaw(ROWS_MAX)
    looked = step.looked
    removed += step.removed
  }
  if (removed > 0) log.info('raw messages removed by age', { count: removed })
  return place
}

function placeOf(memory: unknown): RawPlace | undefined {
  if (typeof memory !== 'object' || memory === null) return undefined
  const { received, id } = memory as Partial<RawPlace> // Checked field by field here.
  return typeof received === 'string' && typeof id === 'string' ? { received, id } : undefined
}
