/**
 * What is kept of a message's bytes. Some messages carry an access token as a second document (eresept.md 2, fact 4): an
 * attachment that is no XML is emptied before anything is stored, also where it stands inside an attached message.
 * Everything else stays byte for byte.
 */
import { SaxesParser } from 'saxes'
import { isHubError } from '../../src/core/errors.js'
import { decodeBase64, encodeBytes } from './base64.js'
import { looksLikeXml, openBudget, unpacked } from './containers.js'
import { NS } from './namespaces.js'
import { parseXml } from './xml.js'

/** Messages inside messages inside messages: further in, nothing is kept. */
const NESTING_MAX = 3
const MARKS = ['Base64Container', 'VarerIBrukB64']
const UTF8 = new TextDecoder('utf-8', { fatal: true })

/** @param raw bytes that the door check could read; the same array comes back when nothing had to be emptied */
export function withoutOpaque(raw: Uint8Array): Uint8Array {
  return redacted(raw, NESTING_MAX) ?? raw
}

/** Undefined when nothing had to be emptied. */
function redacted(raw: Uint8Array, nesting: number): Uint8Array | undefined {
  const text = UTF8.decode(raw)
  if (!MARKS.some((mark) => text.includes(mark))) return undefined
  let kept = ''
  let from = 0
  for (const { end, start } of enclosedRanges(text)) {
    const replaced = replacementOf(text.slice(start, end), nesting)
    if (replaced === undefined) continue
    kept += text.slice(from, start) + replaced
    from = end
  }
  return from === 0 ? undefined : new TextEncoder().encode(kept + text.slice(from))
}

/** What to keep instead of the enclosed text; undefined: all of it. */
function replacementOf(base64: string, nesting: number): string | undefined {
  const inner = enclosedXml(base64)
  if (inner === undefined || nesting === 0) return base64.trim() === '' ? undefined : ''
  const cleaned = redacted(inner, nesting - 1)
  return cleaned && encodeBytes(cleaned)
}

/** Only what can be read within the limits is known to be no token. */
function enclosedXml(base64: string): Uint8Array | undefined {
  try {
    const budget = openBudget()
    const bytes = unpacked(decodeBase64(base64, '', budget.left), budget, '')
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
