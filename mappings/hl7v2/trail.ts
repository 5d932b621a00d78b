/**
 * Reading a message so that nothing is dropped in silence: every accessor records what it read, and what nobody read
 * becomes the list of unmapped places. One trail a message and mapping run; no state outlives it.
 * Places are `PID-3[2].4.1` (field, repetition, component, subcomponent); `RXE[2]-10` where a segment repeats.
 */
import type { Unmapped } from '../../src/core/message.js'
import { administrativeNote, administrativeSegment, isKnownSegment } from './known-segments.js'
import type { Hl7Message, Leaf, Segment } from './tree.js'

export interface Trail {
  /** The same reader for the same segment. */
  readonly reader: (segment: Segment) => SegmentReader
  readonly note: (entry: Unmapped) => void
  /** Everything noted, then every valued leaf of `segments` that nobody read, gathered to the highest unread level. */
  readonly unmapped: (segments: readonly Segment[]) => readonly Unmapped[]
}

export interface SegmentReader {
  readonly name: string
  readonly segment: Segment
  /** `RXE[2]`. */
  readonly place: string
  /** The first repetition of a field, also when it is empty. */
  readonly field: (field: number) => ValueReader
  /** The repetitions that hold anything. */
  readonly repetitions: (field: number) => readonly ValueReader[]
  readonly text: (field: number, component?: number) => string | undefined
  /** The field is `""`: delete. */
  readonly isNull: (field: number) => boolean
  /** What is left unread of this segment has this reason. */
  readonly setAside: (reason: Unmapped['reason'], note?: string) => void
}

/** One repetition, or one component whose subcomponents are read as components (HD in CX.4). */
export interface ValueReader {
  readonly place: string
  /** Trimmed text; undefined for nothing and for `""`. Marks the leaf as read. */
  readonly text: (component?: number, subcomponent?: number) => string | undefined
  /** As `text`, with its blanks. */
  readonly verbatim: (component?: number, subcomponent?: number) => string | undefined
  /** Whether a leaf holds a value, without marking it as read. */
  readonly has: (component?: number, subcomponent?: number) => boolean
  readonly isEmpty: () => boolean
  /** The component as a value of its own. */
  readonly component: (component: number) => ValueReader
  /** Notes this place, or a component of it, as unmapped although it was read. */
  readonly reject: (reason: Unmapped['reason'], component?: number, note?: string) => void
  /** Notes the whole value as unmapped, whatever of it was read. */
  readonly setAside: (reason: Unmapped['reason'], note?: string) => void
}

interface SegmentState {
  readonly reader: SegmentReader
  readonly read: Set<number>
  aside: { readonly reason: Unmapped['reason']; readonly note: string | undefined } | undefined
}

export function openTrail(message: Hl7Message): Trail {
  const states = new Map<Segment, SegmentState>()
  const noted: Unmapped[] = []
  const note = (entry: Unmapped): void => {
    noted.push(entry)
  }
  const repeated = new Set(message.segments.filter((s) => s.occurrence > 1).map((s) => s.name))
  const stateOf = (segment: Segment): SegmentState => {
    const known = states.get(segment)
    if (known !== undefined) return known
    const place = repeated.has(segment.name) ? `${segment.name}[${segment.occurrence}]` : segment.name
    const state = openSegment(segment, place, note)
    states.set(segment, state)
    return state
  }
  return {
    reader: (segment) => stateOf(segment).reader,
    note,
    unmapped: (segments) => {
      const unread = segments.flatMap((segment) => unreadOf(stateOf(segment)))
      // A note on where a segment stands says nothing of what is in it.
      const rejected = noted.filter(({ reason }) => reason !== 'administrative')
      return [...noted, ...unread.filter((entry) => !rejected.some(({ at }) => isWithin(entry.at, at)))]
    },
  }
}

