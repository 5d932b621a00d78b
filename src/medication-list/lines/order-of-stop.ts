/** The stop of one row of a treatment, where the same source says that another row of it is or will be in use. */
import type { DecisionFact, Row } from '../facts/fact.js'

/** A row of a source says what is so since its start; a decision made on the list changes nothing of the time before it. */
export function useFrom(fact: Row, start: number | undefined): number {
  if (fact.status === 'intended') return start ?? Number.POSITIVE_INFINITY
  if (fact.decidedOn === undefined) return start ?? Number.NEGATIVE_INFINITY
  return Math.max(fact.statusSince ?? fact.decided.from, start ?? Number.NEGATIVE_INFINITY)
}

/**
 * A doctor who tidies a double entry stops one row and keeps another of the same treatment: then only the named row
 * ends (3.2, rule 3), and its stop is no decision on the line (undefined). Where the other row had not begun when the
 * stop was decided, the named row is in use until its end: its stop stands in order before that row.
 */
export function orderOfStop(fact: Row, group: readonly DecisionFact[]): number | undefined {
  const at = fact.decided.from
  const others = group.filter((other): other is Row => other.kind === 'row' && isKeptBeside(other, fact))
  const begun = others.some(
    (other) => other.status === 'on-hold' || useFrom(other, other.from ?? other.dosageFrom) <= at,
  )
  return begun ? undefined : Math.min(at, ...others.map(({ decided }) => decided.from - 1))
}

/** Rows of one source are stated together, in its newest snapshot; each decision on the list is one of its own. */
const isKeptBeside = (other: Row, fact: Row): boolean =>
  other.ref !== fact.ref &&
  other.decidedOn === fact.decidedOn &&
  (fact.decidedOn === undefined || other.decided.from === fact.decided.from) &&
  other.sourceKey === fact.sourceKey &&
  other.self === fact.self &&
  (other.status === 'active' || other.status === 'intended' || other.status === 'on-hold') &&
  (other.period?.end === undefined || other.statusReason.length === 0)
