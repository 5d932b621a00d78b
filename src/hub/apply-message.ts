/**
 * Applies what a message says to one person, in the workspace: upserts in the source's own order, amendments, the
 * Patient, source snapshots, Provenance. Pure but for the workspace it is given; the result is committed as one effect.
 */
import type { FhirResource, List, Patient, Provenance, Reference } from 'fhir/r4.js'
import { sidUrl } from '../core/canonical.js'
import type { MessageId } from '../core/ids.js'
import {
  type Authorship,
  type Identity,
  type Mapped,
  type MappedResource,
  SUBJECT_REFERENCE,
} from '../core/message.js'
import type { NewId } from '../core/ports.js'
import { SHARED, type SourceState, type StoredAmendment, type StoredResource } from '../core/stored.js'
import type { ResourceWrite } from '../store/contract.js'
import { amend, sameContent } from './content.js'
import { type Draft, finishDraft, stage, stageResolvedReferences, type Validate } from './draft.js'
import { mergePatient } from './merge-patient.js'
import { compareText, putAmendment, type Workspace } from './workspace.js'

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
  const amendments = mapped.amendments.filter(concerns).map(
    (amendment): StoredAmendment => ({
      ...amendment,
      messageId: context.messageId,
      sourceKey: mapped.source.key,
    }),
  )
  let targetKnown = true
  for (const amendment of amendments) {
    putAmendment(workspace, amendment)
    targetKnown = stageAmended(draft, amendment) && targetKnown
  }
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

/** Of a source's list snapshots of one kind the newest is current, the others are retired (eresept.md 11.5). */
function retireFormerSnapshots(draft: Draft): void {
  const incoming = [...draft.staged.values()].filter((entry) => entry.content.resourceType === 'List')
  if (incoming.length === 0) return
  const snapshots = new Map<
    string,
    { ref: string; order: string; list: List; stored: StoredResource | undefined }[]
  >()
  const add = (ref: string, order: string, content: FhirResource, stored: StoredResource | undefined) => {
    if (content.resourceType !== 'List' || content.mode !== 'snapshot') return
    const kind = content.code?.coding?.[0]?.code ?? ''
    const known = snapshots.get(kind) ?? []
    snapshots.set(kind, [
      ...known.filter((other) => other.ref !== ref),
      { ref, order, list: content, stored },
    ])
  }
  for (const [ref, stored] of draft.workspace.resources)
    if (stored.type === 'List' && stored.layer === 'fact') add(ref, stored.order, stored.resource, stored)
  for (const [ref, entry] of draft.staged) add(ref, entry.order, entry.content, undefined)
  for (const lists of snapshots.values()) {
    const newest = lists.reduce((a, b) => (compareText(b.order, a.order) > 0 ? b : a))
    for (const { ref, list, stored } of lists) {
      const status = ref === newest.ref ? 'current' : 'retired'
      if (list.status === status || list.status === 'entered-in-error') continue
      restage(draft, ref, { ...list, status }, stored)
    }
  }
}

function restage(draft: Draft, ref: string, content: FhirResource, stored: StoredResource | undefined): void {
  const staged = draft.staged.get(ref)
  if (staged !== undefined) stage(draft, { ...staged, content })
  else if (stored !== undefined)
    stage(draft, {
      id: stored.id,
      previous: stored,
      content,
      key: stored.key,
      order: stored.order,
      layer: stored.layer,
      sourceKey: stored.sourceKey,
      shared: false,
    })
}

/** Every person has a Patient, even when no message described one. */
function stagePatient(draft: Draft, mapped: Mapped): void {
  const ref = `Patient/${draft.workspace.personId}`
  if (draft.staged.has(ref) || draft.workspace.personId === SHARED) return
  const stored = draft.workspace.resources.get(ref)
  if (stored !== undefined && newIdentities(draft.workspace, mapped.identifiers).length === 0) return
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
  const stored = previous?.resource.resourceType === 'Patient' ? previous.resource : undefined
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

function stageProvenance(
  draft: Draft,
  authorship: Authorship,
  caused: readonly ResourceWrite[],
  context: ApplyContext,
): void {
  const provenance: Provenance = {
    resourceType: 'Provenance',
    target: caused.map(({ stored }) => ({
      reference: `${stored.type}/${stored.id}/_history/${stored.version}`,
    })),
    ...(isDateTime(authorship.recorded) ? { occurredDateTime: authorship.recorded } : {}),
    recorded: isInstant(authorship.recorded) ? authorship.recorded : context.receivedAt,
    ...(authorship.activity === undefined ? {} : { activity: { text: authorship.activity } }),
    agent: [
      ...(authorship.author === undefined
        ? []
        : [
            {
              type: agentType('author'),
              who: agentReference(authorship.author),
              ...(authorship.onBehalfOf === undefined
                ? {}
                : { onBehalfOf: agentReference(authorship.onBehalfOf) }),
            },
          ]),
      { type: agentType('assembler'), who: { type: 'Device', display: 'Stafett' } },
    ],
    entity: [
      {
        role: 'source',
        what: { identifier: { system: sidUrl('message'), value: context.messageId } },
      },
    ],
  }
  const patient: Reference = { reference: SUBJECT_REFERENCE }
  const id = context.newId()
  stage(draft, {
    id,
    previous: undefined,
    content: draft.workspace.personId === SHARED ? provenance : withPatient(provenance, patient),
    key: `id|${id}`,
    order: context.receivedAt,
    layer: 'hub',
    sourceKey: 'hub',
    shared: draft.workspace.personId === SHARED,
  })
}

/** R4 Provenance has no patient element; the compartment is reached through its targets, the Patient among them. */
function withPatient(provenance: Provenance, patient: Reference): Provenance {
  return { ...provenance, target: [...provenance.target, patient] }
}

const agentType = (code: 'author' | 'assembler') => ({
  coding: [{ system: 'http://terminology.hl7.org/CodeSystem/provenance-participant-type', code }],
})

function agentReference(agent: NonNullable<Authorship['author']>): Reference {
  return {
    type: agent.type,
    ...(agent.identifier === undefined ? {} : { identifier: { ...agent.identifier } }),
    ...(agent.display === undefined ? {} : { display: agent.display }),
  }
}

const isInstant = (text: string): boolean =>
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/.test(text)
const isDateTime = (text: string): boolean => isInstant(text) || /^\d{4}(-\d\d(-\d\d)?)?$/.test(text)

const latest = (a: string | undefined, b: string): string => (a !== undefined && a > b ? a : b)

function newIdentities(workspace: Workspace, stated: readonly Identity[]) {
  const known = new Set(workspace.identities.map((identity) => `${identity.system}|${identity.value}`))
  return stated
    .filter((identity) => !known.has(`${identity.system}|${identity.value}`))
    .map((identity) => ({ system: identity.system, value: identity.value, use: 'official' as const }))
}
