/** The acknowledgement of one message (hl7v2.md 8), in the message's own separators and character set. */
import { ERRORS, type Problem } from '../../src/core/errors.js'
import { assertNever } from '../../src/core/exhaustive.js'
import type { IntakeOutcome, Reply } from '../../src/core/message.js'
import { encodeSegment, type Outbound, outboundSegment } from './encode.js'
import { escapeText } from './escapes.js'
import { isVersionFrom, type LenientHeader, lenientHeader, rawText } from './header.js'
import { DEFAULT_SEPARATORS, encodingCharacters, type Separators } from './separators.js'

/** HL7 table 0008. */
export type AckCode = 'AA' | 'AE' | 'AR' | 'CA' | 'CE' | 'CR'

export interface AckContext {
  readonly newId: string
  /** ISO instant. */
  readonly now: string
}

const ERRORS_MAX = 20
const TEXT_CHARACTERS_MAX = 200
/** MSH-10 holds 20 characters in all versions. */
const CONTROL_ID_CHARACTERS_MAX = 20
/** Table 0357 codes that the sender cannot mend by other content: type, event, processing id, version. */
const HEADER_CODES = new Set(['200', '201', '202', '203'])
const CONFLICT: Problem = {
  at: 'MSH-10',
  text: 'this control id was used for another message',
  code: 'MESSAGE_CONFLICT',
  protocolCode: '205',
}

/** Content type and body; an ACK is never acknowledged and gets an empty body. */
export function acknowledge(raw: Uint8Array, outcome: IntakeOutcome, context: AckContext): Reply {
  const header = lenientHeader(raw)
  if (header === undefined) return answerWithoutHeader(outcome, context)
  const problems = problemsOf(outcome)
  const code = ackCode(outcome, problems, header)
  const charset = header.charset
  const contentType = `application/hl7-v2; charset=${charset}`
  if (rawText(header.fields, 9, 1, header.separators) === 'ACK')
    return { status: statusOf(code), contentType, body: '' }
  const version = rawText(header.fields, 12, 1, header.separators)
  const body =
    mshLine(header, context) +
    msaLine(header, code, problems) +
    errLines(header.separators, version, problems)
  return { status: statusOf(code), contentType, body }
}

/**
 * Whether a sender over MLLP wants this answer: MSH-15 and MSH-16 may say never, only on error, only on success. Over
 * HTTP the answer always goes out.
 */
export function isAnswerWanted(raw: Uint8Array, reply: Reply): boolean {
  if (reply.body === '') return false
  const header = lenientHeader(raw)
  if (header === undefined) return true
  const { accept, application } = conditionsOf(header)
  const condition = isAcceptMode(header) ? accept : application
  switch (condition) {
    case 'NE':
      return false
    case 'ER':
      return reply.status !== 200
    case 'SU':
      return reply.status === 200
    default:
      return true
  }
}

interface Conditions {
  /** MSH-15, table 0155; both undefined in original mode. */
  readonly accept: string | undefined
  readonly application: string | undefined
}

/** Where only one of the two is valued, the empty one is read as never (hl7v2.md 8). */
function conditionsOf({ fields, separators }: LenientHeader): Conditions {
  const accept = rawText(fields, 15, 1, separators)
  const application = rawText(fields, 16, 1, separators)
  if (accept === undefined && application === undefined) return { accept, application }
  return { accept: accept ?? 'NE', application: application ?? 'NE' }
}

/** Enhanced mode with an accept acknowledgement; a sender that wants only the application's gets AA at the commit. */
function isAcceptMode(header: LenientHeader): boolean {
  const { accept, application } = conditionsOf(header)
  return accept !== undefined && (accept !== 'NE' || application === 'NE')
}

function problemsOf(outcome: IntakeOutcome): readonly Problem[] {
  switch (outcome.kind) {
    case 'accepted':
      return []
    case 'refused':
      return outcome.refusal.problems
    case 'conflict':
      return [CONFLICT]
    default:
      return assertNever(outcome)
  }
}

/** CE would ask for a retry of what will never be taken: a refusal at the door is CR in enhanced mode. */
function ackCode(outcome: IntakeOutcome, problems: readonly Problem[], header: LenientHeader): AckCode {
  const enhanced = isAcceptMode(header)
  if (outcome.kind === 'accepted') return enhanced ? 'CA' : 'AA'
  if (enhanced) return 'CR'
  if (outcome.kind === 'refused' && outcome.refusal.code === 'MESSAGE_TOO_LARGE') return 'AR'
  return problems.some((problem) => HEADER_CODES.has(problem.protocolCode ?? '')) ? 'AR' : 'AE'
}

function statusOf(code: AckCode): number {
  switch (code) {
    case 'AA':
    case 'CA':
      return 200
    case 'AE':
    case 'CE':
      return 422
    case 'AR':
    case 'CR':
      return 400
    default:
      return assertNever(code)
  }
}

