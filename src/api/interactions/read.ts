/** Read and version read (R4 http#read, #vread; fhir-api.md ): stored text straight out. */
import { HubError } from '../../core/errors.js'
import type { FoundResource } from '../../store/views.js'
import type { ApiContext } from '../context.js'
import { type Answer, entityTag, type FhirRequest, httpDate } from '../exchange.js'
import { refuseParameters } from '../refuse-parameters.js'

/** @throws HubError NOT_FOUND, GONE */
export async function read(
  context: ApiContext,
  request: FhirRequest,
  type: string,
  id: string,
): Promise<Answer> {
  refuseParameters(request)
  const found = await context.sourceOf(type).read(type, id)
  if (found === undefined) throw new HubError('NOT_FOUND', 'no such resource')
  if (found.deleted) throw new HubError('GONE', 'the resource was deleted')
  const headers = resourceHeaders(found)
  return isUnchanged(request, found) ? { status: 304, headers } : { status: 200, headers, body: found.text }
}

/** @throws HubError NOT_FOUND, GONE for the version that is the deletion */
export async function vread(
  context: ApiContext,
  request: FhirRequest,
  type: string,
  id: string,
  version: string,
): Promise<Answer> {
  refuseParameters(request)
  // Version ids are whole numbers here; others were never given out.
  const found = /^[1-9]\d{0,14}$/.test(version)
    ? await context.deps.store.vread(type, id, Number(version))
    : undefined
  if (found === undefined) throw new HubError('NOT_FOUND', 'no such version')
  if (found.deleted) throw new HubError('GONE', 'this version is the deletion')
  const headers = resourceHeaders(found)
  return isUnchanged(request, found) ? { status: 304, headers } : { status: 200, headers, body: found.text }
}

export const resourceHeaders = (found: {
  readonly version: number
  readonly lastUpdated: string
}): Record<string, string> => ({
  ETag: entityTag(found.version),
  'Last-Modified': httpDate(found.lastUpdated),
})

/** `If-None-Match` wins over `If-Modified-Since`, which knows whole seconds only (RFC 9110 13.1). */
function isUnchanged(request: FhirRequest, found: FoundResource): boolean {
  const noneMatch = request.header('if-none-match')
  if (noneMatch !== undefined)
    return entityTagsOf(noneMatch).some((tag) => tag === '*' || tag === entityTag(found.version))
  const since = Date.parse(request.header('if-modified-since') ?? '')
  return !Number.isNaN(since) && Math.floor(Date.parse(found.lastUpdated) / 1000) * 1000 <= since
}

/** Entity tags of a header in weak form, since FHIR compares versions only. */
export function entityTagsOf(header: string): string[] {
  return header
    .split(',')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '')
    .map((tag) => (tag.startsWith('"') ? `W/${tag}` : tag))
}
