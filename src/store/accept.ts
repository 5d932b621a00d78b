/** Intake statement: one durable transaction for all rows of one request, and of the requests that come at the same time. */
import { isHubError } from '../core/errors.js'
import { failpoint } from '../core/failpoint.js'
import { laneKey, messageId } from '../core/ids.js'
import type { Reply } from '../core/message.js'
import type { Store } from './contract.js'
import { grouped } from './grouped.js'
import type { Accepted, MessageState, NewMessage } from './inbox.js'
import { messageJson } from './message-json.js'
import type { Database } from './query.js'
import { onlyRow, toJson } from './rows.js'
import { AT_CONNECT } from './store-error.js'

interface AcceptRow {
  readonly ord: number
  readonly outcome: 'stored' | 'duplicate' | 'conflict'
  readonly id: string
  readonly lane: string
  readonly state: MessageState
  readonly answer: Reply | null
}

/** Bytes of the requests that are stored together. */
const GROUP_BYTES_MAX = 1_000_000
/** While one statement waits for its disk the next is under way; a lane that is locked holds up one of them. */
const GROUPS_UNDER_WAY_MAX = 3

const ACCEPT = '/*accept*/ select * from accept_v1($1::jsonb)'
/**
 * As ACCEPT, for several requests: a locked lane of one holds up the others for 2 s (longer than the database takes to
 * find a deadlock), then each is stored alone and waits as long as `lock_timeout` says.
 */
const ACCEPT_GROUP = `/*accept-group*/ select a.* from (select set_config('lock_timeout', '2s', true) as limited) s
  cross join lateral accept_v1(case when s.limited is not null then $1::jsonb end) a`

export function acceptMessages(db: Database): Store['accept'] {
  const accept = acceptGrouped(db)
  return async (messages) => {
    const accepted = await accept(messages)
    const reused = messages.filter(
      ({ idReusedBefore }, index) => idReusedBefore !== undefined && accepted[index]?.kind === 'conflict',
    )
    if (reused.length === 0 || !(await setAside(db, reused))) return accepted
    // What was stored the first time is known by its row's id.
    return accept(messages)
  }
}

/** Gives the ids of old messages free: their rows keep them with a mark behind. False when none is old enough. */
async function setAside(db: Database, messages: readonly NewMessage[]): Promise<boolean> {
  const { affected } = await db.query(
    `/*set-aside*/ update message m set message_id = m.message_id || chr(31) || m.id
     from jsonb_to_recordset($1::jsonb) r(channel text, sender text, id text, hash text, before timestamptz)
     where m.channel = r.channel and m.sender = r.sender and m.message_id = r.id
       and m.content_hash <> r.hash and m.received_at < r.before`,
    [
      toJson(
        messages.map(({ envelope, contentHash, idReusedBefore }) => ({
          channel: envelope.channel,
          sender: envelope.sender,
          id: envelope.messageId,
          hash: contentHash,
          before: idReusedBefore,
        })),
      ),
    ],
  )
  return affected > 0
}

function acceptGrouped(db: Database): Store['accept'] {
  const accept = acceptTogether(db)
  return grouped(
    async (requests: readonly (readonly NewMessage[])[]) => {
      const accepted = [...(await accept(requests.flat(), requests.length > 1 ? ACCEPT_GROUP : ACCEPT))]
      return requests.map((messages) => accepted.splice(0, messages.length))
    },
    {
      underWayMax: GROUPS_UNDER_WAY_MAX,
      weightMax: GROUP_BYTES_MAX,
      weightOf: (messages) => messages.reduce((bytes, { body }) => bytes + body.length, 0),
      // A row that was stored after all is known by its id.
      isTriedAlone: (error) => !isHubError(error) || error.at !== AT_CONNECT,
    },
  )
}

function acceptTogether(db: Database) {
  return async function accept(
    messages: readonly NewMessage[],
    statement: string,
  ): Promise<readonly Accepted[]> {
    if (messages.length === 0) return []
    const first = firstOfEach(messages)
    const sent = messages.filter((message) => first.get(identityOf(message)) === message)
    failpoint('before-inbox-commit')
    const { rows } = await db.query<AcceptRow>(statement, [toJson(sent.map(messageJson))])
    failpoint('after-inbox-commit')
    const results = new Map<NewMessage, Accepted>()
    for (const row of rows) {
      const message = sent[row.ord]
      if (message !== undefined) results.set(message, toAccepted(row))
    }
    const originalOf = (message: NewMessage) => first.get(identityOf(message)) ?? message
    // Of another content than one that was refused: it may well be what was stored before.
    const open = messages.filter((message) => {
      const original = originalOf(message)
      return results.get(original)?.kind === 'conflict' && original.contentHash !== message.contentHash
    })
    for (const [index, result] of (await accept(open, statement)).entries()) {
      const message = open[index]
      if (message !== undefined) results.set(message, result)
    }
    return messages.map((message) => {
      const own = results.get(message)
      if (own !== undefined) return own
      const original = originalOf(message)
      return repeatedWithin(
        original,
        message,
        onlyRow([results.get(original)].filter((found) => found !== undefined)),
      )
    })
  }
}

const identityOf = ({ envelope }: NewMessage): string =>
  JSON.stringify([envelope.channel, envelope.sender, envelope.messageId, envelope.part])

function firstOfEach(messages: readonly NewMessage[]): ReadonlyMap<string, NewMessage> {
  const first = new Map<string, NewMessage>()
  for (const message of messages) {
    const key = identityOf(message)
    if (!first.has(key)) first.set(key, message)
  }
  return first
}

function toAccepted(row: AcceptRow): Accepted {
  const id = messageId(row.id)
  const lane = laneKey(row.lane)
  switch (row.outcome) {
    case 'stored':
      return { kind: 'stored', id, lane, state: row.state }
    case 'duplicate':
      return { kind: 'duplicate', id, lane, answer: row.answer ?? undefined, state: row.state }
    case 'conflict':
      return { kind: 'conflict', id }
  }
}

/** The same identity twice in one request. */
function repeatedWithin(original: NewMessage, message: NewMessage, result: Accepted): Accepted {
  if (result.kind === 'conflict' || original.contentHash !== message.contentHash)
    return { kind: 'conflict', id: result.id }
  if (result.kind === 'duplicate') return result
  return {
    kind: 'duplicate',
    id: result.id,
    lane: result.lane,
    state: result.state,
    answer: original.answer,
  }
}
