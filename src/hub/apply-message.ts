/**
 * Applies what a message says to one person, in the workspace: upserts in the source's own order, amendments, the
 * Patient, source snapshots, Provenance. Pure but for the workspace it is given; the result is committed as one effect.
 */
import type { FhirResource, Patient } from 'fhir/r4.js'
import { compareText } from '../core/compare-text.js'
import type { MessageId } from '../core/ids.js'
import type { Identity, Mapped, MappedResource } from '../core/message.js'
import type { NewId } from '../core/ports.js'
import { SHARED, type SourceState, type StoredAmendment, type StoredResource } from '../core/stored.js'
import type { ResourceWrite } from '../store/effect.js'
import { amend, sameContent } from './content.js'
import { type Draft, finishDraft, stage, stageResolvedReferences, type Validate } from './draft.js'
import { mergePatient } from './merge-patient.js'
import { retireFormerSnapshots } from './source-snapshots.js'
import { stageProvenance } from './stage-provenance.js'
import { putAmendment, type Workspace } from './workspace.js'

export interface ApplyContext {
  readonly messageId: MessageId
  /** ISO instant. */
  readonly receivedAt: string
  readonly newId: NewId
  readonly validate: Validate
}

export interface Applied {
  readonly writes: ResourceWrite[]
  readonly amendments: readonly StoredAmendment[]
  readonly identities: readonly (Identity & { readonly use: 'official' | 'old' })[]
  readonly source: SourceState
  /** Nothing of the message was newer than what stands. */
  readonly superseded: boolean
  /** Every amendment met its target. */
  readonly targetKnown: boolean
}

/** @throws HubError RESOURCE_INVALID */
export function applyMapped(draft: Draft, mapped: Mapped, context: ApplyContext): Applied {
  const { workspace } = draft
  let superseded = 0
  const withPerson = workspace.personId !== SHARED
  const concerns = (item: { readonly onlyWithPerson?: true }) => withPerson || item.onlyWithPerson !== true
  for (const item of mapped.resources.filter(concerns))
    if (!stageMapped(draft, item, mapped.source.key, context)) superseded += 1
  const amendments = mapped.amendments
    .filter(concerns)
    .map(
      (amendment): StoredAmendment => ({
        ...amendment,
        messageId: context.messageId,
        sourceKey: mapped.source.key,
      }),
    )
    .filter((amendment) => putAmendment(workspace, amendment))
  let targetKnown = true
  for (const amendment of amendments) targetKnown = stageAmended(draft, amendment) && targetKnown
  retireFormerSnapshots(draft)
  stagePatient(draft, mapped)
  stageResolvedReferences(draft)
  const writes = finishDraft(draft, context.validate)
  const caused = writes.filter((write) => write.stored.layer === 'fact')
  if (caused.length > 0) {
    stageProvenance(draft, mapped.authorship, caused, context)
    writes.push(...finishDraft(draft, context.validate))
  }
  const source: SourceState = {
    key: mapped.source.key,
    role: mapped.source.role,
    name: mapped.source.name,
    lastHeard: latest(workspace.sources.get(mapped.source.key)?.lastHeard, context.receivedAt),
  }
  workspace.sources.set(source.key, source)
  return {
    writes,
    amendments,
    identities: newIdentities(workspace, mapped.identifiers),
    source,
    superseded: superseded > 0 && caused.length === 0 && amendments.length === 0,
    targetKnown,
  }
}

/** False when what stands is newer. Equal orders: the greater text wins, so that arrival order does not matter. */
function stageMapped(draft: Draft, item: MappedResource, sourceKey: string, context: ApplyContext): boolean {
  const { resourceType } = item.resource
  if (resourceType === 'Patient') {
    stagePatientContent(draft, item.resource, item.order, sourceKey)
    return true
  }
  const shared = item.scope !== 'person'
  const previous = findPrevious(draft, item, shared)
  if (previous !== undefined && item.scope === 'shared-once') return true
  if (previous !== undefined && !isNewer(item, previous)) {
    draft.unmapped.push({ at: resourceType, reason: 'superseded' })
    return false
  }
  const amendments = draft.workspace.amendments.get(`${resourceType}|${item.key}`) ?? []
  stage(draft, {
    id: previous?.id ?? context.newId(),
    previous,
    content: amendments.length === 0 ? item.resource : amend(item.resource, amendments, undefined),
    key: item.key,
    order: item.order,
    layer: 'fact',
    sourceKey,
    shared,
  })
  return true
}

