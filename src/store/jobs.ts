/** Turns of the jobs that one process at a time does by the clock (reliability.md 8, F-46). */
import type { OperationsStore } from './operations.js'
import type { Database } from './query.js'
import { toInstant, toInstantIfAny } from './rows.js'

export const takeTurn =
  (db: Database): OperationsStore['takeTurn'] =>
  async (job, who, everyMs) => {
    const { rows } = await db.query<{ memory: unknown }>(
      `/*take-turn*/ insert into job (name, started_at, by_whom) values ($1, clock_timestamp(), $2)
       on conflict (name) do update set started_at = excluded.started_at, by_whom = excluded.by_whom
       where job.started_at <= clock_timestamp() - $3::float8 * interval '1 millisecond'
       returning memory`,
      [job, who, everyMs],
    )
    return rows[0] && { memory: rows[0].memory }
  }

/** A turn that another process took over meanwhile tells nothing. */
export const endTurn =
  (db: Database): OperationsStore['endTurn'] =>
  async (job, who, ok, memory) => {
    await db.query(
      `/*end-turn*/ update job set ended_at = case when $3 then clock_timestamp() else ended_at end,
         failures = case when $3 then 0 else failures + 1 end, memory = coalesce($4::jsonb, memory)
       where name = $1 and by_whom = $2`,
      [job, who, ok, memory === undefined ? null : JSON.stringify(memory)],
    )
  }

export const viewJobs =
  (db: Database): OperationsStore['jobs'] =>
  async () => {
    const { rows } = await db.query<{
      name: string
      started_at: Date
      ended_at: Date | null
      by_whom: string
      failures: number
    }>('/*jobs*/ select name, started_at, ended_at, by_whom, failures from job order by name')
    return rows.map(({ name, started_at, ended_at, by_whom, failures }) => ({
      name,
      startedAt: toInstant(started_at),
      endedAt: toInstantIfAny(ended_at),
      by: by_whom,
      failures,
    }))
  }
