/** Prometheus metrics of deliveries (reliability.md 10). Labels are configured destinations and classes. */
import { Counter, Gauge, Registry } from 'prom-client'
import type { DestinationView } from './store/delivery-views.js'

export interface DeliveryMetrics {
  readonly attempt: (destination: string, outcome: string) => void
  readonly text: () => Promise<string>
}

const BREAKER_STATES = ['closed', 'open', 'half-open'] as const
const STATES = ['active', 'off', 'error'] as const

export function openDeliveryMetrics(
  destinations: () => Promise<readonly DestinationView[]>,
): DeliveryMetrics {
  const registry = new Registry()
  const registers = [registry]
  const gauge = (name: string, help: string, more: readonly string[] = []) =>
    new Gauge({ name, help, labelNames: ['destination', ...more], registers })
  const attempts = new Counter({
    name: 'stafett_delivery_attempts_total',
    help: 'Attempts at deliveries by what came of them',
    labelNames: ['destination', 'outcome'],
    registers,
  })
  const open = gauge('stafett_deliveries_open', 'Deliveries not yet ended, counted up to 10,000')
  const blocked = gauge(
    'stafett_deliveries_blocked',
    'Deliveries that wait for a human, counted up to 10,000',
  )
  const oldest = gauge('stafett_oldest_undelivered_seconds', 'Age of the oldest delivery not yet ended')
  const unanswered = gauge(
    'stafett_deliveries_unanswered',
    'Delivered messages without a receipt, counted up to 10,000',
  )
  const oldestUnanswered = gauge('stafett_oldest_unanswered_seconds', 'Age of the oldest of them')
  const breaker = gauge('stafett_destination_breaker', '1 for the state in force', ['state'])
  const state = gauge('stafett_destination_state', '1 for the state in force', ['state'])
  return {
    attempt: (destination, outcome) => attempts.inc({ destination, outcome }),
    async text() {
      for (const view of await destinations()) {
        const destination = view.id
        open.set({ destination }, view.open)
        blocked.set({ destination }, view.blocked)
        oldest.set({ destination }, view.oldestUndeliveredS)
        unanswered.set({ destination }, view.unanswered)
        oldestUnanswered.set({ destination }, view.oldestUnansweredS)
        for (const name of BREAKER_STATES)
          breaker.set({ destination, state: name }, Number(view.breaker === name))
        for (const name of STATES) state.set({ destination, state: name }, Number(view.state === name))
      }
      return registry.metrics()
    },
  }
}
