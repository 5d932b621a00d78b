/**
 * Carries replay tasks on, in a class below live traffic: few rows at a time, none while live rows wait
 * (reliability.md 5.11). The tasks are in the database: any process carries any of them on.
 */
import { codeOf } from '../core/errors.js'
import type { LaneKey } from '../core/ids.js'
import type { Log } from '../core/ports.js'
import type { Store } from '../store/contract.js'

export interface ReplayDeps {
  readonly store: Pick<Store, 'runningReplays' | 'stepReplay' | 'oldestWaitingS'>
  readonly ring: (lane: LaneKey) => void
  /** Rows of one task that wait at the same time at most. */
  readonly inFlightMax: number
  readonly log: Log
}

/** Live rows that wait longer than this come first. */
export const LIVE_WAIT_S_MAX = 2

/** One step of each running task. Never rejects. @returns whether any is running */
export async function stepReplays({ store, ring, inFlightMax, log }: ReplayDeps): Promise<boolean> {
  try {
    const running = await store.runningReplays()
    if (running.length === 0) return false
    if ((await store.oldestWaitingS()) > LIVE_WAIT_S_MAX) return true
    for (const id of running) for (const lane of (await store.stepReplay(id, inFlightMax)).lanes) ring(lane)
    return true
  } catch (error) {
    log.warn('replay step failed', { code: codeOf(error) })
    return false
  }
}
