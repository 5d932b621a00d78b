/**
 * Who is the person's general practitioner, and who was. Sources state it with periods (CareTeam); a Patient states only
 * who it is now, so that the person's own CareTeam of before remembers since when.
 */
import type { CareTeamParticipant } from 'fhir/r4.js'
import { compareText } from '../../core/compare-text.js'
import type { FactSet } from '../facts/fact.js'
import { isSameParty, keyOfParty, type Party } from './party.js'
import { spansOfRole } from './remembered.js'

export interface PractitionerSpan {
  readonly party: Party
  /** Undefined where nobody says since when. */
  readonly from: number | undefined
  readonly to: number | undefined
}

/**
 * In order of time; the last one is it now, unless it has ended.
 * @param remembered participants of the person's CareTeam as it stood
 */
export function practitionerSpans(
  { persons, teams }: Pick<FactSet, 'persons' | 'teams'>,
  remembered: readonly CareTeamParticipant[],
): readonly PractitionerSpan[] {
  const stated = teams
    .flatMap(({ members }) => members.filter(({ role }) => role === 'general-practitioner'))
    .sort(
      (a, b) =>
        (a.from ?? Number.NEGATIVE_INFINITY) - (b.from ?? Number.NEGATIVE_INFINITY) ||
        compareText(keyOfParty(a.party), keyOfParty(b.party)),
    )
  if (stated.length > 0) return succeeding(stated)
  const spans = spansOfRole(remembered, 'general-practitioner')
  const now = persons[0]?.generalPractitioner
  const open = spans.find(({ to }) => to === undefined)
  if (now === undefined || (open !== undefined && isSameParty(open.party, now))) return spans
  const told = persons[0]?.receivedAt
  return [
    ...spans.map((span) => (span === open ? { ...span, to: told } : span)),
    { party: now, from: spans.length === 0 ? undefined : told, to: undefined },
  ]
}

/** Of one whose end nobody stated, the successor's beginning is the end. */
const succeeding = (spans: readonly PractitionerSpan[]): readonly PractitionerSpan[] =>
  spans.map(({ party, from, to }, index) => ({ party, from, to: to ?? spans[index + 1]?.from }))

export const practitionerAt = (
  spans: readonly PractitionerSpan[],
  instant: number,
): PractitionerSpan | undefined =>
  spans.findLast(
    ({ from, to }) => (from ?? Number.NEGATIVE_INFINITY) <= instant && (to === undefined || instant < to),
  )
