/** Replays: filters, tasks and their progress. */
import { laneKey, messageId } from '../core/ids.js'
import type { Envelope } from '../core/message.js'
import { FINGERPRINT } from './dead-letters.js'
import type { MessageState } from './inbox.js'
import { writeAction } from './parking.js'
import type { Database, Query } from './query.js'
import type { ReplayFilter, ReplayStep, ReplayStore, ReplayTask } from './replay-contract.js'
import { onlyRow, toInstant, toInstantIfAny } from './rows.js'

/** @throws HubError IDENTITY_CONFLICT when the identifiers still belong to two persons */
export const replayMessage =
  (db: Database): ReplayStore['replay'] =>
  async (id, who) => {
    const { rows } = await db.query<{ lane: string | null }>(
      '/*replay*/ select replay_v2($1, null, $2) as lane',
      [id, who ?? null],
    )
    const lane = rows[0]?.lane
    return lane === null || lane === undefined ? undefined : laneKey(lane)
  }

export const deadRow =
  (db: Database): ReplayStore['deadRow'] =>
  async (id) => {
    const { rows } = await db.query<{
      envelope: Envelope
      body: Uint8Array
      received_at: Date
      answer_owed: boolean
      lane: string
      second: string | null
      conflict: boolean
    }>(
      `/*dead-row*/ select m.envelope, m.body, m.received_at, m.answer is null as answer_owed,
         case when p.looks then l.lane else m.lane_key end as lane,
         case when p.looks then l.second end as second, p.looks and l.conflict as conflict
       from message m
       cross join lateral (select m.lane_key not like 'p-%' or m.envelope #>> '{subject,by}' = 'merge' as looks) p
       cross join lateral resolve_lane_v1(m.envelope -> 'subject', m.channel, m.sender, false) l
       where m.id = $1 and m.state = 'dead'`,
      [id],
    )
    const found = rows[0]
    if (found === undefined) return undefined
    const second = found.second === null ? undefined : laneKey(found.second)
    return {
      lane: laneKey(found.lane),
      second,
      conflict: found.conflict,
      row: {
        id,
        seq: 0,
        envelope: found.envelope,
        body: found.body,
        receivedAt: toInstant(found.received_at),
        attempts: 0,
        answerOwed: found.answer_owed,
        secondLane: second,
      },
    }
  }

/** Dead rows that the filter names, of those that died before `diedBefore`. */
function chosen(filter: ReplayFilter, diedBefore: string | undefined) {
  const values: unknown[] = []
  const place = (value: unknown) => `$${values.push(value)}`
  const terms = [`state = 'dead'`]
  if (filter.fingerprint !== undefined) terms.push(`${FINGERPRINT} = ${place(filter.fingerprint)}`)
  if (filter.channel !== undefined) terms.push(`channel = ${place(filter.channel)}`)
  if (filter.sender !== undefined) terms.push(`sender = ${place(filter.sender)}`)
  if (filter.kind !== undefined) terms.push(`kind = ${place(filter.kind)}`)
  if (filter.receivedFrom !== undefined)
    terms.push(`received_at >= ${place(filter.receivedFrom)}::timestamptz`)
  if (filter.receivedTo !== undefined) terms.push(`received_at < ${place(filter.receivedTo)}::timestamptz`)
  if (filter.ids !== undefined) terms.push(`id = any (${place(filter.ids)}::text[])`)
  if (diedBefore !== undefined) terms.push(`done_at <= ${place(diedBefore)}::timestamptz`)
  return { where: () => terms.join(' and '), also: (term: string) => terms.push(term), place, values }
}

export const previewReplay =
  (db: Database): ReplayStore['previewReplay'] =>
  async (filter) => {
    const { where, values } = chosen(filter, undefined)
    const { rows } = await db.query<{ n: number; oldest: Date | null; newest: Date | null; lanes: number }>(
      `select count(*) as n, min(received_at) as oldest, max(received_at) as newest,
         count(distinct lane_key) as lanes from message where ${where()}`,
      values,
    )
    const { n, oldest, newest, lanes } = onlyRow(rows)
    return {
      count: n,
      lanes,
      oldestReceivedAt: toInstantIfAny(oldest),
      newestReceivedAt: toInstantIfAny(newest),
    }
  }

export const startReplay =
  (db: Database): ReplayStore['startReplay'] =>
  (id, filter, expected, who) =>
    db.transaction(async (query) => {
      await query(
        `insert into replay_task (id, state, asked_by, filter, expected) values ($1, 'running', $2, $3::jsonb, $4)`,
        [id, who, JSON.stringify(filter), expected],
      )
      const { where, values, place, also } = chosen(filter, undefined)
      also(`done_at <= (select asked_at from replay_task where id = ${place(id)})`)
      const { rows } = await query<{ n: number }>(
        `select count(*) as n from message where ${where()}`,
        values,
      )
      const count = onlyRow(rows).n
      if (count !== expected) {
        await query('delete from replay_task where id = $1', [id])
        return { kind: 'count-differs', count }
      }
      await writeAction(query, who, 'start-replay', id, { filter, expected })
      return { kind: 'started' }
    })

