/**
 * `eresept`: ordinations (M25.1) to one organisation of the e-prescription network, a pharmacy or a broker. Its answer is
 * an AppRec, in the HTTP answer or later at `/intake/eresept`.
 */
import { readReceipt } from '../../mappings/kith/apprec-to-receipt.js'
import { readPassedOn } from '../../mappings/kith/passed-on.js'
import type { Party } from '../../mappings/kith/write/msghead.js'
import type { Attempt, Delivery, Rendered, Verdict } from '../../src/core/delivery.js'
import { HubError, isHubError } from '../../src/core/errors.js'
import { type MessageId, messageId } from '../../src/core/ids.js'
import type { HttpAnswer } from '../transport/http.js'
import type { DestinationIo, DestinationKind } from './destination-kind.js'
import { readSignature, type Sign } from './enterprise-signature.js'
import type { Fields } from './fields.js'
import { openHttpSender, readHttpTarget } from './http-target.js'

const XML = 'application/xml; charset=utf-8'
const HER_ID = /^\d{1,10}(\.\d{1,3})?$/
/** Silence for longer counts as a refusal (eresept.md 3). */
const ANSWER_S_MAX = 96 * 3_600
const RESEND_AFTER_S = 24 * 3_600
/** Of one message, answered or not. */
const ATTEMPTS_MAX = 4
const MESSAGE = /^message\/([0-9a-f-]{36})$/
/** Id of a message that has one of another's: two receivers may get it, so that it does not name the delivery. */
const PASSED_ON_ID = 'Stafett-Passed-On'
const ITEM = /^M25\.1\/(\d+)$/

export const eresept: DestinationKind = {
  kind: 'eresept',
  read: (fields, base) => {
    const target = readHttpTarget(fields)
    const sender = readParty(fields, 'sender')
    const receiver = readParty(fields, 'receiver')
    const sign = readSignature(fields)
    const passesOn = fields.oneOf('prescriptions', ['none', 'pass-on'] as const, 'none') === 'pass-on'
    const serves = fields.oneOf('serves', ['own', 'all'] as const, 'own')
    const resendAfterS = fields.integerIfAny('resendAfterS', 60, ANSWER_S_MAX) ?? RESEND_AFTER_S
    return (io) => ({
      ...base,
      ...openHttpSender(target, io, (attempt, answer, verdict) => judge(io, attempt, answer, verdict)),
      snapshots: 'M25.1/',
      unanswered: { resendAfterMs: resendAfterS * 1_000, attemptsMax: ATTEMPTS_MAX },
      wants: async (change) => {
        const { due, prescription } = io.ordinations
        const to = { ...receiver, serves }
        const version = await due(change, to)
        const message = passesOn ? await prescription(change, to) : undefined
        // The prescription first: the list names it.
        return [
          ...(message === undefined ? [] : [`message/${message}`]),
          ...(version === undefined ? [] : [`M25.1/${version}`]),
        ]
      },
      render: (delivery) => {
        const message = MESSAGE.exec(delivery.item)?.[1]
        return message === undefined
          ? render(io, delivery, { sender, receiver, sign })
          : passOn(io, messageId(message))
      },
    })
  },
}

function readParty(fields: Fields, name: string): Party {
  const given = fields.objectIfAny(name)
  if (given === undefined) {
    fields.fault(name, 'is missing: {"name", "her"} of the organisation')
    return { name: '', her: '' }
  }
  const organisationNumber = given.textIfAny('organisationNumber', /^\d{9}$/, 'must be 9 digits')
  const licence = given.textIfAny('licence', /^[\w.-]{1,20}$/, 'must be the licence number of a pharmacy')
  const phone = given.textIfAny('phone', /^\+?[\d ]{3,20}$/, 'must be a phone number')
  const party: Party = {
    name: given.text('name', /\S/, 'the name of the organisation'),
    her: given.text('her', HER_ID, 'must be a HER-id'),
    ...(organisationNumber === undefined ? {} : { organisationNumber }),
    ...(licence === undefined ? {} : { licence }),
    ...(phone === undefined ? {} : { phone }),
  }
  given.finish()
  return party
}

interface Parties {
  readonly sender: Party
  readonly receiver: Party
  /** Undefined: what the hub makes goes out unsigned, and says so. */
  readonly sign: Sign | undefined
}

/** The id of the delivery is the id of the message, so that every attempt sends the same bytes under the same id. */
async function render(
  { ordinations }: DestinationIo,
  { change, destination, id, item }: Delivery,
  { sender, receiver, sign }: Parties,
): Promise<Rendered> {
  const version = Number(ITEM.exec(item)?.[1])
  const person = change.personId
  if (person === '') throw new HubError('NOT_FOUND', 'an ordination is about a person')
  const envelope = { msgId: id, genDate: change.at, sender, receiver, destination }
  const produced = await ordinations.make(person, version, envelope)
  if (produced.kind === 'refused')
    throw new HubError(
      'MESSAGE_UNSENDABLE',
      // Places and rules, no values.
      `M25.1 cannot be made: ${produced.problems.map(({ at, text }) => `${at}: ${text}`).join('; ')}`,
      { issues: produced.problems },
    )
  return {
    kind: 'message',
    messageId: id,
    contentType: XML,
    body: Buffer.from(sign === undefined ? produced.xml : sign(produced.xml)),
    headers: { 'Stafett-Signature': sign === undefined ? 'none' : 'enterprise' },
  }
}

/** A prescriber's message goes out byte for byte, with the prescriber's signature. */
async function passOn({ ordinations }: DestinationIo, id: MessageId): Promise<Rendered> {
  const body = await ordinations.raw(id)
  if (body === undefined) return { kind: 'withheld', reason: 'the received message is not kept any more' }
  const { messageId: own, whole } = readPassedOn(body)
  if (!whole)
    return { kind: 'withheld', reason: 'an access token was taken out: the signature holds no more' }
  return {
    kind: 'message',
    contentType: XML,
    body,
    headers: { 'Stafett-Signature': 'prescriber', ...(own === undefined ? {} : { [PASSED_ON_ID]: own }) },
  }
}

/** An AppRec about this very message has the last word, whatever the status; without one the status stands alone. */
async function judge(
  { clock, noteReceipt, zone }: DestinationIo,
  { message }: Attempt,
  answer: HttpAnswer,
  verdict: Verdict,
): Promise<Verdict> {
  const receipt = answer.whole ? receiptIn(answer.body, zone, new Date(clock()).toISOString()) : undefined
  const id = message.messageId ?? message.headers?.[PASSED_ON_ID]
  if (receipt === undefined || receipt.messageId !== id) return verdict
  await noteReceipt(receipt)
  return receipt.outcome === 'accepted'
    ? { kind: 'delivered', status: answer.status }
    : { kind: 'rejected', code: 'answer-rejected', status: answer.status }
}

function receiptIn(body: Uint8Array, zone: string, now: string) {
  if (body.length === 0) return undefined
  try {
    return readReceipt(body, zone, now)
  } catch (error) {
    // An answer that is no XML is none of an application: the status of the transport stands.
    if (isHubError(error)) return undefined
    throw error
  }
}
