/**
 * Batches (hl7v2.md 9): FHS and BHS envelopes, and several MSH without any. The intake splits first, gives each message
 * to the door on its own, and puts the answers together. A bad message does not stop the others.
 */
import type { Problem } from '../../src/core/errors.js'
import { HubError } from '../../src/core/errors.js'
import type { Envelope, Reply } from '../../src/core/message.js'
import { type AckContext, hl7Time } from './acknowledgement.js'
import { charsetOf, encodeText } from './charset.js'
import { findStart, latin1, startsWith } from './frame.js'
import { partyName, type RawFields } from './header.js'
import { BATCH_MESSAGES_MAX, MESSAGE_BYTES_MAX } from './limits.js'
import { encodingCharacters, makeSeparators, type Separators } from './separators.js'

export interface BatchHeader {
  /** FHS, BHS as they came; absent when several MSH stood without an envelope. */
  readonly file: RawFields | undefined
  readonly batch: RawFields | undefined
  readonly separators: Separators | undefined
  /** Counts of BTS-1 and FTS-1 that do not match, missing trailers: never a reason to refuse. */
  readonly warnings: readonly Problem[]
}

export type SplitBatch =
  | { readonly kind: 'single'; readonly message: Uint8Array }
  | { readonly kind: 'batch'; readonly items: readonly Uint8Array[]; readonly header: BatchHeader }

const CR = 0x0d
const LF = 0x0a
const ENVELOPES = ['FHS', 'BHS', 'BTS', 'FTS'] as const

/**
 * One message, or the messages of a batch as slices of the same bytes.
 * @throws HubError MESSAGE_TOO_LARGE, MESSAGE_UNREADABLE for a batch without any message
 */
export function splitBatch(raw: Uint8Array): SplitBatch {
  if (raw.length > MESSAGE_BYTES_MAX)
    throw new HubError('MESSAGE_TOO_LARGE', `a batch has at most ${MESSAGE_BYTES_MAX} bytes`)
  const start = findStart(raw)
  const marks = findMarks(raw, start)
  const messages = marks.filter((mark) => mark.name === 'MSH')
  const enveloped = marks.some((mark) => mark.name !== 'MSH')
  if (!enveloped && messages.length <= 1) return { kind: 'single', message: raw }
  if (messages.length === 0)
    throw new HubError('MESSAGE_UNREADABLE', 'a batch holds at least one message', { at: 'MSH' })
  if (messages.length > BATCH_MESSAGES_MAX)
    throw new HubError('MESSAGE_TOO_LARGE', `a batch has at most ${BATCH_MESSAGES_MAX} messages`)
  const items = marks.flatMap((mark, index) =>
    mark.name === 'MSH' ? [raw.subarray(mark.at, marks[index + 1]?.at ?? raw.length)] : [],
  )
  return { kind: 'batch', items, header: readEnvelope(raw, marks, items.length) }
}

/**
 * Identity of the batch as a whole, for its own inbox row; each message in it has its own besides. Batch ids (BHS-11)
 * are often empty or used again, so the content names it.
 */
export function batchEnvelope(header: BatchHeader, contentHash: string): Envelope {
  const fields = header.batch ?? header.file
  const s = header.separators
  const sender =
    fields === undefined || s === undefined ? '|' : `${partyName(fields, 3, s)}|${partyName(fields, 4, s)}`
  return {
    channel: 'hl7v2',
    kind: 'batch',
    sender,
    messageId: `batch:${contentHash}`,
    part: 0,
    subject: { by: 'none' },
  }
}

/** The answers in the order of the messages, in the envelopes that the batch came with. Status 200 whatever they say. */
export function answerBatch(header: BatchHeader, acks: readonly Reply[], context: AckContext): Reply {
  const charsets = new Set(acks.map((ack) => charsetOfReply(ack)))
  const [only] = charsets
  const charset = charsets.size === 1 && only !== undefined ? only : 'utf-8'
  const messages = acks.map((ack) => ack.body).join('')
  const s = header.separators
  const count = String(acks.filter((ack) => ack.body !== '').length)
  const batch =
    header.batch === undefined || s === undefined
      ? messages
      : `${envelopeLine('BHS', header.batch, s, context)}${messages}BTS${s.field}${count}\r`
  const file =
    header.file === undefined || s === undefined
      ? batch
      : `${envelopeLine('FHS', header.file, s, context)}${batch}FTS${s.field}1\r`
  return { status: 200, contentType: `application/hl7-v2; charset=${charset}`, body: file }
}

