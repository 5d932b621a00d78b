/** A database that is away when the hub starts (reliability.md 8, F-09): waited for with back-off, for as long as it takes. */
import { setTimeout as wait } from 'node:timers/promises'
import { codeOf } from '../core/errors.js'
import type { Log } from '../core/ports.js'
import { isLoginRefused } from '../store/store-error.js'

export interface AwaitOptions {
  readonly log: Log
  readonly random: () => number
  /** Gives up: the process is told to end. */
  readonly signal?: AbortSignal | undefined
  readonly pauseMsMin?: number
}

const PAUSE_MS_MIN = 250
const PAUSE_MS_MAX = 5_000

/**
 * Runs `open` until it finds the database there.
 * @throws whatever else `open` fails with: a wrong password or a newer schema does not pass by waiting
 */
export async function awaitDatabase<T>(open: () => Promise<T>, options: AwaitOptions): Promise<T> {
  const pauseMsMin = options.pauseMsMin ?? PAUSE_MS_MIN
  for (let attempt = 1; ; attempt += 1) {
    try {
      const opened = await open()
      if (attempt > 1) options.log.info('database is there', { attempt })
      return opened
    } catch (error) {
      if (codeOf(error) !== 'STORE_UNAVAILABLE' || isLoginRefused(error)) throw error
      // Each power of two: a long wait fills no log.
      if ((attempt & (attempt - 1)) === 0) options.log.warn('database is away, waiting for it', { attempt })
    }
    const ceilingMs = Math.min(PAUSE_MS_MAX, pauseMsMin * 2 ** Math.min(attempt - 1, 10))
    const pauseMs = ceilingMs * (0.5 + options.random() / 2)
    await wait(pauseMs, undefined, options.signal === undefined ? {} : { signal: options.signal })
  }
}
