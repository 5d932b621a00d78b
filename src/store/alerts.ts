/** Alerts: one row from begin to end, however many processes judge (reliability.md 10). */
import type { Database, Query } from './query.js'
import { toInstant, toInstantIfAny } from './rows.js'
import type { AlertView, WatchStore } from './watch-contract.js'

interface AlertRow {
  readonly id: string
  readonly name: string
  readonly subject: string
  readonly detail: AlertView['detail']
  readonly began_at: Date
  readonly ended_at: Date | null
}

const COLUMNS = 'id, name, subject, detail, began_at, ended_at'

const toAlert = ({ began_at, ended_at, id, name, subject, detail }: AlertRow): AlertView => ({
  id,
  name,
  subject,
  detail,
  beganAt: toInstant(began_at),
  endedAt: toInstantIfAny(ended_at),
})

export const settleAlerts =
  (db: Database): WatchStore['settleAlerts'] =>
  (current, holdS) =>
    db.transaction(async (query) => {
      const began: AlertView[] = []
      for (const { name, subject, detail } of current) {
        const { rows } = await query<AlertRow & { fresh: boolean }>(
          `insert into alert (name, subject, detail) values ($1, $2, $3::jsonb)
           on conflict (name, subject) where ended_at is null
             do update set detail = excluded.detail, last_seen_at = clock_timestamp()
           returning ${COLUMNS}, xmax = 0 as fresh`,
          [name, subject, JSON.stringify(detail)],
        )
        for (const row of rows) if (row.fresh) began.push(toAlert(row))
      }
      return { began, ended: await endUnseen(query, holdS) }
    })

async function endUnseen(query: Query, holdS: number): Promise<readonly AlertView[]> {
  const { rows } = await query<AlertRow>(
    `update alert set ended_at = clock_timestamp()
     where ended_at is null and last_seen_at < clock_timestamp() - $1::float8 * interval '1 second'
     returning ${COLUMNS}`,
    [holdS],
  )
  return rows.map(toAlert)
}

export const viewAlerts =
  (db: Database): WatchStore['alerts'] =>
  async (openOnly, limit) => {
    const { rows } = await db.query<AlertRow>(
      `select ${COLUMNS} from alert ${openOnly ? 'where ended_at is null' : ''}
       order by began_at desc, id desc limit $1`,
      [limit],
    )
    return rows.map(toAlert)
  }

export const untoldAlerts =
  (db: Database): WatchStore['untoldAlerts'] =>
  async (limit) => {
    const { rows } = await db.query<AlertRow & { told_begin: boolean }>(
      `/*untold-alerts*/ select ${COLUMNS}, told_begin from alert
       where (not told_begin or not told_end) and (not told_begin or ended_at is not null)
         and (ended_at is null or ended_at > clock_timestamp() - interval '1 day')
       order by began_at limit $1`,
      [limit],
    )
    return rows.map((row) => ({ ...toAlert(row), event: row.told_begin ? 'end' : 'begin' }))
  }

export const noteTold =
  (db: Database): WatchStore['noteTold'] =>
  async (id, event) => {
    await db.query(`update alert set ${event === 'begin' ? 'told_begin' : 'told_end'} = true where id = $1`, [
      id,
    ])
  }
