/**
 * Reading values out of a checked tree, with a ledger of what was read: whatever leaf nobody read ends up in
 * `unmapped`, so that nothing of a message can vanish unnoticed. The structure was checked before (shape.ts):
 * a missing required element here is a fault of the program, not of the sender.
 */
import type { Unmapped } from '../../src/core/message.js'
import { isYearInRange, YEAR_RULE } from '../../src/core/zone.js'
import { pathOf, type XmlElement } from './xml.js'

export interface Reader {
  readonly root: XmlElement
  readonly seen: Uint8Array
  readonly unmapped: Unmapped[]
}

/** A coded value as sent: CS has no S, both may have OT only. */
export interface Coded {
  readonly V?: string
  readonly S?: string
  readonly DN?: string
  readonly OT?: string
}
/** V is the number as written. */
export interface Amount {
  readonly V: string
  readonly U?: string
}

export const openReader = (root: XmlElement): Reader => ({
  root,
  seen: new Uint8Array(root.last + 1),
  unmapped: [],
})

export function child(parent: XmlElement, name: string): XmlElement | undefined {
  for (const candidate of parent.children) if (candidate.local === name) return candidate
  return undefined
}

export const children = (parent: XmlElement, name: string): readonly XmlElement[] =>
  parent.children.filter((candidate) => candidate.local === name)

/** @throws TypeError when the structure check let a missing element through */
export function needed<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new TypeError(`checked structure lacks ${name}`)
  return value
}

/** Own text of the element, trimmed; undefined when empty. */
export function ownText(reader: Reader, element: XmlElement): string | undefined {
  reader.seen[element.index] = 1
  const text = element.text.trim()
  return text === '' ? undefined : text
}

export function text(reader: Reader, parent: XmlElement, name: string): string | undefined {
  const element = child(parent, name)
  return element === undefined ? undefined : ownText(reader, element)
}

export const neededText = (reader: Reader, parent: XmlElement, name: string): string =>
  needed(text(reader, parent, name), name)

export const texts = (reader: Reader, parent: XmlElement, name: string): readonly string[] =>
  children(parent, name).flatMap((element) => ownText(reader, element) ?? [])

export function flag(reader: Reader, parent: XmlElement, name: string): boolean | undefined {
  const value = text(reader, parent, name)
  return value === undefined ? undefined : value === 'true' || value === '1'
}

export function ownCoded(reader: Reader, element: XmlElement): Coded | undefined {
  reader.seen[element.index] = 1
  const { attributes } = element
  const coded: { V?: string; S?: string; DN?: string; OT?: string } = {}
  for (const name in attributes) {
    const value = attributes[name]?.trim()
    if (name !== 'V' && name !== 'S' && name !== 'DN' && name !== 'OT') noteAttribute(reader, element, name)
    else if (value) coded[name] = value
  }
  return coded.V || coded.DN || coded.OT ? coded : undefined
}

export function coded(reader: Reader, parent: XmlElement, name: string): Coded | undefined {
  const element = child(parent, name)
  return element === undefined ? undefined : ownCoded(reader, element)
}

export const codedAll = (reader: Reader, parent: XmlElement, name: string): readonly Coded[] =>
  children(parent, name).flatMap((element) => ownCoded(reader, element) ?? [])

export const neededCoded = (reader: Reader, parent: XmlElement, name: string): Coded =>
  needed(coded(reader, parent, name), name)

export function amount(reader: Reader, parent: XmlElement, name: string): Amount | undefined {
  const element = child(parent, name)
  return element === undefined ? undefined : ownAmount(reader, element)
}

export function ownAmount(reader: Reader, element: XmlElement): Amount | undefined {
  reader.seen[element.index] = 1
  const { attributes } = element
  const V = attributes['V']?.trim()
  const U = attributes['U']?.trim()
  for (const name in attributes) if (name !== 'V' && name !== 'U') noteAttribute(reader, element, name)
  return V ? { V, ...(U ? { U } : {}) } : undefined
}

export const neededAmount = (reader: Reader, parent: XmlElement, name: string): Amount =>
  needed(amount(reader, parent, name), name)

/** The V attribute alone (TS, URL). */
export function point(reader: Reader, parent: XmlElement, name: string): string | undefined {
  const element = child(parent, name)
  if (element === undefined) return undefined
  reader.seen[element.index] = 1
  return element.attributes['V']?.trim() || undefined
}

/** A date or time as sent; one of a year that no record can have is noted and left out (9999 for "never"). */
export function date(reader: Reader, parent: XmlElement, name: string): string | undefined {
  return inYears(reader, parent, name, text(reader, parent, name))
}

/** The V attribute of a TS, by the same rule; a time of day has no year. */
export function datePoint(reader: Reader, parent: XmlElement, name: string): string | undefined {
  return inYears(reader, parent, name, point(reader, parent, name))
}

function inYears(
  reader: Reader,
  parent: XmlElement,
  name: string,
  value: string | undefined,
): string | undefined {
  if (value === undefined || /^\d{2}:/.test(value) || isYearInRange(value)) return value
  reader.unmapped.push({ at: `${pathOf(parent)}/${name}`, reason: 'invalid-value', note: YEAR_RULE })
  return undefined
}

/** Sets a subtree aside as not clinical: recorded once, with its path and why. */
export function administrative(reader: Reader, element: XmlElement | undefined, note: string): void {
  if (element === undefined) return
  reader.seen.fill(1, element.index, element.last + 1)
  reader.unmapped.push({ at: pathOf(element), reason: 'administrative', note })
}

/** Notes every leaf with a value that nobody read. Call once, when all reading is done. */
export function closeReader(reader: Reader): readonly Unmapped[] {
  const more = noteUnread(reader, reader.root)
  if (more > 0)
    reader.unmapped.push({ at: pathOf(reader.root), reason: 'no-element', note: `and ${more} more places` })
  return reader.unmapped
}

/** Places that one message may list; a real one has some tens. */
const UNMAPPED_MAX = 2_000

/** @returns how many there are beyond those that may be listed */
function noteUnread(reader: Reader, element: XmlElement): number {
  let more = 0
  for (const inner of element.children) more += noteUnread(reader, inner)
  if (element.children.length > 0 || reader.seen[element.index] === 1) return more
  if (element.text.trim() === '' && Object.keys(element.attributes).length === 0) return more
  if (reader.unmapped.length >= UNMAPPED_MAX) return more + 1
  reader.unmapped.push({ at: pathOf(element), reason: 'no-element' })
  return more
}

function noteAttribute(reader: Reader, element: XmlElement, name: string): void {
  reader.unmapped.push({ at: `${pathOf(element)}/@${name}`, reason: 'no-element' })
}
