/** The values of search parameters, each kind's own grammar (R4 search; fhir-api.md S-07 to S-11). */
import { dateRange } from '../core/date-range.js'
import { HubError } from '../core/errors.js'
import type { Identity } from '../core/message.js'
import {
  anySystemToken,
  exactToken,
  normalise,
  PREFIX_CHARS_MAX,
  prefixToken,
  referenceToken,
  systemToken,
  token,
  uriToken,
} from '../core/search-tokens.js'
import type { DateRange } from '../store/views.js'

export const FHIR_ID = /^[A-Za-z0-9\-.]{1,64}$/
const PREFIXED = /^(eq|ne|gt|lt|ge|le|sa|eb|ap)?(.*)$/s
const LITERAL = /^(?:([A-Z][A-Za-z]+)\/)?([A-Za-z0-9\-.]{1,64})(?:\/_history\/[A-Za-z0-9\-.]{1,64})?$/

/** Splits at a separator that no backslash stands before; escapes stay in the parts. */
export function splitUnescaped(value: string, separator: string): string[] {
  const parts: string[] = []
  let part = ''
  for (let index = 0; index < value.length; index++) {
    const char = value.charAt(index)
    if (char === '\\') part += char + value.charAt(++index)
    else if (char === separator) {
      parts.push(part)
      part = ''
    } else part += char
  }
  return [...parts, part]
}

/** `\,` `\|` `\$` `\\` to what they stand for. @throws HubError QUERY_INVALID for other escapes */
function unescaped(param: string, value: string): string {
  return value.replace(/\\(.?)/gs, (_, char: string) => {
    if (char === '' || !',|$\\'.includes(char)) throw malformed(param, 'unknown escape')
    return char
  })
}

/** `code`, `system|code`, `|code` (no system), `system|` (any code of it). */
export function tokenOf(param: string, value: string): string {
  const parts = splitUnescaped(value, '|').map((part) => unescaped(param, part))
  const [first = '', second] = parts
  if (parts.length > 2 || (second === '' && first === '')) throw malformed(param, 'system|code is expected')
  if (second === undefined) return anySystemToken(param, first)
  return second === '' ? systemToken(param, first) : token(param, first, second)
}

/** An identifier with both its parts. */
export function identityOf(param: string, value: string): Identity {
  const parts = splitUnescaped(value, '|').map((part) => unescaped(param, part))
  const [system = '', code = ''] = parts
  if (parts.length !== 2 || system === '' || code === '') throw malformed(param, 'system|value is expected')
  return { system, value: code }
}

export const uriOf = (param: string, value: string): string => uriToken(param, unescaped(param, value))

export function stringToken(param: string, value: string, exact: boolean): string {
  const text = unescaped(param, value)
  if (exact) return exactToken(param, text)
  const prefix = normalise(text)
  if (prefix === '') throw malformed(param, 'value is blank')
  if ([...prefix].length > PREFIX_CHARS_MAX)
    throw malformed(param, `at most ${PREFIX_CHARS_MAX} characters; longer with :exact`)
  return prefixToken(param, prefix)
}

/** `undefined` for the prefix that is not offered (`ap`). */
export function dateRangeOf(value: string, param: string, zone: string): DateRange | undefined {
  const [, prefix, rest = ''] = PREFIXED.exec(value) ?? []
  const range = dateRange(rest, zone)
  if (range === undefined) throw malformed(param, 'not a date or time')
  const [from, to] = range
  switch (prefix) {
    case undefined:
      return { prefix: 'eq', from, to }
    case 'eq':
    case 'ne':
    case 'gt':
    case 'lt':
    case 'ge':
    case 'le':
    case 'sa':
    case 'eb':
      return { prefix, from, to }
    default:
      return undefined
  }
}

export interface ReferenceValue {
  readonly type: string
  readonly id: string
  readonly token: string
}

/**
 * `Type/id`, an absolute URL, or a plain id where the type is clear: named by the modifier, `Patient` for a person's
 * parameter, or the one target there is.
 */
export function referenceOf(
  value: string,
  param: string,
  plainType: string | undefined,
  modifier: string | undefined,
  targets: readonly string[],
  base: string,
): ReferenceValue {
  const text = unescaped(param, value)
  const local = text.startsWith(`${base}/`) ? text.slice(base.length + 1) : text
  const [, type, id] = LITERAL.exec(local) ?? []
  if (id === undefined) {
    if (!/^[a-z][a-z0-9+.-]*:\S+$/i.test(text)) throw malformed(param, 'not a reference')
    return { type: '', id: '', token: referenceToken(param, text) ?? '' }
  }
  const named = type ?? modifier ?? plainType ?? (targets.length === 1 ? targets[0] : undefined)
  if (named === undefined) throw malformed(param, 'Type/id is expected, since several types may be meant')
  if (modifier !== undefined && named !== modifier) throw malformed(param, 'type and modifier differ')
  return { type: named, id, token: referenceToken(param, `${named}/${id}`) ?? '' }
}

const malformed = (param: string, rule: string): HubError =>
  new HubError('QUERY_INVALID', rule, { at: param })
