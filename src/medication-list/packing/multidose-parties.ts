/** Who is multidose doctor at an instant, and what counts as that doctor's confirmation (medication-list.md 7, R7). */
import type { CareTeamParticipant } from 'fhir/r4.js'
import { codeSystemUrl } from '../../core/canonical.js'
import { rangeOfDateTime } from '../../core/zone.js'
import type { DecisionFact, FactSet, SourceList } from '../facts/fact.js'
import { partyKey } from '../facts/tokens.js'
import { isOnList } from '../facts/vanished-rows.js'
import { isDecidedBy } from '../lines/holder.js'
import { multidoseParticipants } from '../responsibility/multidose-team.js'

export interface MultidoseDoctor {
  /** Keys of the person and the organisation. */
  readonly keys: ReadonlySet<string>
  readonly participant: CareTeamParticipant
}

const ROLE = codeSystemUrl('care-team-role')

/** Undefined where nobody is registered. */
export function multidoseDoctorAt(
  { registers }: Pick<FactSet, 'registers'>,
  at: number,
  zone: string,
): MultidoseDoctor | undefined {
  if (registers.length === 0) return undefined
  const participant = multidoseParticipants(
    registers.map(({ team }) => team),
    zone,
  ).find(({ period, role }) => {
    if (!role?.some(({ coding }) => coding?.some(({ code, system }) => system === ROLE && code === DOCTOR)))
      return false
    const start = period?.start === undefined ? undefined : rangeOfDateTime(period.start, zone)?.from
    const end = period?.end === undefined ? undefined : rangeOfDateTime(period.end, zone)?.from
    return (start === undefined || start <= at) && (end === undefined || at < end)
  })
  if (participant === undefined) return undefined
  const keys = [partyKey(participant.member), partyKey(participant.onBehalfOf)].filter(
    (key) => key !== undefined,
  )
  return { keys: new Set(keys), participant }
}

const DOCTOR = 'multidose-doctor'

/** A decision of the doctor's own, or one on the same line that the doctor took at that time or later. */
export function isConfirmedBy(
  doctor: MultidoseDoctor,
  fact: DecisionFact,
  lineFacts: readonly DecisionFact[],
  lists: readonly SourceList[],
): boolean {
  const own = lists.filter(({ author }) => author !== undefined && doctor.keys.has(author))
  const isDoctors = (other: DecisionFact): boolean =>
    (other.author !== undefined && doctor.keys.has(other.author)) || own.some((list) => isOnList(other, list))
  return isDecidedBy(isDoctors, fact, lineFacts)
}
