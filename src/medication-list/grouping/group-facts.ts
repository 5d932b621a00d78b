/** The grouping of medication-list.md 3.2, rules 1 to 6: facts to lines, the same whatever the order of arrival. */

import type { Program } from '../facts/chain-fact.js'
import type { DecisionFact, FactSet, Intake, Medicine, Relay, Supply } from '../facts/fact.js'
import { kinship } from '../facts/read-medicine.js'
import { attach, type Placement } from './attach.js'
import { withCorrections } from './corrections.js'
import { decidedSets, targetOf } from './decided-sets.js'
import { type Item, itemsOf } from './items.js'
import type { JoinContext } from './join-renewals.js'
import type { Attached, Grouping, LineGroup } from './line-group.js'
import { type LinkedFacts, linkDecisions } from './link-decisions.js'
import type { Target } from './targets.js'
import { makeUnionFind } from './union-find.js'

export function groupFacts(facts: FactSet, context: JoinContext): Grouping {
  const { decisions } = facts
  const relays = [...facts.relays, ...facts.programs.map(asRelay)]
  const valid = decisions.filter((fact) => fact.status !== 'error' && !isSelf(fact))
  const decided = withCorrections(decidedSets(valid, context), facts, context)
  const errors = linkDecisions(decisions.filter((fact) => fact.status === 'error')).sets
  const own = linkDecisions(decisions.filter((fact) => isSelf(fact) && fact.status !== 'error'))
  const lines = decided.sets.map(({ target }) => target)
  const reported = attach(
    lines,
    own.sets.flatMap(({ facts: rows }) => rows.flatMap(reportItem)),
    relays,
  )
  const selfSets = setsOf(reported.orphans, own.sets).map((set) => ({
    ...set,
    target: targetOf(set, context),
  }))
  const sets = [...decided.sets, ...selfSets]
  const placed = attach(
    selfSets.length === 0 ? lines : sets.map(({ target }) => target),
    itemsOf(facts),
    relays,
  )
  const groups = sets.map((set, index) => toGroup(set, index, placed, reported))
  const provisional = provisionalGroups(placed.orphans)
  const closed = errors.map(({ facts: wrong, basis }) => ({ ...EMPTY, facts: wrong, basis }))
  return {
    groups: [...groups, ...provisional, ...closed],
    problems: [...decided.problems, ...own.problems, ...reported.problems, ...placed.problems],
    unattached: [...reported.unattached, ...placed.unattached],
    hinted: [...reported.hinted, ...placed.hinted],
  }
}

/** What a device gave by its program belongs to the treatment that the program is of. */
const asRelay = (program: Program): Relay => ({ ...program, kind: 'relay', ward: false })

const isSelf = (fact: DecisionFact): boolean => fact.kind === 'row' && fact.self

const EMPTY: LineGroup = {
  facts: [],
  decisions: [],
  self: false,
  basis: new Map(),
  supplies: [],
  intakes: [],
  reports: [],
}

function reportItem(row: DecisionFact): Item[] {
  if (row.kind !== 'row') return []
  const { from, to } = row.decided
  return [{ fact: row, medicine: row.medicine, keys: row.keys, from, to: Math.max(from, to) }]
}

/** Self-medication: the rows that belong to no treatment that others decided. */
function setsOf(orphans: Placement['orphans'], sets: readonly LinkedFacts[]): LinkedFacts[] {
  const alone = new Set(orphans.map(({ fact }) => fact.ref))
  return sets
    .map(({ facts, basis }) => ({ facts: facts.filter(({ ref }) => alone.has(ref)), basis }))
    .filter(({ facts }) => facts.length > 0)
}

function toGroup(
  { basis, facts, target }: LinkedFacts & { readonly target: Target },
  index: number,
  placed: Placement,
  reported: Placement,
): LineGroup {
  return {
    facts: [...facts].sort((a, b) => a.decided.from - b.decided.from || (a.ref < b.ref ? -1 : 1)),
    decisions: target.decisions,
    self: facts.every(isSelf),
    basis,
    supplies: placed.supplies.get(index) ?? [],
    intakes: placed.intakes.get(index) ?? [],
    reports: reported.reports.get(index) ?? [],
  }
}

/** What belongs to no line, gathered by product, so that each product is one provisional line. */
function provisionalGroups(orphans: Placement['orphans']): LineGroup[] {
  const items = orphans
    .filter((item): item is Attached<Supply | Intake> => item.fact.kind !== 'row')
    .sort((a, b) => (a.fact.ref < b.fact.ref ? -1 : a.fact.ref > b.fact.ref ? 1 : 0))
  const union = makeUnionFind(items.length)
  const first = new Map<string, number>()
  items.forEach(({ fact, medicine }, index) => {
    for (const key of provisionalKeys(fact, medicine)) {
      const other = first.get(key)
      const shared = other === undefined ? undefined : items[other]?.medicine
      if (other === undefined || shared === undefined) first.set(key, index)
      else if (kinship(shared, medicine) !== 'disjoint') union.union(other, index)
    }
  })
  return union.sets().map((set) => {
    const members = set.flatMap((index) => items[index] ?? [])
    return {
      ...EMPTY,
      supplies: members.filter((item): item is Attached<Supply> => item.fact.kind === 'supply'),
      intakes: members.filter((item): item is Attached<Intake> => item.fact.kind === 'intake'),
    }
  })
}

function provisionalKeys(fact: Supply | Intake, medicine: Medicine): string[] {
  const keys = [...fact.keys.map(({ token }) => `link ${token}`), ...medicine.keys.map(({ key }) => key)]
  // Words join only what nothing else names: the same text without any code is at least the same text.
  return keys.length > 0 ? keys : [`text ${medicine.atc ?? ''} ${medicine.name?.toLowerCase() ?? fact.ref}`]
}
