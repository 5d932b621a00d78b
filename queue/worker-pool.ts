/** Lanes in hand of this process: bounded, each lane once at a time, in order of asking, worked in groups as they wait. */
import type { LaneKey } from '../src/core/ids.js'

export interface WorkerPool {
  /**
   * Resolves when the lane was worked off, or given up at `stop`. Asked for again while in hand: worked again
   * afterwards. Never rejects.
   */
  readonly run: (lane: LaneKey) => Promise<void>
  readonly has: (lane: LaneKey) => boolean
  /** Room for another lane now. */
  readonly hasRoom: () => boolean
  /** Takes nothing new, waits for lanes in hand at most `drainMs`. */
  readonly stop: (drainMs: number) => Promise<void>
}

export interface WorkerPoolOptions {
  /** Lanes at the same time at most. */
  readonly concurrency: number
  readonly onError: (error: unknown, lane: LaneKey) => void
}

interface InHand {
  active: boolean
  again: boolean
  readonly done: Promise<void>
  readonly finish: () => void
}

/** Lanes that one call of `work` gets at most. */
const GROUP_LANES_MAX = 8
/** A group is as slow as its slowest lane: another is under way beside it. */
const GROUPS_MIN = 2

/**
 * `work` resolves the lanes in which rows remain: they go to the end of the line, so that a long lane starves nobody. A
 * call of it takes what waits in line at that moment; lanes are in groups only where they would have waited.
 */
export function openWorkerPool(
  work: (lanes: readonly LaneKey[]) => Promise<ReadonlySet<LaneKey>>,
  options: WorkerPoolOptions,
): WorkerPool {
  const inHand = new Map<LaneKey, InHand>()
  const line: LaneKey[] = []
  const groupsMax = Math.min(
    options.concurrency,
    Math.max(GROUPS_MIN, Math.ceil(options.concurrency / GROUP_LANES_MAX)),
  )
  const groupMax = Math.ceil(options.concurrency / groupsMax)
  let groups = 0
  let active = 0
  let stopped = false

  function run(lane: LaneKey): Promise<void> {
    const known = inHand.get(lane)
    if (known !== undefined) {
      if (known.active) known.again = true
      return known.done
    }
    if (stopped) return Promise.resolve()
    const { promise, resolve } = withResolver()
    inHand.set(lane, { active: false, again: false, done: promise, finish: resolve })
    line.push(lane)
    takeNext()
    return promise
  }

  function takeNext(): void {
    while (groups < groupsMax && active < options.concurrency && line.length > 0 && !stopped) {
      const lanes = line.splice(0, Math.min(groupMax, options.concurrency - active))
      active += lanes.length
      groups += 1
      void workGroup(lanes)
    }
  }

  async function workGroup(lanes: readonly LaneKey[]): Promise<void> {
    for (const lane of lanes) setActive(lane)
    let more: ReadonlySet<LaneKey> = new Set()
    try {
      more = await work(lanes)
    } catch (error) {
      for (const lane of lanes) options.onError(error, lane)
    }
    active -= lanes.length
    groups -= 1
    for (const lane of lanes) putBack(lane, more.has(lane))
    takeNext()
  }

  function setActive(lane: LaneKey): void {
    const state = inHand.get(lane)
    if (state !== undefined) state.active = true
  }

  function putBack(lane: LaneKey, more: boolean): void {
    const state = inHand.get(lane)
    if (state === undefined) return
    if ((more || state.again) && !stopped) {
      state.active = false
      state.again = false
      line.push(lane)
    } else {
      inHand.delete(lane)
      state.finish()
    }
  }

  async function stop(drainMs: number): Promise<void> {
    stopped = true
    for (const lane of line.splice(0)) {
      inHand.get(lane)?.finish()
      inHand.delete(lane)
    }
    await atMost(drainMs, Promise.all([...inHand.values()].map(({ done }) => done)))
  }

  return {
    run,
    has: (lane) => inHand.has(lane),
    hasRoom: () => groups < groupsMax && active < options.concurrency && line.length === 0,
    stop,
  }
}

function withResolver(): { promise: Promise<void>; resolve: () => void } {
  let resolve: () => void = () => undefined
  const promise = new Promise<void>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}

/** Waits for `work`, `limitMs` at most. */
export async function atMost(limitMs: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, limitMs)
  })
  try {
    await Promise.race([work, limit])
  } finally {
    clearTimeout(timer)
  }
}
