/**
 * Decisions of one line that were made without knowing of each other (medication-list.md 4.1). What the decider knew is
 * told by time: when the hub had the other decision, and whether it came from the same person or source, or is named.
 */
import { equalDosages } from '../dosage/equality.js'
import type { DecisionFact } from '../facts/fact.js'
import type { Decision } from '../lines/decisions.js'
import type { LineModel } from '../lines/line.js'
import { remembered } from '../remember.js'
import type { Situation } from './discrepancy.js'

export interface Unseen {
  readonly kind: 'concurrent' | 'late'
  /** The decision of which the newer decider did not know, or which came after the newer one. */
  readonly earlier: Decision
  readonly newer: Decision
  /** The newer decider had it in view after all, or decided the same. */
  readonly harmless: boolean
}

const ofSituation = remembered<ReadonlyMap<string, readonly Unseen[]>>()

/** By line id; what a later decision made with all in view has settled is left out. */
export const unseenDecisions = (situation: Situation): ReadonlyMap<string, readonly Unseen[]> =>
  ofSituation(situation, [], () => findUnseen(situation))

function findUnseen(situation: Situation): ReadonlyMap<string, readonly Unseen[]> {
  const found = new Map<string, readonly Unseen[]>()
  let since: number | undefined
  for (const line of situation.lines) {
    if (line.group.self || line.group.decisions.length < 2) continue
    const pairs = pairsOf(line, situation.config.zone)
    if (pairs.length === 0) continue
    since ??= knownSince(situation)
    const first = since
    const unseen = oneEach(pairs.filter(({ newer }) => newer.at >= first))
    if (unseen.length > 0) found.set(line.id, unseen)
  }
  return found
}

/**
 * Since when the hub knows the person. Before, no decision was made on its list: what came together with the first
 * message says nothing about who knew of what.
 */
function knownSince({ facts }: Situation): number {
  let first = Number.POSITIVE_INFINITY
  for (const known of [facts.decisions, facts.lists, facts.supplies])
    for (const { receivedAt } of known) if (receivedAt < first) first = receivedAt
  return first
}

const pairsBefore = remembered<readonly Unseen[]>()

/** The same object as long as the line's decisions are the same one. */
const pairsOf = ({ group: { decisions } }: LineModel, zone: string): readonly Unseen[] =>
  pairsBefore(decisions, [zone], () => findPairs(decisions, zone))

function findPairs(decisions: readonly Decision[], zone: string): Unseen[] {
  const open = decisions.slice(settledAt(decisions))
  const found: Unseen[] = []
  for (const [index, newer] of open.entries())
    for (const earlier of open.slice(0, index)) {
      const kind = relation(earlier, newer)
      if (kind === undefined) continue
      const harmless = knew(newer.fact, earlier.fact) || isSame(earlier, newer, zone)
      if (kind === 'late' || !harmless) found.push({ kind, earlier, newer, harmless })
    }
  return found
}

/** Place of the last decision that was made when all before it were to be seen: it answers for them. */
function settledAt(decisions: readonly Decision[]): number {
  let last = 0
  let seen = Number.NEGATIVE_INFINITY
  decisions.forEach((decision, index) => {
    if (decision.at >= seen && decision.fact.decided.precision === 'instant') last = index
    seen = Math.max(seen, visibleAt(decision))
  })
  return last
}

/**
 * When the hub had it. A prescription that was changed since has another time of receipt than its decision had, which
 * is then taken as known at once.
 */
const visibleAt = ({ fact, effect, at }: Decision): number =>
  fact.kind === 'prescription' && fact.version > 1 && effect.kind === 'use' ? at : fact.receivedAt

/** Undefined where the newer decider could see the earlier decision. */
function relation(earlier: Decision, newer: Decision): Unseen['kind'] | undefined {
  if (earlier.fact.ref === newer.fact.ref) return undefined
  if (visibleAt(earlier) <= newer.at) return undefined
  if (isOneDay(earlier, newer)) return 'concurrent'
  return visibleAt(earlier) > visibleAt(newer) ? 'late' : 'concurrent'
}

/** Of two decisions of one day, one of them without a clock time, nobody can say which came first. */
function isOneDay(a: Decision, b: Decision): boolean {
  const [first, second] = [a.fact.decided, b.fact.decided]
  const byDay = first.precision === 'day' || second.precision === 'day'
  const own = a.at === first.from && b.at === second.from
  return (
    byDay &&
    own &&
    first.from < Math.max(second.to, second.from + 1) &&
    second.from < Math.max(first.to, first.from + 1)
  )
}

/** The same person, the same source's own record, or a row that names the prescription. */
function knew(newer: DecisionFact, earlier: DecisionFact): boolean {
  if (newer.author !== undefined && newer.author === earlier.author) return true
  // A decision made on the shared list knew what stood on it, and not what its sender's other users know.
  const isOnList = newer.kind === 'row' && newer.decidedOn !== undefined
  if (!isOnList && newer.sourceKey === earlier.sourceKey) return true
  return earlier.kind === 'prescription' && newer.keys.some(({ token }) => earlier.own.includes(token))
}

function isSame(a: Decision, b: Decision, zone: string): boolean {
  if (a.effect.kind !== b.effect.kind) return false
  if (a.effect.kind !== 'use' || b.effect.kind !== 'use') return true
  const until = (decision: Decision): number | undefined =>
    decision.effect.kind === 'use' ? decision.effect.to : undefined
  const [first, second] = [a.fact, b.fact]
  return (
    until(a) === until(b) &&
    equalDosages(
      { plan: first.plan, start: first.start, decided: first.decided.from },
      { plan: second.plan, start: second.start, decided: second.decided.from },
      zone,
    )
  )
}

/** A decision that came late stands once, beside the first of the newer ones that were known when it came. */
function oneEach(found: readonly Unseen[]): Unseen[] {
  const byEarlier = new Map<string, Unseen>()
  for (const one of found) {
    const key = `${one.kind} ${one.earlier.fact.ref} ${one.earlier.effect.kind}${one.kind === 'late' ? '' : ` ${one.newer.fact.ref}`}`
    const known = byEarlier.get(key)
    // Graver first, then the newest of the newer ones, which is the one in force.
    if (known === undefined || (known.harmless && !one.harmless)) byEarlier.set(key, one)
  }
  return [...byEarlier.values()]
}
