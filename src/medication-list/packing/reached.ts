/** When a decision reached the pharmacy that packs (medication-list.md 8.1, t). */
import type { DecisionFact, FactSet } from '../facts/fact.js'
import type { Reached } from './can-wait.js'

/**
 * The first ordination made after the hub had the decision that the pharmacy is known to have, or the first time it read
 * the list itself. Where the hub has sent none and seen none read, it can see neither.
 */
export function reachedAt(
  { ordinations }: Pick<FactSet, 'ordinations'>,
  fact: Pick<DecisionFact, 'receivedAt' | 'decided'>,
  at: number,
): Reached {
  let first: { readonly by: 'receipt' | 'reading'; readonly at: number } | undefined
  let seen = false
  for (const { by, received, refused, stated } of ordinations) {
    if (stated > at) continue
    seen = true
    if (refused || received === undefined || received > at || stated < fact.receivedAt) continue
    if (first === undefined || received < first.at) first = { by, at: received }
  }
  if (first !== undefined) return first
  return seen ? { by: 'awaited' } : { by: 'decision-time', at: decidedInstant(fact) }
}

/** A decision dated without a clock time is no earlier than when the hub had it, on that day (4.1). */
export function decidedInstant({
  decided,
  receivedAt,
}: Pick<DecisionFact, 'receivedAt' | 'decided'>): number {
  if (decided.precision === 'instant') return decided.from
  return Math.max(decided.from, Math.min(receivedAt, decided.to - 1))
}
