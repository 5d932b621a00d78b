/** Resources as the hub keeps them, and the state of one person that a message is applied to. */
import type { FhirResource } from 'fhir/r4.js'
import type { MessageId, PersonId } from './ids.js'
import type { Amendment, Identity, SourceRole } from './message.js'

export type ResourceType = FhirResource['resourceType']

/** `fact`: said by a source, never edited by the hub. `line`: derived, only the hub writes it. `hub`: Provenance and other records of the hub itself. */
export type Layer = 'fact' | 'line' | 'hub'

/** Owner of resources that belong to no person (Device, Practitioner, Organization). */
export const SHARED = ''

/** One resource at one version, never changed in use; it carries id, meta.versionId and meta.lastUpdated. */
export interface StoredResource {
  readonly type: ResourceType
  readonly id: string
  /** 1, 2, 3 … without gaps. */
  readonly version: number
  /** `<system>|<value>` of the natural identifier, or `id|<id>` where there is none. */
  readonly key: string
  readonly order: string
  readonly layer: Layer
  readonly resource: FhirResource
  /** Who said it (SourceStatement.key); `hub` for what the hub derives. */
  readonly sourceKey: string
  readonly messageId: MessageId | undefined
  /** ISO instant, equals meta.lastUpdated. */
  readonly lastUpdated: string
}

/** What the hub knows of one source of one person (medication-list.md 4.3). */
export interface SourceState {
  readonly key: string
  readonly role: SourceRole
  readonly name: string
  /** ISO instant at which the newest message of this source about this person was received. */
  readonly lastHeard: string
  /** Set while the newest attempt failed; an error code, no text. */
  readonly failed?: string
}

export interface StoredAmendment extends Amendment {
  readonly messageId: MessageId
  readonly sourceKey: string
}

/** Everything that applying a message to a person needs. Immutable; a new state comes with each effect. */
export interface PersonState {
  readonly personId: PersonId
  /** Set when this person was merged into another. */
  readonly mergedInto: PersonId | undefined
  /** Number of effects committed for this person; the fence for cached states. */
  readonly effectSeq: number
  readonly identities: readonly (Identity & { readonly use: 'official' | 'old' })[]
  /** By `<type>/<id>`. */
  readonly resources: ReadonlyMap<string, StoredResource>
  /** Something that lies outside of the working set was left out. */
  readonly partial: boolean
  readonly amendments: readonly StoredAmendment[]
  readonly sources: readonly SourceState[]
  /** Version of the shared list; 0 before the first. */
  readonly listVersion: number
  /** First instant at which time alone changes the list; undefined when none. */
  readonly nextChangeAt: string | undefined
}
