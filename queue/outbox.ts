/** The outbox of one worker process: fan-out, deliverer, and the sweep that finds what nobody rang for. */
import type { DeliveryRules, Destination } from '../src/core/delivery.js'
import { codeOf } from '../src/core/errors.js'
import { assertNever } from '../src/core/exhaustive.js'
import type { DeliveryStore, FanOutStore } from '../src/core/outbox.js'
import type { Log, NewId } from '../src/core/ports.js'
import { type DeliveryOutcome, openDeliverer } from './deliverer.js'
import { openFanOut } from './fan-out.js'
import { deliveryLane, FAN_OUT_LANE, type Job, jobOf } from './job.js'
import { startSweep } from './sweep.js'

export interface OutboxOptions {
  readonly store: FanOutStore & DeliveryStore
  readonly destinations: readonly Destination[]
  readonly rules: DeliveryRules
  readonly owner: string
  readonly newId: NewId
  readonly log: Log
  readonly random: () => number
  readonly count: (destination: string, outcome: DeliveryOutcome) => void
  readonly sweepMs: number
  readonly gatherMs?: number
  /** See DelivererOptions. */
  readonly leaseMarginMs: number
}

export interface Outbox {
  /** Answers a doorbell at once; the work goes on beside it. */
  readonly take: (job: Exclude<Job, { name: 'work-lane' }>) => void
  readonly stop: (drainMs: number) => Promise<void>
}

const GATHER_MS = 20
const TEND_EVERY_MS = 60_000

/** @throws HubError STORE_UNAVAILABLE */
export async function startOutbox(options: OutboxOptions): Promise<Outbox> {
  const { destinations, log, store } = options
  const ids = destinations.map(({ id }) => id)
  const deliverer = openDeliverer(options)
  const fanOut = openFanOut({
    ...options,
    set: await store.register(destinations),
    made: (made) => void supersede(options, made).then(() => made.forEach(deliverer.kick)),
    gatherMs: options.gatherMs ?? GATHER_MS,
  })

  function take(job: Exclude<Job, { name: 'work-lane' }>): void {
    switch (job.name) {
      case 'fan-out':
        fanOut.kick()
        return
      case 'deliver':
        deliverer.kick(job.destination)
        return
      default:
        assertNever(job)
    }
  }

  const sweep = startSweep({
    dueLanes: async () => [FAN_OUT_LANE, ...(await store.dueDestinations(ids)).map(deliveryLane)],
    found: (lane) => {
      const job = jobOf(lane)
      if (job.name !== 'work-lane') take(job)
    },
    isInLine: () => false,
    onSweep: () => undefined,
    log,
    sweepMs: options.sweepMs,
  })
  const tending = setInterval(() => void tend(options, deliverer.kick), TEND_EVERY_MS)
  tending.unref()
  return {
    take,
    stop: async (drainMs) => {
      clearInterval(tending)
      await sweep.stop()
      await fanOut.stop()
      await deliverer.stop(drainMs)
    },
  }
}

/** What was refused after it had been delivered, what was blocked after a newer one had come, and what nobody answered. */
async function tend(options: OutboxOptions, kick: (destination: string) => void): Promise<void> {
  await blockRejected(options)
  await supersede(
    options,
    options.destinations.map(({ id }) => id),
  )
  await resendUnanswered(options, kick)
}

/** Never rejects: what is not superseded now waits for the next turn. */
async function supersede(
  { destinations, log, store }: OutboxOptions,
  among: readonly string[],
): Promise<void> {
  for (const { id, snapshots } of destinations) {
    if (snapshots === undefined || !among.includes(id)) continue
    try {
      const count = await store.supersedeSnapshots(id, snapshots)
      if (count > 0) log.info('deliveries superseded by newer ones', { destination: id, count })
    } catch (error) {
      log.warn('superseded deliveries could not be looked for', { destination: id, code: codeOf(error) })
    }
  }
}

async function blockRejected({ destinations, log, store }: OutboxOptions): Promise<void> {
  for (const { id, unanswered } of destinations) {
    if (unanswered === undefined) continue
    try {
      const count = await store.blockRejected(id)
      if (count > 0) log.warn('delivered messages were refused by their receiver', { destination: id, count })
    } catch (error) {
      log.warn('refused messages could not be looked for', { destination: id, code: codeOf(error) })
    }
  }
}

async function resendUnanswered(
  { destinations, log, store }: OutboxOptions,
  kick: (destination: string) => void,
): Promise<void> {
  for (const { id, unanswered } of destinations) {
    if (unanswered === undefined) continue
    try {
      const count = await store.resendUnanswered(id, unanswered)
      if (count === 0) continue
      log.warn('unanswered messages are sent again', { destination: id, count })
      kick(id)
    } catch (error) {
      log.warn('unanswered messages could not be looked for', { destination: id, code: codeOf(error) })
    }
  }
}
