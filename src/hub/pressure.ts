/**
 * Back-pressure by the age of the oldest waiting message and by free disk (reliability.md 3, rule 9), looked at once a
 * second.
 */
import type { Clock } from '../core/ports.js'

export type Pressure = 'none' | 'soft' | 'hard'

export interface PressureLimits {
  readonly backlogSoftS: number
  readonly backlogHardS: number
  /** Free bytes of the watched disk under which it begins. */
  readonly diskSoftBytes: number
  readonly diskHardBytes: number
}

export interface Readings {
  /** Age of the oldest due row, in seconds. */
  readonly oldestWaitingS: number
  /** Undefined where no disk is watched. */
  readonly diskFreeBytes: number | undefined
}

export interface PressureGauge {
  readonly level: () => Pressure
  /** Of the disk alone. */
  readonly disk: () => Pressure
  readonly diskFreeBytes: () => number | undefined
}

const LOOK_MS = 1_000

export function openPressure(
  sources: {
    readonly oldestWaitingS: () => Promise<number>
    readonly diskFreeBytes: () => Promise<number | undefined>
  },
  limits: PressureLimits,
  clock: Clock,
): PressureGauge {
  const state: { readings: Readings; lookedAt: number } = {
    readings: { oldestWaitingS: 0, diskFreeBytes: undefined },
    lookedAt: 0,
  }
  const read = (reading: Partial<Readings>) => {
    state.readings = { ...state.readings, ...reading }
  }
  const look = () => {
    if (clock() - state.lookedAt < LOOK_MS) return
    state.lookedAt = clock()
    // A database that is away, and a folder that is gone, are told by the intake itself.
    sources.oldestWaitingS().then(
      (oldestWaitingS) => read({ oldestWaitingS }),
      () => undefined,
    )
    sources.diskFreeBytes().then(
      (diskFreeBytes) => read({ diskFreeBytes }),
      () => undefined,
    )
  }
  const latest = (): Readings => {
    look()
    return state.readings
  }
  return {
    level: () => levelOf(latest(), limits),
    disk: () => diskLevel(latest().diskFreeBytes, limits),
    diskFreeBytes: () => latest().diskFreeBytes,
  }
}

export function levelOf(readings: Readings, limits: PressureLimits): Pressure {
  const levels = [backlogLevel(readings.oldestWaitingS, limits), diskLevel(readings.diskFreeBytes, limits)]
  if (levels.includes('hard')) return 'hard'
  return levels.includes('soft') ? 'soft' : 'none'
}

function backlogLevel(oldestWaitingS: number, { backlogHardS, backlogSoftS }: PressureLimits): Pressure {
  if (oldestWaitingS >= backlogHardS) return 'hard'
  return oldestWaitingS >= backlogSoftS ? 'soft' : 'none'
}

function diskLevel(free: number | undefined, { diskHardBytes, diskSoftBytes }: PressureLimits): Pressure {
  if (free === undefined) return 'none'
  if (free < diskHardBytes) return 'hard'
  return free < diskSoftBytes ? 'soft' : 'none'
}
