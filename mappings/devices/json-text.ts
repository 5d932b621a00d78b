/**
 * Strict reading of JSON from bytes: valid UTF-8, bounded depth and key count, no key twice in one object, no control
 * characters or broken surrogates in texts, no number that would lose digits. RFC 8259, with what it leaves open refused.
 */
import { HubError } from '../../src/core/errors.js'

export interface JsonLimits {
  readonly bytesMax: number
  readonly depthMax: number
  readonly keysMax: number
}

/** A number with more significant digits than these may change when it is read. */
const DIGITS_MAX = 15

/** @throws HubError MESSAGE_TOO_LARGE, MESSAGE_UNREADABLE */
export function readStrictJson(raw: Uint8Array, limits: JsonLimits): unknown {
  return parseStrictJson(decodeUtf8(raw, limits.bytesMax), limits)
}

/** @throws HubError MESSAGE_TOO_LARGE, MESSAGE_UNREADABLE */
export function decodeUtf8(raw: Uint8Array, bytesMax: number): string {
  if (raw.byteLength > bytesMax)
    throw new HubError('MESSAGE_TOO_LARGE', `the message is larger than ${bytesMax} bytes`, { at: '' })
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(raw)
  } catch (cause) {
    throw new HubError('MESSAGE_UNREADABLE', 'the message is not valid UTF-8', { at: '', cause })
  }
}

/** @throws HubError MESSAGE_UNREADABLE */
export function parseStrictJson(text: string, limits: JsonLimits): unknown {
  const colons = scan(text, limits)
  const value = parse(text)
  const counted = { keys: 0 }
  checkTexts(value, counted)
  // Outside of texts every colon belongs to one key, so a difference means that a key was overwritten.
  if (counted.keys !== colons) throw unreadable('a key stands twice in one object')
  return value
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw unreadable('the message is not JSON', cause)
  }
}

/** One pass over the text, which may still be anything: bounds first, grammar later. Gives the number of colons. */
function scan(text: string, limits: JsonLimits): number {
  let depth = 0
  let colons = 0
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charCodeAt(at)
    if (char === QUOTE) at = endOfText(text, at)
    else if (char === OPEN_BRACE || char === OPEN_BRACKET) {
      depth += 1
      if (depth > limits.depthMax) throw unreadable(`nested deeper than ${limits.depthMax}`)
    } else if (char === CLOSE_BRACE || char === CLOSE_BRACKET) depth -= 1
    else if (char === COLON) {
      colons += 1
      if (colons > limits.keysMax) throw unreadable(`more than ${limits.keysMax} keys`)
    } else if (char >= ZERO && char <= NINE) at = endOfNumber(text, at)
  }
  return colons
}

/** Place of the closing quote; the end of the text when there is none. */
export function endOfText(text: string, openingQuote: number): number {
  for (let at = openingQuote + 1; at < text.length; at += 1) {
    const char = text.charCodeAt(at)
    if (char === BACKSLASH) at += 1
    else if (char === QUOTE) return at
  }
  return text.length
}

/** Place of the number's last character. Refuses numbers that a double cannot hold as written. */
function endOfNumber(text: string, start: number): number {
  let end = start
  while (end + 1 < text.length && NUMBER_PARTS.includes(text.charAt(end + 1))) end += 1
  const written = text.slice(start, end + 1)
  const significant = written
    .replace(/[eE].*$/, '')
    .replace('.', '')
    .replace(/^0+/, '')
  if (significant.length > DIGITS_MAX) throw unreadable(`a number has more than ${DIGITS_MAX} digits`)
  if (!Number.isFinite(Number(written)) && /[eE]/.test(written)) throw unreadable('a number is out of range')
  return end
}

function checkTexts(value: unknown, counted: { keys: number }): void {
  if (typeof value === 'string') checkText(value)
  else if (Array.isArray(value)) for (const item of value) checkTexts(item, counted)
  else if (typeof value === 'object' && value !== null)
    for (const [key, child] of Object.entries(value)) {
      counted.keys += 1
      checkText(key)
      checkTexts(child, counted)
    }
}

/** FHIR texts hold no control characters but tab and line ends; neither JSON nor a database can carry half a surrogate pair. */
function checkText(text: string): void {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/.test(text))
    throw unreadable('a text has a control character')
  if (/\p{Surrogate}/u.test(text)) throw unreadable('a text has half a surrogate pair')
}

const unreadable = (rule: string, cause?: unknown): HubError =>
  new HubError('MESSAGE_UNREADABLE', rule, cause === undefined ? { at: '' } : { at: '', cause })

const QUOTE = 34
const BACKSLASH = 92
const OPEN_BRACE = 123
const CLOSE_BRACE = 125
const OPEN_BRACKET = 91
const CLOSE_BRACKET = 93
const COLON = 58
const ZERO = 48
const NINE = 57
const NUMBER_PARTS = '0123456789.eE+-'
