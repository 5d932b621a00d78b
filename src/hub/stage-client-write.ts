/** The content that a client wrote, staged under the hub's rules about keys, meta and amendments. */
import type { FhirResource } from 'fhir/r4.js'
import { SHARED_WRITE_TYPES } from '../core/client-types.js'
import type { Identity } from '../core/message.js'
import type { StoredResource } from '../core/stored.js'
import { amend } from './content.js'
import { type Draft, stage } from './draft.js'
import { identifiersOf } from './references.js'
import type { WriteRequest } from './write-request.js'

export function stageClientContent(
  draft: Draft,
  request: WriteRequest,
  id: string,
  previous: StoredResource | undefined,
  now: number,
): void {
  const order = new Date(now).toISOString()
  const content = keepServerTags(request.body, previous)
  const first = identifiersOf(content)[0]
  const key = previous?.key ?? freeKey(draft, request.type, first, id)
  const amendments = draft.workspace.amendments.get(`${request.type}|${key}`) ?? []
  stage(draft, {
    id,
    previous,
    // Amendments that came before this write are what the client has seen.
    content:
      previous === undefined ? amend(content, amendments, undefined) : amend(content, amendments, order),
    key,
    order,
    layer: 'fact',
    sourceKey: `fhir|${request.clientId}`,
    shared: SHARED_WRITE_TYPES.has(request.type),
  })
}

/** The natural key, unless another resource of this person has it already: a client may create the same thing twice. */
function freeKey(draft: Draft, type: string, first: Identity | undefined, id: string): string {
  if (type === 'Patient' || first === undefined) return `id|${id}`
  const key = `${first.system}|${first.value}`
  return draft.workspace.byKey.has(`${type}|${key}`) ? `id|${id}` : key
}

/** Server-owned meta cannot be set or removed by a client (fhir-api.md W-02). */
function keepServerTags(body: FhirResource, previous: StoredResource | undefined): FhirResource {
  const { id: _id, meta, ...rest } = body
  const { versionId: _version, lastUpdated: _updated, source: _source, ...kept } = meta ?? {}
  const source = previous?.resource.meta?.source
  const ownMeta = { ...kept, ...(source === undefined ? {} : { source }) }
  return { ...rest, ...(Object.keys(ownMeta).length === 0 ? {} : { meta: ownMeta }) } as FhirResource // Same type, other meta.
}
