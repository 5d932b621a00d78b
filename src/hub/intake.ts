/** The intake surfaces: HTTP and MLLP bytes in, answers of the protocol out; batches split, back-pressure first. */

import { deviceBatchEnvelope, splitDeviceBatch } from '../../mappings/devices/batch.js'
import { isAnswerWanted } from '../../mappings/hl7v2/acknowledgement.js'
import { answerBatch, batchEnvelope, encodeReply, splitBatch } from '../../mappings/hl7v2/batch.js'
import { HubError, isHubError } from '../core/errors.js'
import type { ChannelProtocol, Reply } from '../core/message.js'
import { problemErrors } from '../core/problem-json.js'
import {
  type BatchItem,
  type ReceiveDeps,
  type Received,
  receiveBatch,
  receiveMessage,
} from './receive-message.js'

export interface IntakeDeps extends ReceiveDeps {
  /** Protocol of `hl7v2`, `eresept` or `devices/<vendor>`; undefined for an unknown vendor. */
  readonly protocolOf: (surface: string) => ChannelProtocol | undefined
  /** `soft`: ask senders to slow down; `hard`: take nothing more (reliability.md 3, rule 9). */
  readonly pressure: () => 'none' | 'soft' | 'hard'
}

export interface IntakeAnswer {
  readonly status: number
  readonly contentType: string
  readonly body: string | Uint8Array
  readonly messageId?: string
  readonly retryAfterS?: number
}

const RETRY_AFTER_S = 30

/**
 * One request of `POST /intake/<surface>`.
 * @throws HubError NOT_FOUND for an unknown vendor, OVERLOADED and STORE_UNAVAILABLE without any answer of the protocol
 */
export async function receiveRequest(
  deps: IntakeDeps,
  surface: string,
  raw: Uint8Array,
  contentType: string,
): Promise<IntakeAnswer> {
  const protocol = deps.protocolOf(surface)
  if (protocol === undefined) throw new HubError('NOT_FOUND', 'no such intake')
  refuseUnderPressure(deps)
  switch (protocol.channel) {
    case 'hl7v2':
      return hl7Answer(await receiveHl7(deps, protocol, raw))
    case 'devices':
      return receiveDevices(deps, protocol, raw, contentType)
    case 'eresept':
    case 'sfm':
      return answerOf(await receiveMessage(deps, protocol, raw, contentType))
    case 'fhir':
      throw new HubError('NOT_FOUND', 'FHIR resources are written at /fhir')
  }
}

/**
 * One frame of an MLLP connection.
 * @returns the answer's bytes, empty when the sender asked for none, undefined when nothing could be stored: no answer
 *   then and the connection is closed, since many senders take any negative answer as final (rule 8)
 */
export async function receiveFrame(deps: IntakeDeps, raw: Uint8Array): Promise<Uint8Array | undefined> {
  const protocol = deps.protocolOf('hl7v2')
  if (protocol === undefined || deps.pressure() === 'hard') return undefined
  try {
    const { reply, wanted } = await receiveHl7(deps, protocol, raw)
    return wanted ? encodeReply(reply) : new Uint8Array()
  } catch (error) {
    if (isHubError(error)) {
      deps.log.warn('frame not stored', { code: error.code })
      return undefined
    }
    throw error
  }
}

function refuseUnderPressure(deps: IntakeDeps): void {
  switch (deps.pressure()) {
    case 'none':
      return
    case 'soft':
      throw new HubError('OVERLOADED', 'earlier messages wait too long, or the disk fills: send more slowly')
    case 'hard':
      throw new HubError(
        'STORE_UNAVAILABLE',
        'earlier messages wait too long, or the disk is full: nothing is taken for now',
      )
  }
}

interface Hl7Received {
  readonly reply: Reply
  readonly messageId: string | undefined
  readonly wanted: boolean
}

async function receiveHl7(
  deps: IntakeDeps,
  protocol: ChannelProtocol,
  raw: Uint8Array,
): Promise<Hl7Received> {
  const context = { newId: deps.newId(), now: new Date(deps.clock()).toISOString() }
  const split = splitOrUndefined(raw)
  if (split === undefined || split.kind === 'single') {
    const received = await receiveMessage(deps, protocol, raw, 'application/hl7-v2')
    return {
      reply: received.reply,
      messageId: received.messageId,
      wanted: isAnswerWanted(raw, received.reply),
    }
  }
  const envelope = batchEnvelope(split.header, deps.hash(raw))
  const { parentId, items } = await receiveBatch(
    deps,
    protocol,
    envelope,
    raw,
    split.items,
    'application/hl7-v2',
  )
  const replies = items.map(({ received }) => received.reply)
  return { reply: answerBatch(split.header, replies, context), messageId: parentId, wanted: true }
}

/** What cannot even be split is answered as one message: the door check says why. */
function splitOrUndefined(raw: Uint8Array) {
  try {
    return splitBatch(raw)
  } catch (error) {
    if (isHubError(error)) return undefined
    throw error
  }
}

function hl7Answer(received: Hl7Received): IntakeAnswer {
  const { reply, messageId } = received
  return {
    status: reply.status,
    contentType: reply.contentType,
    body: encodeReply(reply),
    ...(messageId === undefined ? {} : { messageId }),
  }
}

async function receiveDevices(
  deps: IntakeDeps,
  protocol: ChannelProtocol,
  raw: Uint8Array,
  contentType: string,
): Promise<IntakeAnswer> {
  const split = splitDeviceBatch(raw, contentType)
  if (split.kind === 'single') return answerOf(await receiveMessage(deps, protocol, split.item, contentType))
  const envelope = deviceBatchEnvelope(deps.hash(raw))
  const { parentId, items } = await receiveBatch(
    deps,
    protocol,
    envelope,
    raw,
    split.items,
    'application/json',
  )
  return { ...deviceBatchAnswer(items), messageId: parentId }
}

/** `{accepted, duplicates, rejected: [{index, status, errors}]}`: 202 unless every item was rejected (surfaces.md). */
function deviceBatchAnswer(items: readonly BatchItem[]): IntakeAnswer {
  const rejected = items.flatMap(({ index, received }) => {
    if (received.outcome === 'accepted' || received.outcome === 'duplicate') return []
    const problems = received.refusal?.problems ?? [{ at: '/eventId', text: 'known id with other content' }]
    return [{ index, status: received.reply.status, errors: problemErrors(problems) }]
  })
  const count = (outcome: Received['outcome']) =>
    items.filter(({ received }) => received.outcome === outcome).length
  return {
    status: rejected.length === items.length && items.length > 0 ? 422 : 202,
    contentType: 'application/json; charset=utf-8',
    body: JSON.stringify({ accepted: count('accepted'), duplicates: count('duplicate'), rejected }),
  }
}

function answerOf(received: Received): IntakeAnswer {
  return {
    status: received.reply.status,
    contentType: received.reply.contentType,
    body: received.reply.body,
    ...(received.messageId === undefined ? {} : { messageId: received.messageId }),
    ...(received.reply.status === 503 ? { retryAfterS: RETRY_AFTER_S } : {}),
  }
}
