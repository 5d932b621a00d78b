/**
 * Strict FHIR JSON (fhir-api.md N-06, N-08): UTF-8 only; no duplicate keys, no empty strings, arrays or objects, no
 * nulls outside arrays of primitives, bounded depth. One pass that checks and builds.
 */
import { HubError, type Problem } from '../core/errors.js'
import { FHIR_RESOURCE_BYTES_MAX, ISSUES_MAX, JSON_DEPTH_MAX } from './limits.js'

export type JsonObject = { [key: string]: unknown }

/**
 * @param root first part of the places in problems, the type that is expected
 * @throws HubError RESOURCE_STRUCTURE with all problems, MESSAGE_TOO_LARGE
 */
export function parseFhirJson(bytes: Uint8Array, root: string): JsonObject {
  if (bytes.length > FHIR_RESOURCE_BYTES_MAX)
    throw new HubError('MESSAGE_TOO_LARGE', `resource is larger than ${FHIR_RESOURCE_BYTES_MAX} bytes`)
  const parser: Parser = { text: decodeUtf8(bytes), at: 0, depth: 0, problems: [] }
  skipBlank(parser)
  const value = parseValue(parser, root, '')
  skipBlank(parser)
  if (parser.at < parser.text.length) throw broken(parser, 'more text after the end of the resource')
  if (!isObject(value)) throw new HubError('RESOURCE_STRUCTURE', 'body is not a JSON object', { at: root })
  if (parser.problems.length > 0)
    throw new HubError('RESOURCE_STRUCTURE', 'JSON that FHIR does not allow', { issues: parser.problems })
  return value
}

/** @throws HubError RESOURCE_STRUCTURE */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new HubError('RESOURCE_STRUCTURE', 'body is not valid UTF-8', { cause })
  }
}

interface Parser {
  readonly text: string
  at: number
  depth: number
  readonly problems: Problem[]
}

/** Decimals of up to 15 significant digits come through a double unchanged; more would be altered silently. */
const SIGNIFICANT_DIGITS_MAX = 15
const PROPERTY_NAME = /^_?[A-Za-z][A-Za-z0-9]{0,63}$/
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what JSON forbids inside a string
const CONTROL = /[\u0000-\u001f]/
// biome-ignore lint/suspicious/noControlCharactersInRegex: FHIR strings hold no control characters but tab, CR and LF
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/

const LONE_SURROGATE = /\p{Surrogate}/u

function parseValue(parser: Parser, path: string, key: string): unknown {
  const char = parser.text[parser.at]
  switch (char) {
    case '{':
      return nested(parser, () => parseObject(parser, path))
    case '[':
      return nested(parser, () => parseArray(parser, path, key))
    case '"': {
      const text = parseString(parser)
      if (text === '') report(parser, path, 'empty string')
      if (FORBIDDEN.test(text) || LONE_SURROGATE.test(text))
        report(parser, path, 'character that FHIR does not allow')
      return text
    }
    case 't':
      return literal(parser, 'true', true)
    case 'f':
      return literal(parser, 'false', false)
    case 'n':
      return literal(parser, 'null', null)
    default:
      return parseNumber(parser, path)
  }
}

function nested(parser: Parser, parse: () => unknown): unknown {
  parser.depth += 1
  if (parser.depth > JSON_DEPTH_MAX)
    throw new HubError('RESOURCE_STRUCTURE', `JSON is nested deeper than ${JSON_DEPTH_MAX} levels`)
  parser.at += 1
  const value = parse()
  parser.depth -= 1
  return value
}

function parseObject(parser: Parser, path: string): JsonObject {
  const object: JsonObject = {}
  let empty = true
  skipBlank(parser)
  while (parser.text[parser.at] !== '}') {
    if (!empty) expect(parser, ',')
    skipBlank(parser)
    if (parser.text[parser.at] !== '"') throw broken(parser, 'a property name is missing')
    const key = parseString(parser)
    const known = PROPERTY_NAME.test(key)
    // A name that cannot be FHIR's may be anything, so it is not repeated in an answer.
    const place = known ? `${path}.${key}` : path
    skipBlank(parser)
    expect(parser, ':')
    skipBlank(parser)
    const value = parseValue(parser, place, key)
    if (value === null) report(parser, place, 'null where no null may stand')
    if (!known) report(parser, path, 'property name that FHIR does not know')
    else if (Object.hasOwn(object, key)) report(parser, place, 'property given twice')
    else object[key] = value
    empty = false
    skipBlank(parser)
  }
  parser.at += 1
  if (empty) report(parser, path, 'empty object')
  return object
}

