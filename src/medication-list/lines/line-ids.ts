/** Line ids: kept from the previous version where its facts were known, else made from the facts. */
import { deterministicUuid } from '../../core/deterministic-id.js'
import type { PreviousLine } from '../contract.js'
import type { ActFacts } from '../facts/act-fact.js'
import type { LineGroup } from '../grouping/line-group.js'
import { isClosing } from './flags.js'

export interface Identified {
  readonly group: LineGroup
  readonly id: string
  /** Previous lines whose facts are here now, the one that gave the id first. */
  readonly former: readonly PreviousLine[]
}

/** What people said of the grouping (3.3): which line goes on after a merge, which facts left theirs. */
export type Corrections = Pick<ActFacts, 'merges' | 'splits'>

/** @param groups in any order; the answer is in the same order */
export function identifyLines(
  groups: readonly LineGroup[],
  previous: readonly PreviousLine[],
  patientRef: string,
  { merges, splits }: Corrections = { merges: [], splits: [] },
): Identified[] {
  const survivors = new Set(merges.flatMap(({ into }) => into ?? []))
  const parted = new Set(splits.flatMap(({ facts }) => facts))
  const places = placesOf(groups, new Set(previous.flatMap(({ facts }) => facts)))
  const formerOf = new Map<number, PreviousLine[]>()
  for (const line of [...previous].sort(byId)) {
    const place = heir(line, places, groups, parted)
    if (place !== undefined) formerOf.set(place, [...(formerOf.get(place) ?? []), line])
  }
  const taken = new Set(previous.map(({ id }) => id))
  const order = groups
    .map((group, index) => ({ group, index, seed: seedOf(group) }))
    .sort((a, b) => (a.seed < b.seed ? -1 : 1))
  const identified: Identified[] = []
  for (const { group, index, seed } of order) {
    const former = survivorFirst(formerOf.get(index) ?? [], group, survivors)
    const id = former[0]?.id ?? freshId(patientRef, seed, taken)
    taken.add(id)
    identified[index] = { group, id, former }
  }
  return identified
}

/** Where the facts that previous lines name are now. */
function placesOf(groups: readonly LineGroup[], wanted: ReadonlySet<string>): Map<string, number> {
  const places = new Map<string, number>()
  groups.forEach(({ facts, supplies, intakes, reports }, index) => {
    const put = (ref: string): void => {
      if (wanted.has(ref)) places.set(ref, index)
    }
    for (const { ref } of facts) put(ref)
    for (const attached of [supplies, intakes, reports]) for (const { fact } of attached) put(fact.ref)
  })
  return places
}

const byId = (a: PreviousLine, b: PreviousLine): number => (a.id < b.id ? -1 : 1)

export const groupRefs = ({ facts, supplies, intakes, reports }: LineGroup): string[] => [
  ...facts.map(({ ref }) => ref),
  ...[...supplies, ...intakes, ...reports].map(({ fact }) => fact.ref),
]

/** The group that goes on with a previous line: that of its earliest deciding fact, else of any of its facts. */
function heir(
  line: PreviousLine,
  places: ReadonlyMap<string, number>,
  groups: readonly LineGroup[],
  parted: ReadonlySet<string>,
): number | undefined {
  const staying = line.facts.filter((ref) => !parted.has(ref) && places.has(ref))
  // A line made by a split has nothing but facts that left another.
  const found = (staying.length > 0 ? staying : line.facts).flatMap((ref) => places.get(ref) ?? [])
  // What is in error goes on only where nothing else does.
  const inForce = found.filter((place) => (groups[place]?.decisions.length ?? 0) > 0)
  const decided = found.filter((place) => (groups[place]?.facts.length ?? 0) > 0)
  const candidates = [...new Set(inForce.length > 0 ? inForce : decided.length > 0 ? decided : found)]
  const members = new Set(line.facts)
  const earliest = (place: number): string =>
    groups[place]?.facts
      .find(({ ref }) => members.has(ref))
      ?.decided.from.toString()
      .padStart(20, '0') ?? '~'
  return candidates.sort((a, b) =>
    earliest(a) < earliest(b) ? -1 : earliest(a) > earliest(b) ? 1 : a - b,
  )[0]
}

/** Of several previous lines in one group: one still open before closed ones, of closed ones the newest, then that with the earliest fact. */
function survivorFirst(
  lines: readonly PreviousLine[],
  group: LineGroup,
  survivors: ReadonlySet<string>,
): PreviousLine[] {
  const order = lines.length < 2 ? [] : groupRefs(group)
  const place = ({ facts }: PreviousLine): number => {
    const index = order.findIndex((ref) => facts.includes(ref))
    return index < 0 ? order.length : index
  }
  const age = (a: PreviousLine, b: PreviousLine): number =>
    isClosing(a.flag) && isClosing(b.flag) && a.date !== b.date ? (a.date < b.date ? 1 : -1) : 0
  return [...lines].sort(
    (a, b) =>
      Number(isClosing(a.flag)) - Number(isClosing(b.flag)) ||
      Number(survivors.has(b.id)) - Number(survivors.has(a.id)) ||
      age(a, b) ||
      place(a) - place(b) ||
      byId(a, b),
  )
}

/** Natural keys rather than refs: the same messages give the same ids in any installation. */
function seedOf(group: LineGroup): string {
  const [first] = group.facts
  if (first !== undefined) return `decided ${first.key}`
  const [item] = [...group.supplies, ...group.intakes].sort((a, b) => (a.fact.key < b.fact.key ? -1 : 1))
  return `provisional ${item?.fact.key} ${item?.medicine.products[0] ?? item?.medicine.atc ?? item?.medicine.name ?? ''}`
}

function freshId(patientRef: string, seed: string, taken: ReadonlySet<string>): string {
  for (let turn = 0; ; turn++) {
    const id = deterministicUuid('line', patientRef, seed, String(turn))
    if (!taken.has(id)) return id
  }
}
