/**
 * Rules 1 and 3 and section 5: the facts that decide, one set a treatment. What the rules join shares a token or a
 * medicine key, so each family of facts that do is looked at alone, and again only when one of its facts changed.
 */
import type { DecisionFact, Medicine } from '../facts/fact.js'
import { MODIFIED_RELEASE } from '../facts/medicine-codes.js'
import { readDecisions, stateAt } from '../lines/decisions.js'
import { remembered } from '../remember.js'
import { type JoinContext, joinRenewals, RESTART_DAYS_MAX } from './join-renewals.js'
import type { LinkProblem } from './line-group.js'
import { type LinkedFacts, linkDecisions, sharedKey, uniqueProblems } from './link-decisions.js'
import { makeTarget, type Target } from './targets.js'
import { makeUnionFind } from './union-find.js'

const DAY_MS = 86_400_000

export interface DecidedSet extends LinkedFacts {
  /** When the treatment was first decided, and the least natural key: by these the sets are in order. */
  readonly authored: number
  readonly id: string
  readonly target: Target
}

export interface DecidedSets {
  readonly sets: readonly DecidedSet[]
  readonly problems: readonly LinkProblem[]
}

const familyBefore = remembered<DecidedSets>()
const allBefore = remembered<DecidedSets>()

/**
 * The same object as long as the facts are the same and the same ones are the holder's.
 * @param facts in order of ref
 */
export const decidedSets = (facts: readonly DecisionFact[], context: JoinContext): DecidedSets =>
  unlessKnown(allBefore, facts, context, () => decideAll(facts, context))

function unlessKnown(
  before: typeof allBefore,
  facts: readonly DecisionFact[],
  { isHolders, zone }: JoinContext,
  decide: () => DecidedSets,
): DecidedSets {
  const [first] = facts
  return first === undefined ? decide() : before(first, [zone, ...facts, ...facts.map(isHolders)], decide)
}

function decideAll(facts: readonly DecisionFact[], context: JoinContext): DecidedSets {
  const families = familiesOf(facts).map((family) =>
    unlessKnown(familyBefore, family, context, () => decideFamily(family, context)),
  )
  return {
    sets: families
      .flatMap(({ sets }) => sets)
      .sort((a, b) => a.authored - b.authored || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)),
    problems: uniqueProblems(families.flatMap(({ problems }) => problems)),
  }
}

/** Facts that have a token or a key of a medicine in common, directly or by others; each family in order of ref. */
function familiesOf(facts: readonly DecisionFact[]): DecisionFact[][] {
  const union = makeUnionFind(facts.length)
  const first = new Map<string, number>()
  const put = (name: string, index: number): void => {
    const other = first.get(name)
    if (other === undefined) first.set(name, index)
    else union.union(other, index)
  }
  facts.forEach(({ keys, medicine }, index) => {
    for (const { token } of keys) put(token, index)
    for (const { key } of medicine.keys) put(key, index)
  })
  return union.sets().map((set) => set.flatMap((index) => facts[index] ?? []))
}

function decideFamily(facts: readonly DecisionFact[], context: JoinContext): DecidedSets {
  const { sets, problems } = linkDecisions(facts)
  return {
    sets: joinRenewals(sets, context).flatMap(({ set, authored, id }) =>
      splitOldStarts(set, context).map((part) => ({
        ...part,
        authored,
        id,
        target: targetOf(part, context),
      })),
    ),
    problems,
  }
}

const targetBefore = remembered<Target>()

/** The same object as long as the facts are the same. */
export function targetOf({ facts }: LinkedFacts, { isHolders }: JoinContext): Target {
  const make = (): Target => makeTarget(facts, readDecisions(facts, isHolders))
  const [first] = facts
  return first === undefined ? make() : targetBefore(first, [...facts, ...facts.map(isHolders)], make)
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

/** Known to differ in composition or release is another treatment; where too little is known the explicit link decides. */
const sameTreatment = (a: Medicine, b: Medicine): boolean =>
  sharedKey(a, b) !== undefined ||
  ((a.composition === undefined || b.composition === undefined) && !differInRelease(a, b))

const differInRelease = ({ formGroup: a }: Medicine, { formGroup: b }: Medicine): boolean =>
  a !== undefined && b !== undefined && MODIFIED_RELEASE.test(a) !== MODIFIED_RELEASE.test(b)
