/** A40: everything of the prior person becomes the survivor's, without losing either history (hl7v2.md 3.4). */
import type { FhirResource, Patient } from 'fhir/r4.js'
import { compareText } from '../core/compare-text.js'
import type { PersonId } from '../core/ids.js'
import type { Identity } from '../core/message.js'
import type { PersonState, StoredResource } from '../core/stored.js'
import { type Draft, stage } from './draft.js'
import { putAmendment, putResource } from './workspace.js'

export interface Merged {
  readonly prior: PersonId
  /** The prior's identifiers, now the survivor's with use `old`. */
  readonly identities: readonly (Identity & { readonly use: 'old' })[]
}

/**
 * Brings the prior's resources into the survivor's workspace and stages what must change in them. Undefined when there
 * is nothing to merge any more (merging twice is a no-op).
 */
export function stageMerge(draft: Draft, prior: PersonState): Merged | undefined {
  const { workspace } = draft
  if (prior.mergedInto !== undefined || prior.personId === workspace.personId) return undefined
  const from = `Patient/${prior.personId}`
  const to = `Patient/${workspace.personId}`
  for (const stored of prior.resources.values()) {
    if (stored.type === 'Patient') stagePriorPatient(draft, stored, to)
    else if (stored.type === 'List' && stored.layer === 'line') stageRetiredList(draft, stored)
    else moveResource(draft, stored, from, to)
  }
  for (const amendment of prior.amendments) putAmendment(workspace, amendment)
  for (const source of prior.sources) {
    const own = workspace.sources.get(source.key)
    if (own === undefined || own.lastHeard < source.lastHeard) workspace.sources.set(source.key, source)
  }
  const identities = prior.identities.map(({ system, value }) => ({ system, value, use: 'old' as const }))
  workspace.identities = [...workspace.identities, ...identities]
  stageSurvivor(draft, from)
  return { prior: prior.personId, identities }
}

function moveResource(draft: Draft, stored: StoredResource, from: string, to: string): void {
  const { workspace } = draft
  const rivalRef = workspace.byKey.get(`${stored.type}|${stored.key}`)
  const rival = rivalRef === undefined ? undefined : workspace.resources.get(rivalRef)
  const moved: StoredResource =
    rival === undefined ? stored : { ...stored, key: `${stored.key}|merged|${stored.id}` }
  putResource(workspace, moved)
  // Both persons held one and the same thing of the source: the newer statement keeps the key.
  if (rival !== undefined && compareText(stored.order, rival.order) <= 0) putResource(workspace, rival)
  stage(draft, {
    id: stored.id,
    previous: moved,
    content: withSubject(stored.resource, from, to),
    key: moved.key,
    order: stored.order,
    layer: stored.layer,
    sourceKey: stored.sourceKey,
    shared: false,
  })
}

function withSubject(resource: FhirResource, from: string, to: string): FhirResource {
  // Patient references are the only place where a person's id stands in a resource.
  return JSON.parse(JSON.stringify(resource).replaceAll(`"${from}"`, `"${to}"`)) as FhirResource
}

function stagePriorPatient(draft: Draft, stored: StoredResource, survivor: string): void {
  if (stored.resource.resourceType !== 'Patient') return
  const content: Patient = {
    ...stored.resource,
    active: false,
    link: [...(stored.resource.link ?? []), { other: { reference: survivor }, type: 'replaced-by' }],
  }
  keepStaged(draft, stored, content)
}

function stageRetiredList(draft: Draft, stored: StoredResource): void {
  if (stored.resource.resourceType !== 'List') return
  keepStaged(draft, stored, { ...stored.resource, status: 'retired' })
}

function keepStaged(draft: Draft, stored: StoredResource, content: FhirResource): void {
  stage(draft, {
    id: stored.id,
    previous: stored,
    content,
    key: stored.key,
    order: stored.order,
    layer: stored.type === 'List' ? 'hub' : stored.layer,
    sourceKey: stored.sourceKey,
    shared: false,
  })
}

function stageSurvivor(draft: Draft, priorRef: string): void {
  const { workspace } = draft
  const ref = `Patient/${workspace.personId}`
  const stored = workspace.resources.get(ref)
  const before: Patient =
    stored?.resource.resourceType === 'Patient' ? stored.resource : { resourceType: 'Patient' }
  stage(draft, {
    id: workspace.personId,
    previous: stored,
    content: {
      ...before,
      link: [...(before.link ?? []), { other: { reference: priorRef }, type: 'replaces' }],
    },
    key: `id|${workspace.personId}`,
    order: stored?.order ?? '',
    layer: 'fact',
    sourceKey: stored?.sourceKey ?? 'hub',
    shared: false,
  })
}
