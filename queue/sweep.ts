/**
 * The guarantee behind the doorbells: a plain timer that asks the database which lanes are due and in nobody's hands
 * (reliability.md 5.6). A lost ring costs at most one sweep.
 */
import { codeOf } from '../src/core/errors.js'
import type { LaneKey } from '../src/core/ids.js'
import type { Log } from '../src/core/ports.js'

export const SWEEP_MS = 2_000
export const SWEEP_LANES_MAX = 500

export interface SweepOptions {
  readonly dueLanes: (limit: number) => Promise<readonly LaneKey[]>
  /** `sweeps`: in how many sweeps in a row the lane was found, this one included. */
  readonly found: (lane: LaneKey, sweeps: number) => void
  /** Lanes that wait in line here: no doorbell of theirs was lost. */
  readonly isInLine: (lane: LaneKey) => boolean
  /** Told how many lanes were due and in nobody's hands. */
  readonly onSweep: (lanes: number) => void
  readonly log: Log
  readonly sweepMs?: number
  readonly random?: () => number
}

export interface Sweep {
  readonly stop: () => Promise<void>
}

/** The first sweep runs at once: after a start or crash work waits already. */
export function startSweep(options: SweepOptions): Sweep {
  const sweepMs = options.sweepMs ?? SWEEP_MS
  const random = options.random ?? Math.random
  let seen: ReadonlyMap<LaneKey, number> = new Map()
  let timer: NodeJS.Timeout | undefined
  let stopped = false
  let running = sweep()

  async function sweep(): Promise<void> {
    let full = false
    try {
      const lanes = await options.dueLanes(SWEEP_LANES_MAX)
      full = lanes.length === SWEEP_LANES_MAX
      const now = new Map(lanes.map((lane) => [lane, (seen.get(lane) ?? 0) + 1]))
      seen = now
      options.onSweep(lanes.filter((lane) => !options.isInLine(lane)).length)
      if (!stopped) for (const [lane, sweeps] of now) options.found(lane, sweeps)
    } catch (error) {
      options.log.warn('sweep failed', { code: codeOf(error) })
    }
    if (stopped) return
    // A backlog larger than one sweep does not wait for the full pause.
    const pauseMs = (full ? sweepMs / 10 : sweepMs) * (0.75 + random() / 2)
    timer = setTimeout(() => {
      running = sweep()
    }, pauseMs)
  }

  return {
    stop: async () => {
      stopped = true
      clearTimeout(timer)
      await running
    },
  }
}
