/** Parked channels: their rows wait until an operator, or a row that is tried from time to time, says that all is well. */
import type { HubErrorCode } from '../core/errors.js'
import { laneKey, messageId } from '../core/ids.js'
import type { Channel } from '../core/message.js'
import type { Failure } from './inbox.js'
import type { OperationsStore, ParkedChannel } from './operations.js'
import type { Database, Query } from './query.js'
import { toInstant } from './rows.js'

/** Rows made due in one transaction. */
const UNPARK_ROWS = 200

interface ParkedRow {
  readonly channel: Channel
  readonly since: Date
  readonly parked_by: string | null
  readonly reason_code: HubErrorCode | null
  readonly reason_text: string | null
  readonly reason_at: string | null
  readonly resuming: boolean
  readonly probe_id: string | null
  readonly probe_state: 'due' | 'parked' | 'ended'
  readonly probe_age_s: number
}

export const parkedChannels =
  (db: Database): OperationsStore['parkedChannels'] =>
  async () => {
    const { rows } = await db.query<ParkedRow>(
      `/*parked-channels*/ select p.channel, p.since, p.parked_by, p.reason_code, p.reason_text, p.reason_at,
         p.resumed_at is not null as resuming, p.probe_id,
         case when m.state is distinct from 'waiting' then 'ended'
           when m.due_at = parked_until_v1() then 'parked' else 'due' end as probe_state,
         extract(epoch from clock_timestamp() - p.probed_at)::float8 as probe_age_s
       from parked_channel p left join message m on m.id = p.probe_id order by p.channel`,
    )
    return rows.map(toParked)
  }

const toParked = (row: ParkedRow): ParkedChannel => ({
  channel: row.channel,
  since: toInstant(row.since),
  parkedBy: row.parked_by ?? undefined,
  reason: reasonOf(row),
  probe:
    row.probe_id === null
      ? undefined
      : { id: messageId(row.probe_id), state: row.probe_state, ageS: row.probe_age_s },
  resuming: row.resuming,
})

export interface ReasonRow {
  readonly reason_code: HubErrorCode | null
  readonly reason_text: string | null
  readonly reason_at: string | null
}

export const reasonOf = (row: ReasonRow): Failure | undefined =>
  row.reason_code === null
    ? undefined
    : {
        code: row.reason_code,
        text: row.reason_text ?? '',
        ...(row.reason_at === null ? {} : { at: row.reason_at }),
      }

export const writeAction = (query: Query, who: string, action: string, target: string, detail?: unknown) =>
  query('insert into operator_action (who, action, target, detail) values ($1, $2, $3, $4::jsonb)', [
    who,
    action,
    target,
    detail === undefined ? null : JSON.stringify(detail),
  ])

export const parkChannel =
  (db: Database): OperationsStore['parkChannel'] =>
  (channel, who) =>
    db.transaction(async (query) => {
      // What the hub parked itself, an operator may take over: it is not tried any more then.
      const { affected } = await query(
        `insert into parked_channel (channel, parked_by) values ($1, $2)
         on conflict (channel) do update set parked_by = excluded.parked_by, resumed_at = null
         where parked_channel.parked_by is null or parked_channel.resumed_at is not null`,
        [channel, who],
      )
      if (affected === 0) return false
      await writeAction(query, who, 'park-channel', channel)
      return true
    })

/** First the channel is open again, then row after row: a process that dies between is followed up by the next. */
export const resumeChannel =
  (db: Database): OperationsStore['resumeChannel'] =>
  async (channel, who) => {
    const parked = await db.transaction(async (query) => {
      const { affected } = await query(
        'update parked_channel set resumed_at = coalesce(resumed_at, clock_timestamp()) where channel = $1',
        [channel],
      )
      if (affected > 0 && who !== undefined) await writeAction(query, who, 'resume-channel', channel)
      return affected > 0
    })
    for (let from: string | null = ''; parked && from !== null; ) {
      const { rows }: { rows: { next: string | null }[] } = await db.query(
        '/*unpark*/ select unpark_v1($1, $2, $3) as next',
        [channel, from, UNPARK_ROWS],
      )
      from = rows[0]?.next ?? null
    }
    if (parked)
      await db.query('delete from parked_channel where channel = $1 and resumed_at is not null', [channel])
    return parked
  }

export const probeChannel =
  (db: Database): OperationsStore['probeChannel'] =>
  async (channel) => {
    const { rows } = await db.query<{ lane: string | null }>(
      '/*probe-channel*/ select probe_channel_v1($1) as lane',
      [channel],
    )
    const lane = rows[0]?.lane
    return lane === null || lane === undefined ? undefined : laneKey(lane)
  }
