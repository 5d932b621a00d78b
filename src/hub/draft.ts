/** What one message changes, staged before it gets versions: each resource at most once, references resolved at the end. */
import type { FhirResource } from 'fhir/r4.js'
import type { Problem } from '../core/errors.js'
import type { MessageId } from '../core/ids.js'
import type { Identity, Unmapped } from '../core/message.js'
import { indexResource } from '../core/search-parameters.js'
import { type Layer, SHARED, type StoredResource } from '../core/stored.js'
import type { ResourceWrite } from '../store/effect.js'
import { nextVersion } from './content.js'
import { identifiersOf, resolveReferences } from './references.js'
import { refuse } from './refuse.js'
import { findByIdentity, putResource, refOf, type Workspace } from './workspace.js'

export interface Staged {
  readonly id: string
  readonly previous: StoredResource | undefined
  readonly content: FhirResource
  readonly key: string
  readonly order: string
  readonly layer: Layer
  readonly sourceKey: string
  readonly shared: boolean
}

export interface Draft {
  readonly workspace: Workspace
  /** Shared resources known to this effect, by `<type>|<key>` and `<type>|<system>|<value>`. */
  readonly shared: Map<string, StoredResource>
  readonly staged: Map<string, Staged>
  readonly stagedByIdentifier: Map<string, string>
  readonly unmapped: Unmapped[]
  readonly messageId: MessageId | undefined
  /** Milliseconds since the epoch. */
  readonly now: number
}

export type Validate = (resource: unknown) => readonly Problem[]

export function openDraft(
  workspace: Workspace,
  shared: Map<string, StoredResource>,
  messageId: MessageId | undefined,
  now: number,
): Draft {
  return { workspace, shared, staged: new Map(), stagedByIdentifier: new Map(), unmapped: [], messageId, now }
}

export function stage(draft: Draft, entry: Staged): void {
  const ref = `${entry.content.resourceType}/${entry.id}`
  draft.staged.set(ref, entry)
  for (const identity of identifiersOf(entry.content))
    draft.stagedByIdentifier.set(`${entry.content.resourceType}|${identity.system}|${identity.value}`, ref)
  draft.stagedByIdentifier.set(`${entry.content.resourceType}|${entry.key}`, ref)
}

/** The literal reference of a target that this effect, this person or the shared register knows. */
export function locate(draft: Draft, type: string, identity: Identity): string | undefined {
  const key = `${type}|${identity.system}|${identity.value}`
  const staged = draft.stagedByIdentifier.get(key)
  if (staged !== undefined) return staged
  const own = findByIdentity(draft.workspace, type, identity)
  if (own !== undefined) return refOf(own)
  const shared = draft.shared.get(key)
  return shared === undefined ? undefined : refOf(shared)
}

/** Resources of this person that waited for one of the staged targets get their literal reference now. */
export function stageResolvedReferences(draft: Draft): void {
  const { workspace } = draft
  for (const [key] of draft.stagedByIdentifier) {
    for (const ref of workspace.open.get(key) ?? []) {
      const waiting = workspace.resources.get(ref)
      if (waiting === undefined || draft.staged.has(ref)) continue
      stage(draft, {
        id: waiting.id,
        previous: waiting,
        content: waiting.resource,
        key: waiting.key,
        order: waiting.order,
        layer: waiting.layer,
        sourceKey: waiting.sourceKey,
        shared: false,
      })
    }
    workspace.open.delete(key)
  }
}

/**
 * Gives versions to everything staged, validates it, puts it into the workspace and returns the writes.
 * @throws HubError RESOURCE_INVALID when a result breaks R4 or a profile: nothing of the message is stored then
 */
export function finishDraft(draft: Draft, validate: Validate): ResourceWrite[] {
  const patientRef = `Patient/${draft.workspace.personId}`
  const writes: ResourceWrite[] = []
  const problems: Problem[] = []
  for (const entry of draft.staged.values()) {
    const content =
      entry.layer === 'line'
        ? entry.content
        : resolveReferences(entry.content, patientRef, (type, identity) => locate(draft, type, identity))
    const stored = nextVersion(content, entry.previous, {
      id: entry.id,
      key: entry.key,
      order: entry.order,
      layer: entry.layer,
      sourceKey: entry.sourceKey,
      messageId: draft.messageId,
      now: draft.now,
    })
    if (stored === undefined) continue
    if (isJudged(entry)) for (const problem of validate(stored.resource)) problems.push(problem)
    if (problems.length > 0) continue
    writes.push(write(draft, entry, stored))
  }
  refuse(problems)
  draft.staged.clear()
  draft.stagedByIdentifier.clear()
  return writes
}

/**
 * What sources and clients say, and lines, which repeat it, are held to R4 and the profiles. The hub's own records
 * (Provenance, List, its discrepancies) are made by one piece of code each, which tests hold to them.
 */
const isJudged = ({ layer, content }: Staged): boolean =>
  layer === 'fact' || (layer === 'line' && content.resourceType === 'MedicationStatement')

function write(draft: Draft, entry: Staged, stored: StoredResource): ResourceWrite {
  if (entry.shared) {
    draft.shared.set(`${stored.type}|${stored.key}`, stored)
    for (const identity of identifiersOf(stored.resource))
      draft.shared.set(`${stored.type}|${identity.system}|${identity.value}`, stored)
  } else {
    putResource(draft.workspace, stored)
  }
  return {
    personId: entry.shared ? SHARED : draft.workspace.personId,
    stored,
    previousVersion: entry.previous?.version ?? 0,
    method: entry.previous === undefined ? 'POST' : 'PUT',
    index: indexResource(stored.resource),
  }
}
