/**
 * Who held the list when (medication-list.md 7, R1 and R3): spans without gap or overlap from the first attested list or
 * the first acceptance until death. Before that the author of the newest complete source list acts as holder.
 */

import type { CareTeamParticipant } from 'fhir/r4.js'
import { compareText } from '../../core/compare-text.js'
import type { DecisionFact, FactSet, SourceList } from '../facts/fact.js'
import type { BatonOffer } from '../facts/responsibility-fact.js'
import { isSameParty, keyOfParty, type Party, partyOf, speaksFor } from './party.js'
import { spansOfRole } from './remembered.js'

/** Messages that are complete lists in their country. */
export const COMPLETE_LISTS: ReadonlySet<string> = new Set(['M25.1'])

export const isCompleteList = ({ code }: SourceList): boolean => COMPLETE_LISTS.has(code ?? '')

export interface Tenure {
  readonly party: Party
  readonly from: number
  /** Exclusive; undefined while it lasts. */
  readonly to: number | undefined
  /** `list`: acts as holder as author of this complete source list. */
  readonly by:
    | { readonly kind: 'list'; readonly list: SourceList }
    | { readonly kind: 'remembered' }
    | { readonly kind: 'attestation' }
    | { readonly kind: 'acceptance'; readonly offer: BatonOffer }
}

/** An offer that its receiver took, and when. */
export interface Acceptance {
  readonly offer: BatonOffer
  readonly at: number
  /** By the first write to the list, not in words. */
  readonly byWriting: boolean
}

export interface Chain {
  /** Until T, in order of time. */
  readonly tenures: readonly Tenure[]
  /** From here somebody holds the list at every instant; undefined before the first attested list. */
  readonly opened: number | undefined
  /** Death. */
  readonly closed: number | undefined
}

const LIST_WITHOUT_AUTHOR: Party = {
  person: undefined,
  organisation: undefined,
  member: {},
  onBehalfOf: undefined,
}

/**
 * @param remembered participants of the person's CareTeam as it stood: lists that newer ones replaced are not at hand
 *   for ever, and who acted as holder by them stays known
 * @param at T: nothing later counts
 */
export function chainOf(
  facts: FactSet,
  acceptances: readonly Acceptance[],
  remembered: readonly CareTeamParticipant[],
  at: number,
): Chain {
  const closed = diedAt(facts, at)
  const end = closed === undefined ? at : closed
  const turns = acceptances
    .filter((one) => one.at <= end)
    .sort((a, b) => a.at - b.at || compareText(a.offer.ref, b.offer.ref))
  const first = firstAttestation(facts, end)
  const opened = Math.min(first?.at ?? Number.POSITIVE_INFINITY, turns[0]?.at ?? Number.POSITIVE_INFINITY)
  const acting = withRemembered(actingTenures(facts.lists, Math.min(opened, end)), remembered, opened)
  const kept = acting.at(-1)
  const begun: Tenure[] =
    first !== undefined && first.at === opened && turns[0]?.at !== opened
      ? [
          kept === undefined
            ? {
                party: first.by ?? LIST_WITHOUT_AUTHOR,
                from: first.at,
                to: undefined,
                by: { kind: 'attestation' },
              }
            : // Nobody else's write moves the baton (R6): who acts as holder goes on.
              kept,
        ]
      : kept === undefined
        ? []
        : [kept]
  const taken = turns.map(
    ({ offer, at: from }): Tenure => ({
      party: takerOf(offer),
      from,
      to: undefined,
      by: { kind: 'acceptance', offer },
    }),
  )
  return {
    tenures: closedUp([...acting.slice(0, -1), ...begun, ...taken], closed),
    opened: Number.isFinite(opened) ? opened : undefined,
    closed,
  }
}

/** A ward or practice to which the list was offered holds it, whoever accepted for it. */
const takerOf = ({ answer, receiver }: BatonOffer): Party =>
  receiver.person === undefined ? receiver : (answer?.by ?? receiver)

