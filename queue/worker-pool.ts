/** Lanes in hand of this process: bounded, each lane once at a time, in order of asking. */
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

/** `work` resolves true when rows remain: the lane goes to the end of the line, so that a long lane starves nobody. */
export function openWorkerPool(
  work: (lane: LaneKey) => Promise<boolean>,
  options: WorkerPoolOptions,
): WorkerPool {
  const inHand = new Map<LaneKey, InHand>()
  const line: LaneKey[] = []
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
    while (active < options.concurrency && !stopped) {
      const lane = line.shift()
      if (lane === undefined) return
      active += 1
      void workOne(lane)
    }
  }

  async function workOne(lane: LaneKey): Promise<void> {
    const state = inHand.get(lane)
    if (state === undefined) return
    state.active = true
    let more = false
    try {
      more = await work(lane)
    } catch (error) {
      options.onError(error, lane)
    }
    active -= 1
    if ((more || state.again) && !stopped) {
      state.active = false
      state.again = false
      line.push(lane)
    } else {
      inHand.delete(lane)
      state.finish()
    }
    takeNext()
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
    hasRoom: () => active < options.concurrency && line.length === 0,
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
