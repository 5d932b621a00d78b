/** The lease of a lane in which nothing waits: a FHIR write goes behind the rows that are there (reliability.md 3.11). */
import { HubError } from '../core/errors.js'
import type { LaneKey } from '../core/ids.js'
import type { Claim } from '../store/inbox.js'
import { keepLease, LANE_ROWS_MAX, type WorkDeps, workClaim } from './work-lane.js'
import { workTime } from './work-time.js'

export interface IdleLaneDeps extends WorkDeps {
  readonly wait: (ms: number) => Promise<void>
}

/** Pauses between attempts at a lane that another holds, in milliseconds. */
const PAUSE_MS_MIN = 2
const PAUSE_MS_MAX = 100

/**
 * Takes the lease of the lane and works off what waits ahead.
 * @param until milliseconds since the epoch, by the clock of `deps`
 * @throws HubError LANE_BUSY when rows wait still then, or another holds the lane
 */
export async function claimIdle(deps: IdleLaneDeps, lane: LaneKey, until: number): Promise<Claim> {
  for (let pauseMs = PAUSE_MS_MIN; ; pauseMs = Math.min(pauseMs * 2, PAUSE_MS_MAX)) {
    const claim = await deps.store.claim(lane, deps.owner, {
      leaseMs: deps.leaseMs,
      rowsMax: LANE_ROWS_MAX,
      evenIfIdle: true,
    })
    if (claim !== undefined && claim.rows.length === 0) return timely(deps, claim)
    if (claim !== undefined) await workAhead(deps, claim)
    if (deps.clock() >= until)
      throw new HubError('LANE_BUSY', 'earlier messages of this patient are still being worked off')
    if (claim === undefined) await deps.wait(pauseMs)
  }
}

/** What is written comes after what time alone changed. */
async function timely(deps: IdleLaneDeps, claim: Claim): Promise<Claim> {
  if (!claim.timeDue) return claim
  try {
    return await workTime(deps, claim)
  } catch (error) {
    await deps.store.release(claim)
    throw error
  }
}

async function workAhead(deps: WorkDeps, claim: Claim): Promise<void> {
  const stopBeating = keepLease(deps, claim)
  try {
    await workClaim(deps, claim)
  } finally {
    stopBeating()
    await deps.store.release(claim)
  }
}
