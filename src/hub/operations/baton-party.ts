/** Who acts in operations on the baton, and who holds the list as the hub last derived it (medication-list.md 7). */
import type { CareTeam, CareTeamParticipant, Reference } from 'fhir/r4.js'
import { codeSystemUrl } from '../../core/canonical.js'
import { HubError } from '../../core/errors.js'
import { isSameParty, type Party, partyOf } from '../../medication-list/responsibility/party.js'
import type { OperationCall } from './client-operation.js'
import { authorOf, firstNamed, type Named } from './parameters.js'

/** @throws HubError RESOURCE_INVALID where nobody is named by identifier */
export function actorOf(parameters: Named): Party {
  const author = authorOf(parameters)
  return partyNamed(author, firstNamed(parameters, 'onBehalfOf')?.valueReference, 'author')
}

/** @throws HubError RESOURCE_INVALID for an organisation without identifier, since it could never be recognised */
export function partyNamed(member: Reference, onBehalfOf: Reference | undefined, place: string): Party {
  const party = partyOf(member, onBehalfOf)
  const isKnown = (reference: Reference | undefined): boolean =>
    reference === undefined ||
    (reference.identifier?.system !== undefined && reference.identifier.value !== undefined)
  if (party === undefined || !isKnown(member) || !isKnown(onBehalfOf))
    throw new HubError('RESOURCE_INVALID', 'a party is named by identifier (system and value)', {
      at: `Parameters.parameter.where(name='${place}')`,
    })
  return party
}

/**
 * The holder for whom this actor speaks: the holder itself, or who acts for it now.
 * @throws HubError STATE_CONFLICT where nobody holds the list, or somebody else does
 */
export function heldBy({ now, person }: OperationCall, actor: Party): Party {
  // A team that a client tells of may name the same roles: only what the hub derived says who holds the list.
  const team = [...person.all()].flatMap(({ layer, resource }) =>
    layer === 'line' &&
    resource.resourceType === 'CareTeam' &&
    resource.status === 'active' &&
    isOwn(resource)
      ? (resource.participant ?? [])
      : [],
  )
  const inRole = (role: string): readonly Party[] =>
    team.flatMap((one) => (hasRole(one, role) && lasts(one, now) ? partiesOf(one) : []))
  const [holder] = inRole('list-holder')
  if (holder === undefined)
    throw new HubError('STATE_CONFLICT', 'nobody holds this list', { at: 'CareTeam.participant' })
  const speaks = [holder, ...inRole('list-holder-delegate')].some((party) => isSameParty(party, actor))
  if (!speaks)
    throw new HubError('STATE_CONFLICT', 'somebody else holds this list', {
      at: "Parameters.parameter.where(name='author')",
    })
  return holder
}

const isOwn = ({ category }: CareTeam): boolean =>
  category?.some(({ coding }) =>
    coding?.some(
      ({ system, code }) =>
        system === codeSystemUrl('care-team-category') && code === 'medlist-responsibility',
    ),
  ) === true

const hasRole = ({ role }: CareTeamParticipant, code: string): boolean =>
  role?.some(({ coding }) => coding?.some((one) => one.code === code)) === true

/** The hub's own periods are instants in one form, so that they compare as texts. */
const lasts = ({ period }: CareTeamParticipant, now: string): boolean =>
  (period?.start === undefined || period.start <= now) && (period?.end === undefined || now < period.end)

const partiesOf = ({ member, onBehalfOf }: CareTeamParticipant): readonly Party[] => {
  const party = partyOf(member, onBehalfOf)
  return party === undefined ? [] : [party]
}
