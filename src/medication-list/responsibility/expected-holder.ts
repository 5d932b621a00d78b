/** Who should hold the list after what has happened to the person, as events tell it (medication-list.md 7, R2). */
import { compareText } from '../../core/compare-text.js'
import type { FactSet, Stay } from '../facts/fact.js'
import type { BatonOffer, TeamMember } from '../facts/responsibility-fact.js'
import type { BatonEvent } from './baton-event.js'
import { type PractitionerSpan, practitionerAt } from './general-practitioner.js'
import { isSameParty, type Party } from './party.js'
import { type Chain, tenureAt } from './tenures.js'

export interface Expected {
  readonly event: BatonEvent
  /** Instant of the event. */
  readonly at: number
  /** Undefined where no fact names anybody. */
  readonly receiver: Party | undefined
  /** Ref of the fact that tells it. */
  readonly cause: string
  /** The person is still where the event brought them. */
  readonly ongoing: boolean
  /** Only this holder is followed. */
  readonly follows: Party | undefined
}

/**
 * The newest event; an inpatient stay that lasts goes before all others. Undefined where nothing ever happened.
 * @param at T
 */
export function expectedHolder(
  facts: FactSet,
  chain: Chain,
  practitioners: readonly PractitionerSpan[],
  at: number,
): Expected | undefined {
  const stays = facts.stays.filter(({ from }) => from <= at).sort(byStart)
  const open = stays.findLast(({ to }) => to === undefined || to > at)
  if (open !== undefined) return duringStay(open, facts.offers)
  const homes = facts.teams.flatMap(({ ref, receivedAt, members }) =>
    members
      .filter(({ role }) => role === 'nursing-home-doctor')
      .map((member): Home => ({ ...member, ref, begins: member.from ?? receivedAt })),
  )
  const home = newestOf(homes.filter(({ begins, to }) => begins <= at && (to === undefined || to > at)))
  const practitioner = practitionerAt(practitioners, at)
  const events = [
    afterStay(stays, chain, home?.party ?? practitioner?.party),
    ...(home === undefined
      ? [
          afterHome(homes, chain, practitioner?.party, at),
          practitionerChange(practitioners, practitioner, facts),
        ]
      : [inHome(home)]),
  ]
  return events
    .filter((event) => event !== undefined)
    .sort((a, b) => a.at - b.at)
    .at(-1)
}

interface Home extends TeamMember {
  readonly ref: string
  readonly begins: number
}

const byStart = (a: Stay, b: Stay): number => a.from - b.from || compareText(a.ref, b.ref)

const newestOf = (homes: readonly Home[]): Home | undefined =>
  [...homes].sort((a, b) => a.begins - b.begins || compareText(a.ref, b.ref)).at(-1)

/** The ward that has been offered the list for this stay before makes every other ward a transfer. */
function duringStay(stay: Stay, offers: readonly BatonOffer[]): Expected {
  const before = newestOffer(offers, stay.ref)
  const common = { receiver: stay.ward, cause: stay.ref, ongoing: true, follows: undefined }
  if (before === undefined) return { ...common, event: 'admission', at: stay.from }
  if (stay.ward === undefined || isSameParty(before.receiver, stay.ward))
    return { ...common, event: before.event, at: before.at }
  const since = stay.wardSince ?? stay.receivedAt
  return { ...common, event: 'transfer', at: Math.max(since, before.at) }
}

export const newestOffer = (offers: readonly BatonOffer[], cause: string): BatonOffer | undefined =>
  offers
    .filter((offer) => offer.cause === cause)
    .sort((a, b) => a.made - b.made || compareText(a.ref, b.ref))
    .at(-1)

function afterStay(stays: readonly Stay[], chain: Chain, home: Party | undefined): Expected | undefined {
  const ended = stays
    .flatMap((stay) => (stay.to === undefined ? [] : [{ stay, to: stay.to }]))
    .sort((a, b) => a.to - b.to || compareText(a.stay.ref, b.stay.ref))
    .at(-1)
  if (ended === undefined) return undefined
  return {
    event: 'discharge',
    at: ended.to,
    receiver: home ?? tenureAt(chain, ended.stay.from - 1)?.party,
    cause: ended.stay.ref,
    ongoing: false,
    follows: undefined,
  }
}

const inHome = ({ begins, party, ref, to }: Home): Expected => ({
  event: to === undefined ? 'nursing-home-move' : 'respite-stay',
  at: begins,
  receiver: party,
  cause: ref,
  ongoing: true,
  follows: undefined,
})

/** Back to who held the list before the stay. */
function afterHome(
  homes: readonly Home[],
  chain: Chain,
  practitioner: Party | undefined,
  at: number,
): Expected | undefined {
  const ended = homes
    .flatMap((home) => (home.to === undefined || home.to > at ? [] : [{ home, to: home.to }]))
    .sort((a, b) => a.to - b.to || compareText(a.home.ref, b.home.ref))
    .at(-1)
  if (ended === undefined) return undefined
  return {
    event: 'return',
    at: ended.to,
    receiver: tenureAt(chain, ended.home.begins - 1)?.party ?? practitioner,
    cause: ended.home.ref,
    ongoing: false,
    follows: ended.home.party,
  }
}

/** Only a list that the former practitioner holds follows the person to the new one. */
function practitionerChange(
  spans: readonly PractitionerSpan[],
  now: PractitionerSpan | undefined,
  { persons, teams }: FactSet,
): Expected | undefined {
  const before = now === undefined ? undefined : spans[spans.indexOf(now) - 1]
  if (now?.from === undefined || before === undefined || isSameParty(before.party, now.party))
    return undefined
  return {
    event: 'gp-change',
    at: now.from,
    receiver: now.party,
    cause: persons[0]?.ref ?? teams[0]?.ref ?? '',
    ongoing: false,
    follows: before.party,
  }
}
