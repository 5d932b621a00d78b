/** Strict base64 (RFC 4648 section 4, XML Schema base64Binary): white space between the characters, nothing else. */
import { HubError } from '../../src/core/errors.js'

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const OTHER = 255
const SPACE = 254
const PAD = 253
const VALUES = table()

/**
 * @param at place of the text in its message, for the error
 * @throws HubError MESSAGE_INVALID (T02) when it is not base64, MESSAGE_TOO_LARGE beyond `bytesMax`
 */
export function decodeBase64(text: string, at: string, bytesMax: number): Uint8Array {
  if ((text.length / 4) * 3 > bytesMax * 1.1 + 4)
    throw new HubError('MESSAGE_TOO_LARGE', 'the encoded part is beyond the limit on bytes', { at })
  const bytes = new Uint8Array(Math.ceil((text.length * 3) / 4))
  let length = 0
  let bits = 0
  let held = 0
  let characters = 0
  let pads = 0
  for (let i = 0; i < text.length; i += 1) {
    const value = VALUES[text.charCodeAt(i)] ?? OTHER
    if (value === SPACE) continue
    if (value === PAD) pads += 1
    else if (value === OTHER || pads > 0) throw notBase64(at)
    else {
      held = ((held << 6) | value) & 0xffffff
      bits += 6
      if (bits >= 8) {
        bits -= 8
        bytes[length] = (held >> bits) & 0xff
        length += 1
      }
    }
    characters += 1
  }
  if (characters % 4 !== 0 || pads > 2 || (pads > 0 && bits === 0)) throw notBase64(at)
  if (length > bytesMax)
    throw new HubError('MESSAGE_TOO_LARGE', 'the encoded part is beyond the limit on bytes', { at })
  return bytes.subarray(0, length)
}

/** Base64 of a text's UTF-8, without line breaks. */
export const encodeBase64 = (text: string): string => encodeBytes(new TextEncoder().encode(text))

export function encodeBytes(bytes: Uint8Array): string {
  let encoded = ''
  for (let i = 0; i < bytes.length; i += 3) {
    const [a = 0, b, c] = bytes.subarray(i, i + 3)
    const held = (a << 16) | ((b ?? 0) << 8) | (c ?? 0)
    encoded += digit(held >> 18) + digit(held >> 12)
    encoded += b === undefined ? '==' : digit(held >> 6) + (c === undefined ? '=' : digit(held))
  }
  return encoded
}

const digit = (bits: number): string => ALPHABET[bits & 63] ?? ''

const notBase64 = (at: string): HubError =>
  new HubError('MESSAGE_INVALID', 'is not base64', { at, protocolCode: 'T02' })

function table(): Uint8Array {
  const values = new Uint8Array(128).fill(OTHER)
  for (let i = 0; i < ALPHABET.length; i += 1) values[ALPHABET.charCodeAt(i)] = i
  for (const space of ' \t\r\n') values[space.charCodeAt(0)] = SPACE
  values['='.charCodeAt(0)] = PAD
  return values
}
