/** The self link says what was applied (S-03), and of a search by POST nothing that had to be kept out of a URL. */
import { searchParameter } from '../core/search-parameters.js'
import type { QueryPair } from './exchange.js'
import { formatQuery } from './query-string.js'
import { MASK } from './search-query.js'

/** @param origin `url`: the client put it into a URL itself; `form`: identifiers, names and clinical values are masked */
export function selfQuery(type: string, applied: readonly QueryPair[], origin: 'url' | 'form'): string {
  if (origin === 'url') return formatQuery(applied)
  return formatQuery(applied.map((pair) => (mayShow(type, pair.name) ? pair : { ...pair, value: MASK })))
}

/** Controls, opaque ids, codes of a fixed list such as `status`, and dates other than a birth date. */
function mayShow(type: string, name: string): boolean {
  if (name.startsWith('_')) return true
  if (name.includes('identifier')) return false
  const parameter = searchParameter(type, name.split(':', 1)[0] ?? '')
  if (parameter === undefined || name === 'birthdate' || name === 'gender') return false
  return parameter.type === 'person' || parameter.type === 'date' || parameter.system !== undefined
}
