import type { FhirResource } from 'fhir/r4.js'
import { type Draft, stage } from './draft.js'

/** What the hub itself makes of the facts: known by its id. */
export function stageDerived(draft: Draft, content: FhirResource, id: string, order: string): void {
  stage(draft, {
    id,
    previous: draft.workspace.resources.get(`${content.resourceType}/${id}`),
    content,
    key: `id|${id}`,
    order,
    layer: 'line',
    sourceKey: 'hub',
    shared: false,
  })
}
