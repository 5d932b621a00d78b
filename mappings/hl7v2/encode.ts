/** The encoder for everything the hub writes itself: each leaf escaped, CR only, trailing empties trimmed. */
import { escapeText } from './escapes.js'
import { encodingCharacters, type Separators } from './separators.js'
import type { Component, Field, Leaf, Repetition, Segment } from './tree.js'

/** A leaf, or components, or (inside) subcomponents: `'A'`, `['A', 'B']`, `['A', ['x', 'y']]`. */
export type Outbound = Leaf | readonly (Leaf | readonly Leaf[])[]

/** A segment line with terminator. For MSH, FHS and BHS field 1 is the separator and field 2 the encoding characters. */
export function encodeSegment(segment: Pick<Segment, 'name' | 'fields'>, separators: Separators): string {
  const header = segment.name === 'MSH' || segment.name === 'FHS' || segment.name === 'BHS'
  const fields = segment.fields.slice(header ? 2 : 0).map((field) => encodeField(field, separators))
  const start = header ? `${segment.name}${separators.field}${encodingCharacters(separators)}` : segment.name
  const text = [start, ...trimEnd(fields)].join(separators.field)
  // A segment without any field keeps its separator: a bare name is no segment line.
  return `${header || text !== segment.name ? text : text + separators.field}\r`
}

/** A segment from plain values, one a field. */
export function outboundSegment(name: string, fields: readonly Outbound[]): Pick<Segment, 'name' | 'fields'> {
  return { name, fields: fields.map(outboundField) }
}

function outboundField(value: Outbound): Field {
  if (!isList(value)) return [[[value]]]
  return [value.map((part) => (isList(part) ? part : [part]))]
}

const isList = <T>(value: T | readonly T[]): value is readonly T[] => Array.isArray(value)

function encodeField(field: Field, separators: Separators): string {
  return joinWith(
    field.map((repetition) => encodeRepetition(repetition, separators)),
    separators.repetition,
  )
}

const encodeRepetition = (repetition: Repetition, separators: Separators): string =>
  joinWith(
    trimEnd(repetition.map((component) => encodeComponent(component, separators))),
    separators.component,
  )

const encodeComponent = (component: Component, separators: Separators): string =>
  joinWith(trimEnd(component.map((leaf) => encodeLeaf(leaf, separators))), separators.subcomponent)

function encodeLeaf(leaf: Leaf, separators: Separators): string {
  if (leaf === undefined) return ''
  if (leaf === null) return '""'
  // Two quotes as text must not come out as "delete".
  if (leaf === '""' && separators.escape !== undefined) return `${separators.escape}X22${separators.escape}"`
  return escapeText(leaf, separators)
}

/** Parts for which the message has no separator cannot be written: only the first goes out. */
const joinWith = (parts: readonly string[], separator: string | undefined): string =>
  separator === undefined ? (parts[0] ?? '') : parts.join(separator)

function trimEnd(parts: readonly string[]): readonly string[] {
  let length = parts.length
  while (length > 0 && parts[length - 1] === '') length--
  return parts.slice(0, length)
}
