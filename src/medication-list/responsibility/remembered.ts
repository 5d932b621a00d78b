/** What the person's CareTeam said before, as parties in time. */
import type { CareTeamParticipant } from 'fhir/r4.js'
import { codeSystemUrl } from '../../core/canonical.js'
import { type Party, partyOf } from './party.js'

export interface RememberedSpan {
  readonly party: Party
  readonly from: number | undefined
  readonly to: number | undefined
}

const ROLE = codeSystemUrl('care-team-role')

/** @param team as the hub wrote it: its periods are instants */
export const spansOfRole = (team: readonly CareTeamParticipant[], code: string): readonly RememberedSpan[] =>
  team.flatMap(({ role, member, onBehalfOf, period }): RememberedSpan[] => {
    const is = role?.some(({ coding }) => coding?.some((one) => one.system === ROLE && one.code === code))
    const party = partyOf(member, onBehalfOf)
    if (is !== true || party === undefined) return []
    return [{ party, from: instantOf(period?.start), to: instantOf(period?.end) }]
  })

function instantOf(value: string | undefined): number | undefined {
  const at = Date.parse(value ?? '')
  return Number.isNaN(at) ? undefined : at
}
