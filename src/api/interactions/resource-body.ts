/** The body of a create or update: read strictly, of the type in the URL, and without what only the hub may set. */
import type { FhirResource } from 'fhir/r4.js'
import { LAYER_SYSTEM } from '../../core/canonical.js'
import { HubError } from '../../core/errors.js'
import type { FhirRequest } from '../exchange.js'
import { isObject, type JsonObject, parseFhirJson } from '../fhir-json.js'
import { FHIR_RESOURCE_BYTES_MAX } from '../limits.js'
import { checkContentType, FHIR_BODY_TYPES } from '../negotiation.js'
import { FHIR_ID } from '../search-value.js'

/**
 * Structure of the JSON and the type are checked here; elements, profiles and rules by the use case.
 * `meta.versionId`, `meta.lastUpdated`, `meta.source` and tags of the layer system are the hub's: what a client sends
 * there is not taken (fhir-api.md W-02).
 * @throws HubError MEDIA_TYPE_UNSUPPORTED, MESSAGE_TOO_LARGE, RESOURCE_STRUCTURE
 */
export async function readResource(request: FhirRequest, type: string): Promise<FhirResource> {
  checkContentType(request.header('content-type'), FHIR_BODY_TYPES)
  const body = parseFhirJson(await request.body(FHIR_RESOURCE_BYTES_MAX), type)
  if (body['resourceType'] !== type)
    throw new HubError('RESOURCE_STRUCTURE', 'resourceType differs from the type in the URL', { at: type })
  const id = body['id']
  if (id !== undefined && (typeof id !== 'string' || !FHIR_ID.test(id)))
    throw new HubError('RESOURCE_STRUCTURE', 'id must be 1 to 64 of A-Z a-z 0-9 - .', { at: `${type}.id` })
  // Type and JSON structure are checked; whether it is a valid resource of that type is the use case's first question.
  return withClientMeta(body) as unknown as FhirResource
}

function withClientMeta(body: JsonObject): JsonObject {
  const { meta, ...rest } = body
  if (!isObject(meta)) return body
  const { versionId: _version, lastUpdated: _updated, source: _source, tag, ...kept } = meta
  const tags = Array.isArray(tag)
    ? tag.filter((item) => !(isObject(item) && item['system'] === LAYER_SYSTEM))
    : tag
  const clean =
    tags === undefined || (Array.isArray(tags) && tags.length === 0) ? kept : { ...kept, tag: tags }
  return Object.keys(clean).length === 0 ? rest : { ...rest, meta: clean }
}
