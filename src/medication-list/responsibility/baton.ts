/**
 * The baton at T: who holds the list and who held it, which offers stand, and which one an event demands now
 * (medication-list.md 7, R1 to R5, R9, R10). At most one offer stands: the one made last.
 */
import type { CareTeamParticipant } from 'fhir/r4.js'
import { compareText } from '../../core/compare-text.js'
import type { FactSet } from '../facts/fact.js'
import type { BatonAnswer, BatonOffer, Delegation } from '../facts/responsibility-fact.js'
import { answerTimeOf, type BatonEvent } from './baton-event.js'
import { type Expected, expectedHolder, newestOffer } from './expected-holder.js'
import { type PractitionerSpan, practitionerSpans } from './general-practitioner.js'
import { isSameParty, type Party, type Speaker, speaksFor } from './party.js'
import {
  type Acceptance,
  acceptanceOf,
  type Chain,
  chainOf,
  oneAfterTheOther,
  type Tenure,
  tenureAt,
} from './tenures.js'

/** An offer that an event makes now. */
export interface Proposal {
  readonly event: BatonEvent
  readonly at: number
  readonly cause: string
  readonly giver: Party
  readonly receiver: Party
  /** Offers made for the same cause before. */
  readonly earlier: number
  readonly deadline: number
}

/** `completed`: the list was attested by its giver before, or by its receiver since. */
export type OfferStatus = 'requested' | 'accepted' | 'completed' | 'rejected' | 'cancelled'

export interface OfferState {
  readonly offer: BatonOffer
  readonly status: OfferStatus
  readonly acceptance: Acceptance | undefined
  /** As given, or as it follows from the facts; undefined while it stands. */
  readonly answer: BatonAnswer | undefined
  /** Whether the giver had attested the list as it was (R5). */
  readonly attested: boolean
}

export interface Baton extends Chain {
  readonly at: number
  /** At T. */
  readonly holder: Tenure | undefined
  readonly offers: readonly OfferState[]
  readonly proposal: Proposal | undefined
  readonly practitioners: readonly PractitionerSpan[]
  readonly delegations: readonly Delegation[]
  /** Whether this speaker held the list at an instant, or acted for the holder. */
  readonly held: (speaker: Speaker, instant: number) => boolean
  /** R5: whether this giver has attested the list as it is. */
  readonly attested: (giver: Party) => boolean
  /** Instants after T at which time alone may change any of it. */
  readonly next: readonly number[]
}

const DAY_MS = 86_400_000
/** What happened longer ago than this when it is first heard of proposes nobody. */
const LATE_DAYS = 30

/** @param remembered participants of the person's CareTeam as it stood */
export function batonAt(facts: FactSet, remembered: readonly CareTeamParticipant[], at: number): Baton {
  const inOrder = [...facts.offers]
    .filter(({ made }) => made <= at)
    .sort((a, b) => a.made - b.made || compareText(a.ref, b.ref))
  const bounded = inOrder.map((offer, index) => supersededBy(offer, inOrder[index + 1]))
  const acceptances = bounded.flatMap((offer) => acceptanceOf(offer, facts, at) ?? [])
  const chain = chainOf(facts, acceptances, remembered, at)
  const holder = tenureAt(chain, at)
  const practitioners = practitionerSpans(facts, remembered)
  const expected = expectedHolder(facts, chain, practitioners, at)
  const proposal = proposalOf(facts, bounded, acceptances, chain, holder, expected, at)
  const offers = bounded.map((offer): OfferState => {
    const acceptance = acceptances.find((one) => one.offer === offer)
    const answer = answerOf(offer, acceptance, { chain, expected, proposal, at })
    const attested = isAttested(offer.giver, facts, acceptance?.at ?? at)
    return {
      offer,
      acceptance,
      answer,
      attested,
      status: statusOf(answer, attested || isAttestedSince(acceptance, facts, at)),
    }
  })
  return {
    ...chain,
    at,
    holder,
    offers,
    proposal,
    practitioners,
    delegations: facts.delegations,
    attested: (giver) => isAttested(giver, facts, at),
    held: heldIn(chain, facts.delegations),
    next: turns(facts, offers, proposal, at),
  }
}

function heldIn(chain: Chain, delegations: readonly Delegation[]): Baton['held'] {
  const periods = oneAfterTheOther(chain.tenures)
  const ever = keysOf(periods, delegations)
  const isOne = (key: string | undefined): boolean => key !== undefined && ever.has(key)
  return (speaker, instant) => {
    // Of thousands of decisions most are by somebody who never held the list.
    const { author, onBehalfOf } = speaker
    if (!isOne(author) && !isOne(onBehalfOf)) return false
    const then = tenureAt({ tenures: periods }, instant)
    return (
      then !== undefined &&
      (speaksFor(speaker, then.party) ||
        speaksAsAccepter(speaker, then) ||
        delegations.some(
          ({ from, to, holder, delegate }) =>
            from <= instant &&
            instant < to &&
            isSameParty(holder, then.party) &&
            speaksFor(speaker, delegate),
        ))
    )
  }
}

function keysOf(tenures: readonly Tenure[], delegations: readonly Delegation[]): ReadonlySet<string> {
  const parties = [
    ...tenures.flatMap(({ by, party }) =>
      by.kind === 'acceptance' && by.offer.answer?.by !== undefined ? [party, by.offer.answer.by] : [party],
    ),
    ...delegations.map(({ delegate }) => delegate),
  ]
  return new Set(parties.flatMap(({ person, organisation }) => [person ?? [], organisation ?? []].flat()))
}

