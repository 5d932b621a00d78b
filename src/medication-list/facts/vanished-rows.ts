/** Rows that a source no longer lists in its own complete reply (medication-list.md 4.2). */
import { remembered } from '../remember.js'
import type { DecisionFact, FactSet, Row, SourceList } from './fact.js'

/** The newest list of each source that is complete: what is not on it the source does not list any more. */
export function completeLists(
  lists: readonly SourceList[],
  codes: ReadonlySet<string>,
): ReadonlyMap<string, SourceList> {
  const newest = new Map<string, SourceList>()
  for (const list of lists) {
    if (!list.current || !codes.has(list.code ?? '')) continue
    const known = newest.get(list.sourceKey)
    if (known === undefined || list.date > known.date || (list.date === known.date && list.ref > known.ref))
      newest.set(list.sourceKey, list)
  }
  return newest
}

export const isOnList = ({ ref, keys }: DecisionFact, { entries }: SourceList): boolean =>
  entries.has(ref) || keys.some(({ token }) => entries.has(token))

/** Said by the source before its newest complete list, in use, and not on that list. */
export const isVanished = (fact: DecisionFact, list: SourceList | undefined): fact is Row =>
  list !== undefined &&
  fact.kind === 'row' &&
  !fact.self &&
  (fact.status === 'active' || fact.status === 'intended' || fact.status === 'on-hold') &&
  fact.receivedAt < list.receivedAt &&
  fact.decided.from <= list.date &&
  !isOnList(fact, list)

/**
 * Where a source's own rules make removal the way to end a treatment, a row that vanished is a stop, at the time of the
 * list that left it out.
 * @param codes of such lists; never M25.1, where a stop is a `Seponering`
 */
export function withRemovals(facts: FactSet, codes: readonly string[]): FactSet {
  if (codes.length === 0) return facts
  const lists = completeLists(facts.lists, new Set(codes))
  return {
    ...facts,
    decisions: facts.decisions.map((fact) => {
      const list = lists.get(fact.sourceKey)
      return list !== undefined && isVanished(fact, list) ? removed(fact, list) : fact
    }),
  }
}

const removedBefore = remembered<Row>()

/** The same object for the same two facts, as everything that is compared by identity wants it. */
const removed = (fact: Row, list: SourceList): Row =>
  removedBefore(fact, [list], () => ({
    ...fact,
    status: 'stopped',
    statusSince: list.date,
    decided: { from: list.date, to: list.date, precision: 'instant' },
    to: undefined,
  }))
