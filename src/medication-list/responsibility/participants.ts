/** Who answers for the list and who did, as participants of the person's CareTeam (medication-list.md 7). */
import type { CareTeamParticipant } from 'fhir/r4.js'
import { codeSystemUrl } from '../../core/canonical.js'
import { compareText } from '../../core/compare-text.js'
import type { FactSet } from '../facts/fact.js'
import type { TeamRole } from '../facts/responsibility-fact.js'
import type { Baton } from './baton.js'
import { isNamed } from './baton-task.js'
import { keyOfParty, type Party, typeOf } from './party.js'
import { oneAfterTheOther } from './tenures.js'

type Role = 'list-holder' | 'list-holder-delegate' | TeamRole

interface Span {
  readonly party: Party
  readonly from: number | undefined
  readonly to: number | undefined
}

/** By role and then time; a period's end is the first instant at which it is over. */
export function participantsOf(baton: Baton, { teams }: FactSet): readonly CareTeamParticipant[] {
  const { at, delegations, practitioners, tenures } = baton
  const members = teams.flatMap((team) => team.members)
  const spansOf = (role: TeamRole): readonly Span[] =>
    members
      .filter((member) => member.role === role)
      .sort((a, b) => (a.from ?? 0) - (b.from ?? 0) || compareText(keyOfParty(a.party), keyOfParty(b.party)))
  return [
    ...participants('list-holder', oneAfterTheOther(tenures)),
    ...participants(
      'list-holder-delegate',
      delegations
        .filter(({ from }) => from <= at)
        .map(({ delegate, from, to }) => ({ party: delegate, from, to })),
    ),
    ...participants('general-practitioner', practitioners),
    ...participants('nursing-home-doctor', spansOf('nursing-home-doctor')),
    ...participants('home-care', spansOf('home-care')),
    ...participants('device-operator', spansOf('device-operator')),
    ...participants('relative', spansOf('relative')),
  ]
}

const participants = (role: Role, spans: readonly Span[]): CareTeamParticipant[] =>
  spans.map(({ party, from, to }): CareTeamParticipant => {
    const { member, onBehalfOf } = party
    return {
      role: [{ coding: [{ system: codeSystemUrl('care-team-role'), code: role }] }],
      ...(isNamed(party) ? { member } : {}),
      // R4 rule ctm-1: only a Practitioner acts on behalf of somebody.
      ...(onBehalfOf === undefined || typeOf(member) !== 'Practitioner' ? {} : { onBehalfOf }),
      ...(from === undefined && to === undefined
        ? {}
        : {
            period: {
              ...(from === undefined ? {} : { start: iso(from) }),
              ...(to === undefined ? {} : { end: iso(to) }),
            },
          }),
    }
  })

const iso = (instant: number): string => new Date(instant).toISOString()
