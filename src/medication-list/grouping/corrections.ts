/**
 * What people said of the grouping beats its keys (medication-list.md 3.3): lines that are one treatment, facts that are
 * two. Acts are taken in order of time, so that a later one undoes an earlier; facts that come in again, in a new version
 * or with new links, change nothing of it.
 */
import type { ActFacts, LineMerge, LineSplit } from '../facts/act-fact.js'
import type { DecisionFact, TreatmentKey } from '../facts/fact.js'
import { type DecidedSet, type DecidedSets, targetOf } from './decided-sets.js'
import type { JoinContext } from './join-renewals.js'
import type { MatchBasis } from './line-group.js'

interface Part {
  readonly facts: readonly DecisionFact[]
  readonly basis: Map<string, MatchBasis>
}

export function withCorrections(
  decided: DecidedSets,
  { merges, splits }: Pick<ActFacts, 'merges' | 'splits'>,
  context: JoinContext,
): DecidedSets {
  const acts = [...merges, ...splits].sort((a, b) => a.at - b.at || (a.ref < b.ref ? -1 : 1))
  if (acts.length === 0) return decided
  let parts: readonly (Part | DecidedSet)[] = decided.sets
  for (const act of acts) parts = act.kind === 'line-merge' ? merged(parts, act) : parted(parts, act)
  const sets = parts.map((part): DecidedSet => ('target' in part ? part : decidedSet(part, context)))
  return {
    ...decided,
    sets: sets.sort((a, b) => a.authored - b.authored || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)),
  }
}

function decidedSet(part: Part, context: JoinContext): DecidedSet {
  return {
    ...part,
    authored: Math.min(...part.facts.map(({ decided }) => decided.from)),
    id: part.facts.map(({ key }) => key).sort()[0] ?? '',
    target: targetOf(part, context),
  }
}

function merged(parts: readonly Part[], { facts }: LineMerge): readonly Part[] {
  const named = new Set(facts)
  const together = parts.filter((part) => part.facts.some(({ ref }) => named.has(ref)))
  if (together.length < 2) return parts
  const one: Part = {
    facts: together.flatMap((part) => part.facts).sort((a, b) => (a.ref < b.ref ? -1 : 1)),
    basis: new Map(together.flatMap((part) => [...part.basis])),
  }
  return [...parts.filter((part) => !together.includes(part)), one]
}

function parted(parts: readonly Part[], split: LineSplit): readonly Part[] {
  const away = new Set(split.facts)
  const stay = new Set(split.from)
  return parts.flatMap((part) => {
    const isMixed = part.facts.some(({ ref }) => away.has(ref)) && part.facts.some(({ ref }) => stay.has(ref))
    if (!isMixed) return [part]
    const gone = followers(part.facts, away, stay)
    const [leaving, staying] = [true, false].map((goes) =>
      part.facts.filter(({ ref }) => gone.has(ref) === goes),
    )
    return [
      { facts: cut(staying ?? [], leaving ?? []), basis: part.basis },
      { facts: cut(leaving ?? [], staying ?? []), basis: part.basis },
    ]
  })
}

/** The facts that go, and those linked to them by what no fact that stays is linked by. */
function followers(
  facts: readonly DecisionFact[],
  away: ReadonlySet<string>,
  stay: ReadonlySet<string>,
): ReadonlySet<string> {
  const held = tokensOf(facts.filter(({ ref }) => stay.has(ref)))
  const gone = new Set(away)
  for (let grown = true; grown; ) {
    const tokens = tokensOf(facts.filter(({ ref }) => gone.has(ref)))
    const next = facts.filter(
      ({ ref, keys }) =>
        !gone.has(ref) && !stay.has(ref) && keys.some(({ token }) => tokens.has(token) && !held.has(token)),
    )
    for (const { ref } of next) gone.add(ref)
    grown = next.length > 0
  }
  return gone
}

const tokensOf = (facts: readonly DecisionFact[]): ReadonlySet<string> =>
  new Set(facts.flatMap(({ keys }) => keys.map(({ token }) => token)))

const cutBefore = new WeakMap<DecisionFact, Map<string, DecisionFact>>()

/** Facts without their links to the others: what is supplied on one treatment is none of the other. */
const cut = (facts: readonly DecisionFact[], others: readonly DecisionFact[]): DecisionFact[] => {
  const theirs = new Set(others.map(({ ref }) => ref))
  const tokens = tokensOf(others)
  return facts.map((fact) => {
    const own = new Set(ownTokens(fact))
    const keys = fact.keys.filter(({ token }) => own.has(token) || !(theirs.has(token) || tokens.has(token)))
    return keys.length === fact.keys.length ? fact : withKeys(fact, keys)
  })
}

const ownTokens = (fact: DecisionFact): readonly string[] =>
  fact.kind === 'prescription' ? fact.own : [fact.ref]

/** The same object for the same keys, so that what is remembered by a fact stays remembered. */
function withKeys(fact: DecisionFact, keys: readonly TreatmentKey[]): DecisionFact {
  const known = cutBefore.get(fact) ?? new Map<string, DecisionFact>()
  cutBefore.set(fact, known)
  const name = keys.map(({ token }) => token).join('\n')
  const copy = known.get(name) ?? { ...fact, keys }
  known.set(name, copy)
  return copy
}
