/** The inbox as it is looked at: one row, lists, raw bytes, sources, backlog. */
import type { HubErrorCode } from '../core/errors.js'
import { laneKey, messageId } from '../core/ids.js'
import type { Channel, Reply, SourceRole, Unmapped } from '../core/message.js'
import type { Store } from './contract.js'
import type { MessageState } from './inbox.js'
import { reasonOf } from './parking.js'
import type { Database } from './query.js'
import { onlyRow, toInstant, toInstantIfAny } from './rows.js'
import type { Backlog, MessageFilter, MessageView } from './views.js'

interface ViewRow {
  readonly id: string
  readonly channel: Channel
  readonly sender: string
  readonly kind: string
  readonly state: MessageState
  readonly lane_key: string
  readonly parent_id: string | null
  readonly received_at: Date
  readonly done_at: Date | null
  readonly attempts: number
  readonly due_at: Date | null
  readonly reason_code: HubErrorCode | null
  readonly reason_text: string | null
  readonly reason_at: string | null
  readonly fingerprint: string | null
  readonly raw_removed_at: Date | null
  readonly unmapped: readonly Unmapped[] | null
  readonly resources: readonly string[] | null
}

/** "claimed" is no state of the row: it stands in a lane whose lease is live, among the rows of the newest claim. */
const CLAIMED = `(l.lease_until > clock_timestamp() and m.seq between l.claimed_seq and l.claimed_last)`
const VIEW = `select m.id, m.channel, m.sender, m.kind, m.lane_key, m.parent_id, m.received_at, m.done_at, m.attempts,
    nullif(m.due_at, parked_until_v1()) as due_at, m.reason_code, m.reason_text, m.reason_at, m.unmapped, m.raw_removed_at, c.resources,
    case when m.state = 'dead' then fingerprint_v1(m.channel, m.kind, m.reason_code, m.reason_at, m.reason_stack) end
      as fingerprint,
    case when m.state = 'waiting' and ${CLAIMED} then 'claimed' else m.state end as state
  from message m
  left join lane l on l.lane_key = m.lane_key
  left join change c on c.message_id = m.id`

export const viewMessage =
  (db: Database): Store['message'] =>
  async (id) => {
    const { rows } = await db.query<ViewRow>(`/*message*/ ${VIEW} where m.id = $1`, [id])
    return rows[0] && toView(rows[0])
  }

export const viewItems =
  (db: Database): Store['messageItems'] =>
  async (parent) => {
    const { rows } = await db.query<ViewRow>(
      `/*message-items*/ ${VIEW} where m.parent_id = $1 order by m.arrival`,
      [parent],
    )
    return rows.map(toView)
  }

/** Newest first by (received, id). */
export const viewMessages =
  (db: Database): Store['messages'] =>
  async (filter) => {
    const values: unknown[] = []
    const place = (value: unknown) => `$${values.push(value)}`
    const terms = ['true', ...stateTerms(filter, place)]
    if (filter.channel !== undefined) terms.push(`m.channel = ${place(filter.channel)}`)
    if (filter.fingerprint !== undefined)
      terms.push(
        `fingerprint_v1(m.channel, m.kind, m.reason_code, m.reason_at, m.reason_stack) = ${place(filter.fingerprint)}`,
      )
    if (filter.before !== undefined)
      terms.push(
        `(m.received_at, m.id) < (select b.received_at, b.id from message b where b.id = ${place(filter.before)})`,
      )
    const { rows } = await db.query<ViewRow>(
      `${VIEW} where ${terms.join(' and ')} order by m.received_at desc, m.id desc limit ${place(filter.limit)}`,
      values,
    )
    return rows.map(toView)
  }

function stateTerms(filter: MessageFilter, place: (value: unknown) => string): string[] {
  if (filter.state === undefined) return []
  if (filter.state === 'claimed') return [`m.state = 'waiting'`, CLAIMED]
  if (filter.state === 'waiting') return [`m.state = 'waiting'`, `${CLAIMED} is not true`]
  // the partial index of dead rows is found by its literal only
  return [filter.state === 'dead' ? `m.state = 'dead'` : `m.state = ${place(filter.state)}`]
}

