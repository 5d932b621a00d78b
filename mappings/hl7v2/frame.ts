/**
 * From bytes to the segment lines of one message, by hand: header, separators, character set, line endings, limits.
 * Used by the door check and by the parser alike, so that both see the same message (hl7-standard-notes.md, rules 1 to 4, 10).
 */
import { HubError } from '../../src/core/errors.js'
import { decodeText } from './charset.js'
import {
  FIELDS_PER_SEGMENT_MAX,
  MESSAGE_BYTES_MAX,
  REPETITIONS_PER_FIELD_MAX,
  SEGMENT_NAMES_MAX,
  SEGMENTS_MAX,
  SEPARATORS_MAX,
} from './limits.js'
import { makeSeparators, type Separators } from './separators.js'

export interface MessageLines {
  readonly separators: Separators
  /** WHATWG label. */
  readonly charset: string
  readonly charsetGuessed: boolean
  /** One segment each, without terminator; the first is MSH. */
  readonly lines: readonly string[]
}

export interface Header {
  /** Offset of `MSH` in the bytes. */
  readonly start: number
  readonly separators: Separators
  /** MSH-18, first repetition; '' when absent. */
  readonly charsetName: string
}

const CR = 0x0d
const LF = 0x0a
const SEGMENT_START = /^[A-Z][A-Z0-9]{2}$/

/**
 * @throws HubError MESSAGE_TOO_LARGE, MESSAGE_UNREADABLE (no MSH, separators, character set),
 *   MESSAGE_INVALID (0357: 100) for a line that is no segment, or a second MSH
 */
export function readLines(raw: Uint8Array): MessageLines {
  if (raw.length > MESSAGE_BYTES_MAX)
    throw new HubError('MESSAGE_TOO_LARGE', `a message has at most ${MESSAGE_BYTES_MAX} bytes`)
  const header = readHeader(raw)
  const decoded = decodeText(raw.subarray(header.start), header.charsetName)
  const lines = decoded.text.split(/\r\n|\r|\n/).filter((line) => line.trim() !== '')
  if (lines.length > SEGMENTS_MAX)
    throw new HubError('MESSAGE_TOO_LARGE', `a message has at most ${SEGMENTS_MAX} segments`)
  checkLines(lines, header.separators.field)
  checkSizes(lines, header.separators)
  // No text interchanges these; the parser uses them as stand-ins.
  if (/[\ufdd0-\ufdd3]/.test(decoded.text))
    throw new HubError('MESSAGE_UNREADABLE', 'a noncharacter is no text', {
      at: 'MSH-18',
      protocolCode: '102',
    })
  return {
    separators: header.separators,
    charset: decoded.charset,
    charsetGuessed: decoded.guessed,
    lines,
  }
}

/** @throws HubError MESSAGE_UNREADABLE */
export function readHeader(raw: Uint8Array): Header {
  const start = findStart(raw)
  if (!startsWith(raw, start, 'MSH'))
    throw new HubError('MESSAGE_UNREADABLE', 'a message begins with MSH', { at: 'MSH' })
  const line = latin1(headerBytes(raw, start))
  const field = line.charAt(3)
  const end = line.indexOf(field, 4)
  const separators = makeSeparators(field, line.slice(4, end < 0 ? line.length : end))
  // MSH-18 is the 17th after MSH-1, since MSH-1 is the separator itself.
  const name = line.split(field)[17] ?? ''
  const charsetName =
    separators.repetition === undefined ? name : (name.split(separators.repetition)[0] ?? '')
  return { start, separators, charsetName: charsetName.trim() }
}

/** The bytes of the first line from `start`; separators and MSH-18 read the same in every set that is taken. */
export function headerBytes(raw: Uint8Array, start: number): Uint8Array {
  let end = start
  while (end < raw.length && raw[end] !== CR && raw[end] !== LF) end++
  return raw.subarray(start, end)
}

/** Offset of the first byte after byte order mark, blanks, line ends and a stray MLLP start byte. */
export function findStart(raw: Uint8Array): number {
  let start = raw[0] === 0xef && raw[1] === 0xbb && raw[2] === 0xbf ? 3 : 0
  while (start < raw.length && isBlank(raw[start])) start++
  return start
}

const isBlank = (byte: number | undefined): boolean =>
  byte === 0x20 || byte === 0x09 || byte === 0x0b || byte === CR || byte === LF

export function startsWith(raw: Uint8Array, start: number, name: string): boolean {
  for (let i = 0; i < name.length; i++) if (raw[start + i] !== name.charCodeAt(i)) return false
  return true
}

const LATIN1_CHUNK_BYTES = 8_192
export function latin1(bytes: Uint8Array): string {
  let text = ''
  for (let i = 0; i < bytes.length; i += LATIN1_CHUNK_BYTES)
    text += String.fromCharCode(...bytes.subarray(i, i + LATIN1_CHUNK_BYTES))
  return text
}

function checkLines(lines: readonly string[], field: string): void {
  const names = new Set<string>()
  for (const [index, line] of lines.entries()) {
    const name = line.slice(0, 3)
    if (!SEGMENT_START.test(name) || line.charAt(3) !== field)
      throw invalidLine(index, 'a line is a segment: name of three characters, then the field separator')
    if (name === 'MSH' && index > 0) throw invalidLine(index, 'a message has one MSH')
    if (name === 'BHS' || name === 'FHS' || name === 'BTS' || name === 'FTS')
      throw invalidLine(index, 'a batch envelope does not stand inside a message')
    names.add(name)
  }
  if (names.size > SEGMENT_NAMES_MAX)
    throw new HubError('MESSAGE_TOO_LARGE', `a message has at most ${SEGMENT_NAMES_MAX} kinds of segment`)
}

/** What the tree's size and the parser's time grow with. */
function checkSizes(lines: readonly string[], separators: Separators): void {
  const code = (character: string | undefined) => character?.charCodeAt(0) ?? -1
  const field = code(separators.field)
  const repetition = code(separators.repetition)
  const component = code(separators.component)
  const subcomponent = code(separators.subcomponent)
  let total = 0
  for (const [index, line] of lines.entries()) {
    let fields = 0
    let repetitions = 0
    for (let i = 0; i < line.length; i++) {
      const character = line.charCodeAt(i)
      if (character === field) {
        fields++
        repetitions = 0
      } else if (character === repetition) repetitions++
      else if (character !== component && character !== subcomponent) continue
      total++
      if (fields > FIELDS_PER_SEGMENT_MAX) throw tooLarge(index, `${FIELDS_PER_SEGMENT_MAX} fields a segment`)
      if (repetitions >= REPETITIONS_PER_FIELD_MAX)
        throw tooLarge(index, `${REPETITIONS_PER_FIELD_MAX} repetitions a field`)
    }
    if (total > SEPARATORS_MAX) throw tooLarge(index, `${SEPARATORS_MAX} separators`)
  }
}

const tooLarge = (index: number, limit: string): HubError =>
  new HubError('MESSAGE_TOO_LARGE', `at most ${limit}`, { at: `line ${index + 1}` })

const invalidLine = (index: number, rule: string): HubError =>
  new HubError('MESSAGE_INVALID', `line ${index + 1}: ${rule}`, {
    at: `line ${index + 1}`,
    protocolCode: '100',
  })