/** `RXE-22.2` lies within `RXE-22`, `RXE-2` does not. */
const isWithin = (at: string, place: string): boolean =>
  at.startsWith(place) && /^[-.[]/.test(at.slice(place.length))

function openSegment(segment: Segment, place: string, note: (entry: Unmapped) => void): SegmentState {
  const read = new Set<number>()
  const value = (field: number, repetition: number): ValueReader =>
    repetitionReader(segment, field, repetition, place, read, note)
  const reader: SegmentReader = {
    name: segment.name,
    segment,
    place,
    field: (field) => value(field, 1),
    repetitions: (field) =>
      (segment.fields[field - 1] ?? [])
        .map((_, index) => value(field, index + 1))
        .filter((repetition) => !repetition.isEmpty()),
    text: (field, component = 1) => {
      const leaf = segment.fields[field - 1]?.[0]?.[component - 1]?.[0]
      if (leaf === undefined) return undefined
      read.add(leafKey(field, 1, component, 1))
      return leaf?.trim()
    },
    isNull: (field) => {
      const repetitions = segment.fields[field - 1]
      const isNull =
        repetitions?.length === 1 && repetitions[0]?.length === 1 && repetitions[0][0]?.[0] === null
      if (isNull) read.add(leafKey(field, 1, 1, 1))
      return isNull
    },
    setAside: (reason, text) => {
      state.aside = { reason, note: text }
    },
  }
  const state: SegmentState = { reader, read, aside: undefined }
  return state
}

/** Fields up to 1,000, repetitions up to 10,000, components and subcomponents up to 4,096 each stay below 2^53. */
const leafKey = (field: number, repetition: number, component: number, subcomponent: number): number =>
  ((field * 16_384 + repetition) * 4_096 + component) * 4_096 + subcomponent

function repetitionReader(
  segment: Segment,
  field: number,
  repetition: number,
  place: string,
  read: Set<number>,
  note: (entry: Unmapped) => void,
): ValueReader {
  const components = segment.fields[field - 1]?.[repetition - 1] ?? []
  const at = repetition === 1 ? `${place}-${field}` : `${place}-${field}[${repetition}]`
  const leaf = (component: number, subcomponent: number): Leaf =>
    components[component - 1]?.[subcomponent - 1]
  const markComponent = (component: number, length: number) => {
    for (let s = 1; s <= length; s++) read.add(leafKey(field, repetition, component, s))
  }
  return valueReader(at, {
    leaf,
    mark: (component, subcomponent) => {
      read.add(leafKey(field, repetition, component, subcomponent))
    },
    isEmpty: () => components.length === 0,
    markAll: () => {
      for (const [c, component] of components.entries()) markComponent(c + 1, component.length)
    },
    component: (component) =>
      valueReader(`${at}.${component}`, {
        leaf: (subcomponent, below) => (below === 1 ? leaf(component, subcomponent) : undefined),
        mark: (subcomponent) => {
          read.add(leafKey(field, repetition, component, subcomponent))
        },
        isEmpty: () => (components[component - 1] ?? []).length === 0,
        markAll: () => markComponent(component, (components[component - 1] ?? []).length),
        component: undefined,
        note,
      }),
    note,
  })
}

interface ValueSource {
  readonly leaf: (component: number, subcomponent: number) => Leaf
  readonly mark: (component: number, subcomponent: number) => void
  /** Trailing empties are trimmed away, so what has a length holds something. */
  readonly isEmpty: () => boolean
  readonly markAll: () => void
  readonly component: ((component: number) => ValueReader) | undefined
  readonly note: (entry: Unmapped) => void
}

function valueReader(place: string, source: ValueSource): ValueReader {
  const verbatim = (component = 1, subcomponent = 1): string | undefined => {
    const value = source.leaf(component, subcomponent)
    if (value === undefined) return undefined
    source.mark(component, subcomponent)
    return value ?? undefined
  }
  const self: ValueReader = {
    place,
    verbatim,
    text: (component, subcomponent) => verbatim(component, subcomponent)?.trim(),
    has: (component = 1, subcomponent = 1) => typeof source.leaf(component, subcomponent) === 'string',
    isEmpty: source.isEmpty,
    // Below a component there is nothing more: HL7 v2 has two levels.
    component: (component) => source.component?.(component) ?? self,
    reject: (reason, component, text) => {
      const at = component === undefined ? place : `${place}.${component}`
      source.note({ at, reason, ...(text === undefined ? {} : { note: text }) })
    },
    setAside: (reason, text) => {
      if (source.isEmpty()) return
      source.markAll()
      source.note({ at: place, reason, ...(text === undefined ? {} : { note: text }) })
    },
  }
  return self
}

/** Leaves that hold a value: `""` states nothing that could be lost. */
const isValued = (leaf: Leaf): boolean => typeof leaf === 'string'

function unreadOf({ reader, read, aside }: SegmentState): readonly Unmapped[] {
  const { segment, place } = reader
  const known = isKnownSegment(segment.name)
  const reason = aside?.reason ?? (known ? 'no-element' : 'unknown-segment')
  const entries: Unmapped[] = []
  const add = (at: string, field: number) => {
    const administrative = administrativeNote(segment.name, field)
    if (administrative !== undefined) entries.push({ at, reason: 'administrative', note: administrative })
    else entries.push({ at, reason, ...(aside?.note === undefined ? {} : { note: aside.note }) })
  }
  const administrative = administrativeSegment(segment.name)
  if (administrative !== undefined) return [{ at: place, reason: 'administrative', note: administrative }]
  if (read.size === 0 && (!known || aside !== undefined)) {
    const holds = segment.fields.some((field) => field.some((r) => r.some((c) => c.some(isValued))))
    if (holds) entries.push({ at: place, reason, ...(aside?.note === undefined ? {} : { note: aside.note }) })
    return entries
  }
  for (const [index, field] of segment.fields.entries())
    unreadOfField(segment, index + 1, place, read, add, field)
  return entries
}

function unreadOfField(
  segment: Segment,
  number: number,
  place: string,
  read: ReadonlySet<number>,
  add: (at: string, field: number) => void,
  field: Segment['fields'][number],
): void {
  if (segment.name === 'MSH' && number <= 2) return
  const count = countLeaves(field, number, read)
  if (count.unread === 0) return
  const at = `${place}-${number}`
  if (count.read === 0) {
    add(at, number)
    return
  }
  for (const [r, repetition] of field.entries()) {
    const one = r === 0 ? at : `${at}[${r + 1}]`
    const ofRepetition = countLeaves([repetition], number, read, r)
    if (ofRepetition.unread === 0) continue
    if (ofRepetition.read === 0) {
      add(one, number)
      continue
    }
    for (const [c, component] of repetition.entries()) {
      const isUnread = (leaf: Leaf, s: number) =>
        isValued(leaf) && !read.has(leafKey(number, r + 1, c + 1, s + 1))
      const valued = component.filter(isValued).length
      const unread = component.filter(isUnread).length
      if (unread === 0) continue
      if (unread === valued) add(`${one}.${c + 1}`, number)
      else
        for (const [s, leaf] of component.entries())
          if (isUnread(leaf, s)) add(`${one}.${c + 1}.${s + 1}`, number)
    }
  }
}

/** Plain loops: this runs over every leaf of every message. */
function countLeaves(
  field: Segment['fields'][number],
  number: number,
  readLeaves: ReadonlySet<number>,
  firstRepetition = 0,
): { readonly read: number; readonly unread: number } {
  let read = 0
  let unread = 0
  for (let r = 0; r < field.length; r++) {
    const repetition = field[r] ?? []
    for (let c = 0; c < repetition.length; c++) {
      const component = repetition[c] ?? []
      for (let s = 0; s < component.length; s++) {
        if (!isValued(component[s])) continue
        if (readLeaves.has(leafKey(number, firstRepetition + r + 1, c + 1, s + 1))) read++
        else unread++
      }
    }
  }
  return { read, unread }
}
