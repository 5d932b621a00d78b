/** Workspaces of persons worked on lately. A workspace is true as long as its `effectSeq` is the lane's. */
import type { PersonId } from '../core/ids.js'
import type { Workspace } from './workspace.js'

export interface PersonCache {
  readonly get: (person: PersonId, effectSeq: number) => Workspace | undefined
  readonly put: (workspace: Workspace) => void
  readonly drop: (person: PersonId) => void
}

/**
 * @param resourcesMax total number of resources held; the least recently used persons go first
 */
export function openPersonCache(resourcesMax: number): PersonCache {
  const held = new Map<PersonId, { workspace: Workspace; size: number }>()
  const total = { resources: 0 }
  const drop = (person: PersonId) => {
    total.resources -= held.get(person)?.size ?? 0
    held.delete(person)
  }
  return {
    get(person, effectSeq) {
      const entry = held.get(person)
      if (entry === undefined) return undefined
      drop(person)
      return entry.workspace.effectSeq === effectSeq ? entry.workspace : undefined
    },
    put(workspace) {
      drop(workspace.personId)
      const size = workspace.resources.size + 1
      held.set(workspace.personId, { workspace, size })
      total.resources += size
      for (const oldest of held.keys()) {
        if (total.resources <= resourcesMax) break
        drop(oldest)
      }
    },
    drop,
  }
}
