/** Requests that write in a lane: tried again from the start when something else was first. */
import { codeOf } from '../core/errors.js'
import type { Clock } from '../core/ports.js'

export interface RaceDeps {
  readonly clock: Clock
  readonly wait: (ms: number) => Promise<void>
}

/** Waiting time for rows ahead in the lane, in milliseconds; then 503 and nothing stored. */
export const LANE_WAIT_MS_MAX = 10_000
/** Attempts at a write that another one overtakes; a lane that is busy is tried until the time is over. */
const RACES_MAX = 5
const RACE_PAUSE_MS = 5

/**
 * Nothing is stored when an attempt loses, and what the request is about may have changed (a row arrived, a condition is
 * met by now, the person was merged).
 * @param once gets the instant until which it may wait, milliseconds since the epoch
 * @throws HubError CONCURRENT_CHANGE, LEASE_LOST, LANE_BUSY when it was in vain, and those of `once`
 */
export async function retryRaces<T>(deps: RaceDeps, once: (until: number) => Promise<T>): Promise<T> {
  const until = deps.clock() + LANE_WAIT_MS_MAX
  for (let races = 1; ; ) {
    try {
      return await once(until)
    } catch (error) {
      const code = codeOf(error)
      if (deps.clock() >= until) throw error
      if (code === 'CONCURRENT_CHANGE' || code === 'LEASE_LOST') {
        if (races >= RACES_MAX) throw error
        await deps.wait(RACE_PAUSE_MS * races)
        races += 1
      } else if (code !== 'LANE_BUSY') throw error
    }
  }
}