interface TaskRow {
  readonly id: string
  readonly state: ReplayTask['state']
  readonly asked_by: string
  readonly asked_at: Date
  readonly ended_at: Date | null
  readonly filter: ReplayFilter
  readonly expected: number
  readonly replayed: number
  readonly refused: number
  readonly outcomes: Readonly<Partial<Record<MessageState, number>>> | null
}

const TASK = `select t.id, t.state, t.asked_by, t.asked_at, t.ended_at, t.filter, t.expected, t.replayed, t.refused,
    (select jsonb_object_agg(o.state, o.n) from
      (select m.state, count(*) n from message m where m.replay_id = t.id group by m.state) o) as outcomes
  from replay_task t`

const toTask = (row: TaskRow): ReplayTask => ({
  id: row.id,
  state: row.state,
  askedBy: row.asked_by,
  askedAt: toInstant(row.asked_at),
  endedAt: toInstantIfAny(row.ended_at),
  filter: row.filter,
  expected: row.expected,
  replayed: row.replayed,
  refused: row.refused,
  outcomes: row.outcomes ?? {},
})

/** Newest first. */
export const replayTasks =
  (db: Database): ReplayStore['replayTasks'] =>
  async (limit) => {
    const { rows } = await db.query<TaskRow>(`${TASK} order by t.asked_at desc, t.id limit $1`, [limit])
    return rows.map(toTask)
  }

export const replayTask =
  (db: Database): ReplayStore['replayTask'] =>
  async (id) => {
    const { rows } = await db.query<TaskRow>(`${TASK} where t.id = $1`, [id])
    return rows[0] && toTask(rows[0])
  }

const TURNS = {
  running: { from: ['paused'], action: 'resume-replay' },
  paused: { from: ['running'], action: 'pause-replay' },
  cancelled: { from: ['running', 'paused'], action: 'cancel-replay' },
} as const

export const turnReplay =
  (db: Database): ReplayStore['turnReplay'] =>
  (id, to, who) =>
    db.transaction(async (query) => {
      const { from, action } = TURNS[to]
      const { affected } = await query(
        `update replay_task set state = $2, changed_at = clock_timestamp(),
           ended_at = case when $2 = 'cancelled' then clock_timestamp() end
         where id = $1 and state = any ($3::text[])`,
        [id, to, from],
      )
      if (affected === 0) return false
      await writeAction(query, who, action, id)
      return true
    })

export const runningReplays =
  (db: Database): ReplayStore['runningReplays'] =>
  async () => {
    const { rows } = await db.query<{ id: string }>(
      `/*running-replays*/ select id from replay_task where state = 'running' order by asked_at`,
    )
    return rows.map(({ id }) => id)
  }

const IDLE: ReplayStep = { lanes: [], idle: true }

/** Rows and progress change together: a process that dies in between has done nothing. */
export const stepReplay =
  (db: Database): ReplayStore['stepReplay'] =>
  (id, inFlightMax) =>
    db.transaction(async (query) => {
      const { rows } = await query<{ filter: ReplayFilter; asked_at: string; flying: number }>(
        `select filter, asked_at::text as asked_at,
           (select count(*) from message where replay_id = $1 and state = 'waiting') as flying
         from replay_task where id = $1 and state = 'running' for update skip locked`,
        [id],
      )
      const task = rows[0]
      if (task === undefined || task.flying >= inFlightMax) return IDLE
      const next = await nextRows(query, id, task.filter, task.asked_at, inFlightMax - task.flying)
      if (next.length === 0) {
        // The last rows are told of when they have their end.
        if (task.flying === 0)
          await query(
            `update replay_task set state = 'done', ended_at = clock_timestamp(), changed_at = clock_timestamp()
             where id = $1`,
            [id],
          )
        return IDLE
      }
      const lanes = new Set<string>()
      const counts = { replayed: 0, refused: 0 }
      for (const row of next) {
        const ran = await query<{ lane: string | null; refused: boolean }>(
          '/*replay-row*/ select lane, refused from replay_row_v1($1, $2)',
          [row.id, id],
        )
        const { lane, refused } = onlyRow(ran.rows)
        if (lane !== null) lanes.add(lane)
        counts.replayed += lane === null ? 0 : 1
        counts.refused += refused ? 1 : 0
      }
      const last = next[next.length - 1]
      await query(
        `update replay_task set replayed = replayed + $2, refused = refused + $3, changed_at = clock_timestamp(),
           place_received = $4::timestamptz, place_id = $5 where id = $1`,
        [id, counts.replayed, counts.refused, last?.received, last?.id],
      )
      return { lanes: [...lanes].map(laneKey), idle: false }
    })

async function nextRows(query: Query, id: string, filter: ReplayFilter, askedAt: string, limit: number) {
  const { where, values, place, also } = chosen(filter, askedAt)
  const task = place(id)
  const passed = (column: string, none: string) =>
    `coalesce((select ${column} from replay_task where id = ${task}), ${none})`
  also(
    `(received_at, id) > (${passed('place_received', `'-infinity'::timestamptz`)}, ${passed('place_id', `''`)})`,
  )
  const { rows } = await query<{ id: string; received: string }>(
    `select id, received_at::text as received from message where ${where()}
     order by received_at, id limit ${place(limit)}`,
    values,
  )
  return rows.map((row) => ({ ...row, id: messageId(row.id) }))
}
