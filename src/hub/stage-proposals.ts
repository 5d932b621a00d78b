/** Links that weak keys propose, as Tasks that stand while their question does (medication-list.md 3.2, rule 6). */
import type { Task } from 'fhir/r4.js'
import { HubError } from '../core/errors.js'
import type { Draft } from './draft.js'
import { stageDerived } from './stage-derived.js'
import { storedOf } from './workspace.js'

export function stageProposals(draft: Draft, proposals: readonly Task[]): void {
  const standing = new Set(proposals.map(idOf))
  for (const task of proposals) stageDerived(draft, task, idOf(task), '')
  for (const { id, layer, resource } of [...storedOf(draft.workspace, 'Task').values()]) {
    if (layer !== 'line' || resource.resourceType !== 'Task' || resource.status !== 'requested') continue
    if (standing.has(id) || resource.code?.coding?.[0]?.code !== 'link-proposal') continue
    const { versionId: _version, lastUpdated: _updated, ...meta } = resource.meta ?? {}
    stageDerived(draft, { ...resource, meta, status: 'completed' }, id, '')
  }
}

function idOf({ id }: Task): string {
  if (id === undefined) throw new HubError('UNEXPECTED', 'the engine gave a Task without id')
  return id
}
