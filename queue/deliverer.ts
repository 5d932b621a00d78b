/**
 * Sends what is due: each destination by itself, at most four at a time over all processes, so that a slow or dead
 * receiver delays nobody else (reliability.md 6.4). What waits is rows; what is in hand is bounded.
 */
import type { DeliveryRules, Destination, Message, Verdict } from '../src/core/delivery.js'
import { codeOf } from '../src/core/errors.js'
import { failpoint } from '../src/core/failpoint.js'
import type { DeliveryClaim, DeliverySettlement, DeliveryStore } from '../src/core/outbox.js'
import type { Log } from '../src/core/ports.js'
import { settlementOf, settlementOfRenderError } from './delivery-settlement.js'
import { atMost } from './worker-pool.js'

/** Deliveries in hand of one process. */
const IN_HAND_MAX = 256

export interface DelivererOptions {
  readonly store: Pick<DeliveryStore, 'claimDeliveries' | 'keepMessage' | 'settleDelivery'>
  readonly destinations: readonly Destination[]
  readonly rules: DeliveryRules
  /** Names this process. */
  readonly owner: string
  readonly log: Log
  readonly random: () => number
  readonly count: (destination: string, outcome: DeliveryOutcome) => void
  /** For the database and for rendering beside the sending, before another process may take a delivery over. */
  readonly leaseMarginMs: number
}

export type DeliveryOutcome = DeliverySettlement['kind'] | 'lost'

export interface Deliverer {
  /** Looks for due deliveries of this destination, now or after the look in hand. Never throws. */
  readonly kick: (destination: string) => void
  /** Takes nothing new, waits for what is in hand at most `drainMs`. */
  readonly stop: (drainMs: number) => Promise<void>
}

export function openDeliverer(options: DelivererOptions): Deliverer {
  const known = new Map(options.destinations.map((destination) => [destination.id, destination]))
  const inHand = new Set<Promise<void>>()
  /** Destinations that found no room, in order of asking. */
  const waiting = new Set<string>()
  const looking = new Map<string, { again: boolean }>()
  let stopped = false

  function kick(id: string): void {
    const destination = known.get(id)
    const look = looking.get(id)
    if (look !== undefined) look.again = true
    else if (destination !== undefined && !stopped) void lookFor(destination)
  }

  async function lookFor(destination: Destination): Promise<void> {
    const look = { again: true }
    looking.set(destination.id, look)
    while (look.again && !stopped) {
      look.again = false
      const max = Math.min(options.rules.inFlightMax, IN_HAND_MAX - inHand.size)
      if (max <= 0) {
        waiting.add(destination.id)
        break
      }
      for (const claim of await claimsOf(options, destination, max)) take(destination, claim)
    }
    looking.delete(destination.id)
  }

  function take(destination: Destination, claim: DeliveryClaim): void {
    const work: Promise<void> = deliver(options, destination, claim).finally(() => {
      inHand.delete(work)
      kick(destination.id)
      const [next] = waiting
      if (next !== undefined) {
        waiting.delete(next)
        kick(next)
      }
    })
    inHand.add(work)
  }

  return {
    kick,
    stop: async (drainMs) => {
      stopped = true
      await atMost(drainMs, Promise.all(inHand))
    },
  }
}

async function claimsOf(
  options: DelivererOptions,
  destination: Destination,
  max: number,
): Promise<readonly DeliveryClaim[]> {
  try {
    return await options.store.claimDeliveries(destination.id, {
      owner: options.owner,
      leaseMs: destination.sendMsMax + options.leaseMarginMs,
      max,
      stopWhenLost: destination.ambiguous === 'stop',
      expiresAfterMs: destination.expiresAfterMs,
    })
  } catch (error) {
    options.log.warn('deliveries could not be taken', { destination: destination.id, code: codeOf(error) })
    return []
  }
}

/** One attempt. Whatever happens ends in a settlement, or in a lease that runs out. */
async function deliver(
  options: DelivererOptions,
  destination: Destination,
  claim: DeliveryClaim,
): Promise<void> {
  const { count, log, store } = options
  const fields = {
    destination: destination.id,
    delivery: claim.delivery.id,
    number: claim.delivery.number,
    attempt: claim.attempt,
  }
  try {
    const settlement = await attempt(options, destination, claim)
    const kept = settlement !== 'lost' && (await store.settleDelivery(claim, settlement))
    if (!kept) {
      count(destination.id, 'lost')
      log.warn('lost delivery', fields)
      return
    }
    count(destination.id, settlement.kind)
    tell(log, fields, settlement)
  } catch (error) {
    count(destination.id, 'lost')
    log.warn('outcome of a delivery not stored', { ...fields, code: codeOf(error) })
  }
}

async function attempt(
  options: DelivererOptions,
  destination: Destination,
  claim: DeliveryClaim,
): Promise<DeliverySettlement | 'lost'> {
  const { log, random, rules, store } = options
  let message: Message | undefined = claim.kept
  if (message === undefined) {
    try {
      const rendered = await destination.render(claim.delivery)
      if (rendered.kind === 'withheld') return { kind: 'skipped', reason: rendered.reason }
      message = rendered
    } catch (error) {
      log.error(
        'delivery could not be rendered',
        { destination: destination.id, delivery: claim.delivery.id, code: codeOf(error) },
        error,
      )
      return settlementOfRenderError(error, claim, rules, random)
    }
    if (message.messageId !== undefined && !(await store.keepMessage(claim, message))) return 'lost'
  }
  failpoint('before-delivery-send')
  const verdict = await send(destination, claim, message, log)
  failpoint('after-delivery-answer')
  return settlementOf(verdict, destination, claim, rules, random)
}

/** A transport that breaks its promises counts as an outcome that nobody knows. */
async function send(
  destination: Destination,
  { attempt, delivery }: DeliveryClaim,
  message: Message,
  log: Log,
): Promise<Verdict> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<Verdict>((resolve) => {
    timer = setTimeout(() => resolve({ kind: 'unknown', code: 'answer-timeout' }), destination.sendMsMax)
  })
  try {
    return await Promise.race([destination.send({ delivery, message, attempt }), late])
  } catch (error) {
    log.error(
      'transport failed',
      { destination: destination.id, delivery: delivery.id, code: codeOf(error) },
      error,
    )
    return { kind: 'unknown', code: 'outcome-unknown' }
  } finally {
    clearTimeout(timer)
  }
}

function tell(log: Log, fields: Parameters<Log['info']>[1], settlement: DeliverySettlement): void {
  switch (settlement.kind) {
    case 'delivered':
      return
    case 'skipped':
      log.info('delivery withheld', fields)
      return
    default:
      log.warn('delivery failed', {
        ...fields,
        outcome: settlement.kind,
        fault: settlement.fault,
        status: settlement.status,
      })
  }
}
