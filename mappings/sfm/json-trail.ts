/**
 * FHIR JSON as SFM writes it, which is not always valid R4 (norwegian-fhir.md 2.3): read by asking for what is there, and
 * remembering what was asked for, so that the rest can be told.
 */
import type { Unmapped } from '../../src/core/message.js'

/** An object of the message and its place. */
export interface Node {
  readonly value: Readonly<Record<string, unknown>>
  readonly at: string
  readonly trail: Trail
}

export interface Trail {
  readonly read: Set<string>
}

export const nodeOf = (value: unknown, at: string, trail: Trail): Node | undefined =>
  isObject(value) ? { value, at, trail } : undefined

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const own = (node: Node, name: string): unknown =>
  Object.hasOwn(node.value, name) ? node.value[name] : undefined

export const child = (node: Node | undefined, name: string): Node | undefined =>
  node && nodeOf(own(node, name), `${node.at}.${name}`, node.trail)

/** The objects of an array; a lone object counts as one. */
export function children(node: Node | undefined, name: string): Node[] {
  if (node === undefined) return []
  const value = own(node, name)
  const items = Array.isArray(value) ? value : value === undefined ? [] : [value]
  return items.flatMap((item: unknown, index) => {
    const at = Array.isArray(value) ? `${node.at}.${name}[${index}]` : `${node.at}.${name}`
    return nodeOf(item, at, node.trail) ?? []
  })
}

/** Trimmed text of a string, number or boolean; empty is absent. */
export function text(node: Node | undefined, name: string): string | undefined {
  if (node === undefined) return undefined
  const value = own(node, name)
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return undefined
  node.trail.read.add(`${node.at}.${name}`)
  return String(value).trim() || undefined
}

export function flag(node: Node | undefined, name: string): boolean | undefined {
  const value = text(node, name)
  return value === 'true' ? true : value === 'false' ? false : undefined
}

/** Texts of an array of strings. */
export function texts(node: Node | undefined, name: string): string[] {
  if (node === undefined) return []
  const value = own(node, name)
  if (!Array.isArray(value)) return text(node, name) === undefined ? [] : [String(value)]
  return value.flatMap((item: unknown, index) => {
    if (typeof item !== 'string' || item.trim() === '') return []
    node.trail.read.add(`${node.at}.${name}[${index}]`)
    return [item.trim()]
  })
}

/** Everything of it is taken as it stands. */
export function readWhole({ at, trail, value }: Node): void {
  const walk = (part: unknown, place: string): void => {
    if (Array.isArray(part)) for (const [index, item] of part.entries()) walk(item, `${place}[${index}]`)
    else if (isObject(part)) for (const [key, item] of Object.entries(part)) walk(item, `${place}.${key}`)
    else trail.read.add(place)
  }
  walk(value, at)
}

const lastPart = (url: string): string => url.slice(url.lastIndexOf('/') + 1)

/** Extensions of this name: the end of their URL, since children have a bare name. */
export const extensions = (node: Node | undefined, name: string): Node[] =>
  children(node, 'extension').filter((one) => {
    const url = own(one, 'url')
    return typeof url === 'string' && lastPart(url) === name
  })

export const extension = (node: Node | undefined, name: string): Node | undefined => extensions(node, name)[0]

/** Keys that say how the message is built, and nothing of the patient. */
const FRAME_KEYS: ReadonlySet<string> = new Set([
  'resourceType',
  'id',
  'meta',
  'fullUrl',
  'link',
  'url',
  'type',
  'use',
  'display',
  'title',
  'total',
  'timestamp',
])
const UNMAPPED_MAX = 500

/** What nobody asked for, each at its highest level that is wholly unread. */
export function unread(root: Node): Unmapped[] {
  const found: Unmapped[] = []
  const whole = (value: unknown, at: string): boolean => {
    if (Array.isArray(value)) {
      const parts = value.map((item: unknown, index) => [item, `${at}[${index}]`] as const)
      return settle(parts)
    }
    if (isObject(value)) {
      const parts = Object.entries(value)
        .filter(([key]) => !FRAME_KEYS.has(key))
        .map(([key, item]) => [item, `${at}.${key}`] as const)
      return parts.length === 0 ? false : settle(parts)
    }
    return !root.trail.read.has(at)
  }
  const settle = (parts: readonly (readonly [unknown, string])[]): boolean => {
    const open = parts.filter(([value, at]) => whole(value, at))
    if (open.length === parts.length && parts.length > 0) return true
    for (const [, at] of open) if (found.length < UNMAPPED_MAX) found.push({ at, reason: 'no-element' })
    return false
  }
  if (whole(root.value, root.at)) found.push({ at: root.at, reason: 'no-element' })
  return found
}
