/** A person's workspace as client operations see it. */
import { resourcesOf, storedOf, type Workspace } from '../workspace.js'
import type { PersonView } from './client-operation.js'

export function personView(workspace: Workspace): PersonView {
  return {
    patientRef: `Patient/${workspace.personId}`,
    list: sharedList(workspace),
    find: (ref) => workspace.resources.get(ref.split('/_history/')[0] ?? ref),
    all: () => workspace.resources.values(),
    ofType: (type) => resourcesOf(workspace, type),
  }
}

function sharedList(workspace: Workspace): PersonView['list'] {
  for (const { layer, id, version, resource } of storedOf(workspace, 'List').values())
    if (layer === 'line' && resource.resourceType === 'List') return { id, version, resource }
  return undefined
}