function toView(row: ViewRow): MessageView {
  const open = row.state === 'waiting' || row.state === 'claimed'
  return {
    id: messageId(row.id),
    channel: row.channel,
    sender: row.sender,
    kind: row.kind,
    state: row.state,
    lane: laneKey(row.lane_key),
    parentId: row.parent_id === null ? undefined : messageId(row.parent_id),
    receivedAt: toInstant(row.received_at),
    doneAt: toInstantIfAny(row.done_at),
    attempts: row.attempts,
    nextAttemptAt: open && row.attempts > 0 ? toInstantIfAny(row.due_at) : undefined,
    reason: reasonOf(row),
    fingerprint: row.fingerprint ?? undefined,
    rawRemovedAt: toInstantIfAny(row.raw_removed_at),
    unmapped: row.unmapped ?? [],
    resources: row.resources ?? [],
  }
}

export const rawMessage =
  (db: Database): Store['rawMessage'] =>
  async (id) => {
    const { rows } = await db.query<{ body: Uint8Array; content_type: string }>(
      '/*raw-message*/ select body, content_type from message where id = $1 and raw_removed_at is null',
      [id],
    )
    return rows[0] && { body: rows[0].body, contentType: rows[0].content_type }
  }

export const rawByIdentity =
  (db: Database): Store['rawByIdentity'] =>
  async (channel, sender, messageId) => {
    const { rows } = await db.query<{ body: Uint8Array }>(
      `/*raw-by-identity*/ select body from message
       where channel = $1 and sender = $2 and message_id = $3 and part = 0 and state <> 'refused'
         and raw_removed_at is null`,
      [channel, sender, messageId],
    )
    return rows[0]?.body
  }

export const answerByIdentity =
  (db: Database): Store['answerByIdentity'] =>
  async (channel, sender, messageId) => {
    const { rows } = await db.query<{ content_hash: string; answer: Reply | null }>(
      `/*answer-by-identity*/ select content_hash, answer from message
       where channel = $1 and sender = $2 and message_id = $3 and part = 0`,
      [channel, sender, messageId],
    )
    return rows[0] && { contentHash: rows[0].content_hash, answer: rows[0].answer ?? undefined }
  }

export const answerOf =
  (db: Database): Store['answerOf'] =>
  async (id) => {
    const { rows } = await db.query<{ answer: Reply | null; state: MessageState }>(
      `/*answer-of*/ select m.answer,
         case when m.state = 'waiting' and ${CLAIMED} then 'claimed' else m.state end as state
       from message m left join lane l on l.lane_key = m.lane_key where m.id = $1`,
      [id],
    )
    return rows[0] && { answer: rows[0].answer ?? undefined, state: rows[0].state }
  }

export const viewSources =
  (db: Database): Store['sources'] =>
  async () => {
    const { rows } = await db.query<{
      key: string
      role: SourceRole
      name: string
      last_heard: Date
      persons: number
      failed: number
    }>(
      `select key, (array_agg(role order by last_heard desc))[1] as role,
         (array_agg(name order by last_heard desc))[1] as name, max(last_heard) as last_heard,
         count(*) as persons, count(failed) as failed
       from source_state group by key order by key`,
    )
    return rows.map(({ last_heard, ...row }) => ({ ...row, lastHeard: toInstant(last_heard) }))
  }

export const viewBacklog =
  (db: Database): Store['backlog'] =>
  async () => {
    const { rows } = await db.query<{ waiting: number; dead: number; oldest_s: number }>(
      `/*backlog*/ select
         (select count(*) from message where state = 'waiting' and lane_key >= '') as waiting,
         (select count(*) from message where state = 'dead' and lane_key >= '') as dead,
         oldest_due_s_v1() as oldest_s`,
    )
    const { waiting, dead, oldest_s } = onlyRow(rows)
    const backlog: Backlog = { waiting, dead, oldestWaitingS: Math.max(0, oldest_s) }
    return backlog
  }

export const oldestWaitingS =
  (db: Database): Store['oldestWaitingS'] =>
  async () => {
    const { rows } = await db.query<{ oldest_s: number }>(
      '/*oldest-waiting*/ select oldest_due_s_v1() as oldest_s',
    )
    return Math.max(0, onlyRow(rows).oldest_s)
  }
