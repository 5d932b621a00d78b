/**
 * Intake: door check, one durable transaction, then the answer in the protocol's own words, then the doorbell
 * (reliability.md 3). Nothing else stands between: no mapping, no Redis, no other HTTP.
 */
import { HubError } from '../core/errors.js'
import { failpoint } from '../core/failpoint.js'
import { type LaneKey, type MessageId, messageId } from '../core/ids.js'
import type {
  AnswerContext,
  Channel,
  ChannelProtocol,
  DoorSettings,
  Envelope,
  Refusal,
  Reply,
} from '../core/message.js'
import type { Clock, Log, NewId } from '../core/ports.js'
import type { Store } from '../store/contract.js'
import type { Accepted, NewMessage } from '../store/inbox.js'

export interface ReceiveDeps {
  readonly store: Pick<Store, 'accept' | 'answerOf'>
  readonly ring: (lane: LaneKey) => void
  readonly clock: Clock
  readonly newId: NewId
  /** SHA-256, lower-case hex. */
  readonly hash: (bytes: Uint8Array) => string
  readonly wait: (ms: number) => Promise<void>
  readonly settings: DoorSettings
  /** Milliseconds after which the channel's senders use an id again (rule 5); undefined: never. */
  readonly idReuseMs?: (channel: Channel) => number | undefined
  /** Only called for kinds in `queries` of their protocol. */
  readonly answerQuery: (envelope: Envelope, raw: Uint8Array) => Promise<Reply>
  readonly log: Log
  /** W3C traceparent of this intake, kept with what it stores. */
  readonly trace?: string
  readonly count: (event: 'received' | 'duplicate' | 'refused' | 'conflict', channel: string) => void
}

export interface Received {
  readonly reply: Reply
  /** Absent when nothing was stored. */
  readonly messageId: MessageId | undefined
  readonly outcome: 'accepted' | 'duplicate' | 'refused' | 'conflict' | 'unreadable'
  readonly refusal?: Refusal
}

/** How long a request waits for an answer that comes with the effect, in milliseconds (rule 1). */
export const EFFECT_WAIT_MS_MAX = 10_000

/**
 * One message of a channel. Its bytes are committed before the answer is given.
 * @throws HubError STORE_UNAVAILABLE: no answer of the protocol then (rule 8)
 */
export async function receiveMessage(
  deps: ReceiveDeps,
  protocol: ChannelProtocol,
  raw: Uint8Array,
  contentType: string,
  parentId?: MessageId,
): Promise<Received> {
  const checked = prepare(deps, protocol, raw, contentType, parentId)
  if (checked.kind === 'unreadable') {
    deps.count('refused', protocol.channel)
    return { reply: checked.reply, messageId: undefined, outcome: 'unreadable', refusal: checked.refusal }
  }
  const prepared = checked.isQuery ? await answered(deps, raw, checked) : checked
  const accepted = await deps.store.accept(prepared.rows)
  return settle(deps, protocol, raw, prepared, accepted)
}

/** A query is stored with its answer, and nothing is left to do (rule 1). */
async function answered(deps: ReceiveDeps, raw: Uint8Array, query: Rows): Promise<Rows> {
  const answer = await deps.answerQuery(query.envelope, raw)
  return { ...query, rows: query.rows.map((row) => ({ ...row, answer })) }
}

type Rows = Extract<Prepared, { kind: 'rows' }>
type Prepared =
  | { readonly kind: 'unreadable'; readonly reply: Reply; readonly refusal: Refusal }
  | {
      readonly kind: 'rows'
      readonly isQuery: boolean
      readonly rows: readonly NewMessage[]
      readonly envelope: Envelope
      readonly refusal: Refusal | undefined
    }

function prepare(
  deps: ReceiveDeps,
  protocol: ChannelProtocol,
  raw: Uint8Array,
  contentType: string,
  parentId: MessageId | undefined,
): Prepared {
  const now = new Date(deps.clock()).toISOString()
  const answer = (envelope: Envelope | null, outcome: Parameters<ChannelProtocol['answer']>[2]) =>
    protocol.answer(envelope, raw, outcome, answerContext(deps, now))
  const door = protocol.check(raw, deps.settings)
  if (door.kind === 'unreadable')
    return {
      kind: 'unreadable',
      reply: answer(null, { kind: 'refused', refusal: door.refusal }),
      refusal: door.refusal,
    }
  const refusal = door.kind === 'refuse' ? door.refusal : undefined
  const envelopes = door.kind === 'refuse' ? [door.envelope] : door.items
  const envelope = envelopes[0]
  if (envelope === undefined)
    throw new HubError('UNEXPECTED', 'the door check accepted a message without envelope')
  const isQuery = refusal === undefined && protocol.queries?.has(envelope.kind) === true
  const owed = refusal === undefined && protocol.answersWithEffect.has(envelope.kind)
  const reply =
    owed || isQuery
      ? undefined
      : answer(envelope, refusal === undefined ? { kind: 'accepted' } : { kind: 'refused', refusal })
  const contentHash = deps.hash(raw)
  const body = protocol.toStore?.(raw) ?? raw
  const reuseMs = deps.idReuseMs?.(protocol.channel)
  const idReusedBefore = reuseMs === undefined ? undefined : new Date(deps.clock() - reuseMs).toISOString()
  const rows = envelopes.map(
    (item): NewMessage => ({
      id: messageId(deps.newId()),
      envelope: deps.trace === undefined ? item : { ...item, trace: deps.trace },
      body,
      contentType,
      contentHash,
      state: refusal !== undefined ? 'refused' : isQuery ? 'done' : 'waiting',
      ...(refusal === undefined
        ? {}
        : {
            reason: {
              code: refusal.code,
              text: refusal.problems.map((p) => `${p.at}: ${p.text}`).join('; '),
            },
          }),
      ...(reply === undefined ? {} : { answer: reply }),
      ...(parentId === undefined ? {} : { parentId }),
      receivedAt: now,
      ...(idReusedBefore === undefined ? {} : { idReusedBefore }),
    }),
  )
  return { kind: 'rows', rows, envelope, refusal, isQuery }
}

