/** Bytes to text and back, by MSH-18 (hl7v2.md 4.5). Strict: a message that is not in its own character set is refused. */
import { HubError } from '../../src/core/errors.js'

/** WHATWG label by HL7 table 0211. 8859/1 is read as windows-1252, so that 0x80 to 0x9F survive. */
const CHARSETS: ReadonlyMap<string, string> = new Map([
  ['UNICODE UTF-8', 'utf-8'],
  ['UTF-8', 'utf-8'],
  ['UTF8', 'utf-8'],
  ['UNICODE', 'utf-8'],
  ['ASCII', 'utf-8'],
  ['8859/1', 'windows-1252'],
  ...[2, 3, 4, 5, 6, 7, 8, 15].map((part): [string, string] => [`8859/${part}`, `iso-8859-${part}`]),
  ['8859/9', 'windows-1254'],
])
const FALLBACK = 'windows-1252'

export interface Decoded {
  readonly text: string
  /** WHATWG label. */
  readonly charset: string
  /** The bytes were not UTF-8 and MSH-18 was empty: read as windows-1252. */
  readonly guessed: boolean
}

/**
 * @param name MSH-18, first repetition; empty means UTF-8, else windows-1252
 * @throws HubError MESSAGE_UNREADABLE (0357: 102) for an unknown set, or bytes that are not of the set
 */
export function decodeText(bytes: Uint8Array, name: string): Decoded {
  if (name === '') {
    const text = tryDecode(bytes, 'utf-8')
    if (text !== undefined) return { text, charset: 'utf-8', guessed: false }
    return { text: decodeAs(bytes, FALLBACK, false), charset: FALLBACK, guessed: true }
  }
  const charset = charsetOf(name)
  if (charset === undefined) throw unreadable('the character set is not one that is taken')
  const text = tryDecode(bytes, charset)
  if (text === undefined) throw unreadable('the bytes are not in the character set of MSH-18')
  return { text, charset, guessed: false }
}

/** WHATWG label of an MSH-18 name; undefined when it is not taken. */
export const charsetOf = (name: string): string | undefined => CHARSETS.get(name.trim().toUpperCase())

/** Bytes of a text in one of the character sets above; what the set does not have becomes `?`. */
export function encodeText(text: string, charset: string): Uint8Array {
  if (charset === 'utf-8') return new TextEncoder().encode(text)
  const byteOf = new Map<string, number>()
  for (let byte = 0x80; byte < 0x100; byte++) byteOf.set(decodeAs(Uint8Array.of(byte), charset, false), byte)
  const characters = [...text]
  return Uint8Array.from(characters, (character) => {
    const code = character.charCodeAt(0)
    return character.length === 1 && code < 0x80 ? code : (byteOf.get(character) ?? 0x3f)
  })
}

function tryDecode(bytes: Uint8Array, charset: string): string | undefined {
  try {
    return decodeAs(bytes, charset, true)
  } catch (cause) {
    // A strict decoder reports bad bytes as TypeError; anything else is not about the message.
    if (cause instanceof TypeError) return undefined
    throw cause
  }
}

/** What windows-1252 has at 0x80 to 0x9F; a dot stands for the five bytes that it leaves open. */
const WINDOWS_1252_HIGH = '€.‚ƒ„…†‡ˆ‰Š‹Œ.Ž..‘’“”•–—˜™š›œ.žŸ'

/**
 * TextDecoder, but for one thing: Node 20 reads windows-1252 as ISO 8859-1 and gives control characters for 0x80 to 0x9F.
 * @throws TypeError for bad bytes, when `fatal`
 */
export function decodeAs(bytes: Uint8Array, charset: string, fatal: boolean): string {
  const text = new TextDecoder(charset, { fatal }).decode(bytes)
  if (charset !== FALLBACK) return text
  return text.replace(/[\u0080-\u009f]/g, (character) => {
    const meant = WINDOWS_1252_HIGH.charAt(character.charCodeAt(0) - 0x80)
    return meant === '.' ? character : meant
  })
}

const unreadable = (rule: string): HubError =>
  new HubError('MESSAGE_UNREADABLE', rule, { at: 'MSH-18', protocolCode: '102' })