/** Who accepted for a ward or practice decides for it. */
const speaksAsAccepter = (speaker: Speaker, { by }: Tenure): boolean =>
  by.kind === 'acceptance' && by.offer.answer?.by !== undefined && speaksFor(speaker, by.offer.answer.by)

/** An offer without an answer stands until the next one is made. */
function supersededBy(offer: BatonOffer, next: BatonOffer | undefined): BatonOffer {
  if (next === undefined || (offer.answer !== undefined && offer.answer.at <= next.made)) return offer
  if (offer.answer?.kind === 'accepted' || offer.answer?.kind === 'accepted-by-writing') return offer
  return { ...offer, answer: { kind: 'lapsed', at: next.made, by: undefined } }
}

interface Circumstances {
  readonly at: number
  readonly chain: Chain
  readonly expected: Expected | undefined
  readonly proposal: Proposal | undefined
}

function answerOf(
  offer: BatonOffer,
  acceptance: Acceptance | undefined,
  { at, chain, expected, proposal }: Circumstances,
): BatonAnswer | undefined {
  if (acceptance !== undefined)
    return offer.answer?.at === acceptance.at
      ? offer.answer
      : { kind: 'accepted-by-writing', at: acceptance.at, by: offer.receiver }
  if (offer.answer !== undefined) return offer.answer
  if (chain.closed !== undefined) return lapsed(chain.closed)
  if (proposal !== undefined) return lapsed(at)
  const follows =
    offer.event === 'handover' ||
    (expected !== undefined &&
      (expected.receiver === undefined || isSameParty(expected.receiver, offer.receiver)))
  return follows ? undefined : lapsed(at)
}

const lapsed = (at: number): BatonAnswer => ({ kind: 'lapsed', at, by: undefined })

function statusOf(answer: BatonAnswer | undefined, clean: boolean): OfferStatus {
  switch (answer?.kind) {
    case undefined:
      return 'requested'
    case 'accepted':
    case 'accepted-by-writing':
      return clean ? 'completed' : 'accepted'
    case 'rejected':
      return 'rejected'
    case 'withdrawn':
    case 'lapsed':
      return 'cancelled'
  }
}

/** R5: a full attestation by the giver after which nobody decided anything until the instant. */
function isAttested(giver: Party | undefined, facts: FactSet, until: number): boolean {
  const attested = facts.attestations
    .filter(
      ({ at, by, scope }) =>
        scope === 'full' && at <= until && by !== undefined && giver !== undefined && isSameParty(by, giver),
    )
    .map(({ at }) => at)
  if (attested.length === 0) return false
  const newest = Math.max(...attested)
  return !facts.decisions.some(({ decided }) => decided.from > newest && decided.from < until)
}

const isAttestedSince = (acceptance: Acceptance | undefined, facts: FactSet, until: number): boolean =>
  acceptance !== undefined &&
  facts.attestations.some(
    ({ at, by, scope }) =>
      scope === 'full' &&
      at >= acceptance.at &&
      at <= until &&
      by !== undefined &&
      isSameParty(by, acceptance.offer.receiver),
  )

function proposalOf(
  facts: FactSet,
  offers: readonly BatonOffer[],
  acceptances: readonly Acceptance[],
  chain: Chain,
  holder: Tenure | undefined,
  expected: Expected | undefined,
  at: number,
): Proposal | undefined {
  if (holder === undefined || chain.closed !== undefined || expected?.receiver === undefined) return undefined
  const { cause, event, follows, receiver } = expected
  if (isSameParty(receiver, holder.party)) return undefined
  if (follows !== undefined && !isSameParty(follows, holder.party)) return undefined
  if (!expected.ongoing && at - expected.at > LATE_DAYS * DAY_MS) return undefined
  // Whoever took the list after the event was chosen with it in view.
  const taken = chain.tenures.findLast(({ by }) => by.kind === 'acceptance')
  if (taken !== undefined && taken.from > expected.at) return undefined
  if (!expected.ongoing && holder.by.kind === 'list' && holder.from > expected.at) return undefined
  const before = newestOffer(offers, cause)
  const isRepeated = before !== undefined && isSameParty(before.receiver, receiver)
  if (isRepeated && before.answer?.kind !== 'lapsed') return undefined
  const standing = offers.at(-1)
  const stands =
    standing?.event === 'handover' &&
    standing.at > expected.at &&
    standing.answer === undefined &&
    !acceptances.some(({ offer }) => offer === standing)
  if (stands) return undefined
  return {
    event,
    at: expected.at,
    cause,
    giver: holder.party,
    receiver,
    earlier: facts.offers.filter((offer) => offer.cause === cause).length,
    deadline: at + answerTimeOf(event),
  }
}

function turns(
  facts: FactSet,
  offers: readonly OfferState[],
  proposal: Proposal | undefined,
  at: number,
): readonly number[] {
  return [
    ...offers.flatMap(({ answer, offer }) => (answer === undefined ? [offer.deadline] : [])),
    ...(proposal === undefined ? [] : [proposal.deadline]),
    ...facts.lists.map(({ date }) => date),
    ...facts.attestations.map((attestation) => attestation.at),
    ...facts.persons.flatMap(({ died }) => died ?? []),
    ...facts.stays.flatMap(({ from, to }) => [from, ...(to === undefined ? [] : [to])]),
    ...facts.teams.flatMap(({ members }) => members.flatMap(({ from, to }) => [from ?? at, to ?? at])),
    ...facts.delegations.flatMap(({ from, to }) => [from, to]),
  ].filter((instant) => instant > at)
}

export const isOverdue = ({ answer, offer }: OfferState, at: number): boolean =>
  answer === undefined && at >= offer.deadline
