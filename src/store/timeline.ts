/** The way of one message, from what its row, its lane and its effect keep (reliability.md 10). */
import type { OperationsStore, TimelineStep } from './operations.js'
import type { Database } from './query.js'
import { toInstantIfAny } from './rows.js'

interface TimelineRow {
  readonly state: string
  readonly received_at: Date
  readonly stored_at: Date | null
  readonly stored_by: string | null
  readonly answered: boolean
  readonly trace: string | null
  readonly claimed_by: string | null
  readonly done_at: Date | null
  readonly mapped_at: Date | null
  readonly made_by: string | null
  readonly fanned_out_at: Date | null
}

export const messageTimeline =
  (db: Database): OperationsStore['timeline'] =>
  async (id) => {
    const { rows } = await db.query<TimelineRow>(
      `/*timeline*/ select m.state, m.received_at, m.stored_at, m.stored_by, m.answer is not null as answered,
         m.envelope ->> 'trace' as trace, m.done_at, c.at as mapped_at, c.made_by, c.fanned_out_at,
         case when m.state = 'waiting' and l.lease_until > clock_timestamp()
           and m.seq between l.claimed_seq and l.claimed_last then l.owner end as claimed_by
       from message m left join lane l on l.lane_key = m.lane_key left join change c on c.message_id = m.id
       where m.id = $1`,
      [id],
    )
    if (rows[0] === undefined) return []
    const steps = stepsOf(rows[0])
    return [...steps, ...(await deliveredSteps(db, id, steps[0]?.trace))]
  }

function stepsOf(row: TimelineRow): TimelineStep[] {
  const trace = traceIdOf(row.trace)
  const step = (name: TimelineStep['step'], at: Date | null, by: string | null): TimelineStep => ({
    step: name,
    at: toInstantIfAny(at),
    by: by ?? undefined,
    trace,
  })
  const steps = [
    step('received', row.received_at, row.stored_by),
    step('stored', row.stored_at, row.stored_by),
  ]
  if (row.answered) steps.push(step('answered', null, null))
  if (row.claimed_by !== null) steps.push(step('claimed', null, row.claimed_by))
  if (row.mapped_at !== null) {
    steps.push(step('mapped', row.mapped_at, row.made_by), step('committed', row.done_at, row.made_by))
    if (row.fanned_out_at !== null) steps.push(step('fanned-out', row.fanned_out_at, null))
  } else if (row.state === 'refused' || row.state === 'dead') steps.push(step(row.state, row.done_at, null))
  return steps
}

async function deliveredSteps(
  db: Database,
  id: string,
  trace: string | undefined,
): Promise<readonly TimelineStep[]> {
  const { rows } = await db.query<{ destination: string; ended_at: Date | null; owner: string | null }>(
    `/*timeline-deliveries*/ select d.destination, d.ended_at, d.owner
     from change c cross join destination x
     join delivery d on d.destination = x.id and d.lane_key = c.lane_key and d.change_number = c.number
     where c.message_id = $1 and d.state = 'delivered' order by d.ended_at, d.destination, d.number`,
    [id],
  )
  return rows.map(({ destination, ended_at, owner }) => ({
    step: 'delivered',
    at: toInstantIfAny(ended_at),
    by: owner ?? undefined,
    destination,
    trace,
  }))
}

/** Of a W3C traceparent `00-<trace id>-<span id>-<flags>`. */
const traceIdOf = (traceparent: string | null): string | undefined => traceparent?.split('-')[1]

export const traceOf =
  (db: Database): OperationsStore['traceOf'] =>
  async (id) => {
    const { rows } = await db.query<{ trace: string | null }>(
      `/*trace-of*/ select envelope ->> 'trace' as trace from message where id = $1`,
      [id],
    )
    return rows[0]?.trace ?? undefined
  }
