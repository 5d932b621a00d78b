/** A person's workspace out of the store: the working set, and what a line or a message names of the rest. */
import type { FhirResource } from 'fhir/r4.js'
import type { PersonId } from '../core/ids.js'
import type { Mapped } from '../core/message.js'
import type { Clock } from '../core/ports.js'
import { LEAVING_TYPES } from '../core/working-set.js'
import type { Store } from '../store/contract.js'
import type { PersonCache } from './person-cache.js'
import { eachLogicalReference } from './references.js'
import { openWorkspace, putResource, storedOf, type Workspace } from './workspace.js'

export interface WorkingDeps {
  readonly store: Pick<Store, 'loadNamed' | 'loadPerson'>
  readonly cache: Pick<PersonCache, 'get'>
  readonly clock: Clock
}

export interface Named {
  readonly type: string
  /** Natural key, or id. */
  readonly key: string
}

/** @param effectSeq of the lane that is held; undefined: the cache is not asked */
export async function openWorking(
  deps: WorkingDeps,
  person: PersonId,
  effectSeq: number | undefined,
): Promise<Workspace> {
  const cached = effectSeq === undefined ? undefined : deps.cache.get(person, effectSeq)
  if (cached !== undefined) return cached
  const workspace = openWorkspace(await deps.store.loadPerson(person, new Date(deps.clock()).toISOString()))
  await bringIn(deps.store, workspace, carrying(workspace))
  return workspace
}

/** Old facts that are all that a line on the list is made of. */
function carrying(workspace: Workspace): Named[] {
  if (!workspace.partial) return []
  const named: Named[] = []
  for (const { layer, resource } of storedOf(workspace, 'MedicationStatement').values()) {
    if (layer !== 'line' || resource.resourceType !== 'MedicationStatement') continue
    if (ENDED.has(resource.status)) continue
    for (const { reference } of resource.derivedFrom ?? []) {
      const [type = '', key = ''] = reference?.split('/') ?? []
      named.push({ type, key })
    }
  }
  return named
}

const ENDED: ReadonlySet<string> = new Set(['completed', 'entered-in-error', 'stopped'])

/** What the message says anew, changes or refers to. */
export function namedBy(mapped: Mapped): Named[] {
  const named: Named[] = (mapped.enclosed ?? []).flatMap(namedBy)
  for (const { type, key } of mapped.amendments) named.push({ type, key })
  for (const { key, resource, scope } of mapped.resources) {
    if (scope === 'person') named.push(...namedIn(resource, [key]))
  }
  return named
}

/** The resource itself under these keys or ids, and what it refers to. */
export function namedIn(resource: FhirResource, keys: readonly string[]): Named[] {
  const named: Named[] = keys.map((key) => ({ type: resource.resourceType, key }))
  eachLogicalReference(resource, (type, { system, value }) => named.push({ type, key: `${system}|${value}` }))
  return named
}

/** Puts what is named and lies outside of the working set into the workspace. */
export async function bringIn(
  store: Pick<Store, 'loadNamed'>,
  workspace: Workspace,
  named: readonly Named[],
): Promise<void> {
  if (!workspace.partial) return
  const { byKey, resources } = workspace
  const missing = named.filter(
    ({ type, key }) =>
      LEAVING_TYPES.has(type) && !byKey.has(`${type}|${key}`) && !resources.has(`${type}/${key}`),
  )
  if (missing.length === 0) return
  for (const stored of await store.loadNamed(workspace.personId, missing)) putResource(workspace, stored)
}