/** The bytes of an answer in the character set that its content type names. */
export const encodeReply = (reply: Reply): Uint8Array => encodeText(reply.body, charsetOfReply(reply))

function charsetOfReply(reply: Reply): string {
  const label = /charset=([^;\s]+)/.exec(reply.contentType)?.[1]?.toLowerCase()
  return label ?? charsetOf('UTF-8') ?? 'utf-8'
}

interface Mark {
  readonly name: 'MSH' | (typeof ENVELOPES)[number]
  readonly at: number
}

/** Places where a line begins with one of the five names. */
function findMarks(raw: Uint8Array, start: number): readonly Mark[] {
  const marks: Mark[] = []
  let lineStart = true
  for (let at = start; at < raw.length; at++) {
    const byte = raw[at]
    if (byte === CR || byte === LF) {
      lineStart = true
      continue
    }
    if (lineStart) {
      const name = startsWith(raw, at, 'MSH')
        ? 'MSH'
        : ENVELOPES.find((candidate) => startsWith(raw, at, candidate))
      if (name !== undefined && isSeparatorByte(raw[at + 3])) marks.push({ name, at })
    }
    lineStart = false
  }
  return marks
}

const isSeparatorByte = (byte: number | undefined): boolean =>
  byte !== undefined && byte > 0x20 && byte < 0x7f && !/[A-Za-z0-9]/.test(String.fromCharCode(byte))

function readEnvelope(raw: Uint8Array, marks: readonly Mark[], count: number): BatchHeader {
  const lineOf = (name: Mark['name']) => {
    const mark = marks.find((candidate) => candidate.name === name)
    return mark === undefined ? undefined : lineAt(raw, mark.at)
  }
  const first = lineOf('BHS') ?? lineOf('FHS')
  const separators = first === undefined ? undefined : separatorsOf(first)
  const fieldsOf = (line: string | undefined) =>
    line === undefined || separators === undefined ? undefined : headerFields(line, separators)
  const warnings: Problem[] = []
  const bts = lineOf('BTS')
  const fts = lineOf('FTS')
  if (separators !== undefined) {
    const stated = bts?.split(separators.field)[1]?.trim()
    if (lineOf('BHS') !== undefined && bts === undefined)
      warnings.push({ at: 'BTS', text: 'no batch trailer' })
    if (stated !== undefined && stated !== '' && stated !== String(count))
      warnings.push({ at: 'BTS-1', text: 'the count is not the number of messages' })
    const batches = marks.filter((mark) => mark.name === 'BHS').length
    const files = fts?.split(separators.field)[1]?.trim()
    if (lineOf('FHS') !== undefined && fts === undefined)
      warnings.push({ at: 'FTS', text: 'no file trailer' })
    if (files !== undefined && files !== '' && batches > 0 && files !== String(batches))
      warnings.push({ at: 'FTS-1', text: 'the count is not the number of batches' })
  }
  return { file: fieldsOf(lineOf('FHS')), batch: fieldsOf(lineOf('BHS')), separators, warnings }
}

/** The envelope's own separators, where they hold; else the batch counts as one without envelope. */
function separatorsOf(line: string): Separators | undefined {
  const field = line.charAt(3)
  const end = line.indexOf(field, 4)
  try {
    return makeSeparators(field, line.slice(4, end < 0 ? line.length : end).trim())
  } catch (cause) {
    if (cause instanceof HubError) return undefined
    throw cause
  }
}

/** FHS-1 and BHS-1 are the separator, as in MSH: index n is field n. */
function headerFields(line: string, separators: Separators): RawFields {
  const fields = line.split(separators.field)
  return [fields[0] ?? '', separators.field, ...fields.slice(1)]
}

function envelopeLine(name: 'FHS' | 'BHS', fields: RawFields, s: Separators, context: AckContext): string {
  const raw = (field: number) => (fields[field] ?? '').trim()
  const id = context.newId.replaceAll('-', '').slice(0, 20)
  const out = [raw(5), raw(6), raw(3), raw(4), hl7Time(context.now), '', '', '', id, raw(11)]
  return `${[`${name}${s.field}${encodingCharacters(s)}`, ...out].join(s.field)}\r`
}

function lineAt(raw: Uint8Array, at: number): string {
  let end = at
  while (end < raw.length && raw[end] !== CR && raw[end] !== LF) end++
  return latin1(raw.subarray(at, end))
}
