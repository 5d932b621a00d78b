/** Which values the hub's own extensions may have: a table that the generator makes from fhir-profiles. */
import { CANONICAL_BASE } from '../core/canonical.js'
import { listOf, type Node, nodeOf, own } from './json.js'

export interface ExtensionRule {
  /** JSON properties of which one must be there (`valueCode` …); empty for a complex extension. */
  readonly values: readonly string[]
  /** Codes that a `valueCode` may have, where bound. */
  readonly codes?: readonly string[]
  /** Parts of a complex extension, by url. */
  readonly parts: Readonly<Record<string, ExtensionRule & { readonly min: number }>>
}

export type ExtensionTable = Readonly<Record<string, ExtensionRule>>

const OWN_BASE = `${CANONICAL_BASE}/StructureDefinition/`

/** Extensions of others pass; one of the hub's base must be defined and have the value that its definition gives. */
export function hubExtensionHolds(extension: unknown, table: ExtensionTable): boolean {
  const node = nodeOf(extension)
  const url = own(node, 'url')
  if (typeof url !== 'string' || !url.startsWith(OWN_BASE)) return true
  const name = url.slice(OWN_BASE.length)
  const rule = Object.hasOwn(table, name) ? table[name] : undefined
  return rule !== undefined && holds(node, rule)
}

function holds(extension: Node, rule: ExtensionRule): boolean {
  const nested = listOf(own(extension, 'extension')).map(nodeOf)
  const parts = Object.entries(rule.parts)
  if (parts.length === 0) {
    const value = rule.values.find((name) => own(extension, name) !== undefined)
    return value !== undefined && codeAllowed(own(extension, value), rule.codes)
  }
  const known = nested.every((part) => {
    const url = own(part, 'url')
    const partRule = typeof url === 'string' && Object.hasOwn(rule.parts, url) ? rule.parts[url] : undefined
    return partRule !== undefined && holds(part, partRule)
  })
  return (
    known && parts.every(([url, part]) => part.min === 0 || nested.some((item) => own(item, 'url') === url))
  )
}

const codeAllowed = (value: unknown, codes: readonly string[] | undefined): boolean =>
  codes === undefined || typeof value !== 'string' || codes.includes(value)
