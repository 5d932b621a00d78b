/**
 * What became of every leaf of a message, found by experiment: each value is exchanged for another and the message is
 * mapped again. What then differs is where the value went; what changes nothing did not arrive. The experiment shares
 * nothing with the ledgers of the mappings, and asks them only why (issue: nothing invented, nothing dropped).
 */
import type { Envelope, Mapped, Unmapped } from '../../src/core/message.js'
import { differences } from './difference.js'
import { otherValues } from './other-values.js'

/** A leaf of the source with the values that it holds: text, or several attributes. */
export interface SourceLeaf {
  /** In the words of the format: path of elements, `PID-3.4.1`, JSON pointer. */
  readonly at: string
  readonly parts: readonly LeafPart[]
}
export interface LeafPart {
  /** Empty for the leaf's own text. */
  readonly name: string
  readonly value: string
  /** A display or the name of a code list beside its code: what the code says is enough. */
  readonly beside: boolean
  /** The message with another value there. */
  readonly exchanged: (value: string) => Uint8Array
}

export type Fate =
  /** It can be seen in what the hub keeps, at `targets`. */
  | 'mapped'
  /** No other value is taken: it decides that the message is what it is. */
  | 'required'
  | 'administrative'
  | 'unmapped'

export interface LeafReport {
  readonly at: string
  readonly fate: Fate
  /** FHIR paths, `MedicationRequest.dosageInstruction[0].timing.repeat.when[0]`; some of many. */
  readonly targets: readonly string[]
  /** Why, where the mapping says so; of a mapped leaf: what of it needed a remark. */
  readonly note?: string
}
export interface FidelityReport {
  readonly leaves: readonly LeafReport[]
  readonly counts: Readonly<Record<Fate, number>>
}

/** What can be done with a whole message. */
export interface Trials {
  /** Undefined when it is refused. */
  readonly map: (raw: Uint8Array) => Mapped | undefined
  /** What the inbox knows it by, beside what is mapped. */
  readonly envelope: (raw: Uint8Array) => Envelope | undefined
  /** Told after each leaf: a long document takes a minute. */
  readonly progress?: ((done: number, all: number) => void) | undefined
}

/** Targets named for one leaf. */
const TARGETS_MAX = 4

/** @param raw a message that the door takes */
export function reportFidelity(
  raw: Uint8Array,
  leaves: readonly SourceLeaf[],
  trials: Trials,
): FidelityReport | undefined {
  const mapped = trials.map(raw)
  if (mapped === undefined) return undefined
  const whole = { mapped, envelope: trials.envelope(raw), notes: notesOf(mapped), trials }
  const reports = leaves.map((leaf, index) => {
    const report = reportLeaf(leaf, whole)
    trials.progress?.(index + 1, leaves.length)
    return report
  })
  const counts: Record<Fate, number> = { mapped: 0, required: 0, administrative: 0, unmapped: 0 }
  for (const { fate } of reports) counts[fate] += 1
  return { leaves: reports, counts }
}

interface Whole {
  readonly mapped: Mapped
  readonly envelope: Envelope | undefined
  readonly notes: readonly Unmapped[]
  readonly trials: Trials
}

function reportLeaf(leaf: SourceLeaf, whole: Whole): LeafReport {
  const said = noteOn(leaf.at, whole.notes)
  const note =
    said === undefined ? undefined : `${said.reason}${said.note === undefined ? '' : `: ${said.note}`}`
  const main = leaf.parts.filter(({ beside }) => !beside)
  const counted = main.length > 0 ? main : leaf.parts
  const aside = said?.reason === 'administrative' ? said : undefined
  const results = counted.map((part) => ({ part, ...experiment(part, whole, aside !== undefined) }))
  const targets = [...new Set(results.flatMap((result) => result.targets))].slice(0, TARGETS_MAX)
  const lost = results.filter(({ outcome }) => outcome === 'nothing')
  const remark = note === undefined ? {} : { note }
  if (lost.length === 0 && targets.length > 0) return { at: leaf.at, fate: 'mapped', targets, ...remark }
  if (lost.length === 0) return { at: leaf.at, fate: 'required', targets: [], ...remark }
  if (aside !== undefined)
    return { at: leaf.at, fate: 'administrative', targets, note: aside.note ?? 'administrative' }
  const names = lost.map(({ part }) => part.name).filter((name) => name !== '')
  const which = names.length > 0 && names.length < counted.length ? ` (${names.join(', ')})` : ''
  return { at: leaf.at, fate: 'unmapped', targets, note: `${note ?? 'changes nothing that is kept'}${which}` }
}

interface Experiment {
  /** `refused`: no other value that was tried is taken. */
  readonly outcome: 'seen' | 'nothing' | 'refused'
  readonly targets: readonly string[]
}

/** @param briefly one other value is enough: nobody expects to find it */
function experiment(part: LeafPart, whole: Whole, briefly: boolean): Experiment {
  let taken = false
  for (const value of otherValues(part.value)) {
    const raw = part.exchanged(value)
    const other = whole.trials.map(raw)
    if (other === undefined) continue
    taken = true
    const found = differences(whole.mapped, other, TARGETS_MAX)
    const targets = found.length > 0 || briefly ? found : inboxTargets(whole, raw)
    if (targets.length > 0) return { outcome: 'seen', targets }
    if (briefly) break
  }
  return { outcome: taken ? 'nothing' : 'refused', targets: [] }
}

function inboxTargets({ envelope, trials }: Whole, raw: Uint8Array): readonly string[] {
  const other = trials.envelope(raw)
  if (envelope === undefined || other === undefined) return []
  return INBOX_FIELDS.filter((name) => envelope[name] !== other[name]).map((name) => `(inbox) ${name}`)
}
const INBOX_FIELDS = ['kind', 'sender', 'messageId', 'sentAt'] as const

const notesOf = (mapped: Mapped): readonly Unmapped[] => [
  ...mapped.unmapped,
  ...(mapped.enclosed ?? []).flatMap(notesOf),
]

/** The nearest note on the place or on what it stands in. */
function noteOn(at: string, notes: readonly Unmapped[]): Unmapped | undefined {
  let found: Unmapped | undefined
  for (const note of notes)
    if (isWithin(at, note.at) && (found === undefined || note.at.length > found.at.length)) found = note
  return found
}

/** `a/b` is within `a` and `PID-3.4` within `PID-3`; `PID-30` is not. */
const isWithin = (at: string, place: string): boolean =>
  at === place || (at.startsWith(place) && /^[-./[]/.test(at.slice(place.length)))
