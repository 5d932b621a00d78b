/** Deliveries and destinations as an operator sees them: ids, codes and times only. */
import type {
  BreakerState,
  DeliveryRules,
  DeliveryState,
  DestinationState,
  Receipt,
} from '../core/delivery.js'
import type { Database } from './query.js'
import { toInstant, toInstantIfAny } from './rows.js'

export interface DeliveryView {
  readonly id: string
  readonly destination: string
  readonly number: number
  readonly state: DeliveryState
  readonly lane: string
  readonly change: number
  readonly item: string
  /** Inbox row that caused it. */
  readonly message: string | undefined
  readonly attempts: number
  readonly createdAt: string
  readonly endedAt: string | undefined
  readonly nextAttemptAt: string | undefined
  readonly fault: string | undefined
  /** Of the newest answer. */
  readonly status: number | undefined
  readonly reason: string | undefined
  /** Own id of the message that was sent. */
  readonly messageId: string | undefined
  readonly receipt: Receipt | undefined
  /** What the message was signed with, where its kind has signatures. */
  readonly signature: string | undefined
}

export interface DeliveryFilter {
  readonly state?: DeliveryState
  readonly destination?: string
  /** Delivered, with an id of their own, and nothing said of them yet: oldest first. */
  readonly unanswered?: true
  readonly limit: number
  /** Older than this delivery (by creation, id). */
  readonly before?: string
}

export interface DestinationView {
  readonly id: string
  readonly kind: string
  readonly state: DestinationState
  readonly breaker: BreakerState
  readonly lastNumber: number
  /** Counted up to 10,000. */
  readonly open: number
  readonly blocked: number
  /** Seconds since the oldest undelivered one was made; 0 when none. */
  readonly oldestUndeliveredS: number
  /** Delivered messages of which the receiver has said nothing yet; counted up to 10,000. */
  readonly unanswered: number
  /** Seconds since the oldest of them was made; 0 when none. */
  readonly oldestUnansweredS: number
  readonly failures: number
  readonly failingSince: string | undefined
  readonly lastFault: string | undefined
  readonly lastDeliveredAt: string | undefined
}

/** `at`: ISO instant. `by`: `stafett/<version>/<process>`. */
export type DeliveryStep =
  | { readonly step: 'committed' | 'fanned-out'; readonly at: string; readonly by: string | undefined }
  | {
      readonly step: 'attempt'
      readonly at: string
      readonly by: string
      readonly attempt: number
      readonly outcome: string
      readonly fault: string | undefined
      readonly status: number | undefined
    }

export interface DeliveryViews {
  /** Newest first. */
  readonly deliveries: (filter: DeliveryFilter) => Promise<readonly DeliveryView[]>
  readonly delivery: (id: string) => Promise<DeliveryView | undefined>
  /** The newest attempts only, where there were many. */
  readonly deliveryTimeline: (id: string) => Promise<readonly DeliveryStep[]>
  readonly destinations: () => Promise<readonly DestinationView[]>
  /** The delivery that sent the message with this id of its own. */
  readonly deliveryOfMessage: (messageId: string) => Promise<DeliveryView | undefined>
}

interface ViewRow {
  readonly id: string
  readonly destination: string
  readonly number: number
  readonly state: DeliveryState
  readonly lane_key: string
  readonly change_number: number
  readonly item: string
  readonly inbox_id: string | null
  readonly attempt: number
  readonly created_at: Date
  readonly ended_at: Date | null
  readonly due_at: Date | null
  readonly fault: string | null
  readonly status: number | null
  readonly reason: string | null
  readonly message_id: string | null
  readonly receipt: Receipt | null
  readonly signature: string | null
}

/** As in the index of migration 0016. */
const UNANSWERED = `d.state = 'delivered' and d.message_id is not null and d.receipt is null`

const VIEW = `select d.id, d.destination, d.number, d.state, d.lane_key, d.change_number, d.item, d.attempt, d.created_at,
    d.ended_at, d.due_at, d.fault, d.status, d.reason, d.message_id, d.receipt, d.headers ->> 'Stafett-Signature' as signature,
    c.message_id as inbox_id
  from delivery d
  left join change c on c.person_id = d.person_id and c.lane_key = d.lane_key and c.number = d.change_number`

export const openDeliveryViews = (db: Database, rules: DeliveryRules): DeliveryViews => ({
  deliveries: (filter) => listDeliveries(db, filter),
  delivery: (id) => oneDelivery(db, 'd.id = $1', id),
  deliveryTimeline: (id) => timelineOf(db, id),
  deliveryOfMessage: (messageId) => oneDelivery(db, 'd.message_id = $1', messageId),
  destinations: () => viewDestinations(db, rules),
})

async function oneDelivery(db: Database, term: string, value: string): Promise<DeliveryView | undefined> {
  const { rows } = await db.query<ViewRow>(`${VIEW} where ${term}`, [value])
  return rows[0] && toView(rows[0])
}

