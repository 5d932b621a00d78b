/** Query strings and forms, read strictly: what cannot be decoded is refused, never replaced. */
import { HubError } from '../core/errors.js'
import type { QueryPair } from './exchange.js'

/**
 * Pairs in order, decoded (`+` is a blank).
 * @throws HubError QUERY_INVALID for a broken percent escape
 */
export function parseQuery(raw: string): QueryPair[] {
  if (raw === '') return []
  return raw
    .split('&')
    .filter((part) => part !== '')
    .map((part) => {
      const equals = part.indexOf('=')
      const name = equals < 0 ? part : part.slice(0, equals)
      return { name: decode(name), value: equals < 0 ? '' : decode(part.slice(equals + 1)) }
    })
}

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
