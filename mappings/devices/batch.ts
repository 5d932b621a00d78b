/** Batches of device events: a JSON array, or one event a line (application/x-ndjson). Items keep the bytes as sent. */
import { HubError } from '../../src/core/errors.js'
import type { Envelope } from '../../src/core/message.js'
import { decodeUtf8, endOfText } from './json-text.js'

export const BATCH_BYTES_MAX = 1024 * 1024
export const BATCH_ITEMS_MAX = 1000

export type DeviceBatch =
  | { readonly kind: 'single'; readonly item: Uint8Array }
  | { readonly kind: 'batch'; readonly items: readonly Uint8Array[] }

/**
 * Cuts only; the items are judged one by one, so that a bad one does not hurt the others.
 * @throws HubError MESSAGE_TOO_LARGE, MESSAGE_UNREADABLE when the items cannot be told apart
 */
export function splitDeviceBatch(raw: Uint8Array, contentType: string): DeviceBatch {
  const lines = /^application\/(x-)?(ndjson|jsonl)\b/i.test(contentType.trim())
  if (!lines && firstByte(raw) !== OPEN_BRACKET) return { kind: 'single', item: raw }
  const text = decodeUtf8(raw, BATCH_BYTES_MAX)
  const items = lines ? cutLines(text) : cutArray(text)
  if (items.length === 0) throw unreadable('the batch is empty')
  if (items.length > BATCH_ITEMS_MAX)
    throw new HubError('MESSAGE_TOO_LARGE', `the batch has more than ${BATCH_ITEMS_MAX} events`, { at: '' })
  const encoder = new TextEncoder()
  return { kind: 'batch', items: items.map((item) => encoder.encode(item)) }
}

/** The batch itself has no id of its own: its content is its identity. */
export const deviceBatchEnvelope = (contentHash: string): Envelope => ({
  channel: 'devices',
  kind: 'device-batch',
  sender: '',
  messageId: contentHash,
  part: 0,
  subject: { by: 'none' },
})

const firstByte = (raw: Uint8Array): number | undefined => {
  const start = raw[0] === 0xef && raw[1] === 0xbb && raw[2] === 0xbf ? 3 : 0
  for (let at = start; at < raw.length; at += 1) if (!BLANKS.has(raw[at] ?? 0)) return raw[at]
  return undefined
}

const cutLines = (text: string): readonly string[] => text.split(/\r?\n/).filter((line) => line.trim() !== '')

/** The elements of the outermost array, as text. What is inside an element is not looked at beyond its brackets. */
function cutArray(text: string): readonly string[] {
  const items: string[] = []
  let depth = 0
  let start = text.indexOf('[') + 1
  for (let at = start - 1; at < text.length; at += 1) {
    const char = text.charCodeAt(at)
    if (char === QUOTE) at = endOfText(text, at)
    else if (char === OPEN_BRACKET || char === OPEN_BRACE) depth += 1
    else if (char === CLOSE_BRACKET || char === CLOSE_BRACE) {
      depth -= 1
      if (depth > 0) continue
      const last = text.slice(start, at)
      if (last.trim() !== '' || items.length > 0) items.push(last.trim())
      if (char !== CLOSE_BRACKET || text.slice(at + 1).trim() !== '')
        throw unreadable('the array is not closed where the message ends')
      return items
    } else if (char === COMMA && depth === 1) {
      items.push(text.slice(start, at).trim())
      start = at + 1
    }
  }
  throw unreadable('the array is not closed')
}

const unreadable = (rule: string): HubError => new HubError('MESSAGE_UNREADABLE', rule, { at: '' })

const BLANKS: ReadonlySet<number> = new Set([9, 10, 13, 32])
const QUOTE = 34
const COMMA = 44
const OPEN_BRACKET = 91
const CLOSE_BRACKET = 93
const OPEN_BRACE = 123
const CLOSE_BRACE = 125
