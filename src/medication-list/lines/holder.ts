/**
 * What the holder of the list has decided (medication-list.md 7, R1). Who holds it, and who held it before, the baton
 * says: a decision of who held the list when it was made stands after the list has passed on.
 */
import type { DecisionFact, SourceList } from '../facts/fact.js'
import { isOnList } from '../facts/vanished-rows.js'
import type { Baton } from '../responsibility/baton.js'
import { type Party, speaksFor } from '../responsibility/party.js'
import { isCompleteList } from '../responsibility/tenures.js'

export interface Holder {
  readonly party: Party
  /** Newest complete list of one who held the list at its date. */
  readonly list: SourceList | undefined
  readonly held: Baton['held']
}

/** Undefined while nobody holds the list. */
export function findHolder(
  baton: Pick<Baton, 'at' | 'holder' | 'held' | 'tenures'>,
  lists: readonly SourceList[],
): Holder | undefined {
  const { at, held, holder, tenures } = baton
  if (holder === undefined) return undefined
  const acted = new Set(tenures.flatMap(({ by }) => (by.kind === 'list' ? [by.list.ref] : [])))
  const [list] = lists
    .filter((one) => isCompleteList(one) && one.date <= at && (acted.has(one.ref) || held(one, one.date)))
    .sort((a, b) => b.date - a.date || (a.ref < b.ref ? 1 : -1))
  return { party: holder.party, list, held }
}

export const isListed = (fact: DecisionFact, holder: Holder | undefined): boolean =>
  holder?.list !== undefined && fact.kind === 'row' && isOnList(fact, holder.list)

/** Whether a holder said it: a row of the holder's list, or a fact of who holds the list, or held it then. */
export const isHolders = (fact: DecisionFact, holder: Holder | undefined): boolean =>
  holder !== undefined &&
  (isListed(fact, holder) || speaksFor(fact, holder.party) || holder.held(fact, fact.decided.from))

/**
 * Whether the holder has decided on what `fact` says: it is the holder's own, the holder decided on the line at that
 * time or later, or the holder's list names it.
 */
export const holderHasDecided = (
  fact: DecisionFact,
  lineFacts: readonly DecisionFact[],
  holder: Holder | undefined,
): boolean => isDecidedBy((other) => isHolders(other, holder), fact, lineFacts)

/** Whether somebody has decided on what `fact` says, by what is theirs among the facts of its line. */
export const isDecidedBy = (
  isTheirs: (other: DecisionFact) => boolean,
  fact: DecisionFact,
  lineFacts: readonly DecisionFact[],
): boolean =>
  lineFacts.some(
    (other) =>
      other.status !== 'error' &&
      isTheirs(other) &&
      (other.ref === fact.ref || other.decided.from >= fact.decided.from || names(other, fact)),
  )

const names = (other: DecisionFact, fact: DecisionFact): boolean =>
  other.kind === 'row' &&
  fact.kind === 'prescription' &&
  other.keys.some(({ token }) => fact.own.includes(token))
