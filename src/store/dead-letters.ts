/** Dead letters in groups of one cause, and the channels at a glance. */
import type { HubErrorCode } from '../core/errors.js'
import { messageId } from '../core/ids.js'
import type { Channel } from '../core/message.js'
import type { OperationsStore } from './operations.js'
import { parkedChannels } from './parking.js'
import type { Database } from './query.js'
import { toInstant } from './rows.js'

/** As the index of dead rows has it. */
export const FINGERPRINT = 'fingerprint_v1(channel, kind, reason_code, reason_at, reason_stack)'
/** Lanes looked at, the longest due first: with more than these behind, the hub as a whole is late. */
const DUE_LANES_MAX = 1_000
/** Counted at most: a backlog must not make looking at it dear. */
const ROWS_MAX = 100_000

interface GroupRow {
  readonly fingerprint: string
  readonly channel: Channel
  readonly kind: string
  readonly code: HubErrorCode
  readonly text: string | null
  readonly at: string | null
  readonly stack: string | null
  readonly count: number
  readonly senders: number
  readonly oldest: Date
  readonly newest: Date
  readonly newest_id: string
}

/** The largest group first. */
export const deadLetterGroups =
  (db: Database): OperationsStore['deadLetters'] =>
  async ({ channel, limit }) => {
    const { rows } = await db.query<GroupRow>(
      `/*dead-letters*/ select g.*, n.channel, n.kind, coalesce(n.reason_code, 'UNEXPECTED') as code,
         n.reason_text as text, n.reason_at as at, n.id as newest_id,
         case when n.reason_code = 'UNEXPECTED' then n.reason_stack end as stack
       from (select ${FINGERPRINT} as fingerprint, count(*) as count, count(distinct sender) as senders,
           min(received_at) as oldest, max(received_at) as newest
         from message where state = 'dead' and ($1::text is null or channel = $1)
         group by 1 order by count(*) desc, 1 limit $2) g
       cross join lateral (select * from message where state = 'dead' and ${FINGERPRINT} = g.fingerprint
         order by received_at desc, id desc limit 1) n
       order by g.count desc, g.fingerprint`,
      [channel ?? null, limit],
    )
    return rows.map(({ oldest, newest, newest_id, ...row }) => ({
      ...row,
      text: row.text ?? '',
      at: row.at ?? undefined,
      stack: row.stack ?? undefined,
      oldestReceivedAt: toInstant(oldest),
      newestReceivedAt: toInstant(newest),
      newestId: messageId(newest_id),
    }))
  }

interface ChannelRow {
  readonly channel: Channel
  readonly waiting: number
  readonly dead: number
  readonly oldest_s: number | null
}

export const viewChannels =
  (db: Database): OperationsStore['channels'] =>
  async () => {
    const parked = new Map((await parkedChannels(db)()).map((one) => [one.channel, one]))
    const { rows } = await db.query<ChannelRow>(
      `/*channels*/ with waits as (select channel, count(*) n from (select channel from message
         where state = 'waiting' and lane_key >= '' limit ${ROWS_MAX}) w group by channel),
       dies as (select channel, count(*) n from (select channel from message
         where state = 'dead' and lane_key >= '' limit ${ROWS_MAX}) d group by channel),
       due as (
         select head.channel, max(extract(epoch from clock_timestamp() - head.received_at))::float8 s
         from (select lane_key from lane where due_at <= statement_timestamp()
           order by due_at, lane_key limit ${DUE_LANES_MAX}) l
         cross join lateral (select m.channel, m.received_at, m.due_at from message m
           where m.lane_key = l.lane_key and m.state = 'waiting' order by m.seq limit 1) head
         where head.due_at <= statement_timestamp() group by head.channel)
       select c.channel, coalesce(waits.n, 0) as waiting, coalesce(dies.n, 0) as dead, due.s as oldest_s
       from unnest(array['hl7v2', 'eresept', 'sfm', 'devices', 'fhir']) c(channel)
       left join waits on waits.channel = c.channel left join dies on dies.channel = c.channel
       left join due on due.channel = c.channel`,
    )
    return rows.map(({ channel, waiting, dead, oldest_s }) => {
      const park = parked.get(channel)
      return {
        channel,
        waiting,
        dead,
        oldestWaitingS: Math.max(0, oldest_s ?? 0),
        parked:
          park === undefined || park.resuming
            ? undefined
            : { since: park.since, by: park.parkedBy, reason: park.reason },
      }
    })
  }
