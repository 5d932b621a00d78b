/** Partners, processes and destinations, as alerts are judged by them. */
import type { DestinationState } from '../core/delivery.js'
import type { Channel } from '../core/message.js'
import type { Database } from './query.js'
import { onlyRow, toInstant, toInstantIfAny } from './rows.js'
import type { ProcessCounts, WatchStore } from './watch-contract.js'

const PARTNERS_MAX = 1_000
/** Counted at most: a backlog must not make looking at it dear. */
const ROWS_MAX = 100_000
/** Messages may be committed a little after the instant of their receipt. */
const OVERLAP = '30 seconds'
/** Looked back at most, however long nobody looked: so many messages are counted in one statement. */
const LOOK_BACK = '1 hour'

export const reportProcess =
  (db: Database): WatchStore['reportProcess'] =>
  async (name, startedAt, counts) => {
    await db.query(
      `/*report-process*/ with gone as (
         delete from process_report where reported_at < clock_timestamp() - interval '1 day')
       insert into process_report (name, started_at, reported_at, counts)
       values ($1, $2::timestamptz, clock_timestamp(), $3::jsonb)
       on conflict (name) do update set reported_at = excluded.reported_at, counts = excluded.counts`,
      [name, startedAt, JSON.stringify(counts)],
    )
  }

export const processReports =
  (db: Database): WatchStore['processReports'] =>
  async () => {
    const { rows } = await db.query<{
      name: string
      started_at: Date
      reported_at: Date
      counts: ProcessCounts
    }>(
      `/*process-reports*/ select name, started_at, reported_at, counts from process_report
       where reported_at > clock_timestamp() - interval '1 minute' order by name`,
    )
    return rows.map(({ name, started_at, reported_at, counts }) => ({
      name,
      startedAt: toInstant(started_at),
      reportedAt: toInstant(reported_at),
      counts,
    }))
  }

/** Gaps older than four weeks, and partners silent for as long, are forgotten. */
export const notePartners =
  (db: Database): WatchStore['notePartners'] =>
  async (from) => {
    const { rows } = await db.query<{ until: Date }>('select clock_timestamp() as until')
    const until = toInstant(onlyRow(rows).until)
    await db.query(
      `/*note-partners*/ select note_partners_v1(
         greatest($1::timestamptz - interval '${OVERLAP}', $2::timestamptz - interval '${LOOK_BACK}'),
         $2::timestamptz, $3)`,
      [from ?? null, until, PARTNERS_MAX],
    )
    await db.query(`delete from partner_gap where day < (clock_timestamp() - interval '28 days')::date`)
    await db.query(`delete from partner where last_heard < clock_timestamp() - interval '28 days'`)
    return until
  }

export const viewPartners =
  (db: Database): WatchStore['partners'] =>
  async (limit) => {
    const { rows } = await db.query<{
      channel: Channel
      sender: string
      first_heard: Date
      last_heard: Date
      last_done: Date | null
      silent_s: number
      known_s: number
      usual_s: number
    }>(
      `/*partners*/ select p.channel, p.sender, p.first_heard, p.last_heard, p.last_done,
         extract(epoch from clock_timestamp() - p.last_heard)::float8 as silent_s,
         extract(epoch from clock_timestamp() - p.first_heard)::float8 as known_s,
         coalesce((select max(g.gap_s) from partner_gap g
           where g.channel = p.channel and g.sender = p.sender), 0) as usual_s
       from partner p where p.sender <> '' order by p.last_heard desc, p.channel, p.sender limit $1`,
      [limit],
    )
    return rows.map((row) => ({
      channel: row.channel,
      sender: row.sender,
      firstHeard: toInstant(row.first_heard),
      lastHeard: toInstant(row.last_heard),
      lastDone: toInstantIfAny(row.last_done),
      silentS: row.silent_s,
      knownS: row.known_s,
      usualGapS: row.usual_s,
    }))
  }

export const troubledDestinations =
  (db: Database): WatchStore['troubledDestinations'] =>
  async () => {
    const { rows } = await db.query<{
      id: string
      state: DestinationState
      blocked: number
      unanswered_s: number
    }>(
      `/*troubled-destinations*/ select * from (
         select d.id, d.state,
           (select count(*) from (select 1 from delivery o where o.destination = d.id
             and o.state = 'blocked' limit 10000) x) as blocked,
           coalesce(extract(epoch from clock_timestamp() - (select o.created_at from delivery o
             where o.destination = d.id and o.state = 'delivered' and o.message_id is not null and o.receipt is null
             order by o.number limit 1)), 0)::float8 as unanswered_s
         from destination d) t
       where t.state <> 'active' or t.blocked > 0 or t.unanswered_s > 0 order by t.id`,
    )
    return rows.map(({ unanswered_s, ...row }) => ({ ...row, unansweredS: unanswered_s }))
  }

/** Since the store was made. */
export const storeAgeS =
  (db: Database): WatchStore['storeAgeS'] =>
  async () => {
    const { rows } = await db.query<{ s: number }>(
      'select extract(epoch from clock_timestamp() - min(applied_at))::float8 as s from migration',
    )
    return onlyRow(rows).s
  }

export const laneCounts =
  (db: Database): WatchStore['laneCounts'] =>
  async () => {
    const { rows } = await db.query<{ waiting: number; blocked: number }>(
      `/*lane-counts*/ select
         (select count(distinct lane_key) from (select lane_key from message
           where state = 'waiting' and lane_key >= '' order by lane_key limit ${ROWS_MAX}) w) as waiting,
         (select count(distinct second_lane) from (select second_lane from message
           where state = 'waiting' and second_lane is not null limit ${ROWS_MAX}) w) as blocked`,
    )
    return onlyRow(rows)
  }

/** Standbys as the primary sees them; lags are told only to those who may monitor the server. */
export const viewReplication =
  (db: Database): WatchStore['replication'] =>
  async () => {
    if (db.kind === 'embedded') return []
    const { rows } = await db.query<{ sync: string | null; lag_s: number | null }>(
      `/*replication*/ select sync_state as sync, extract(epoch from replay_lag)::float8 as lag_s
       from pg_stat_replication`,
    )
    return rows.map(({ sync, lag_s }) => ({ sync: sync ?? 'unknown', lagS: lag_s ?? 0 }))
  }