async function listDeliveries(db: Database, filter: DeliveryFilter): Promise<readonly DeliveryView[]> {
  const values: unknown[] = []
  const place = (value: unknown) => `$${values.push(value)}`
  const terms = ['true']
  if (filter.state !== undefined) terms.push(`d.state = ${place(filter.state)}`)
  if (filter.destination !== undefined) terms.push(`d.destination = ${place(filter.destination)}`)
  if (filter.unanswered) terms.push(UNANSWERED)
  if (filter.before !== undefined)
    terms.push(
      `(d.created_at, d.id) ${filter.unanswered ? '>' : '<'} (select b.created_at, b.id from delivery b where b.id = ${place(filter.before)})`,
    )
  const order = filter.unanswered ? 'asc' : 'desc'
  const { rows } = await db.query<ViewRow>(
    `${VIEW} where ${terms.join(' and ')} order by d.created_at ${order}, d.id ${order} limit ${place(filter.limit)}`,
    values,
  )
  return rows.map(toView)
}

const toView = (row: ViewRow): DeliveryView => ({
  id: row.id,
  destination: row.destination,
  number: row.number,
  state: row.state,
  lane: row.lane_key,
  change: row.change_number,
  item: row.item,
  message: row.inbox_id ?? undefined,
  attempts: row.attempt,
  createdAt: toInstant(row.created_at),
  endedAt: toInstantIfAny(row.ended_at),
  nextAttemptAt: row.state === 'pending' ? toInstantIfAny(row.due_at) : undefined,
  fault: row.fault ?? undefined,
  status: row.status ?? undefined,
  reason: row.reason ?? undefined,
  messageId: row.message_id ?? undefined,
  receipt: row.receipt ?? undefined,
  signature: row.signature ?? undefined,
})

const ATTEMPTS_SHOWN_MAX = 100

async function timelineOf(db: Database, id: string): Promise<readonly DeliveryStep[]> {
  const { rows } = await db.query<{ at: Date; made_by: string; created_at: Date }>(
    `/*delivery-timeline*/ select c.at, c.made_by, d.created_at from delivery d
     join change c on c.person_id = d.person_id and c.lane_key = d.lane_key and c.number = d.change_number
     where d.id = $1`,
    [id],
  )
  const attempts = await db.query<{
    at: Date
    made_by: string
    attempt: number
    outcome: string
    fault: string | null
    status: number | null
  }>(
    `/*delivery-attempts*/ select a.at, a.made_by, a.attempt, a.outcome, a.fault, a.status
     from delivery d join delivery_attempt a on a.destination = d.destination and a.number = d.number
     where d.id = $1 order by a.attempt desc limit $2`,
    [id, ATTEMPTS_SHOWN_MAX],
  )
  return [
    ...rows.flatMap(({ at, made_by, created_at }) => [
      { step: 'committed' as const, at: toInstant(at), by: made_by },
      { step: 'fanned-out' as const, at: toInstant(created_at), by: undefined },
    ]),
    ...attempts.rows.reverse().map(({ at, made_by, fault, status, ...row }) => ({
      step: 'attempt' as const,
      ...row,
      at: toInstant(at),
      by: made_by,
      fault: fault ?? undefined,
      status: status ?? undefined,
    })),
  ]
}

interface DestinationRow {
  readonly id: string
  readonly kind: string
  readonly state: DestinationState
  readonly breaker: BreakerState
  readonly last_number: number
  readonly open: number
  readonly blocked: number
  readonly oldest_s: number
  readonly unanswered: number
  readonly unanswered_s: number
  readonly failures: number
  readonly failing_since: Date | null
  readonly last_fault: string | null
  readonly last_delivered_at: Date | null
}

const DESTINATIONS = `/*destinations*/ select d.id, d.kind, d.state, d.last_number, d.failures, d.failing_since, d.last_fault,
    d.last_delivered_at,
    case when d.failures < $1 then 'closed' when d.hold_until > clock_timestamp() then 'open' else 'half-open' end as breaker,
    (select count(*) from (select 1 from delivery o where o.destination = d.id
      and o.state in ('pending', 'sending', 'blocked') limit 10000) x) as open,
    (select count(*) from (select 1 from delivery o where o.destination = d.id
      and o.state = 'blocked' limit 10000) x) as blocked,
    coalesce(extract(epoch from clock_timestamp() - (select o.created_at from delivery o where o.destination = d.id
      and o.state in ('pending', 'sending', 'blocked') order by o.number limit 1)), 0)::float8 as oldest_s,
    (select count(*) from (select 1 from delivery o where o.destination = d.id
      and o.state = 'delivered' and o.message_id is not null and o.receipt is null limit 10000) x) as unanswered,
    coalesce(extract(epoch from clock_timestamp() - (select o.created_at from delivery o where o.destination = d.id
      and o.state = 'delivered' and o.message_id is not null and o.receipt is null
      order by o.number limit 1)), 0)::float8 as unanswered_s
  from destination d order by d.id`

async function viewDestinations(db: Database, rules: DeliveryRules): Promise<readonly DestinationView[]> {
  const { rows } = await db.query<DestinationRow>(DESTINATIONS, [rules.breakerFailures])
  return rows.map((row) => ({
    id: row.id,
    kind: row.kind,
    state: row.state,
    breaker: row.breaker,
    lastNumber: row.last_number,
    open: row.open,
    blocked: row.blocked,
    oldestUndeliveredS: Math.max(0, row.oldest_s),
    unanswered: row.unanswered,
    oldestUnansweredS: Math.max(0, row.unanswered_s),
    failures: row.failures,
    failingSince: toInstantIfAny(row.failing_since),
    lastFault: row.last_fault ?? undefined,
    lastDeliveredAt: toInstantIfAny(row.last_delivered_at),
  }))
}
