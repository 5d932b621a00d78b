/**
 * Who holds the list (medication-list.md 7, R1): before the first attested list the author of the newest source list
 * that its country treats as complete (M25.1).
 */
import type { DecisionFact, SourceList } from '../facts/fact.js'

/** Messages that are complete lists in their country. */
export const COMPLETE_LISTS: ReadonlySet<string> = new Set(['M25.1'])

export interface Holder {
  readonly list: SourceList
  /** Identity of the author; undefined when the list does not name one. */
  readonly author: string | undefined
}

export function findHolder(lists: readonly SourceList[]): Holder | undefined {
  const [list] = lists
    .filter(({ code }) => COMPLETE_LISTS.has(code ?? ''))
    .sort((a, b) => b.date - a.date || (a.ref < b.ref ? 1 : -1))
  return list === undefined ? undefined : { list, author: list.author }
}

export const isListed = (fact: DecisionFact, holder: Holder | undefined): boolean =>
  holder !== undefined &&
  fact.kind === 'row' &&
  (holder.list.entries.has(fact.ref) || fact.keys.some(({ token }) => holder.list.entries.has(token)))

/** Whether the holder said it: a row of the holder's list, or a fact that names the holder as its author. */
export const isHolders = (fact: DecisionFact, holder: Holder | undefined): boolean =>
  holder !== undefined &&
  (isListed(fact, holder) || (holder.author !== undefined && fact.author === holder.author))

/**
 * Whether the holder has decided on what `fact` says: it is the holder's own, the holder decided on the line at that
 * time or later, or the holder's list names it.
 */
export const holderHasDecided = (
  fact: DecisionFact,
  lineFacts: readonly DecisionFact[],
  holder: Holder | undefined,
): boolean =>
  lineFacts.some(
    (other) =>
      other.status !== 'error' &&
      isHolders(other, holder) &&
      (other.ref === fact.ref || other.decided.from >= fact.decided.from || names(other, fact)),
  )

const names = (other: DecisionFact, fact: DecisionFact): boolean =>
  other.kind === 'row' &&
  fact.kind === 'prescription' &&
  other.keys.some(({ token }) => fact.own.includes(token))
