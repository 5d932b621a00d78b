/** Lines that stand against each other: which of them count, when they meet, and which pairs are told. */
import type { LineModel } from '../lines/line.js'
import { spanOfUse } from '../lines/use-span.js'

const DAY_MS = 86_400_000
/** Lines of one kind up to which each is told with each; beyond, each line with the one it conflicts with most. */
const PAIRED_LINES_MAX = 8

export type LinePair = readonly [LineModel, LineModel]

/** Active, planned or provisional. */
export const isToBeUsed = ({ status }: LineModel): boolean =>
  status === 'active' || status === 'intended' || status === 'unknown'

/** The same route group, or both act on the whole body; an unknown route may be any. */
export function meetInBody({ medicine: a }: LineModel, { medicine: b }: LineModel): boolean {
  if (a?.routeGroup === undefined || b?.routeGroup === undefined) return true
  return a.routeGroup === b.routeGroup || (a.systemic && b.systemic)
}

/** Their periods of use have a day or more in common. */
export function overlap(a: LineModel, b: LineModel): boolean {
  const [from, to] = spanOfUse(a)
  const [start, end] = spanOfUse(b)
  return Math.min(to, end) - Math.max(from, start) >= DAY_MS
}

/** Lines by each of the words that they are known by, first decided first. */
export function sharing(
  lines: readonly LineModel[],
  words: (line: LineModel) => Iterable<string>,
): LineModel[][] {
  const byWord = new Map<string, LineModel[]>()
  for (const line of lines)
    for (const word of new Set(words(line))) {
      const others = byWord.get(word)
      if (others === undefined) byWord.set(word, [line])
      else others.push(line)
    }
  return [...byWord.values()].filter(({ length }) => length > 1).map((same) => [...same].sort(byFirstFact))
}

/**
 * The pairs to be told, each once, its earlier line first.
 * @param weigh how much two lines conflict, greater is worse; undefined where they do not
 */
export function conflictingPairs(
  groups: readonly (readonly LineModel[])[],
  weigh: (a: LineModel, b: LineModel) => number | undefined,
): LinePair[] {
  const found = new Map<string, LinePair>()
  for (const group of groups)
    for (const pair of group.length <= PAIRED_LINES_MAX ? everyPair(group, weigh) : worstOfEach(group, weigh))
      found.set(`${pair[0].id} ${pair[1].id}`, pair)
  return [...found.values()]
}

function everyPair(
  lines: readonly LineModel[],
  weigh: (a: LineModel, b: LineModel) => number | undefined,
): LinePair[] {
  return lines.flatMap((a, index) =>
    lines.slice(index + 1).flatMap((b): LinePair[] => (weigh(a, b) === undefined ? [] : [[a, b]])),
  )
}

/** Each line with the one that it conflicts with most, the earliest of several: no more pairs than lines. */
function worstOfEach(
  lines: readonly LineModel[],
  weigh: (a: LineModel, b: LineModel) => number | undefined,
): LinePair[] {
  const worst = new Map<number, { readonly other: number; readonly weight: number }>()
  const note = (line: number, other: number, weight: number): void => {
    const known = worst.get(line)
    if (known === undefined || weight > known.weight) worst.set(line, { other, weight })
  }
  for (const [i, a] of lines.entries())
    for (let j = i + 1; j < lines.length; j++) {
      const b = lines[j]
      const weight = b === undefined ? undefined : weigh(a, b)
      if (weight === undefined) continue
      note(i, j, weight)
      note(j, i, weight)
    }
  return [...worst].flatMap(([line, { other }]): LinePair[] => {
    const [a, b] = [lines[Math.min(line, other)], lines[Math.max(line, other)]]
    return a === undefined || b === undefined ? [] : [[a, b]]
  })
}

/** By what the sources say, not by ids that the hub gave. */
function byFirstFact(a: LineModel, b: LineModel): number {
  const [first, second] = [firstFact(a), firstFact(b)]
  return first.at - second.at || (first.key < second.key ? -1 : first.key > second.key ? 1 : 0)
}

function firstFact({ group }: LineModel): { readonly at: number; readonly key: string } {
  const [fact] = group.facts
  if (fact !== undefined) return { at: fact.decided.from, key: fact.key }
  const keys = [...group.supplies, ...group.intakes].map((item) => item.fact.key)
  return { at: Number.POSITIVE_INFINITY, key: keys.sort()[0] ?? '' }
}

/** Versioned refs of what stands behind a line: its decision, else what was supplied or taken of it. */
export function evidenceOf({ state, group }: LineModel, versioned: (ref: string) => string): string[] {
  if (state !== undefined) return [versioned(state.decision.fact.ref)]
  const refs = [...group.supplies, ...group.intakes].map((item) => item.fact.ref)
  return refs.sort().slice(0, EVIDENCE_MAX).map(versioned)
}
const EVIDENCE_MAX = 3