/** Each ends where the next begins; what the next replaces at its own first instant never was. */
function closedUp(tenures: readonly Tenure[], closed: number | undefined): readonly Tenure[] {
  return tenures
    .map((tenure, index): Tenure => ({ ...tenure, to: tenures[index + 1]?.from ?? closed }))
    .filter(({ from, to }) => to === undefined || from < to)
}

function actingTenures(lists: readonly SourceList[], until: number): readonly Tenure[] {
  const complete = lists
    .filter((list) => isCompleteList(list) && list.date <= until)
    .sort((a, b) => a.date - b.date || compareText(a.ref, b.ref))
  return complete.map((list) => ({
    party: partyOf(list.source) ?? LIST_WITHOUT_AUTHOR,
    from: list.date,
    to: undefined,
    by: { kind: 'list', list },
  }))
}

/** What is remembered stands before the oldest list that is at hand. */
function withRemembered(
  acting: readonly Tenure[],
  remembered: readonly CareTeamParticipant[],
  opened: number,
): readonly Tenure[] {
  const until = Math.min(acting[0]?.from ?? Number.POSITIVE_INFINITY, opened)
  const before = spansOfRole(remembered, 'list-holder').flatMap(({ party, from }): Tenure[] =>
    from === undefined || from >= until ? [] : [{ party, from, to: undefined, by: { kind: 'remembered' } }],
  )
  return [...before, ...acting]
}

const firstAttestation = ({ attestations }: FactSet, end: number) =>
  attestations
    .filter(({ at, scope }) => scope === 'full' && at <= end)
    .sort((a, b) => a.at - b.at || compareText(a.ref, b.ref))[0]

const diedAt = ({ persons }: FactSet, at: number): number | undefined => {
  const died = persons.flatMap((person) => person.died ?? [])
  const first = died.length === 0 ? undefined : Math.min(...died)
  return first === undefined || first > at ? undefined : first
}

export const tenureAt = ({ tenures }: Pick<Chain, 'tenures'>, instant: number): Tenure | undefined =>
  tenures.findLast(({ from, to }) => from <= instant && (to === undefined || instant < to))

/** Who goes on holding the list does so in one period. */
export function oneAfterTheOther(tenures: readonly Tenure[]): readonly Tenure[] {
  const joined: Tenure[] = []
  for (const tenure of tenures) {
    const last = joined.at(-1)
    if (last !== undefined && last.to === tenure.from && isSame(last.party, tenure.party))
      joined[joined.length - 1] = { ...last, to: tenure.to }
    else joined.push(tenure)
  }
  return joined
}

const isSame = (a: Party, b: Party): boolean => isSameParty(a, b) || keyOfParty(a) === keyOfParty(b)

/** Writes of a party to the list: decisions, complete lists, attestations, as instants. */
export function writesOf(
  party: Party,
  { decisions, lists, attestations }: Pick<FactSet, 'decisions' | 'lists' | 'attestations'>,
): readonly number[] {
  return [
    ...decisions.filter((fact) => decides(fact) && speaksFor(fact, party)).map((fact) => fact.decided.from),
    ...lists.filter((list) => isCompleteList(list) && speaksFor(list, party)).map(({ date }) => date),
    ...attestations.filter(({ by }) => by !== undefined && isSameParty(by, party)).map(({ at }) => at),
  ]
}

const decides = ({ status }: DecisionFact): boolean => status !== 'error'

/**
 * R3: explicitly, or by the first write of the receiver between the event and whatever else was answered.
 * Undefined where the offer was not taken until T.
 */
export function acceptanceOf(offer: BatonOffer, facts: FactSet, at: number): Acceptance | undefined {
  const { answer } = offer
  const said = answer?.kind === 'accepted' || answer?.kind === 'accepted-by-writing' ? answer : undefined
  const until = answer === undefined ? Number.POSITIVE_INFINITY : answer.at
  const written = writesOf(offer.receiver, facts).filter(
    (instant) => instant >= offer.at && instant < until && instant <= at,
  )
  const first = written.length === 0 ? undefined : Math.min(...written)
  if (first !== undefined) return { offer, at: first, byWriting: true }
  if (said === undefined || said.at > at) return undefined
  return { offer, at: said.at, byWriting: said.kind === 'accepted-by-writing' }
}
