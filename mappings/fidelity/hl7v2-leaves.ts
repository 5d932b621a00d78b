/** Leaves of an HL7 v2 message: every subcomponent that holds text, named as the mappings name it (`PID-3[2].4.1`). */
import { encodeText } from '../hl7v2/charset.js'
import { encodeSegment } from '../hl7v2/encode.js'
import { parseMessage } from '../hl7v2/parse.js'
import type { Field, Hl7Message, Segment } from '../hl7v2/tree.js'
import type { SourceLeaf } from './report.js'

interface Place {
  readonly segment: number
  readonly field: number
  readonly repetition: number
  readonly component: number
  readonly subcomponent: number
}

/** @throws HubError MESSAGE_UNREADABLE, MESSAGE_INVALID, MESSAGE_TOO_LARGE */
export function hl7v2Leaves(raw: Uint8Array): readonly SourceLeaf[] {
  const message = parseMessage(raw)
  const repeated = new Set(
    message.segments.filter(({ occurrence }) => occurrence > 1).map(({ name }) => name),
  )
  return message.segments.flatMap((segment, index) => {
    const place = repeated.has(segment.name) ? `${segment.name}[${segment.occurrence}]` : segment.name
    return leavesOfSegment(message, segment, index, place)
  })
}

function leavesOfSegment(message: Hl7Message, segment: Segment, at: number, place: string): SourceLeaf[] {
  const found: SourceLeaf[] = []
  for (const [f, field] of segment.fields.entries()) {
    // The separators are the syntax itself.
    if (segment.name === 'MSH' && f < 2) continue
    for (const [r, repetition] of field.entries())
      for (const [c, component] of repetition.entries())
        for (const [s, value] of component.entries())
          if (typeof value === 'string') {
            const where = { segment: at, field: f, repetition: r, component: c, subcomponent: s }
            const exchanged = (other: string): Uint8Array => write(message, where, other)
            found.push({
              at: nameOf(place, where, repetition.length > 1, component.length > 1),
              parts: [{ name: '', value: value.trim(), beside: false, exchanged }],
            })
          }
  }
  return found
}

function nameOf(place: string, where: Place, hasComponents: boolean, hasSubcomponents: boolean): string {
  const repetition = where.repetition === 0 ? '' : `[${where.repetition + 1}]`
  const field = `${place}-${where.field + 1}${repetition}`
  if (!hasComponents && !hasSubcomponents) return field
  return `${field}.${where.component + 1}${hasSubcomponents ? `.${where.subcomponent + 1}` : ''}`
}

function write(message: Hl7Message, where: Place, value: string): Uint8Array {
  const text = message.segments
    .map((segment, index) =>
      encodeSegment(
        index === where.segment ? { ...segment, fields: exchange(segment.fields, where, value) } : segment,
        message.separators,
      ),
    )
    .join('')
  return encodeText(text, message.charset)
}

const exchange = (fields: readonly Field[], where: Place, value: string): readonly Field[] =>
  replaced(fields, where.field, (field) =>
    replaced(field, where.repetition, (repetition) =>
      replaced(repetition, where.component, (component) =>
        replaced(component, where.subcomponent, () => value),
      ),
    ),
  )

const replaced = <T>(list: readonly T[], at: number, by: (one: T) => T): readonly T[] =>
  list.map((one, index) => (index === at ? by(one) : one))
