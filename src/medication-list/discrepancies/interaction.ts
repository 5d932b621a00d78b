/**
 * `interaction`, `interaction-split`: two active lines of which the loaded catalogue says that they interact
 * (medication-list.md 6.2). Split when different prescribers decided and neither of them did so with both lines in view.
 */
import type { Interaction, InteractionSide } from '../contract.js'
import type { LineModel } from '../lines/line.js'
import { remembered } from '../remember.js'
import {
  discrepancy,
  type Finding,
  nameOf,
  type Sentences,
  type Severity,
  type Situation,
} from './discrepancy.js'
import { decidedInView, sameDecider } from './in-view.js'

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

const pairsOfSituation = remembered<readonly Pair[]>()

/** Asked for by several discrepancies, and once for each prescription. */
const pairs = (situation: Situation): readonly Pair[] =>
  pairsOfSituation(situation, [], () => findPairs(situation))

/** By interaction, not every line against every other. */
function findPairs({ lines, products, config }: Situation): Pair[] {
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
    pairsOf([...sides.values()]).map(([a, b]): Pair => ({ interaction: one, a, b })),
  )
}

function pairsOf(sides: readonly ReadonlySet<LineModel>[]): (readonly [LineModel, LineModel])[] {
  const found = new Map<string, readonly [LineModel, LineModel]>()
  for (const [index, side] of sides.entries())
    for (const other of sides.slice(index + 1))
      for (const a of side)
        for (const b of other) {
          if (a.id === b.id || found.size >= PAIRS_MAX) continue
          const [first, second] = a.id < b.id ? [a, b] : [b, a]
          found.set(`${first.id} ${second.id}`, [first, second])
        }
  return [...found.values()]
}

/** Different people decided, and neither with both in view. */
const isSplit = ({ a, b }: Pair, { holder }: Situation): boolean =>
  a.state?.decision.fact.author !== undefined &&
  b.state?.decision.fact.author !== undefined &&
  !sameDecider(a, b) &&
  !decidedInView(a, b, holder)

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