function answerContext({ newId, settings }: ReceiveDeps, now: string): AnswerContext {
  const { appRec11 } = settings
  return { newId: newId(), now, ...(appRec11 === undefined ? {} : { appRec11 }) }
}

async function settle(
  deps: ReceiveDeps,
  protocol: ChannelProtocol,
  raw: Uint8Array,
  prepared: Extract<Prepared, { kind: 'rows' }>,
  accepted: readonly Accepted[],
): Promise<Received> {
  const first = accepted[0]
  if (first === undefined) throw new HubError('UNEXPECTED', 'the store gave no answer for a row')
  for (const row of accepted) if (row.kind === 'stored' && row.state === 'waiting') deps.ring(row.lane)
  const { refusal } = prepared
  switch (first.kind) {
    case 'conflict': {
      deps.count('conflict', protocol.channel)
      deps.log.warn('message id known with other content', { channel: protocol.channel, message: first.id })
      const context = answerContext(deps, new Date(deps.clock()).toISOString())
      return {
        reply: protocol.answer(prepared.envelope, raw, { kind: 'conflict' }, context),
        messageId: first.id,
        outcome: 'conflict',
      }
    }
    case 'duplicate': {
      deps.count('duplicate', protocol.channel)
      const reply = first.answer ?? (await answerWithEffect(deps, first.id))
      return { reply, messageId: first.id, outcome: 'duplicate' }
    }
    case 'stored': {
      deps.count(refusal === undefined ? 'received' : 'refused', protocol.channel)
      const reply = prepared.rows[0]?.answer ?? (await answerWithEffect(deps, first.id))
      return {
        reply,
        messageId: first.id,
        outcome: refusal === undefined ? 'accepted' : 'refused',
        ...(refusal === undefined ? {} : { refusal }),
      }
    }
  }
}

/** Waits for the lane to give the business receipt; 202 when it takes too long, and the same message again gets it. */
async function answerWithEffect(deps: ReceiveDeps, id: MessageId): Promise<Reply> {
  const until = deps.clock() + EFFECT_WAIT_MS_MAX
  for (let pause = 5; ; pause = Math.min(pause * 2, 200)) {
    const found = await deps.store.answerOf(id)
    if (found?.answer !== undefined) {
      failpoint('before-owed-answer')
      return found.answer
    }
    if (found?.state === 'dead') break
    if (deps.clock() >= until) break
    await deps.wait(pause)
  }
  return { status: 202, contentType: 'text/plain; charset=utf-8', body: '' }
}

export interface BatchItem {
  readonly index: number
  readonly received: Received
}

/**
 * A batch: all readable items and their parent row in one transaction, then each lives alone (rule 7).
 * @param envelope identity of the batch itself; its row is the parent that the answer names
 */
export async function receiveBatch(
  deps: ReceiveDeps,
  protocol: ChannelProtocol,
  envelope: Envelope,
  raw: Uint8Array,
  items: readonly Uint8Array[],
  contentType: string,
): Promise<{ readonly parentId: MessageId; readonly items: readonly BatchItem[] }> {
  const parent: NewMessage = {
    id: messageId(deps.newId()),
    envelope,
    body: raw,
    contentType,
    contentHash: deps.hash(raw),
    state: 'done',
    receivedAt: new Date(deps.clock()).toISOString(),
  }
  const prepared = items.map((item) => prepare(deps, protocol, item, contentType, parent.id))
  const rows = prepared.flatMap((entry) => (entry.kind === 'rows' ? entry.rows : []))
  const [acceptedParent, ...accepted] = await deps.store.accept([parent, ...rows])
  const results: BatchItem[] = []
  for (const [index, entry] of prepared.entries()) {
    if (entry.kind === 'unreadable') {
      deps.count('refused', protocol.channel)
      const { reply, refusal } = entry
      results.push({ index, received: { reply, refusal, messageId: undefined, outcome: 'unreadable' } })
      continue
    }
    const own = accepted.splice(0, entry.rows.length)
    results.push({ index, received: await settle(deps, protocol, items[index] ?? raw, entry, own) })
  }
  return { parentId: acceptedParent?.id ?? parent.id, items: results }
}
