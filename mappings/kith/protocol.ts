/** The e-prescription channel: door check and answers (eresept.md 3, surfaces.md HTTP, reliability.md 3). */
import { codeOf, type HubErrorCode, isHubError, type Problem } from '../../src/core/errors.js'
import type {
  AnswerContext,
  ChannelProtocol,
  DoorResult,
  DoorSettings,
  Envelope,
  IntakeOutcome,
  Refusal,
  Reply,
  Subject,
} from '../../src/core/message.js'
import { DOOR_TITLES, PROBLEM_JSON, problemJson } from '../../src/core/problem-json.js'
import { isAppRec, readAppRec } from './apprec.js'
import { appRecAnswer } from './apprec-answer.js'
import { isDateTime, toDateTime } from './dates.js'
import { APPREC_KIND } from './namespaces.js'
import { type Peeked, peekAppRec, peekMsgHead } from './peek.js'
import { openReader } from './reader.js'
import { withoutOpaque } from './redact.js'
import { kithRows, kithTypes } from './registry.js'
import { schemaProblems } from './schema-check.js'
import { parseXml, type XmlElement } from './xml.js'

const XML = 'application/xml; charset=utf-8'

export const kithProtocol: ChannelProtocol = {
  channel: 'eresept',
  check,
  answer,
  answersWithEffect: new Set(
    [...kithRows].flatMap(([kind, { answeredBy }]) => (answeredBy === 'receipt' ? [kind] : [])),
  ),
  queries: new Set([...kithRows].flatMap(([kind, { answeredBy }]) => (answeredBy === 'query' ? [kind] : []))),
  toStore: withoutOpaque,
  types: kithTypes,
}

/** The whole parse with its structural rules: an AppRec is final, so nothing may be found wrong afterwards. */
function check(raw: Uint8Array, settings: DoorSettings): DoorResult {
  const root = readRoot(raw)
  if (isRefusal(root)) return { kind: 'unreadable', refusal: root }
  if (isAppRec(root)) return checkAppRec(root, settings)
  const peeked = peekMsgHead(root)
  if (peeked === undefined)
    return unreadable('MESSAGE_TYPE_UNSUPPORTED', '/', 'neither a MsgHead 1.2 nor an AppRec', 'T10')
  if (peeked.sender === undefined || peeked.messageId === undefined)
    return unreadable('MESSAGE_INVALID', 'MsgHead/MsgInfo', 'sender or message id is missing', 'T02')
  const sender = peeked.sender
  const row = kithRows.get(peeked.kind)
  if (row === undefined)
    return refuse(envelopeOf(peeked, { by: 'none' }, settings), [
      {
        at: 'MsgHead/MsgInfo/Type',
        text: 'this message type is not supported',
        code: 'MESSAGE_TYPE_UNSUPPORTED',
        protocolCode: 'T10',
      },
    ])
  const checked = row.check(root, sender, settings.syntheticIds)
  const { subjects } = checked
  const problems = checked.problems.length > 0 ? checked.problems : bySchema(root, settings)
  if (problems.length > 0) return refuse(envelopeOf(peeked, { by: 'none' }, settings), problems)
  const items = subjects.map((subject, part) => ({ ...envelopeOf(peeked, subject, settings), part }))
  return { kind: 'accept', items }
}

/** After the hub's own rules, which name the more exact code where both find a fault. */
const bySchema = (root: XmlElement, { schemas }: DoorSettings): readonly Problem[] =>
  schemas === undefined ? [] : schemaProblems(root, schemas)

function checkAppRec(root: XmlElement, settings: DoorSettings): DoorResult {
  const peeked = peekAppRec(root)
  if (peeked.sender === undefined || peeked.messageId === undefined)
    return unreadable('MESSAGE_INVALID', 'AppRec', 'sender or message id is missing', 'T02')
  const envelope = envelopeOf(peeked, { by: 'none' }, settings)
  const problems: Problem[] = []
  readAppRec(openReader(root), root, problems)
  if (problems.length === 0) problems.push(...bySchema(root, settings))
  return problems.length > 0 ? refuse(envelope, problems) : { kind: 'accept', items: [envelope] }
}

