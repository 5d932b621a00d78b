/**
 * What becomes of mapped resources in the order in which messages arrive, by the contract of MappedResource and
 * Amendment alone: for tests of maps that must not depend on that order.
 */
import type { Amendment, Mapped } from '../../src/core/message.js'

type Loose = Record<string, unknown>

/** Resources by `<type>|<key>`, amendments on top. */
export function foldMapped(messages: readonly Mapped[]): ReadonlyMap<string, Loose> {
  const contents = new Map<string, { order: string; content: Loose }>()
  const amendments = new Map<string, Amendment[]>()
  for (const mapped of messages) {
    for (const { key, order, resource, scope } of mapped.resources) {
      const target = `${resource.resourceType}|${key}`
      const known = contents.get(target)
      if (known !== undefined && (scope === 'shared-once' || known.order >= order)) continue
      contents.set(target, { order, content: resource as unknown as Loose })
    }
    for (const amendment of mapped.amendments) {
      const target = `${amendment.type}|${amendment.key}`
      const others = (amendments.get(target) ?? []).filter(({ name }) => name !== amendment.name)
      amendments.set(target, [...others, amendment])
    }
  }
  return new Map(
    [...contents]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([target, { content }]) => [target, amended(content, amendments.get(target) ?? [])]),
  )
}

function amended(content: Loose, amendments: readonly Amendment[]): Loose {
  const result: Loose = { ...content }
  const inOrder = amendments.toSorted((a, b) =>
    a.at === b.at ? (a.name < b.name ? -1 : 1) : a.at < b.at ? -1 : 1,
  )
  for (const { set, merge } of inOrder) {
    for (const [element, value] of Object.entries(set)) {
      if (value === null) delete result[element]
      else if (element === 'extension') result[element] = mergedExtensions(result[element], value)
      else result[element] = value
    }
    for (const [element, parts] of Object.entries(merge ?? {}))
      result[element] = { ...(result[element] as Loose | undefined), ...parts }
  }
  return result
}

function mergedExtensions(present: unknown, added: unknown): readonly unknown[] {
  const fresh = added as readonly { url: string }[]
  const current = (present ?? []) as readonly { url: string }[]
  const urls = new Set(fresh.map(({ url }) => url))
  return [...current.filter(({ url }) => !urls.has(url)), ...fresh]
}
