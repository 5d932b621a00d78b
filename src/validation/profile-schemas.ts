/**
 * The differentials of the hub's own profiles and extensions to what the validators check: build time only. A profile
 * may use min, max, fixed[x], pattern[x] and constraints with a rule of that key; anything else stops the build.
 */
import type { ElementDefinition, StructureDefinition } from 'fhir/r4.js'
import { CANONICAL_BASE } from '../core/canonical.js'
import type { ExtensionRule, ExtensionTable } from './hub-extensions.js'
import { isInvariant } from './invariants.js'
import type { NeededGroup } from './keywords.js'
import { type R4Definitions, withoutVersion } from './r4-definitions.js'
import type { JsonSchema } from './r4-schemas.js'

/** A tree of the elements that a profile constrains. */
interface Constrained {
  readonly element: ElementDefinition | undefined
  readonly children: Map<string, Constrained>
}

/** @throws Error when the profile uses a means that is not checked: it would promise more than it keeps. */
export function profileSchema(profile: StructureDefinition, definitions: R4Definitions): JsonSchema {
  const base = definitions.structures.get(profile.type)
  if (base === undefined) throw new Error(`${profile.id}: no R4 definition of ${profile.type}`)
  const root: Constrained = { element: undefined, children: new Map() }
  let rootElement: ElementDefinition | undefined
  for (const element of profile.differential?.element ?? []) {
    const [, ...names] = element.path.split('.')
    if (names.length === 0) rootElement = element
    else place(root, names, element)
  }
  const isList = (path: string): boolean =>
    base.snapshot?.element.find((element) => element.path === path)?.max !== '1'
  const schema = nodeSchema({ element: rootElement, children: root.children }, profile.type, isList)
  return { $id: `profile-${profile.id}`, ...schema }
}

function place(root: Constrained, names: readonly string[], element: ElementDefinition): void {
  let node = root
  names.forEach((name, index) => {
    const known = node.children.get(name)
    const isLast = index === names.length - 1
    const next = isLast
      ? { element, children: known?.children ?? new Map() }
      : (known ?? { element: undefined, children: new Map() })
    node.children.set(name, next)
    node = next
  })
}

function nodeSchema(node: Constrained, path: string, isList: (path: string) => boolean): JsonSchema {
  const needs: NeededGroup[] = []
  const properties: Record<string, JsonSchema | false> = {}
  for (const [name, child] of node.children) {
    const childPath = `${path}.${name}`
    const element = child.element
    if (name.endsWith('[x]') || element?.sliceName !== undefined)
      throw new Error(`${childPath}: choices and slices are not checked; write an invariant`)
    if ((element?.min ?? 0) > 0) needs.push([name, name])
    if (element?.max === '0') {
      properties[name] = false
      continue
    }
    const value = nodeSchema(child, childPath, isList)
    const count = {
      ...((element?.min ?? 0) > 1 && { minItems: element?.min }),
      ...(element?.max !== undefined && element.max !== '*' && { maxItems: Number(element.max) }),
    }
    properties[name] = isList(childPath) ? { ...count, items: value } : value
  }
  return {
    ...(Object.keys(properties).length > 0 && { properties }),
    ...(needs.length > 0 && { needs }),
    ...(node.element !== undefined && valueRules(node.element)),
  }
}

function valueRules(element: ElementDefinition): JsonSchema {
  const fixed = Object.entries(element).find(([name]) => /^(?:fixed|pattern)[A-Z]/.test(name))
  const keys = (element.constraint ?? []).filter(({ severity }) => severity === 'error').map(({ key }) => key)
  const unknown = keys.find((key) => !isInvariant(key))
  if (unknown !== undefined) throw new Error(`${element.path}: constraint ${unknown} has no rule`)
  return {
    ...(fixed !== undefined && { matches: fixed[1] }),
    ...(keys.length > 0 && { invariants: keys }),
  }
}

/** The table of the hub's own extensions, by the last part of their URL. */
export function extensionTable(
  extensions: readonly StructureDefinition[],
  definitions: R4Definitions,
): ExtensionTable {
  const table: Record<string, ExtensionRule> = {}
  for (const extension of extensions) {
    if (!extension.url.startsWith(`${CANONICAL_BASE}/`))
      throw new Error(`${extension.id}: not of the hub's base`)
    table[extension.url.slice(extension.url.lastIndexOf('/') + 1)] = extensionRule(extension, definitions)
  }
  return table
}

function extensionRule(extension: StructureDefinition, definitions: R4Definitions): ExtensionRule {
  const elements = extension.differential?.element ?? []
  const rule = ruleAt('Extension', elements, definitions)
  if (Object.keys(rule.parts).length === 0 && rule.values.length === 0)
    throw new Error(`${extension.id}: neither a value nor parts`)
  return rule
}

/** Of the extension or of one of its parts, which may have parts themselves. */
function ruleAt(
  id: string,
  elements: readonly ElementDefinition[],
  definitions: R4Definitions,
): ExtensionRule {
  const parts: Record<string, ExtensionRule & { min: number }> = {}
  for (const slice of elements)
    if (slice.sliceName !== undefined && slice.id === `${id}.extension:${slice.sliceName}`)
      parts[slice.sliceName] = { ...ruleAt(slice.id, elements, definitions), min: slice.min ?? 0 }
  const value = elements.find((element) => element.id === `${id}.value[x]` && element.max !== '0')
  return { ...valueRule(value, definitions), parts }
}

function valueRule(
  element: ElementDefinition | undefined,
  definitions: R4Definitions,
): { readonly values: readonly string[]; readonly codes?: readonly string[] } {
  const values = (element?.type ?? []).map(
    ({ code }) => `value${code.charAt(0).toUpperCase()}${code.slice(1)}`,
  )
  const binding = element?.binding
  if (binding?.strength !== 'required' || binding.valueSet === undefined) return { values }
  const codes = definitions.codesOf(withoutVersion(binding.valueSet))
  if (codes === undefined) throw new Error(`${element?.id}: the bound value set cannot be enumerated`)
  return { values, codes: codes.map(({ code }) => code) }
}
