/** Dispatchers ring lanes; they own no state that the database could not rebuild (reliability.md 5). */
import type { LaneKey } from '../src/core/ids.js'
import type { RedisFacts } from './redis-report.js'

/** A doorbell: it names a lane and nothing else. */
export interface Dispatcher {
  readonly kind: 'bullmq' | 'in-process'
  /** Best effort after COMMIT; never throws, never waits longer than its cap (200 ms). */
  readonly ring: (lane: LaneKey) => void
  /** Begins to hand out lanes, and to sweep. A lane may be handed out twice; the lease sorts that out. */
  readonly start: (work: LaneWork) => Promise<void>
  /** Takes no new lanes, waits for those in hand (at most `drainMs`). */
  readonly stop: (drainMs: number) => Promise<void>
  /** `sweep-only` while Redis is away. */
  readonly mode: () => 'bullmq' | 'in-process' | 'sweep-only'
  /** What Redis said of itself, once it has; absent where there is none. */
  readonly redis?: () => RedisFacts | undefined
}

/** What the loop needs of the store and the hub. */
export interface LaneWork {
  /** Claims the lanes and works off due rows, a bounded number of each; gives back the lanes in which rows remain. */
  readonly workLanes: (lanes: readonly LaneKey[]) => Promise<ReadonlySet<LaneKey>>
  readonly dueLanes: (limit: number) => Promise<readonly LaneKey[]>
  /** Told how many lanes each sweep found that were due and in nobody's hands. */
  readonly onSweep?: (lanes: number) => void
}
