/** Three deliveries and a destination in memory, for the operations routes. */
import type { ApiDeps } from '../../../src/api/deps.js'
import type { DeliveryView } from '../../../src/store/delivery-views.js'

export const BLOCKED_ID = '7a0f7b1e-3f57-4f52-9d0e-5a1c2f0e9b01'
export const DELIVERED_ID = '7a0f7b1e-3f57-4f52-9d0e-5a1c2f0e9b02'

const delivery = (id: string, more: Partial<DeliveryView>): DeliveryView => ({
  id,
  destination: 'journal',
  number: 1,
  state: 'delivered',
  lane: 'p-1',
  change: 1,
  item: 'medication-list/1',
  message: undefined,
  attempts: 1,
  createdAt: '2026-03-01T11:00:00.000Z',
  endedAt: undefined,
  nextAttemptAt: undefined,
  fault: undefined,
  status: undefined,
  reason: undefined,
  messageId: undefined,
  receipt: undefined,
  signature: undefined,
  ...more,
})

/** `rung` has the destinations that were rung for. */
export function createFakeDeliveries(): Pick<ApiDeps, 'deliveries' | 'ringDestination'> & {
  readonly rung: string[]
} {
  const rung: string[] = []
  const views = new Map(
    [
      delivery(BLOCKED_ID, { state: 'blocked', fault: 'answer-status', status: 422, number: 2 }),
      delivery(DELIVERED_ID, { endedAt: '2026-03-01T11:00:01.000Z', status: 200 }),
    ].map((view) => [view.id, view]),
  )
  const change = (id: string, more: Partial<DeliveryView>): boolean | undefined => {
    const view = views.get(id)
    if (view === undefined) return undefined
    if (view.state !== 'blocked') return false
    views.set(id, { ...view, ...more })
    return true
  }
  return {
    rung,
    ringDestination: (id) => void rung.push(id),
    deliveries: {
      deliveries: async ({ state, destination, limit }) =>
        [...views.values()]
          .filter((view) => state === undefined || view.state === state)
          .filter((view) => destination === undefined || view.destination === destination)
          .slice(0, limit),
      delivery: async (id) => views.get(id),
      deliveryTimeline: async () => [{ step: 'fanned-out', at: '2026-03-01T11:00:00.000Z', by: undefined }],
      retryDelivery: async (id) => change(id, { state: 'pending' }),
      skipDelivery: async (id, _who, reason) => change(id, { state: 'skipped', reason }),
      destinations: async () => [
        {
          id: 'journal',
          kind: 'fhir-list',
          state: 'error',
          breaker: 'open',
          lastNumber: 2,
          open: 1,
          blocked: 1,
          oldestUndeliveredS: 12.5,
          unanswered: 0,
          oldestUnansweredS: 0,
          failures: 9,
          failingSince: '2026-02-26T11:00:00.000Z',
          lastFault: 'not-connected',
          lastDeliveredAt: undefined,
        },
      ],
      resumeDestination: async (id) => id === 'journal',
    },
  }
}
