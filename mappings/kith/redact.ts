/**
 * What is kept of a message's bytes. Some messages carry an access token as a second document (eresept.md 2, fact 4): an
 * attachment that is no XML is emptied before anything is stored, also where it stands inside an attached message.
 * Everything else stays byte for byte.
 */
import { SaxesParser } from 'saxes'
import { isHubError } from '../../src/core/errors.js'
import { decodeBase64, encodeBytes } from './base64.js'
import { looksLikeXml, openBudget, unpacked } from './containers.js'
import type { Budget } from './inflate.js'
import { NS } from './namespaces.js'
import { parseXml, XML_LIMITS } from './xml.js'

/** Messages inside messages inside messages: further in, nothing is kept. */
const NESTING_MAX = 3
const MARKS = ['Base64Container', 'VarerIBrukB64'].map((mark) => new TextEncoder().encode(mark))
const UTF8 = new TextDecoder('utf-8', { fatal: true })

/** @param raw bytes that the door check could read; the same array comes back when nothing had to be emptied */
export function withoutOpaque(raw: Uint8Array): Uint8Array {
  return redacted(raw, openBudget(), NESTING_MAX) ?? raw
}

/** Undefined when nothing had to be emptied. */
function redacted(raw: Uint8Array, budget: Budget, nesting: number): Uint8Array | undefined {
  if (!MARKS.some((mark) => holds(raw, mark))) return undefined
  const text = UTF8.decode(raw)
  let kept = ''
  let from = 0
  for (const { end, start } of enclosedRanges(text)) {
    const replaced = replacementOf(text.slice(start, end), budget, nesting)
    if (replaced === undefined) continue
    kept += text.slice(from, start) + replaced
    from = end
  }
  return from === 0 ? undefined : new TextEncoder().encode(kept + text.slice(from))
}

/** Most messages enclose nothing: they are not even turned into text. */
function holds(raw: Uint8Array, mark: Uint8Array): boolean {
  const [first = 0] = mark
  for (let at = raw.indexOf(first); at >= 0; at = raw.indexOf(first, at + 1))
    if (mark.every((byte, index) => raw[at + index] === byte)) return true
  return false
}

/** What to keep instead of the enclosed text; undefined: all of it. */
function replacementOf(base64: string, budget: Budget, nesting: number): string | undefined {
  const inner = enclosedXml(base64, budget)
  if (inner === undefined || nesting === 0) return base64.trim() === '' ? undefined : ''
  const cleaned = redacted(inner, budget, nesting - 1)
  return cleaned && encodeBytes(cleaned)
}

/** Only what can be read within the limits is known to be no token. */
function enclosedXml(base64: string, budget: Budget): Uint8Array | undefined {
  try {
    const bytes = unpacked(decodeBase64(base64, '', XML_LIMITS.bytesMax), budget, '')
    if (!looksLikeXml(bytes)) return undefined
    parseXml(bytes)
    return bytes
  } catch (error) {
    if (isHubError(error)) return undefined
    throw error
  }
}

interface Range {
  readonly start: number
  readonly end: number
}

/** Where the text of each enclosing element begins and ends. */
function enclosedRanges(text: string): readonly Range[] {
  const parser = new SaxesParser({ xmlns: true, position: false })
  const ranges: Range[] = []
  let start: number | undefined
  parser.on('opentag', ({ isSelfClosing, local, uri }) => {
    const encloses = (uri === NS.base64 && local === 'Base64Container') || local === 'VarerIBrukB64'
    if (encloses && !isSelfClosing) start = parser.position
  })
  parser.on('closetag', () => {
    if (start !== undefined) ranges.push({ start, end: text.lastIndexOf('</', parser.position - 1) })
    start = undefined
  })
  parser.write(text).close()
  return ranges
}
