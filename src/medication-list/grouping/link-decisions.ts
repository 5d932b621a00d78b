/** Rule 1: facts that name each other, or the same treatment or prescription, are one treatment. */
import type { DecisionFact, Medicine, TreatmentKey } from '../facts/fact.js'
import { kinship } from '../facts/read-medicine.js'
import { namesTwoTreatments } from '../facts/tokens.js'
import type { LinkProblem, MatchBasis } from './line-group.js'
import { makeUnionFind } from './union-find.js'

export interface LinkedFacts {
  readonly facts: readonly DecisionFact[]
  readonly basis: Map<string, MatchBasis>
}

/** @param facts in order of ref */
export function linkDecisions(facts: readonly DecisionFact[]): {
  sets: LinkedFacts[]
  problems: LinkProblem[]
} {
  const union = makeUnionFind(facts.length)
  const basis = new Map<string, MatchBasis>(facts.map(({ ref }) => [ref, 'K0']))
  const problems: LinkProblem[] = []
  const linkedBy = new Map<string, MatchBasis>()
  for (const [, members] of membersByToken(facts)) {
    for (let i = 0; i < members.length; i++)
      for (let j = i + 1; j < members.length; j++) {
        const [a, b] = [members[i], members[j]]
        if (a === undefined || b === undefined) continue
        const [first, second] = [facts[a.index], facts[b.index]]
        if (first === undefined || second === undefined) continue
        if (kinship(first.medicine, second.medicine) === 'disjoint') {
          problems.push({ kind: 'no-shared-substance', refs: [first.ref, second.ref].sort(), candidates: [] })
          continue
        }
        union.union(a.index, b.index)
        const key: MatchBasis = a.basis === 'K0' || b.basis === 'K0' ? 'K0' : 'K1'
        for (const { ref } of [first, second]) if (linkedBy.get(ref) !== 'K0') linkedBy.set(ref, key)
      }
  }
  for (const [ref, key] of linkedBy) basis.set(ref, key)
  problems.push(...idProblems(facts), ...cycles(facts))
  const sets = union.sets().map((set) => ({ facts: set.flatMap((index) => facts[index] ?? []), basis }))
  return { sets, problems: uniqueProblems(problems) }
}

interface Member {
  readonly index: number
  readonly basis: TreatmentKey['basis']
}

function membersByToken(facts: readonly DecisionFact[]): Map<string, Member[]> {
  const byToken = new Map<string, Member[]>()
  facts.forEach(({ keys }, index) => {
    for (const { token, basis } of keys) {
      const members = byToken.get(token)
      if (members === undefined) byToken.set(token, [{ index, basis }])
      else if (members[members.length - 1]?.index !== index) members.push({ index, basis })
    }
  })
  return byToken
}

/** One fact with two national treatment ids: the union stays, a person is told. */
const idProblems = (facts: readonly DecisionFact[]): LinkProblem[] =>
  facts.flatMap((fact) =>
    namesTwoTreatments(fact.identifiers)
      ? [{ kind: 'two-treatment-ids' as const, refs: [fact.ref], candidates: [] }]
      : [],
  )

/** Prescriptions that follow each other in a circle. */
function cycles(facts: readonly DecisionFact[]): LinkProblem[] {
  const owners = new Map<string, DecisionFact>()
  for (const fact of facts)
    if (fact.kind === 'prescription') for (const token of fact.own) owners.set(token, fact)
  const problems: LinkProblem[] = []
  for (const fact of facts) {
    const seen = new Set<string>([fact.ref])
    let next = priorOf(fact, owners)
    while (next !== undefined && !seen.has(next.ref)) {
      seen.add(next.ref)
      next = priorOf(next, owners)
    }
    if (next?.ref === fact.ref) problems.push({ kind: 'cycle', refs: [...seen].sort(), candidates: [] })
  }
  return problems
}

const priorOf = (fact: DecisionFact, owners: ReadonlyMap<string, DecisionFact>): DecisionFact | undefined =>
  fact.kind === 'prescription'
    ? fact.prior.map((token) => owners.get(token)).find((owner) => owner !== undefined)
    : undefined

/** In order of kind and facts. */
export function uniqueProblems(problems: readonly LinkProblem[]): LinkProblem[] {
  const byKey = new Map(problems.map((problem) => [`${problem.kind} ${problem.refs.join()}`, problem]))
  return [...byKey.keys()].sort().flatMap((key) => byKey.get(key) ?? [])
}

/** The strongest key that two medicines have in common; undefined when there is none. */
export function sharedKey(a: Medicine, b: Medicine): 'K2' | 'K3' | 'K4' | undefined {
  if (a.products.some((id) => b.products.includes(id))) return 'K2'
  if (a.substitutionGroup !== undefined && a.substitutionGroup === b.substitutionGroup) return 'K3'
  return a.composition !== undefined && a.composition === b.composition ? 'K4' : undefined
}