function findPrevious(draft: Draft, item: MappedResource, shared: boolean): StoredResource | undefined {
  const type = item.resource.resourceType
  if (shared) return draft.shared.get(`${type}|${item.key}`)
  const ref = draft.workspace.byKey.get(`${type}|${item.key}`)
  return ref === undefined ? undefined : draft.workspace.resources.get(ref)
}

function isNewer(item: MappedResource, previous: StoredResource): boolean {
  const order = compareText(item.order, previous.order)
  if (order !== 0) return order > 0
  if (sameContent(item.resource, previous.resource)) return true
  return compareText(JSON.stringify(item.resource), JSON.stringify(withoutServerParts(previous.resource))) > 0
}

function withoutServerParts(resource: FhirResource): object {
  const { id: _id, meta: _meta, ...rest } = resource
  return rest
}

/** Stages the amendment's target with all its amendments; false when it is not here yet. */
function stageAmended(draft: Draft, amendment: StoredAmendment): boolean {
  const { workspace } = draft
  const target = `${amendment.type}|${amendment.key}`
  const stagedRef = draft.stagedByIdentifier.get(target)
  const staged = stagedRef === undefined ? undefined : draft.staged.get(stagedRef)
  const ref = workspace.byKey.get(target) ?? workspace.byIdentifier.get(target)
  const stored = ref === undefined ? undefined : workspace.resources.get(ref)
  if (staged === undefined && stored === undefined) return false
  const amendments = workspace.amendments.get(target) ?? []
  if (staged !== undefined) {
    stage(draft, { ...staged, content: amend(staged.content, amendments, undefined) })
  } else if (stored !== undefined) {
    stage(draft, {
      id: stored.id,
      previous: stored,
      content: amend(stored.resource, amendments, writtenByClient(stored) ? stored.order : undefined),
      key: stored.key,
      order: stored.order,
      layer: stored.layer,
      sourceKey: stored.sourceKey,
      shared: false,
    })
  }
  return true
}

/** A client that wrote the resource over the API has seen the amendments before its write. */
const writtenByClient = (stored: StoredResource): boolean => stored.sourceKey.startsWith('fhir|')

/** Every person has a Patient, even when no message described one. */
function stagePatient(draft: Draft, mapped: Mapped): void {
  const ref = `Patient/${draft.workspace.personId}`
  if (draft.workspace.personId === SHARED) return
  const stored = draft.workspace.resources.get(ref)
  const present = draft.staged.has(ref) || stored !== undefined
  if (present && newIdentities(draft.workspace, mapped.identifiers).length === 0) return
  stagePatientContent(
    draft,
    { resourceType: 'Patient' },
    stored?.order ?? '',
    mapped.source.key,
    mapped.identifiers,
  )
}

function stagePatientContent(
  draft: Draft,
  content: Patient,
  order: string,
  sourceKey: string,
  identifiers: readonly Identity[] = [],
): void {
  const id = draft.workspace.personId
  const previous = draft.workspace.resources.get(`Patient/${id}`)
  // What this effect staged already (the link of a merge) is built upon.
  const present = draft.staged.get(`Patient/${id}`)?.content ?? previous?.resource
  const stored = present?.resourceType === 'Patient' ? present : undefined
  const newer = previous === undefined || compareText(order, previous.order) >= 0
  stage(draft, {
    id,
    previous,
    content: mergePatient(stored, content, newer, [...draft.workspace.identities, ...identifiers]),
    key: `id|${id}`,
    order: newer ? order : (previous?.order ?? order),
    layer: 'fact',
    sourceKey,
    shared: false,
  })
}

const latest = (a: string | undefined, b: string): string => (a !== undefined && a > b ? a : b)

function newIdentities(workspace: Workspace, stated: readonly Identity[]) {
  const known = new Set(workspace.identities.map((identity) => `${identity.system}|${identity.value}`))
  return stated
    .filter((identity) => !known.has(`${identity.system}|${identity.value}`))
    .map((identity) => ({ system: identity.system, value: identity.value, use: 'official' as const }))
}
