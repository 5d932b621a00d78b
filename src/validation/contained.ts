/** Contained resources: what is there, what refers to it (references.html#contained; dom-2 to dom-5; fhir-api.md W-16). */
import { has, isNode, listOf, type Node, nodeOf, own } from './json.js'

/** Every `#id` that is referred to anywhere in the resource, and `#` for the resource itself. */
function localReferences(value: unknown, found: Set<string>): Set<string> {
  if (typeof value === 'string') {
    if (value.startsWith('#')) found.add(value)
  } else if (Array.isArray(value)) for (const item of value) localReferences(item, found)
  else if (isNode(value)) for (const name of Object.keys(value)) localReferences(value[name], found)
  return found
}

/** ref-1: `#x` names a contained resource of the outermost resource; `#` the resource itself. */
export function resolvesLocally(reference: Node, root: unknown): boolean {
  const target = own(reference, 'reference')
  if (typeof target !== 'string' || !target.startsWith('#') || target === '#') return true
  const id = target.slice(1)
  return listOf(own(nodeOf(root), 'contained')).some((item) => own(nodeOf(item), 'id') === id)
}

/** dom-3: a contained resource that nothing refers to, and that refers to nothing outside, would be lost. */
export function allContainedUsed(resource: Node): boolean {
  const contained = listOf(own(resource, 'contained'))
  if (contained.length === 0) return true
  const found = localReferences(resource, new Set())
  return contained.every((item) => {
    const id = own(nodeOf(item), 'id')
    return found.has(`#${String(id)}`) || localReferences(item, new Set()).has('#')
  })
}

/** Each contained resource has a local id of its own. */
export function containedIdsUnique(resource: Node): boolean {
  const ids = listOf(own(resource, 'contained')).map((item) => own(nodeOf(item), 'id'))
  return ids.every((id) => typeof id === 'string') && new Set(ids).size === ids.length
}

const eachContained = (resource: Node, holds: (item: Node) => boolean): boolean =>
  listOf(own(resource, 'contained')).every((item) => holds(nodeOf(item)))

const meta = (resource: Node): Node => nodeOf(own(resource, 'meta'))

export const noNestedContained = (resource: Node): boolean =>
  eachContained(resource, (item) => !has(item, 'contained'))
export const noContainedVersions = (resource: Node): boolean =>
  eachContained(resource, (item) => !has(meta(item), 'versionId') && !has(meta(item), 'lastUpdated'))
export const noContainedSecurity = (resource: Node): boolean =>
  eachContained(resource, (item) => !has(meta(item), 'security'))
