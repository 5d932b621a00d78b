/**
 * One person's resources while messages are applied to them: the stored state with the indexes that applying needs.
 * Mutable, and owned by whoever holds the person's lane; thrown away when a commit fails.
 */
import type { FhirResource, MedicationStatement } from 'fhir/r4.js'
import { compareText } from '../core/compare-text.js'
import type { PersonId } from '../core/ids.js'
import type { Identity } from '../core/message.js'
import type { PersonState, SourceState, StoredAmendment, StoredResource } from '../core/stored.js'
import type { Fact } from '../medication-list/contract.js'
import { eachLogicalReference, identifiersOf } from './references.js'

export interface Workspace {
  readonly personId: PersonId
  effectSeq: number
  identities: readonly (Identity & { readonly use: 'official' | 'old' })[]
  readonly resources: Map<string, StoredResource>
  /** The same by type, then by `<type>/<id>`. */
  readonly byType: Map<string, Map<string, StoredResource>>
  /** `<type>|<key>` → `<type>/<id>`. */
  readonly byKey: Map<string, string>
  /** `<type>|<system>|<value>` → `<type>/<id>`, for every identifier. */
  readonly byIdentifier: Map<string, string>
  /** `<type>|<system>|<value>` → `<type>/<id>` of resources that wait for this target. */
  readonly open: Map<string, Set<string>>
  /** `<type>|<key>` → amendments of that target, in order of `at`. */
  readonly amendments: Map<string, readonly StoredAmendment[]>
  readonly sources: Map<string, SourceState>
  /** As the engine was given them the last time, by `<type>/<id>`; what was put since then stands in `touched`. */
  readonly facts: Map<string, Fact>
  readonly touched: Set<string>
  /** Statement that the engine gave for a line the last time: the same object again means that nothing changed. */
  readonly shown: Map<string, MedicationStatement>
  listVersion: number
  nextChangeAt: string | undefined
  /** Resources outside of the working set are not here: what a message names of them is brought in (working-set.ts). */
  readonly partial: boolean
}

export const refOf = (resource: { readonly type: string; readonly id: string }): string =>
  `${resource.type}/${resource.id}`

export function openWorkspace(state: PersonState): Workspace {
  const workspace: Workspace = {
    personId: state.personId,
    effectSeq: state.effectSeq,
    identities: state.identities,
    resources: new Map(),
    byType: new Map(),
    byKey: new Map(),
    byIdentifier: new Map(),
    open: new Map(),
    amendments: new Map(),
    sources: new Map(state.sources.map((source) => [source.key, source])),
    facts: new Map(),
    touched: new Set(),
    shown: new Map(),
    listVersion: state.listVersion,
    nextChangeAt: state.nextChangeAt,
    partial: state.partial,
  }
  for (const resource of state.resources.values()) putResource(workspace, resource)
  for (const amendment of state.amendments) putAmendment(workspace, amendment)
  return workspace
}

/** Of an owner that has nothing stored yet: the shared resources' lanes, and a person before the first message. */
export const emptyWorkspace = (owner: PersonId): Workspace =>
  openWorkspace({
    personId: owner,
    mergedInto: undefined,
    effectSeq: 0,
    identities: [],
    resources: new Map(),
    amendments: [],
    sources: [],
    listVersion: 0,
    nextChangeAt: undefined,
    partial: false,
  })

/** Adds a resource or its new version, and keeps the indexes. */
export function putResource(workspace: Workspace, resource: StoredResource): void {
  const ref = refOf(resource)
  workspace.resources.set(ref, resource)
  workspace.touched.add(ref)
  const sameType = workspace.byType.get(resource.type)
  if (sameType === undefined) workspace.byType.set(resource.type, new Map([[ref, resource]]))
  else sameType.set(ref, resource)
  workspace.byKey.set(`${resource.type}|${resource.key}`, ref)
  for (const identity of identifiersOf(resource.resource))
    workspace.byIdentifier.set(`${resource.type}|${identity.system}|${identity.value}`, ref)
  eachLogicalReference(resource.resource, (type, identity) => {
    const key = `${type}|${identity.system}|${identity.value}`
    const waiting = workspace.open.get(key)
    if (waiting === undefined) workspace.open.set(key, new Set([ref]))
    else waiting.add(ref)
  })
}

/** Of two amendments with one name the later `at` wins, whatever came first. False when the new one lost. */
export function putAmendment(workspace: Workspace, amendment: StoredAmendment): boolean {
  const target = `${amendment.type}|${amendment.key}`
  const present = workspace.amendments.get(target) ?? []
  const rival = present.find((other) => other.name === amendment.name)
  if (rival !== undefined && compareText(rival.at, amendment.at) > 0) return false
  const others = present.filter((other) => other !== rival)
  workspace.amendments.set(
    target,
    [...others, amendment].sort((a, b) => compareText(a.at, b.at) || compareText(a.name, b.name)),
  )
  return true
}

export function findByIdentity(
  workspace: Workspace,
  type: string,
  identity: Identity,
): StoredResource | undefined {
  const key = `${type}|${identity.system}|${identity.value}`
  const ref = workspace.byIdentifier.get(key) ?? workspace.byKey.get(key)
  return ref === undefined ? undefined : workspace.resources.get(ref)
}

const NONE: ReadonlyMap<string, StoredResource> = new Map()

/** The person's stored resources of one type, facts and derived ones, by `<type>/<id>`. */
export const storedOf = (workspace: Workspace, type: string): ReadonlyMap<string, StoredResource> =>
  workspace.byType.get(type) ?? NONE

/** The person's resources of one type, facts and derived ones, in no order. */
export const resourcesOf = <T extends FhirResource['resourceType']>(
  workspace: Workspace,
  type: T,
): readonly Extract<FhirResource, { resourceType: T }>[] =>
  // The resource type tells the interface.
  [...storedOf(workspace, type).values()].map(
    ({ resource }) => resource as Extract<FhirResource, { resourceType: T }>,
  )
