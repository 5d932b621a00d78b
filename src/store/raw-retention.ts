/** Removal of raw bytes by age; see the migration for what is kept. */
import type { Database, Query } from './query.js'
import { toInstant } from './rows.js'
import type { RawPlace, WatchStore } from './watch-contract.js'

export const removeOldRaw =
  (db: Database): WatchStore['removeOldRaw'] =>
  (before, from, rowsMax) =>
    db.transaction(async (query) => {
      const { rows } = await query<{ id: string; received_at: Date; received: string }>(
        `/*old-raw*/ select id, received_at, received_at::text as received from message
         where received_at < $1::timestamptz
           and (received_at, id) > (coalesce($2::timestamptz, '-infinity'::timestamptz), coalesce($3, ''))
         order by received_at, id limit $4`,
        [before, from?.received ?? null, from?.id ?? null, rowsMax],
      )
      const last = rows.at(-1)
      const next: RawPlace | undefined = last === undefined ? from : { received: last.received, id: last.id }
      return {
        looked: rows.length,
        removed: await removeEach(
          query,
          rows.map(({ id }) => id),
        ),
        next,
      }
    })

export const recheckKeptRaw =
  (db: Database): WatchStore['recheckKeptRaw'] =>
  (rowsMax) =>
    db.transaction(async (query) => {
      const { rows } = await query<{ message_id: string }>(
        `/*kept-raw*/ select message_id from raw_kept where checked_at < clock_timestamp() - interval '1 day'
         order by checked_at, message_id limit $1`,
        [rowsMax],
      )
      const removed = await removeEach(
        query,
        rows.map(({ message_id }) => message_id),
      )
      return { looked: rows.length, removed }
    })

async function removeEach(query: Query, ids: readonly string[]): Promise<number> {
  const { rows } = await query<{ n: number }>(
    'select count(*) filter (where remove_raw_v1(id)) as n from unnest($1::text[]) id',
    [ids],
  )
  return rows[0]?.n ?? 0
}

export const forgetOldAlerts =
  (db: Database): WatchStore['forgetOldAlerts'] =>
  async (days) => {
    await db.query(`delete from alert where ended_at < clock_timestamp() - $1::float8 * interval '1 day'`, [
      days,
    ])
  }

/** By database time. */
export const daysAgo =
  (db: Database): WatchStore['daysAgo'] =>
  async (days) => {
    const { rows } = await db.query<{ at: Date }>(
      `select clock_timestamp() - $1::float8 * interval '1 day' as at`,
      [days],
    )
    return toInstant(rows[0]?.at ?? new Date(0))
  }
