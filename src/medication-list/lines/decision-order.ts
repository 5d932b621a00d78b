/** Which of several decisions about a treatment is the newer one (medication-list.md 4.1). */
import { compareText } from '../../core/compare-text.js'
import type { DecisionFact } from '../facts/fact.js'
import type { Decision } from './decisions.js'

/**
 * In order of decision time; a tie goes to the holder, then to list rows over prescriptions, then by ref. A decision
 * known by its day alone is concurrent with the others of that day: the holder's applies over theirs (4.1).
 */
export function inOrder(
  unordered: readonly Decision[],
  isHolders: (fact: DecisionFact) => boolean,
): Decision[] {
  const decisions = unordered.map((decision) => ({ decision, holders: isHolders(decision.fact) }))
  const others = decisions.flatMap(({ decision, holders }) => (holders ? [] : [decision.at]))
  return decisions
    .map((one) => ({ ...one, order: one.holders ? orderOfHolders(one.decision, others) : one.decision.at }))
    .sort(
      (a, b) =>
        a.order - b.order ||
        Number(a.holders) - Number(b.holders) ||
        rank(a.decision) - rank(b.decision) ||
        compareText(a.decision.fact.ref, b.decision.fact.ref),
    )
    .map(({ decision }) => decision)
}

function orderOfHolders({ at, fact }: Decision, others: readonly number[]): number {
  const { decided } = fact
  if (decided.precision !== 'day' || at !== decided.from) return at
  return others.reduce(
    (last, other) => (other >= at && other < decided.to && other > last ? other : last),
    at,
  )
}

/** Of one fact's decisions, and of a prescription and the row that names it, the later in this order stands. */
const rank = ({ fact, effect }: Decision): number =>
  (fact.kind === 'row' ? 2 : 0) + (effect.kind === 'use' ? 0 : 1)
