/** The grouping of medication-list.md 3.2, rules 1 to 6: facts to lines, the same whatever the order of arrival. */

import type { DecisionFact, FactSet, Intake, Medicine, Supply } from '../facts/fact.js'
import { kinship } from '../facts/read-medicine.js'
import { readDecisions, stateAt } from '../lines/decisions.js'
import { attach, type Item, itemsOf, type Placement, type Target } from './attach.js'
import { type JoinContext, joinRenewals, RESTART_DAYS_MAX } from './join-renewals.js'
import type { Attached, Grouping, LineGroup } from './line-group.js'
import { type LinkedFacts, linkDecisions, sharedKey } from './link-decisions.js'
import { makeUnionFind } from './union-find.js'

const DAY_MS = 86_400_000

export function groupFacts(facts: FactSet, context: JoinContext): Grouping {
  const { decisions, relays } = facts
  const valid = decisions.filter((fact) => fact.status !== 'error' && !isSelf(fact))
  const linked = linkDecisions(valid)
  const sets = joinRenewals(linked.sets, context).flatMap((set) => splitOldStarts(set, context))
  const errors = linkDecisions(decisions.filter((fact) => fact.status === 'error')).sets
  const own = linkDecisions(decisions.filter((fact) => isSelf(fact) && fact.status !== 'error'))
  const lines = sets.map((set) => toTarget(set, context))
  const reported = attach(
    lines,
    own.sets.flatMap(({ facts: rows }) => rows.flatMap(reportItem)),
    relays,
  )
  const selfSets = setsOf(reported.orphans, own.sets)
  const targets = [...lines, ...selfSets.map((set) => toTarget(set, context))]
  const placed = attach(targets, itemsOf(facts), relays)
  const groups = [...sets, ...selfSets].map((set, index) =>
    toGroup(set, index, targets[index], placed, reported),
  )
  const provisional = provisionalGroups(placed.orphans)
  const closed = errors.map(({ facts: wrong, basis }) => ({ ...EMPTY, facts: wrong, basis }))
  return {
    groups: [...groups, ...provisional, ...closed],
    problems: [...linked.problems, ...own.problems, ...reported.problems, ...placed.problems],
    unattached: [...reported.unattached, ...placed.unattached],
  }
}

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

const toTarget = ({ facts }: LinkedFacts, { isHolders }: JoinContext): Target => ({
  facts: facts.map((fact) => ({
    ref: fact.ref,
    medicine: fact.medicine,
    own: fact.keys.map(({ token }) => token),
  })),
  decisions: readDecisions(facts, isHolders),
})

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
  set: LinkedFacts,
  index: number,
  target: Target | undefined,
  placed: Placement,
  reported: Placement,
): LineGroup {
  return {
    facts: [...set.facts].sort((a, b) => a.decided.from - b.decided.from || (a.ref < b.ref ? -1 : 1)),
    decisions: target?.decisions ?? [],
    self: set.facts.every(isSelf),
    basis: set.basis,
    supplies: placed.supplies.get(index) ?? [],
    intakes: placed.intakes.get(index) ?? [],
    reports: reported.reports.get(index) ?? [],
  }
}

/**
 * Section 5: stopped or ended becomes active on the same line only within a year and for the same medicine; a later
 * start is a new line, even where the source links the two.
 */
function splitOldStarts(set: LinkedFacts, { zone, isHolders }: JoinContext): LinkedFacts[] {
  if (set.facts.length < 2) return [set]
  const decisions = readDecisions(set.facts, isHolders)
  for (let i = 1; i < decisions.length; i++) {
    const decision = decisions[i]
    if (decision === undefined || decision.effect.kind !== 'use') continue
    const before = stateAt(decisions.slice(0, i), decision.at)
    if (before === undefined || (before.status !== 'stopped' && before.status !== 'completed')) continue
    const tooLate = decision.at - before.since > RESTART_DAYS_MAX * DAY_MS
    if (!tooLate && sameTreatment(before.decision.fact.medicine, decision.fact.medicine)) continue
    const newer = new Set(decisions.slice(i).map(({ fact }) => fact.ref))
    const older = set.facts.filter(({ ref }) => !newer.has(ref))
    if (older.length === 0) continue
    const rest: LinkedFacts = { facts: set.facts.filter(({ ref }) => newer.has(ref)), basis: set.basis }
    return [{ facts: older, basis: set.basis }, ...splitOldStarts(rest, { zone, isHolders })]
  }
  return [set]
}

/** Known to differ in composition is another treatment; where too little is known the explicit link decides. */
const sameTreatment = (a: Medicine, b: Medicine): boolean =>
  sharedKey(a, b) !== undefined || a.composition === undefined || b.composition === undefined

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
