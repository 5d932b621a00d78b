/** Query strings and forms, read strictly: what cannot be decoded is refused, never replaced. */
import { HubError } from '../core/errors.js'
import type { QueryPair } from './exchange.js'

// biome-ignore lint/suspicious/noControlCharactersInRegex: no name or value holds them, and the database takes no NUL
const CONTROL = /[\u0000-\u001f\u007f]/
const NAME = /^[A-Za-z_][\w.:-]{0,63}$/

/**
 * Pairs in order, decoded (`+` is a blank).
 * @throws HubError QUERY_INVALID for a broken percent escape or a control character
 */
export function parseQuery(raw: string): QueryPair[] {
  if (raw === '') return []
  return raw
    .split('&')
    .filter((part) => part !== '')
    .map((part) => {
      const equals = part.indexOf('=')
      const name = equals < 0 ? part : part.slice(0, equals)
      return plainPair({ name: decode(name), value: equals < 0 ? '' : decode(part.slice(equals + 1)) })
    })
}

function plainPair(pair: QueryPair): QueryPair {
  if (CONTROL.test(pair.name) || CONTROL.test(pair.value))
    throw new HubError('QUERY_INVALID', 'control characters may not stand in a parameter', {
      at: shownName(pair.name),
    })
  return pair
}

/** A parameter's name is the client's own text: shown in full only when it can be a name. */
export const shownName = (name: string): string => (NAME.test(name) ? name : '(unreadable name)')

export const formatQuery = (pairs: readonly QueryPair[]): string =>
  pairs.map(({ name, value }) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&')

/** @throws HubError QUERY_INVALID */
export function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch (cause) {
    throw new HubError('QUERY_INVALID', 'percent escape is not valid UTF-8', { cause })
  }
}
