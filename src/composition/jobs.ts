/** What runs by the clock in a process that works lanes off. */
import type { LaneKey } from '../core/ids.js'
import type { Log } from '../core/ports.js'
import { type Job, openJobs } from '../hub/jobs.js'
import { type Parking, tendParkedChannels } from '../hub/parked-channels.js'
import type { Store } from '../store/contract.js'

export interface ClockDeps {
  readonly store: Store
  readonly parking: Parking
  readonly ring: (lane: LaneKey) => void
  readonly who: string
  readonly log: Log
}

const LOOK_MS = 1_000
const PARKING_MS = 10_000

/** @returns ends it, when the turn in hand is over */
export function startClock(deps: ClockDeps): () => Promise<void> {
  const { store, parking, ring, log } = deps
  const jobs: Job[] = [
    {
      name: 'parked-channels',
      everyMs: PARKING_MS,
      run: () => tendParkedChannels(store, ring, log),
    },
  ]
  const look = openJobs({ store, clock: Date.now, log, who: deps.who }, jobs)
  let stopped = false
  let timer: NodeJS.Timeout | undefined
  let turn = Promise.resolve()
  const next = () => {
    if (stopped) return
    timer = setTimeout(() => {
      turn = Promise.all([parking.refresh(), look()]).then(next)
    }, LOOK_MS)
    timer.unref()
  }
  next()
  return async () => {
    stopped = true
    clearTimeout(timer)
    await turn
  }
}
