/** Resources of no person (Practitioner, Organization, Device) that a message speaks of: loaded once, kept for a while. */
import type { Identity, Mapped } from '../core/message.js'
import type { StoredResource } from '../core/stored.js'
import type { Store } from '../store/contract.js'
import { eachLogicalReference, identifiersOf } from './references.js'

/** Types of which one resource serves all persons. */
const SHARED_TYPES = new Set<string>([
  'Practitioner',
  'PractitionerRole',
  'Organization',
  'Device',
  'Location',
])

export interface SharedRegister {
  /** What is known of the shared resources that the message yields or refers to, by `<type>|<key>` and `<type>|<system>|<value>`. */
  readonly load: (mapped: Mapped) => Promise<Map<string, StoredResource>>
  readonly remember: (stored: StoredResource) => void
  readonly forget: () => void
}

/** @param entriesMax entries kept; the oldest go first */
export function openSharedRegister(loadShared: Store['loadShared'], entriesMax: number): SharedRegister {
  const known = new Map<string, StoredResource>()
  const remember = (stored: StoredResource) => {
    known.set(`${stored.type}|${stored.key}`, stored)
    for (const oldest of known.keys()) {
      if (known.size <= entriesMax) break
      known.delete(oldest)
    }
  }
  return {
    async load(mapped) {
      const wanted = new Map<string, { type: string; key: string }>()
      const want = (type: string, key: string) => {
        if (SHARED_TYPES.has(type)) wanted.set(`${type}|${key}`, { type, key })
      }
      for (const item of mapped.resources) {
        if (item.scope !== 'person') want(item.resource.resourceType, item.key)
        eachLogicalReference(item.resource, (type, identity: Identity) =>
          want(type, `${identity.system}|${identity.value}`),
        )
      }
      const missing = [...wanted.values()].filter(({ type, key }) => !known.has(`${type}|${key}`))
      if (missing.length > 0) for (const stored of await loadShared(missing)) remember(stored)
      const result = new Map<string, StoredResource>()
      for (const key of wanted.keys()) {
        const stored = known.get(key)
        if (stored === undefined) continue
        result.set(key, stored)
        for (const identity of identifiersOf(stored.resource))
          result.set(`${stored.type}|${identity.system}|${identity.value}`, stored)
      }
      return result
    },
    remember,
    forget: () => known.clear(),
  }
}
