/**
 * Searches, read strictly: an unknown parameter is refused, or named and left out where the client asked for that; a
 * malformed value is always refused (fhir-api.md S-04 to S-06). What is applied is what the self link shows.
 */
import { LAYER_SYSTEM } from '../core/canonical.js'
import { HubError } from '../core/errors.js'
import { personId } from '../core/ids.js'
import type { Identity } from '../core/message.js'
import { searchParameter } from '../core/search-parameters.js'
import { token } from '../core/search-tokens.js'
import type { SearchClause } from '../store/views.js'
import type { QueryPair } from './exchange.js'
import { type Include, readInclude } from './included.js'
import {
  SEARCH_COUNT_DEFAULT,
  SEARCH_COUNT_MAX,
  SEARCH_OR_VALUES_MAX,
  SEARCH_PARAMETERS_MAX,
} from './limits.js'
import { looksNational, nationalIdInUrl } from './national-id.js'
import { shownName } from './query-string.js'
import {
  dateRangeOf,
  FHIR_ID,
  identityOf,
  referenceOf,
  splitUnescaped,
  stringToken,
  tokenOf,
  uriOf,
} from './search-value.js'

/** Stands for a value that a self link must not show; sent back as a value it finds nothing and is refused. */
export const MASK = '***'

export interface SearchContext {
  readonly type: string
  readonly handling: 'strict' | 'lenient'
  /** Whether the parameters stand in a URL, where national ids are refused. */
  readonly inUrl: boolean
  readonly zone: string
  /** Absolute references below this base are our own. */
  readonly base: string
}

/** A criterion that the store can answer at once, or one that needs the persons of these identifiers first. */
export type Criterion =
  | { readonly kind: 'clause'; readonly clause: SearchClause }
  | { readonly kind: 'person-identifier'; readonly anyOf: readonly Identity[] }
  /** Members of a List: `$current-medications` of the person that the search names, or a List by its id. */
  | { readonly kind: 'list'; readonly list: string }

export interface SearchQuery {
  readonly criteria: readonly Criterion[]
  /** Page size; 0: only the total is asked for. */
  readonly count: number
  readonly total: 'none' | 'accurate'
  readonly includes: readonly Include[]
  /** In order, as applied. */
  readonly applied: readonly QueryPair[]
  readonly ignored: readonly string[]
}

interface Parts {
  readonly criteria: Criterion[]
  readonly includes: Include[]
  readonly applied: QueryPair[]
  readonly ignored: string[]
  count: number
  total: 'none' | 'accurate'
}

/** @throws HubError QUERY_INVALID, TOO_COSTLY, NATIONAL_ID_IN_URL */
export function parseSearch(pairs: readonly QueryPair[], context: SearchContext): SearchQuery {
  if (pairs.length > SEARCH_PARAMETERS_MAX)
    throw new HubError('TOO_COSTLY', `more than ${SEARCH_PARAMETERS_MAX} search parameters`)
  const parts: Parts = {
    criteria: [],
    includes: [],
    applied: [],
    ignored: [],
    count: SEARCH_COUNT_DEFAULT,
    total: 'none',
  }
  for (const pair of pairs) {
    if (pair.value === '') throw invalid(shownName(pair.name), 'value is empty')
    if (readControl(pair, context.type, parts)) continue
    const criterion = readCriterion(pair, context)
    if (criterion !== undefined) {
      parts.criteria.push(criterion)
      if (searchParameter(context.type, pair.name)?.ofLines === true) parts.criteria.push(LINES_ONLY)
      parts.applied.push(pair)
    } else if (context.handling === 'lenient') parts.ignored.push(shownName(pair.name))
    else
      throw invalid(
        shownName(pair.name),
        `not a search parameter, modifier or prefix of ${context.type} here`,
      )
  }
  return parts
}

const LINES_ONLY: Criterion = {
  kind: 'clause',
  clause: { kind: 'token', param: '_tag', anyOf: [token('_tag', LAYER_SYSTEM, 'line')] },
}

/** `_count`, `_total` and `_include`; results come in one order only, so that `_sort` is not offered. */
function readControl(pair: QueryPair, type: string, parts: Parts): boolean {
  const { name, value } = pair
  if (name === '_include') {
    const include = readInclude(type, value)
    if (include === undefined) return false
    parts.includes.push(include)
    parts.applied.push(pair)
    return true
  }
  if (name === '_count') {
    if (!/^\d{1,9}$/.test(value)) throw invalid(name, 'a whole number is expected')
    parts.count = Math.min(Number(value), SEARCH_COUNT_MAX)
    parts.applied.push({ name, value: String(parts.count) })
    return true
  }
  if (name === '_total') {
    if (value !== 'none' && value !== 'estimate' && value !== 'accurate')
      throw invalid(name, 'none, estimate or accurate is expected')
    // An estimate is answered with the exact number.
    parts.total = value === 'none' ? 'none' : 'accurate'
    parts.applied.push(pair)
    return true
  }
  return false
}

