/** The content that a client wrote, staged under the hub's rules about keys, meta and amendments. */
import type { FhirResource, Patient } from 'fhir/r4.js'
import { SHARED_WRITE_TYPES } from '../core/client-types.js'
import { HubError } from '../core/errors.js'
import type { Identity } from '../core/message.js'
import type { StoredResource } from '../core/stored.js'
import { amend } from './content.js'
import { type Draft, stage } from './draft.js'
import { mergePatient } from './merge-patient.js'
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
  const stated = keepServerTags(request.body, previous)
  const content = stated.resourceType === 'Patient' ? keepPerson(draft, stated, previous) : stated
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

/** What an operation writes for a client: whole resources of this person, each with its id. */
export function stageOperationContent(draft: Draft, resource: FhirResource, clientId: string): void {
  const { id, resourceType } = resource
  if (id === undefined) throw new HubError('UNEXPECTED', 'an operation gave a resource without id')
  const previous = draft.workspace.resources.get(`${resourceType}/${id}`)
  if (previous !== undefined && previous.layer !== 'fact')
    throw new HubError('UNEXPECTED', 'an operation writes what the hub derives')
  stage(draft, {
    id,
    previous,
    content: keepServerTags(resource, previous),
    key: previous?.key ?? freeKey(draft, resourceType, identifiersOf(resource)[0], id),
    order: new Date(draft.now).toISOString(),
    layer: 'fact',
    sourceKey: `fhir|${clientId}`,
    shared: false,
  })
}

/** The natural key, unless another resource of this person has it already: a client may create the same thing twice. */
function freeKey(draft: Draft, type: string, first: Identity | undefined, id: string): string {
  if (type === 'Patient' || first === undefined) return `id|${id}`
  const key = `${first.system}|${first.value}`
  return draft.workspace.byKey.has(`${type}|${key}`) ? `id|${id}` : key
}

/**
 * A person's numbers, and the merges that made the person, are the hub's to keep: a client that leaves them out of its
 * Patient withdraws neither (hl7v2.md 4.4).
 */
function keepPerson(draft: Draft, stated: Patient, previous: StoredResource | undefined): Patient {
  const stored = previous?.resource.resourceType === 'Patient' ? previous.resource : undefined
  const numbers: Patient = {
    resourceType: 'Patient',
    ...(stored?.identifier === undefined ? {} : { identifier: stored.identifier }),
  }
  const links = stated.link ?? []
  const merges = (stored?.link ?? []).filter(
    ({ other, type }) =>
      type === 'replaces' && !links.some((link) => link.other.reference === other.reference),
  )
  const person: Patient = merges.length === 0 ? stated : { ...stated, link: [...merges, ...links] }
  return mergePatient(numbers, person, true, draft.workspace.identities)
}

/** Server-owned meta cannot be set or removed by a client (fhir-api.md W-02). */
function keepServerTags(body: FhirResource, previous: StoredResource | undefined): FhirResource {
  const { id: _id, meta, ...rest } = body
  const { versionId: _version, lastUpdated: _updated, source: _source, ...kept } = meta ?? {}
  const source = previous?.resource.meta?.source
  const ownMeta = { ...kept, ...(source === undefined ? {} : { source }) }
  return { ...rest, ...(Object.keys(ownMeta).length === 0 ? {} : { meta: ownMeta }) } as FhirResource // Same type, other meta.
}
