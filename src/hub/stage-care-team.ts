/** The one CareTeam of a person: who is responsible for the list and its packing, as the facts tell it (medication-list.md 7). */
import type { CareTeam, CareTeamParticipant } from 'fhir/r4.js'
import { codeSystemUrl } from '../core/canonical.js'
import { multidoseParticipants } from '../medication-list/responsibility/multidose-team.js'
import type { ResourceWrite } from '../store/effect.js'
import type { DeriveContext } from './derive-list.js'
import { type Draft, finishDraft } from './draft.js'
import { stageDerived } from './stage-derived.js'
import { storedOf, type Workspace } from './workspace.js'

/**
 * @param responsible participants beside those of multidose registers
 * @throws HubError RESOURCE_INVALID when what is derived breaks R4 (a bug of ours)
 */
export function stageCareTeam(
  draft: Draft,
  context: Pick<DeriveContext, 'config' | 'newId' | 'validate'>,
  responsible: readonly CareTeamParticipant[],
): ResourceWrite[] {
  const facts: CareTeam[] = []
  const derived: CareTeam[] = []
  for (const { resource, layer } of storedOf(draft.workspace, 'CareTeam').values())
    if (resource.resourceType === 'CareTeam') (layer === 'line' ? derived : facts).push(resource)
  const participant = [...multidoseParticipants(facts, context.config.zone), ...responsible]
  const [former, ...others] = derived.filter(isActive).sort((a, b) => (idOf(a) < idOf(b) ? -1 : 1))
  if (participant.length === 0 && former === undefined) return []
  const team: CareTeam = {
    resourceType: 'CareTeam',
    status: 'active',
    category: [{ coding: [{ system: codeSystemUrl('care-team-category'), code: 'medlist-responsibility' }] }],
    subject: { reference: `Patient/${draft.workspace.personId}` },
    ...(participant.length === 0 ? {} : { participant: [...participant] }),
  }
  stageDerived(draft, team, former === undefined ? context.newId() : idOf(former), '')
  // Two persons who turned out to be one had one each.
  for (const other of others) stageDerived(draft, { ...other, status: 'inactive' }, idOf(other), '')
  return finishDraft(draft, context.validate)
}

/** As it stands. */
export function ownTeam(workspace: Workspace): CareTeam | undefined {
  const own: CareTeam[] = []
  for (const { layer, resource } of storedOf(workspace, 'CareTeam').values())
    if (layer === 'line' && resource.resourceType === 'CareTeam' && isActive(resource)) own.push(resource)
  return own.sort((a, b) => (idOf(a) < idOf(b) ? -1 : 1))[0]
}

const isActive = ({ status }: CareTeam): boolean => status === 'active'
const idOf = ({ id }: CareTeam): string => id ?? ''
