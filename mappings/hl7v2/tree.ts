/** The parsed message: a frozen tree with accessors that count from 1 and never throw. */
import type { Separators } from './separators.js'

/** Undefined: nothing was sent. Null: `""`, delete. Else the text, unescaped, never empty (hl7v2.md 4.4). */
export type Leaf = string | null | undefined
export type Component = readonly Leaf[]
export type Repetition = readonly Component[]
export type Field = readonly Repetition[]

export interface Segment {
  readonly name: string
  /** Number among the segments of this name, from 1. */
  readonly occurrence: number
  /** Field 1 is at index 0. MSH-1 and MSH-2 are the separators as written. */
  readonly fields: readonly Field[]
}

export interface Hl7Message {
  readonly separators: Separators
  /** WHATWG label. */
  readonly charset: string
  readonly segments: readonly Segment[]
}

export const leafAt = (
  segment: Segment | undefined,
  field: number,
  repetition = 1,
  component = 1,
  subcomponent = 1,
): Leaf => segment?.fields[field - 1]?.[repetition - 1]?.[component - 1]?.[subcomponent - 1]

export const firstSegment = (message: Hl7Message, name: string): Segment | undefined =>
  message.segments.find((segment) => segment.name === name)
