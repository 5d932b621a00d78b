/**
 * `interaction`, `interaction-split`: two active lines of which the loaded catalogue says that they interact
 * (medication-list.md 6.2). Split when different prescribers decided and neither of them did so with both lines in view.
 */
import type { Interaction, InteractionSide } from '../contract.js'
import { isListed } from '../lines/holder.js'
import type { LineModel } from '../lines/line.js'
import {
  discrepancy,
  type Finding,
  nameOf,
  type Sentences,
  type Severity,
  type Situation,
} from './discrepancy.js'

/** Pairs told for one interaction at most, in order of their lines' ids. */
const PAIRS_MAX = 50

interface Pair {
  readonly interaction: Interaction
  readonly a: LineModel
  readonly b: LineModel
}

type Interacting = {
  readonly one: string | undefined
  readonly other: string | undefined
  /** The catalogue's own words, in its own language. */
  readonly consequence: string
  readonly criterion: string | undefined
}
const sentence =
  (and: string): Sentences<Interacting>['nb'] =>
  ({ one, other, consequence, criterion }, { name }) =>
    `${name(one)} ${and} ${name(other)}: ${consequence}${criterion === undefined ? '' : ` (${criterion})`}`
const sentences: Sentences<Interacting> = {
  nb: sentence('og'),
  da: sentence('og'),
  en: sentence('and'),
  sv: sentence('och'),
  fi: sentence('ja'),
}

export const interaction = discrepancy<Interacting>({
  code: 'interaction',
  sentences,
  find: (situation) => ({
    findings: pairs(situation)
      .filter((pair) => !isSplit(pair, situation))
      .map((pair) => finding(pair, SEVERITY[pair.interaction.relevance], situation)),
    next: [],
  }),
})

export const interactionSplit = discrepancy<Interacting>({
  code: 'interaction-split',
  sentences,
  find: (situation) => ({
    findings: pairs(situation)
      .filter((pair) => isSplit(pair, situation))
      .map((pair) => finding(pair, 'high', situation)),
    next: [],
  }),
})

const SEVERITY: Readonly<Record<Interaction['relevance'], Severity>> = { 1: 'high', 2: 'moderate', 3: 'low' }

export const interacts = (line: LineModel, situation: Situation): boolean =>
  pairs(situation).some(({ a, b }) => a.id === line.id || b.id === line.id)

/** By interaction, not every line against every other. */
function pairs({ lines, products, config }: Situation): Pair[] {
  const met = new Map<string, { interaction: Interaction; sides: Map<number, Set<LineModel>> }>()
  const note = ({ interaction: one, side }: InteractionSide, line: LineModel): void => {
    if (one.relevance > config.interactionRelevanceMax) return
    const entry = met.get(one.id) ?? { interaction: one, sides: new Map<number, Set<LineModel>>() }
    met.set(one.id, entry)
    entry.sides.set(side, (entry.sides.get(side) ?? new Set()).add(line))
  }
  const active = lines.filter(({ status }) => status === 'active')
  for (const line of active.sort((a, b) => (a.id < b.id ? -1 : 1)))
    for (const code of line.medicine?.interactsAs ?? [])
      for (const stands of products.interactions(code)) note(stands, line)
  return [...met.values()].flatMap(({ interaction: one, sides }) =>
    [...pairsOf([...sides.values()])].map(([a, b]): Pair => ({ interaction: one, a, b })),
  )
}

function pairsOf(sides: readonly ReadonlySet<LineModel>[]): Set<readonly [LineModel, LineModel]> {
  const found = new Map<string, readonly [LineModel, LineModel]>()
  for (const [index, side] of sides.entries())
    for (const other of sides.slice(index + 1))
      for (const a of side)
        for (const b of other) {
          if (a.id === b.id || found.size >= PAIRS_MAX) continue
          const [first, second] = a.id < b.id ? [a, b] : [b, a]
          found.set(`${first.id} ${second.id}`, [first, second])
        }
  return new Set(found.values())
}

/**
 * A decision taken at or after the instant at which the hub knew of both lines had both in view, and so had a list on
 * which both stand.
 */
function isSplit({ a, b }: Pair, { holder }: Situation): boolean {
  const [first, second] = [a.state?.decision.fact, b.state?.decision.fact]
  if (first?.author === undefined || second?.author === undefined || first.author === second.author)
    return false
  if (isListed(first, holder) && isListed(second, holder)) return false
  const bothKnown = Math.max(knownFrom(a), knownFrom(b))
  return first.decided.from < bothKnown && second.decided.from < bothKnown
}

const knownFrom = ({ group }: LineModel): number =>
  group.facts.reduce((least, { receivedAt }) => Math.min(least, receivedAt), Number.POSITIVE_INFINITY)

function finding(
  { interaction: one, a, b }: Pair,
  severity: Severity,
  { versioned }: Situation,
): Finding & { readonly numbers: Interacting } {
  const facts = [a, b].flatMap(({ state }) =>
    state === undefined ? [] : [versioned(state.decision.fact.ref)],
  )
  return {
    about: [a.id, b.id, one.id],
    severity,
    implicated: [a.ref, b.ref, ...facts],
    evidence: facts,
    numbers: {
      one: nameOf(a),
      other: nameOf(b),
      consequence: one.consequence,
      criterion: one.criterion,
    },
  }
}
