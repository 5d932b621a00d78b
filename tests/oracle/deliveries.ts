/** I-5: each change of a list reaches its receiver, numbered without gaps, in order for each patient. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Query } from '../../src/store/query.js'

export interface ReceivedDelivery {
  readonly id: string
  readonly number: number
}

/** A subscriber that now and then has trouble of its own. */
export interface Subscriber {
  readonly url: string
  /** What it said yes to, in order. */
  readonly received: ReceivedDelivery[]
  readonly close: () => Promise<void>
}

/** Every so manieth request is refused for now. */
const TROUBLE_EVERY = 9

export async function startSubscriber(): Promise<Subscriber> {
  const received: ReceivedDelivery[] = []
  const state = { requests: 0 }
  const server = createServer((request, response) => {
    request.resume()
    request.on('end', () => {
      state.requests += 1
      if (state.requests % TROUBLE_EVERY === 0) {
        response.writeHead(503).end()
        return
      }
      received.push({
        // A quoted string (RFC 8941).
        id: String(request.headers['idempotency-key']).replaceAll('"', ''),
        number: Number(request.headers['stafett-event-number']),
      })
      response.writeHead(200).end()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  // A server that listens on TCP has a port.
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/lists`,
    received,
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

interface DeliveryRow {
  readonly id: string
  readonly number: number
  readonly lane_key: string
  readonly state: string
  readonly fault: string | null
}

/** The subscriber's log against the change log of a hub that came to rest. */
export async function deliveryBreaches(
  query: Query,
  received: readonly ReceivedDelivery[],
): Promise<string[]> {
  const { rows } = await query<DeliveryRow>(
    'select id, number, lane_key, state, fault from delivery order by number',
  )
  const { rows: forgotten } = await query<{ lane_key: string; number: number }>(
    `select c.lane_key, c.number from change c where c.list_version is not null and not exists (
       select 1 from delivery d where d.lane_key = c.lane_key and d.change_number = c.number)`,
  )
  const numbers = new Map(received.map(({ id, number }) => [id, number]))
  return [
    ...forgotten.map(({ lane_key, number }) => `I-5: change ${number} of lane ${lane_key} has no delivery`),
    ...rows.flatMap(({ number }, index) =>
      number === index + 1 ? [] : [`I-5: delivery ${number} stands where ${index + 1} should`],
    ),
    ...rows.flatMap(({ id, number, state, fault }) => {
      if (state !== 'delivered') return [`I-5: delivery ${number} is ${state} (${fault ?? 'no fault'})`]
      return numbers.get(id) === number ? [] : [`I-5: delivery ${number} did not arrive under its number`]
    }),
    ...outOfOrder(rows, received),
  ]
}

/** By what arrived first: a repetition may come late. */
function outOfOrder(rows: readonly DeliveryRow[], received: readonly ReceivedDelivery[]): string[] {
  const lanes = new Map(rows.map(({ id, lane_key }) => [id, lane_key]))
  const seen = new Set<string>()
  const newest = new Map<string, number>()
  return received.flatMap(({ id, number }) => {
    const lane = lanes.get(id)
    if (lane === undefined) return [`I-5: ${id} arrived and is no delivery`]
    if (seen.has(id)) return []
    seen.add(id)
    const before = newest.get(lane) ?? 0
    newest.set(lane, number)
    return number > before ? [] : [`I-5: in lane ${lane} delivery ${number} arrived after ${before}`]
  })
}