function mshLine(header: LenientHeader, context: AckContext): string {
  const { fields, separators: s } = header
  const raw = (field: number) => (fields[field] ?? '').trim()
  const trigger = rawText(fields, 9, 2, s)
  const type = trigger === undefined ? 'ACK' : ['ACK', escapeText(trigger, s), 'ACK'].join(s.component ?? ' ')
  const out = [
    raw(5),
    raw(6),
    raw(3),
    raw(4),
    hl7Time(context.now),
    '',
    s.component === undefined ? 'ACK' : type,
    controlId(context.newId),
    raw(11),
    raw(12),
    '',
    '',
    '',
    '',
    '',
    raw(18),
  ]
  return `${[`MSH${s.field}${encodingCharacters(s)}`, ...out].join(s.field).replace(trailing(s.field), '')}\r`
}

const trailing = (field: string): RegExp => new RegExp(`[${field.replace(/[\\\]^-]/, '\\$&')}]+$`)

/** MSA-2 is MSH-10 as it stands, even if odd: the sender finds its message by it. */
function msaLine(header: LenientHeader, code: AckCode, problems: readonly Problem[]): string {
  const { fields, separators: s } = header
  const text = problems.map((problem) => `${problem.at}: ${problem.text}`).join('; ')
  const parts = ['MSA', code, (fields[10] ?? '').trim()]
  if (text !== '') parts.push(escapeText(text.slice(0, TEXT_CHARACTERS_MAX), s))
  return `${parts.join(s.field)}\r`
}

function errLines(s: Separators, version: string | undefined, problems: readonly Problem[]): string {
  const listed = problems.slice(0, ERRORS_MAX)
  // ERR-1 of old versions takes what newer ones say in a segment each.
  const fields =
    isVersionFrom(version, 5) || version === undefined ? listed.map(errFields) : listed.map(eldFields)
  return fields.map((values) => encodeSegment(outboundSegment('ERR', values), s)).join('')
}

function errFields(problem: Problem): readonly Outbound[] {
  const code = codeOf0357(problem)
  const own = problem.code === undefined ? undefined : [problem.code, ERRORS[problem.code].issue]
  return [
    undefined,
    locationOf(problem.at),
    [code, TABLE_0357[code], 'HL70357'],
    'E',
    own,
    undefined,
    undefined,
    problem.text.slice(0, TEXT_CHARACTERS_MAX),
  ]
}

/** ELD: segment, sequence, field, code. */
function eldFields(problem: Problem): readonly Outbound[] {
  const code = codeOf0357(problem)
  const [segment, sequence, field] = locationOf(problem.at)
  return [[segment, sequence, field, [code, TABLE_0357[code], 'HL70357']]]
}

/** HL7 table 0357. */
const TABLE_0357 = {
  '100': 'Segment sequence error',
  '101': 'Required field missing',
  '102': 'Data type error',
  '103': 'Table value not found',
  '200': 'Unsupported message type',
  '201': 'Unsupported event code',
  '202': 'Unsupported processing id',
  '203': 'Unsupported version id',
  '204': 'Unknown key identifier',
  '205': 'Duplicate key identifier',
  '206': 'Application record locked',
  '207': 'Application internal error',
} as const

type Code0357 = keyof typeof TABLE_0357
const isCode0357 = (code: string | undefined): code is Code0357 => code !== undefined && code in TABLE_0357
const codeOf0357 = (problem: Problem): Code0357 =>
  isCode0357(problem.protocolCode) ? problem.protocolCode : '207'

/** ERL from a place such as `PID[2]-3[1].4.2`: segment, sequence, field, repetition, component, subcomponent. */
function locationOf(at: string): readonly string[] {
  const match = /^([A-Z][A-Z0-9]{2})(?:\[(\d+)\])?(?:-(\d+)(?:\[(\d+)\])?(?:\.(\d+)(?:\.(\d+))?)?)?$/.exec(at)
  if (match === null) return []
  const [, segment = '', sequence = '1', field, repetition = '1', component, subcomponent] = match
  if (field === undefined) return [segment, sequence]
  return [segment, sequence, field, repetition, component ?? '', subcomponent ?? '']
}

function answerWithoutHeader(outcome: IntakeOutcome, context: AckContext): Reply {
  const s = DEFAULT_SEPARATORS
  const problems = problemsOf(outcome)
  const msh: readonly Outbound[] = [
    s.field,
    encodingCharacters(s),
    undefined,
    undefined,
    undefined,
    undefined,
    hl7Time(context.now),
    undefined,
    'ACK',
    controlId(context.newId),
    'P',
    '2.5.1',
  ]
  const text = problems.map((problem) => `${problem.at}: ${problem.text}`).join('; ')
  const msa = ['AR', undefined, text === '' ? undefined : text.slice(0, TEXT_CHARACTERS_MAX)]
  const body =
    encodeSegment(outboundSegment('MSH', msh), s) +
    encodeSegment(outboundSegment('MSA', msa), s) +
    errLines(s, '2.5.1', problems)
  return { status: 400, contentType: 'application/hl7-v2; charset=utf-8', body }
}

const controlId = (newId: string): string => newId.replaceAll('-', '').slice(0, CONTROL_ID_CHARACTERS_MAX)

/** ISO instant in UTC as DTM with offset. */
export const hl7Time = (iso: string): string =>
  `${new Date(iso).toISOString().slice(0, 19).replace(/[-:T]/g, '')}+0000`
