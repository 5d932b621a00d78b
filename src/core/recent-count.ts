/** Counts of the last minutes, in slots of one minute: what alerts are judged by. */
import type { Clock } from './ports.js'

export interface RecentCount {
  readonly add: (times?: number) => void
  /** Of the last `minutes`, the present one included. */
  readonly total: () => number
}

const MINUTE_MS = 60_000

export function openRecentCount(clock: Clock, minutes: number): RecentCount {
  const slots = new Array<number>(minutes).fill(0)
  const state = { minute: Math.floor(clock() / MINUTE_MS) }
  /** Empties the slots of the minutes that passed since. */
  const turn = (): number => {
    const minute = Math.floor(clock() / MINUTE_MS)
    const passed = Math.min(Math.max(minute - state.minute, 0), minutes)
    for (let step = 1; step <= passed; step += 1) slots[(state.minute + step) % minutes] = 0
    if (passed > 0) state.minute = minute
    return state.minute % minutes
  }
  return {
    add: (times = 1) => {
      const slot = turn()
      slots[slot] = (slots[slot] ?? 0) + times
    },
    total: () => {
      turn()
      return slots.reduce((sum, count) => sum + count, 0)
    },
  }
}