function readRoot(raw: Uint8Array): XmlElement | Refusal {
  try {
    return parseXml(raw)
  } catch (error) {
    if (!isHubError(error)) throw error
    return {
      code: codeOf(error),
      problems: [{ at: '/', text: error.message, code: error.code, protocolCode: 'T01' }],
    }
  }
}

const isRefusal = (value: XmlElement | Refusal): value is Refusal => 'problems' in value

function envelopeOf(peeked: Peeked, subject: Subject, settings: DoorSettings): Envelope {
  const { genDate } = peeked
  return {
    channel: 'eresept',
    kind: peeked.kind,
    sender: peeked.sender ?? '',
    messageId: peeked.messageId ?? '',
    part: 0,
    ...(genDate !== undefined && isDateTime(genDate) ? { sentAt: toDateTime(genDate, settings.zone) } : {}),
    subject,
  }
}

function refuse(envelope: Envelope, problems: readonly Problem[]): DoorResult {
  const codes = problems.map(({ code }) => code)
  const code: HubErrorCode = codes.includes('MESSAGE_TYPE_UNSUPPORTED')
    ? 'MESSAGE_TYPE_UNSUPPORTED'
    : codes.every((one) => one === 'IDENTITY_INVALID')
      ? 'IDENTITY_INVALID'
      : 'MESSAGE_INVALID'
  return { kind: 'refuse', envelope, refusal: { code, problems } }
}

const unreadable = (code: HubErrorCode, at: string, text: string, protocolCode: string): DoorResult => ({
  kind: 'unreadable',
  refusal: { code, problems: [{ at, text, code, protocolCode }] },
})

/**
 * AppRec for what can be addressed; problem+json for the rest. A received AppRec, receipt or answer to a query never gets
 * one, a known id with other content never a second one, and an accepted message with a business receipt gets that
 * receipt instead: until it is ready the answer is an empty 202.
 */
function answer(
  envelope: Envelope | null,
  raw: Uint8Array,
  outcome: IntakeOutcome,
  context: AnswerContext,
): Reply {
  if (outcome.kind === 'conflict')
    return problem(409, 'MESSAGE_CONFLICT', 'this message id is known with other content', [])
  if (envelope === null) {
    const problems = outcome.kind === 'refused' ? outcome.refusal.problems : []
    const code = outcome.kind === 'refused' ? outcome.refusal.code : 'MESSAGE_UNREADABLE'
    return problem(
      code === 'MESSAGE_TOO_LARGE' ? 413 : 400,
      code,
      'the message cannot be read far enough to be answered with an AppRec',
      problems,
    )
  }
  const answeredBy =
    envelope.kind === APPREC_KIND ? 'transport' : (kithRows.get(envelope.kind)?.answeredBy ?? 'apprec')
  if (answeredBy === 'transport')
    return outcome.kind === 'accepted'
      ? { status: 200, contentType: 'text/plain', body: '' }
      : problem(422, outcome.refusal.code, 'the answer is refused', outcome.refusal.problems)
  if (outcome.kind === 'accepted' && answeredBy === 'receipt')
    return { status: 202, contentType: 'text/plain', body: '' }
  const root = parseXml(raw, { until: 'MsgInfo' })
  return {
    status: outcome.kind === 'accepted' ? 200 : 422,
    contentType: XML,
    body: appRecAnswer(root, outcome, context, context.appRec11?.has(envelope.sender) ? '1.1' : '1.0'),
  }
}

function problem(status: number, code: HubErrorCode, detail: string, problems: readonly Problem[]): Reply {
  const title = DOOR_TITLES[code] ?? code
  return {
    status,
    contentType: PROBLEM_JSON,
    body: problemJson({ code, title, status, detail, problems }),
  }
}
