import { HubError } from '../core/errors.js'
import type { FhirRequest } from './exchange.js'
import { shownName } from './query-string.js'

/**
 * For requests that take no parameters: strict handling refuses them (`_summary` and `_elements` are not offered).
 * @throws HubError QUERY_INVALID
 */
export function refuseParameters(request: FhirRequest): void {
  const [first] = request.query
  if (first !== undefined && request.prefer.handling === 'strict')
    throw new HubError('QUERY_INVALID', 'parameter is not supported here', {
      at: shownName(first.name),
    })
}
