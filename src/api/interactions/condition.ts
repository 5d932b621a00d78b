/** Criteria of conditional creates and updates (fhir-api.md C-01 to C-06): an identifier in full, or an id. Never "all". */
import { HubError } from '../../core/errors.js'
import type { WriteCondition } from '../deps.js'
import type { QueryPair } from '../exchange.js'
import { parseQuery } from '../query-string.js'
import { FHIR_ID, identityOf } from '../search-value.js'

/** `If-None-Exist`; a national id may stand here, since headers are not logged. @throws HubError CONDITION_INVALID */
export function conditionOfHeader(header: string): WriteCondition {
  return conditionOf(read(() => parseQuery(header.trim().replace(/^\?/, ''))))
}

/** @throws HubError CONDITION_INVALID */
export function conditionOf(pairs: readonly QueryPair[]): WriteCondition {
  const [pair] = pairs
  if (pair === undefined || pairs.length > 1) throw invalid()
  const { name, value } = pair
  if (name === '_id' && FHIR_ID.test(value)) return { kind: 'id', id: value }
  if (name !== 'identifier') throw invalid()
  return { kind: 'identifier', ...read(() => identityOf('identifier', value)) }
}

function read<T>(parse: () => T): T {
  try {
    return parse()
  } catch (cause) {
    throw invalid(cause)
  }
}

const invalid = (cause?: unknown): HubError =>
  new HubError('CONDITION_INVALID', 'exactly one of identifier=system|value and _id=id is expected', {
    cause,
  })
