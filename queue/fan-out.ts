/** From committed changes to deliveries: one run at a time in a process, many processes at once (reliability.md 6.2). */
import type { Change, Destination } from '../src/core/delivery.js'
import { codeOf, ERRORS } from '../src/core/errors.js'
import { failpoint } from '../src/core/failpoint.js'
import type { LaneKey } from '../src/core/ids.js'
import type { FanOutStore, WantedDelivery } from '../src/core/outbox.js'
import type { Log, NewId } from '../src/core/ports.js'

/** Changes fanned out in one transaction, and deliveries that may come of them. */
const CHANGES_MAX = 500
const DELIVERIES_MAX = 5_000
/** Changes passed over in one statement while nobody wants any. */
const PASSED_MAX = 5_000

export interface FanOutOptions {
  readonly store: Pick<FanOutStore, 'openChanges' | 'fanOut' | 'passChanges'>
  /** As `register` gave it. */
  readonly set: string
  readonly destinations: readonly Destination[]
  readonly newId: NewId
  readonly log: Log
  /** Told which destinations got something. */
  readonly made: (destinations: readonly string[]) => void
  /** Changes that come within this time are fanned out together. */
  readonly gatherMs: number
}

export interface FanOut {
  /** Fans out what is open, now or after the run in hand. Never throws. */
  readonly kick: () => void
  /** Takes nothing new, waits for the transaction in hand. */
  readonly stop: () => Promise<void>
}

export function openFanOut(options: FanOutOptions): FanOut {
  const changesMax = Math.max(
    1,
    Math.min(CHANGES_MAX, Math.floor(DELIVERIES_MAX / Math.max(1, options.destinations.length))),
  )
  let running: Promise<void> | undefined
  let again = false
  let stopped = false
  let stale = false

  function kick(): void {
    again = true
    running ??= run()
  }

  async function run(): Promise<void> {
    while (again && !stopped) {
      if (options.gatherMs > 0) await new Promise((resolve) => setTimeout(resolve, options.gatherMs))
      again = false
      try {
        await (options.destinations.length === 0 ? passAll() : fanOutAll())
        stale = false
      } catch (error) {
        const code = codeOf(error)
        // Said once: the sweep tries again until this process is started with the newer file.
        if (code !== 'DESTINATIONS_STALE' || !stale) options.log.warn('fan-out failed', { code })
        stale = code === 'DESTINATIONS_STALE'
      }
    }
    running = undefined
  }

  async function passAll(): Promise<void> {
    let passed = PASSED_MAX
    while (passed === PASSED_MAX && !stopped)
      passed = await options.store.passChanges(options.set, PASSED_MAX)
  }

  /** From lane to lane, so that a long one starves nobody; what is left of it comes with the next round. */
  async function fanOutAll(): Promise<void> {
    let after: LaneKey | undefined
    while (!stopped) {
      const changes = await options.store.openChanges(after, changesMax)
      if (changes.length > 0) {
        const wanted = await wantedOf(options, changes)
        failpoint('before-fan-out-commit')
        const made = await options.store.fanOut(options.set, changes, wanted)
        if (made.length > 0) options.made(made)
      }
      if (changes.length < changesMax && after === undefined) return
      after = changes.length < changesMax ? undefined : changes.at(-1)?.lane
    }
  }

  return {
    kick,
    stop: async () => {
      stopped = true
      await running
    },
  }
}

async function wantedOf(
  options: FanOutOptions,
  changes: readonly Change[],
): Promise<readonly WantedDelivery[]> {
  const wanted: WantedDelivery[] = []
  for (const change of changes)
    for (const destination of options.destinations)
      for (const { item, fault } of await itemsOf(destination, change, options.log))
        wanted.push({
          id: options.newId(),
          destination: destination.id,
          change,
          item,
          ...(fault === undefined ? {} : { fault }),
        })
  return wanted
}

type Item = Pick<WantedDelivery, 'item' | 'fault'>

/** A destination that cannot say what it wants holds nobody up, and loses nothing: the change stands blocked for it. */
async function itemsOf(destination: Destination, change: Change, log: Log): Promise<readonly Item[]> {
  try {
    return [...new Set(await destination.wants(change))].map((item) => ({ item }))
  } catch (error) {
    const code = codeOf(error)
    if (ERRORS[code].fate === 'retry' || ERRORS[code].fate === 'look-up') throw error
    log.error(
      'destination failed on a change',
      { destination: destination.id, lane: change.lane, code },
      error,
    )
    return [{ item: '', fault: 'not-evaluated' }]
  }
}
