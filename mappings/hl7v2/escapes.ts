/**
 * Escape sequences of text (hl7v2.md 4.3): decoded once, left to right, after the split; encoded leaf by leaf outbound.
 * Unknown sequences and a lone escape character are kept as written. Control characters other than TAB, CR and LF never
 * reach FHIR: they are shown as their own escape sequence (`\X00\`).
 */
import { decodeAs } from './charset.js'
import type { Separators } from './separators.js'

export function unescapeText(text: string, separators: Separators, charset: string): string {
  const mark = separators.escape
  if (mark === undefined || !text.includes(mark)) return showControls(text, mark)
  let result = ''
  let at = 0
  while (at < text.length) {
    const open = text.indexOf(mark, at)
    if (open < 0) break
    result += text.slice(at, open)
    const close = text.indexOf(mark, open + 1)
    const body = close < 0 ? '' : text.slice(open + 1, close)
    const hex = HEX.test(body) ? joinHex(text, open, mark) : undefined
    const meaning = meaningOf(body, separators)
    if (hex !== undefined) {
      result += decodeHex(hex.digits, charset) ?? text.slice(open, hex.end)
      at = hex.end
    } else if (meaning !== undefined) {
      result += meaning
      at = close + 1
    } else if (KEPT.test(body)) {
      result += text.slice(open, close + 1)
      at = close + 1
    } else {
      // Not a sequence: only this character is data, the next one may open a real sequence.
      result += mark
      at = open + 1
    }
  }
  return showControls(result + text.slice(at), mark)
}

const HEX = /^X(?:[0-9A-Fa-f]{2})+$/
/** Sequences that are one unit and stay as written: local ones, and switches of character set. */
const KEPT = /^(?:Z\w*|C[0-9A-Fa-f]{4}|M[0-9A-Fa-f]{4}(?:[0-9A-Fa-f]{2})?)$/

/** Escapes the separators, the escape character, CR and LF of a leaf for a message with these separators. */
export function escapeText(text: string, separators: Separators): string {
  const mark = separators.escape
  if (mark === undefined) return withoutSeparators(text, separators)
  let result = ''
  for (const character of text) {
    const letter = letterOf(character, separators)
    const control = CONTROL.test(character) || character === '\r' || character === '\n'
    if (letter !== undefined) result += `${mark}${letter}${mark}`
    else if (control) result += `${mark}X${hexOf(character)}${mark}`
    else result += character
  }
  return result
}

function letterOf(character: string, s: Separators): string | undefined {
  switch (character) {
    case s.field:
      return 'F'
    case s.component:
      return 'S'
    case s.subcomponent:
      return 'T'
    case s.repetition:
      return 'R'
    case s.escape:
      return 'E'
    case s.truncation:
      return 'P'
    default:
      return undefined
  }
}

function meaningOf(body: string, s: Separators): string | undefined {
  switch (body) {
    case 'F':
      return s.field
    case 'S':
      return s.component
    case 'T':
      return s.subcomponent
    case 'R':
      return s.repetition
    case 'E':
      return s.escape
    case 'P':
      return s.truncation
    case 'H':
    case 'N':
    case '.fi':
    case '.nf':
      return ''
    case '.br':
    case '.ce':
      return '\n'
    default:
      return layoutOf(body)
  }
}

/** `.sp<n>` new lines, `.sk<n>` spaces; indents drop. */
function layoutOf(body: string): string | undefined {
  const match = /^\.(sp|sk|in|ti)\s*([+-]?\d{0,2})$/.exec(body)
  if (match === null) return undefined
  const count = match[2] === '' ? 1 : Math.abs(Number(match[2]))
  if (match[1] === 'sp') return '\n'.repeat(count)
  return match[1] === 'sk' ? ' '.repeat(count) : ''
}

/** Consecutive hex groups are one run of bytes: a character may be split between them. */
function joinHex(text: string, start: number, mark: string): { digits: string; end: number } | undefined {
  const group = new RegExp(`${quote(mark)}X((?:[0-9A-Fa-f]{2})+)${quote(mark)}`, 'y')
  group.lastIndex = start
  let digits = ''
  let end = start
  for (let match = group.exec(text); match !== null; match = group.exec(text)) {
    digits += match[1]
    end = group.lastIndex
  }
  return end === start ? undefined : { digits, end }
}

function decodeHex(digits: string, charset: string): string | undefined {
  const bytes = Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
  try {
    const text = decodeAs(bytes, charset, true)
    return CONTROL.test(text) ? undefined : text
  } catch (cause) {
    // Bytes that are no text in the message's own set stay as written.
    if (cause instanceof TypeError) return undefined
    throw cause
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/

function showControls(text: string, escapeCharacter: string | undefined): string {
  if (!CONTROL.test(text)) return text
  const mark = escapeCharacter ?? '\\'
  return [...text]
    .map((character) => (CONTROL.test(character) ? `${mark}X${hexOf(character)}${mark}` : character))
    .join('')
}

const hexOf = (character: string): string =>
  character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')

const quote = (character: string): string => character.replace(/[\\^$.*+?()[\]{}|/-]/, '\\$&')

/** A message without escape character cannot carry its separators as text: they become blanks. */
function withoutSeparators(text: string, separators: Separators): string {
  return [...text]
    .map((character) => (letterOf(character, separators) !== undefined || character < ' ' ? ' ' : character))
    .join('')
}