function parseArray(parser: Parser, path: string, key: string): unknown[] {
  const array: unknown[] = []
  skipBlank(parser)
  while (parser.text[parser.at] !== ']') {
    if (array.length > 0) expect(parser, ',')
    skipBlank(parser)
    array.push(parseValue(parser, `${path}[${array.length}]`, ''))
    skipBlank(parser)
  }
  parser.at += 1
  if (array.length === 0) report(parser, path, 'empty array')
  // `_x` runs beside the array of primitives `x`; both keep their places by nulls (R4 json, repeating primitives).
  const holdsObjects = array.some((item) => typeof item === 'object' && item !== null)
  if (array.includes(null) && holdsObjects && !key.startsWith('_'))
    report(parser, path, 'null where no null may stand')
  if (array.length > 0 && array.every((item) => item === null)) report(parser, path, 'array of nulls')
  return array
}

function parseString(parser: Parser): string {
  const start = parser.at
  let end = parser.text.indexOf('"', start + 1)
  let escaped = false
  while (end >= 0 && isEscaped(parser.text, end)) {
    escaped = true
    end = parser.text.indexOf('"', end + 1)
  }
  if (end < 0) throw broken(parser, 'a string does not end')
  parser.at = end + 1
  const inner = parser.text.slice(start + 1, end)
  if (CONTROL.test(inner)) throw broken(parser, 'control character in a string')
  if (!escaped && !inner.includes('\\')) return inner
  try {
    // What JSON.parse makes of a quoted string is a string.
    return JSON.parse(parser.text.slice(start, end + 1)) as string
  } catch (cause) {
    throw new HubError('RESOURCE_STRUCTURE', 'unknown escape in a string', { cause })
  }
}

/** Whether an odd number of backslashes stands before the quote. */
function isEscaped(text: string, quote: number): boolean {
  let backslashes = 0
  while (text[quote - 1 - backslashes] === '\\') backslashes += 1
  return backslashes % 2 === 1
}

function parseNumber(parser: Parser, path: string): number {
  NUMBER.lastIndex = parser.at
  const found = NUMBER.exec(parser.text)?.[0]
  if (found === undefined) throw broken(parser, 'not JSON')
  parser.at += found.length
  const value = Number(found)
  const digits = found
    .replace(/[eE].*$/, '')
    .replace(/[-.]/g, '')
    .replace(/^0+/, '')
    .replace(/0+$/, '')
  if (!Number.isFinite(value) || digits.length > SIGNIFICANT_DIGITS_MAX)
    report(parser, path, `number of more than ${SIGNIFICANT_DIGITS_MAX} significant digits`)
  return value
}

function literal<T>(parser: Parser, word: string, value: T): T {
  if (!parser.text.startsWith(word, parser.at)) throw broken(parser, 'not JSON')
  parser.at += word.length
  return value
}

function expect(parser: Parser, char: string): void {
  if (parser.text[parser.at] !== char) throw broken(parser, `"${char}" is missing`)
  parser.at += 1
}

function skipBlank(parser: Parser): void {
  let code = parser.text.charCodeAt(parser.at)
  while (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09) {
    parser.at += 1
    code = parser.text.charCodeAt(parser.at)
  }
}

function report(parser: Parser, at: string, text: string): void {
  // One more than is shown, so that the outcome can tell that there are more.
  if (parser.problems.length <= ISSUES_MAX) parser.problems.push({ at, text })
}

const broken = (parser: Parser, rule: string): HubError =>
  new HubError('RESOURCE_STRUCTURE', `JSON is broken at character ${parser.at + 1}: ${rule}`)

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
