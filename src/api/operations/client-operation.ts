/** A client operation of src/hub/operations over HTTP: its parameters, If-Match and key in, the answered resource out. */
import type { Parameters } from 'fhir/r4.js'
import { CANONICAL_BASE } from '../../core/canonical.js'
import { HubError } from '../../core/errors.js'
import { entityTag, type FhirRequest } from '../exchange.js'
import { entityTagsOf } from '../interactions/read.js'
import type { FhirOperation } from './operation.js'

const KEY = /^[A-Za-z0-9._~-]{8,128}$/

/** @param name code, and name of its OperationDefinition */
export const clientOperation = (name: string): FhirOperation => ({
  definition: `${CANONICAL_BASE}/OperationDefinition/${name}`,
  handle: async (deps, { body, id, request, type }) => {
    if (id === undefined) throw new HubError('METHOD_NOT_ALLOWED', 'this operation is called on one resource')
    if (request.query.length > 0)
      throw new HubError('QUERY_INVALID', 'parameters of this operation stand in the body', { at: 'query' })
    const { text } = await deps.performOperation({
      operation: name,
      type,
      id,
      parameters: body ?? EMPTY,
      ifMatch: listVersionsOf(request),
      clientId: request.caller.clientId,
      key: keyOf(request),
    })
    return { status: 200, headers: tagOf(text), body: text }
  },
})

const EMPTY: Parameters = { resourceType: 'Parameters' }

/** Of `W/"7.<hash>"` the version part counts (surfaces.md). Tags that are no versions of ours match nothing. */
function listVersionsOf(request: FhirRequest): readonly number[] | undefined {
  const header = request.header('if-match')
  if (header === undefined) return undefined
  return entityTagsOf(header).flatMap((tag) => {
    const version = /^W\/"([1-9]\d{0,14})(?:\.[0-9a-f]+)?"$/.exec(tag)?.[1]
    return version === undefined ? [] : [Number(version)]
  })
}

function keyOf(request: FhirRequest): string | undefined {
  const key = request
    .header('idempotency-key')
    ?.trim()
    .replace(/^"(.*)"$/, '$1')
  if (key !== undefined && !KEY.test(key))
    throw new HubError('QUERY_INVALID', 'Idempotency-Key is 8 to 128 of A-Z a-z 0-9 . _ ~ -', {
      at: 'Idempotency-Key',
    })
  return key
}

function tagOf(text: string): Record<string, string> {
  // Our own stored resource.
  const { meta } = JSON.parse(text) as { readonly meta?: { readonly versionId?: string } }
  return meta?.versionId === undefined ? {} : { ETag: entityTag(Number(meta.versionId)) }
}
