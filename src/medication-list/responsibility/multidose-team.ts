/**
 * Who is multidose doctor and multidose pharmacy, and who was: one timeline for each role out of everything that
 * registers and parties have said (medication-list.md 7; docs/facts.md). One holds a role at a time.
 */

import type { CareTeam, CareTeamParticipant } from 'fhir/r4.js'
import { codeSystemUrl, extensionUrl } from '../../core/canonical.js'
import { compareText } from '../../core/compare-text.js'
import { rangeOfDateTime } from '../../core/zone.js'
import { partyKey } from '../facts/tokens.js'

/** Roles that a register of multidose responsibility keeps. */
const ROLES = ['multidose-doctor', 'multidose-pharmacy'] as const
const ROLE_SYSTEM = codeSystemUrl('care-team-role')
const REGISTER = 'multidose-register'

/** What one message says of one party: responsible from an instant, or no longer from an instant. */
interface Told {
  readonly at: number
  readonly party: string
  readonly ends: boolean
  /** The instant as the message wrote it. */
  readonly from: string
  readonly participant: CareTeamParticipant
}

interface Span {
  readonly party: string
  participant: CareTeamParticipant
  start: string | undefined
  end: string | undefined
  over: boolean
}

/**
 * Participants with their periods, by role and then time; empty when no register has said anything. A start that nobody
 * stated is absent. A predecessor whose end nobody stated was responsible until the successor is known to be.
 */
export function multidoseParticipants(
  teams: readonly CareTeam[],
  zone: string,
): readonly CareTeamParticipant[] {
  const told = teams.filter(isRegister).flatMap((team) => toldBy(team, zone))
  return ROLES.flatMap((role) => spansOf(told.filter(({ participant }) => roleOf(participant) === role))).map(
    ({ participant: { period: _stated, ...rest }, start, end }) => ({
      ...rest,
      ...(start === undefined && end === undefined
        ? {}
        : { period: { ...(start === undefined ? {} : { start }), ...(end === undefined ? {} : { end }) } }),
    }),
  )
}

/** A registration that the register has refused is inactive and counts for nothing. */
const isRegister = (team: CareTeam): boolean =>
  team.status !== 'inactive' &&
  team.status !== 'entered-in-error' &&
  (team.category ?? []).some(({ coding }) => coding?.some(({ code }) => code === REGISTER))

const roleOf = ({ role }: CareTeamParticipant): string | undefined =>
  role?.flatMap(({ coding }) => coding ?? []).find(({ system }) => system === ROLE_SYSTEM)?.code

function toldBy(team: CareTeam, zone: string): readonly Told[] {
  const timeOf = (name: string): string | undefined =>
    team.extension?.find(({ url }) => url === extensionUrl(name))?.valueDateTime
  // A register that shows the same whenever it is asked has said so from the first time to the last.
  const stated = [timeOf('first-stated-at'), timeOf('stated-at')]
  return (team.participant ?? []).flatMap((participant): readonly Told[] => {
    const party = partyKey(participant.member)
    const { start, end } = participant.period ?? {}
    if (party === undefined) return []
    const tell = (from: string | undefined, ends: boolean): readonly Told[] => {
      const at = from === undefined ? undefined : rangeOfDateTime(from, zone)?.from
      return from === undefined || at === undefined ? [] : [{ at, party, ends, from, participant }]
    }
    const starts = start !== undefined ? [start] : end === undefined ? stated : []
    return [...starts.flatMap((from) => tell(from, false)), ...tell(end, true)]
  })
}

/** Ends before beginnings of the same instant: the successor takes over on the day on which the other's time is up. */
function spansOf(told: readonly Told[]): readonly Span[] {
  const spans: Span[] = []
  const sorted = [...told].sort(
    (a, b) =>
      a.at - b.at || Number(b.ends) - Number(a.ends) || compareText(a.party, b.party) || compareStarts(a, b),
  )
  for (const one of sorted) {
    const inCharge = spans.find((span) => !span.over)
    if (one.ends) end(spans, one)
    else if (inCharge?.party === one.party) fill(inCharge, one)
    else {
      if (inCharge !== undefined) close(inCharge, one.from)
      spans.push({
        party: one.party,
        participant: one.participant,
        start: one.participant.period?.start,
        end: undefined,
        over: false,
      })
    }
  }
  return spans
}

/** Somebody of whom only the end is known was responsible before it. */
function end(spans: Span[], { party, participant }: Told): void {
  const own = spans.findLast((span) => span.party === party)
  if (own === undefined)
    spans.push({ party, participant, start: undefined, end: participant.period?.end, over: true })
  else close(own, participant.period?.end)
}

function close(span: Span, at: string | undefined): void {
  span.end ??= at
  span.over = true
}

/** The same party again: what one message left out another may say. */
function fill(span: Span, { participant }: Told): void {
  span.start ??= participant.period?.start
  const { member, onBehalfOf } = span.participant
  const display = member?.display ?? participant.member?.display
  span.participant = {
    ...span.participant,
    ...(member === undefined || display === undefined ? {} : { member: { ...member, display } }),
    ...((onBehalfOf ?? participant.onBehalfOf) === undefined
      ? {}
      : { onBehalfOf: { ...participant.onBehalfOf, ...onBehalfOf } }),
  }
}

const compareStarts = (a: Told, b: Told): number =>
  compareText(JSON.stringify(a.participant), JSON.stringify(b.participant))