/** `undefined`: not supported, which strict and lenient handling answer differently. */
function readCriterion({ name, value }: QueryPair, context: SearchContext): Criterion | undefined {
  const chained = /^([a-z]+)\.identifier$/.exec(name)
  const [code = '', modifier] = chained?.[1] === undefined ? name.split(':', 2) : [chained[1], 'identifier']
  if (name === '_list' && context.type === 'MedicationStatement') {
    if (context.inUrl && looksNational(undefined, value)) throw nationalIdInUrl(context.type, name)
    return listCriterion(value)
  }
  const parameter = searchParameter(context.type, code)
  if (parameter === undefined) return undefined
  const indexed = parameter.indexedAs ?? code
  const values = splitUnescaped(value, ',')
  if (values.length > SEARCH_OR_VALUES_MAX)
    throw new HubError('TOO_COSTLY', `more than ${SEARCH_OR_VALUES_MAX} values in one parameter`, {
      at: code,
    })
  if (values.some((item) => item === '' || item === MASK || item.endsWith(`|${MASK}`)))
    throw invalid(code, 'a value is empty or masked: send the search itself again')
  const isNumber = indexed === 'identifier' || modifier === 'identifier'
  const isReference = parameter.type === 'person' || parameter.type === 'reference'
  if (context.inUrl && (isNumber || isReference || code === '_id'))
    refuseNationalIds(code, values, context.type)
  if (code === '_id') return modifier === undefined ? idClause(values) : undefined
  if (code === '_lastUpdated' || parameter.type === 'date') {
    const ranges =
      modifier === undefined ? values.map((item) => dateRangeOf(item, code, context.zone)) : [undefined]
    const anyOf = ranges.filter((range) => range !== undefined)
    if (anyOf.length < ranges.length) return undefined
    return clause(
      code === '_lastUpdated' ? { kind: 'lastUpdated', anyOf } : { kind: 'date', param: code, anyOf },
    )
  }
  if (chained && parameter.type !== 'person') return undefined
  switch (parameter.type) {
    case 'token':
      return modifier === undefined
        ? tokens(
            indexed,
            values.map((item) => tokenOf(indexed, item)),
          )
        : undefined
    case 'uri':
      return modifier === undefined
        ? tokens(
            code,
            values.map((item) => uriOf(code, item)),
          )
        : undefined
    case 'string':
      return modifier === undefined || modifier === 'exact'
        ? tokens(
            code,
            values.map((item) => stringToken(code, item, modifier === 'exact')),
          )
        : undefined
    case 'reference':
      return modifier === 'identifier'
        ? tokens(
            code,
            values.map((item) => tokenOf(`${code}:identifier`, item)),
          )
        : referenceClause(indexed, modifier, values, parameter.targets ?? [], context)
    case 'person':
      return modifier === 'identifier'
        ? { kind: 'person-identifier', anyOf: values.map((item) => identityOf(code, item)) }
        : referenceClause(code, modifier, values, parameter.targets ?? [], context)
    default:
      return undefined
  }
}

/** References to a Patient are asked by whose resource it is; others by their token. */
function referenceClause(
  code: string,
  modifier: string | undefined,
  values: readonly string[],
  targets: readonly string[],
  context: SearchContext,
): Criterion | undefined {
  if (modifier !== undefined && !targets.includes(modifier)) return undefined
  const person = searchParameter(context.type, code)?.type === 'person'
  const found = values.map((item) =>
    referenceOf(item, code, person ? 'Patient' : modifier, modifier, targets, context.base),
  )
  const persons = found.filter((item) => person && item.type === 'Patient')
  if (persons.length === 0)
    return tokens(
      code,
      found.map((item) => item.token),
    )
  if (persons.length < found.length)
    throw invalid(code, 'patients and others cannot be mixed in one list of values')
  return clause({ kind: 'person', anyOf: persons.map((item) => personId(item.id)) })
}

export const CURRENT_MEDICATIONS = '$current-medications'

function listCriterion(value: string): Criterion {
  if (value !== CURRENT_MEDICATIONS && !FHIR_ID.test(value))
    throw invalid('_list', `${CURRENT_MEDICATIONS} or the id of a List`)
  return { kind: 'list', list: value }
}

function idClause(values: readonly string[]): Criterion {
  if (!values.every((value) => FHIR_ID.test(value))) throw invalid('_id', 'not an id')
  return clause({ kind: 'id', anyOf: values })
}

function refuseNationalIds(code: string, values: readonly string[], type: string): void {
  for (const value of values) {
    const [first = '', second] = splitUnescaped(value, '|')
    const last = second ?? first.slice(first.lastIndexOf('/') + 1)
    if (looksNational(second === undefined ? undefined : first, last)) throw nationalIdInUrl(type, code)
  }
}

const clause = (value: SearchClause): Criterion => ({ kind: 'clause', clause: value })
const tokens = (param: string, anyOf: readonly string[]): Criterion => clause({ kind: 'token', param, anyOf })

const invalid = (name: string, rule: string): HubError => new HubError('QUERY_INVALID', rule, { at: name })
