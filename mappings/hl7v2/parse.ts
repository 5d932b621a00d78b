/**
 * One message from its bytes to the frozen tree. hl7-standard splits one cleaned message; everything else is done and
 * checked here (hl7-standard-notes.md: "What the adapter must do around it").
 */
import HL7, { type FieldData, type ParsedSegment, type Component as RawComponent } from 'hl7-standard'
import { HubError } from '../../src/core/errors.js'
import { unescapeText } from './escapes.js'
import { type MessageLines, readLines } from './frame.js'
import { DEFAULT_SEPARATORS, encodingCharacters, type Separators } from './separators.js'
import type { Component, Field, Hl7Message, Leaf, Repetition, Segment } from './tree.js'

/** @throws HubError MESSAGE_TOO_LARGE, MESSAGE_UNREADABLE, MESSAGE_INVALID */
export function parseMessage(raw: Uint8Array): Hl7Message {
  const source = readLines(raw)
  const alphabet = alphabetOf(source.separators)
  const lines = source.lines.map((line) => toDefaultSeparators(line, source.separators, alphabet))
  const parsed = split(lines)
  const counts = new Map<string, number>()
  const leaf = leafReader(source, alphabet)
  const segments = parsed.map((segment): Segment => {
    const occurrence = (counts.get(segment.type) ?? 0) + 1
    counts.set(segment.type, occurrence)
    // Keys are the fields from 1 on without gaps; MSH-1 has none.
    const length = Object.keys(segment.data).length + (segment.type === 'MSH' ? 1 : 0)
    const fields = readFields(segment, length, leaf, source.separators)
    return Object.freeze({ name: segment.type, occurrence, fields })
  })
  return Object.freeze({
    separators: source.separators,
    charset: source.charset,
    segments: Object.freeze(segments),
  })
}

/** How a message's own separators stand against the default ones that hl7-standard is fixed to. */
interface Alphabet {
  /** By character of the message: what stands in its place in the cleaned text. */
  readonly outward: ReadonlyMap<string, string>
  /** By stand-in: the character that it stands for. */
  readonly inward: ReadonlyMap<string, string>
}

/** Noncharacters, which no message may hold, stand in for a default separator that is data in this message. */
const STAND_INS = ['\ufdd0', '\ufdd1', '\ufdd2', '\ufdd3'] as const

/** Undefined when the message has the default separators: nothing to translate. */
function alphabetOf(separators: Separators): Alphabet | undefined {
  const d = DEFAULT_SEPARATORS
  const pairs: [string | undefined, string | undefined][] = [
    [separators.field, d.field],
    [separators.component, d.component],
    [separators.repetition, d.repetition],
    [separators.subcomponent, d.subcomponent],
  ]
  if (pairs.every(([own, standard]) => own === standard)) return undefined
  const outward = new Map<string, string>()
  const inward = new Map<string, string>()
  for (const [index, standIn] of STAND_INS.entries()) {
    const standard = pairs[index]?.[1] ?? ''
    outward.set(standard, standIn)
    inward.set(standIn, standard)
  }
  for (const [own, standard] of pairs)
    if (own !== undefined && standard !== undefined) outward.set(own, standard)
  return { outward, inward }
}

function toDefaultSeparators(line: string, separators: Separators, alphabet: Alphabet | undefined): string {
  const msh = line.startsWith('MSH')
  // MSH-2 is taken out of the text: the parser knows only its own, and ours are in `separators`.
  const rest = msh ? line.slice(4 + encodingCharacters(separators).length) : line
  if (alphabet === undefined) return msh ? `MSH|^~\\&${rest}` : rest
  let translated = ''
  for (const character of rest) translated += alphabet.outward.get(character) ?? character
  return msh ? `MSH|^~\\&${translated}` : translated
}

/** The checks after the split would catch every loss that is known of the package. */
function split(lines: readonly string[]): readonly ParsedSegment[] {
  let parsed: readonly ParsedSegment[]
  try {
    const hl7 = new HL7(`${lines.join('\r')}\r`)
    hl7.transform()
    parsed = [...hl7.getSegments()].sort((a, b) => a.index - b.index)
  } catch (cause) {
    throw new HubError('MESSAGE_UNREADABLE', 'the message cannot be split into segments', { cause })
  }
  const whole =
    parsed.length === lines.length &&
    parsed.every((segment, index) => (lines[index] ?? '').startsWith(`${segment.type}|`))
  if (!whole) throw new HubError('MESSAGE_UNREADABLE', 'the parsed segments are not the lines of the message')
  return parsed
}

type ReadLeaf = (raw: string) => Leaf

function leafReader(source: MessageLines, alphabet: Alphabet | undefined): ReadLeaf {
  const { separators, charset } = source
  return (raw) => {
    if (raw === '') return undefined
    if (raw === '""') return null
    const own = alphabet === undefined ? raw : fromStandIns(raw, alphabet)
    const text = unescapeText(own, separators, charset)
    return text.trim() === '' ? undefined : text
  }
}

function fromStandIns(text: string, alphabet: Alphabet): string {
  let result = ''
  for (const character of text) result += alphabet.inward.get(character) ?? character
  return result
}

function readFields(
  segment: ParsedSegment,
  length: number,
  leaf: ReadLeaf,
  separators: Separators,
): readonly Field[] {
  const fields: Field[] = []
  for (let number = 1; number <= length; number++) {
    if (segment.type === 'MSH' && number <= 2) {
      const text = number === 1 ? separators.field : encodingCharacters(separators)
      fields.push(Object.freeze([Object.freeze([Object.freeze([text])])]))
    } else {
      fields.push(readField(segment.data[`${segment.type}.${number}`], leaf))
    }
  }
  return Object.freeze(trim(fields, (field) => field.length === 0))
}

const EMPTY: readonly never[] = Object.freeze([])

/** The four shapes of hl7-standard's tree. */
function readField(data: FieldData | undefined, leaf: ReadLeaf): Field {
  if (data === undefined || data === '') return EMPTY
  if (typeof data === 'string') return fieldOf([repetitionOf([componentOf([data], leaf)])])
  if (!Array.isArray(data)) return fieldOf([readRepetition(data, leaf)])
  const [first] = data
  if (typeof first === 'string') {
    const parts = data.filter((part) => typeof part === 'string')
    return fieldOf([repetitionOf([componentOf(parts, leaf)])])
  }
  return fieldOf(data.map((part) => (typeof part === 'string' ? EMPTY : readRepetition(part, leaf))))
}

/** Keys are `PID.3.1`, `PID.3.2` … in order and without gaps. */
const readRepetition = (parts: Readonly<Record<string, RawComponent>>, leaf: ReadLeaf): Repetition =>
  repetitionOf(
    Object.values(parts).map((part) => componentOf(typeof part === 'string' ? [part] : part, leaf)),
  )

const componentOf = (parts: readonly string[], leaf: ReadLeaf): Component =>
  Object.freeze(trim(parts.map(leaf), (value) => value === undefined))
const repetitionOf = (components: Component[]): Repetition =>
  Object.freeze(trim(components, (component) => component.length === 0))
const fieldOf = (repetitions: Repetition[]): Field =>
  Object.freeze(trim(repetitions, (repetition) => repetition.length === 0))

/** Trailing empties have no meaning (hl7v2.md 4.2). */
function trim<T>(items: T[], isEmpty: (item: T) => boolean): T[] {
  while (items.length > 0) {
    const last = items[items.length - 1]
    if (last === undefined || isEmpty(last)) items.pop()
    else break
  }
  return items
}
