/** Lanes in which rows wait, as an operator looks at them. */
import { laneKey, messageId } from '../core/ids.js'
import type { Channel } from '../core/message.js'
import type { LaneView, OperationsStore } from './operations.js'
import { type ReasonRow, reasonOf } from './parking.js'
import type { Database } from './query.js'
import { toInstant, toInstantIfAny } from './rows.js'

const WAITING_MAX = 1_000

interface LaneRow extends ReasonRow {
  readonly lane_key: string
  readonly blocked: boolean
  readonly owner: string | null
  readonly lease_until: Date | null
  readonly leased: boolean
  readonly waiting: number
  readonly id: string
  readonly channel: Channel
  readonly kind: string
  readonly received_at: Date
  readonly due_at: Date
  readonly is_due: boolean
  readonly parked: boolean
  readonly attempts: number
}

/** A head row of each lane of `from`. */
const headsOf = (from: string, blocked: boolean): string => `
  select l.lane_key, ${blocked} as blocked, l.owner, l.lease_until, l.due_at as lane_due,
    coalesce(l.lease_until > clock_timestamp(), false) as leased,
    (select count(*) from (select 1 from message w where w.lane_key = l.lane_key and w.state = 'waiting'
      limit ${WAITING_MAX}) counted) as waiting,
    h.id, h.channel, h.kind, h.received_at, h.due_at, h.due_at <= clock_timestamp() as is_due,
    h.due_at = parked_until_v1() as parked, h.attempts, h.reason_code, h.reason_text, h.reason_at
  from ${from}
  cross join lateral (select m.* from message m where m.lane_key = l.lane_key and m.state = 'waiting'
    order by m.seq limit 1) h`

export const viewLanes =
  (db: Database): OperationsStore['lanes'] =>
  async (limit) => {
    const { rows } = await db.query<LaneRow>(
      `/*lanes*/ (${headsOf('lane l', false)} where l.due_at is not null order by l.due_at, l.lane_key limit $1)
       union all
       (${headsOf(
         `(select distinct second_lane from message where state = 'waiting' and second_lane is not null) s
          join lane l on l.lane_key = s.second_lane and l.due_at is null`,
         true,
       )} order by h.received_at limit $1)`,
      [limit],
    )
    const lanes = rows.map(toView)
    const counts = { due: 0, leased: 0, retry: 0, parked: 0, blocked: 0 }
    for (const { state } of lanes) counts[state] += 1
    return { lanes, counts }
  }

function toView(row: LaneRow): LaneView {
  return {
    lane: laneKey(row.lane_key),
    state: stateOf(row),
    waiting: row.waiting,
    head: {
      id: messageId(row.id),
      channel: row.channel,
      kind: row.kind,
      receivedAt: toInstant(row.received_at),
      dueAt: row.parked ? undefined : toInstant(row.due_at),
      attempts: row.attempts,
      reason: reasonOf(row),
    },
    leasedBy: row.leased ? (row.owner ?? undefined) : undefined,
    leaseUntil: row.leased ? toInstantIfAny(row.lease_until) : undefined,
  }
}

function stateOf(row: LaneRow): LaneView['state'] {
  if (row.leased) return 'leased'
  if (row.blocked) return 'blocked'
  if (row.parked) return 'parked'
  return row.is_due ? 'due' : 'retry'
}
