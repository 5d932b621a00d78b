/** Back-pressure by the age of the oldest waiting message (reliability.md 3, rule 9), looked at once a second. */
import type { Clock } from '../core/ports.js'
import type { Backlog } from '../store/views.js'

export type Pressure = 'none' | 'soft' | 'hard'

export interface PressureLimits {
  readonly backlogSoftS: number
  readonly backlogHardS: number
}

const LOOK_MS = 1_000

export function openPressure(
  backlog: () => Promise<Backlog>,
  limits: PressureLimits,
  clock: Clock,
): { readonly level: () => Pressure } {
  const state = { level: 'none' as Pressure, lookedAt: 0 }
  const look = () => {
    backlog().then(
      ({ oldestWaitingS }) => {
        state.level = levelOf(oldestWaitingS, limits)
      },
      // The database is away: the intake itself says so.
      () => undefined,
    )
  }
  return {
    level: () => {
      if (clock() - state.lookedAt >= LOOK_MS) {
        state.lookedAt = clock()
        look()
      }
      return state.level
    },
  }
}

export function levelOf(oldestWaitingS: number, limits: PressureLimits): Pressure {
  if (oldestWaitingS >= limits.backlogHardS) return 'hard'
  return oldestWaitingS >= limits.backlogSoftS ? 'soft' : 'none'
}
