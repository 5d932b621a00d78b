/** What the HTTP layer is handed. It reads the store, and writes only through the use cases of src/hub. */
import type { Bundle, Parameters as FhirParameters, FhirResource } from 'fhir/r4.js'
import type { MessageId, PersonId } from '../core/ids.js'
import type { Language, View } from '../core/list-view.js'
import type { Identity } from '../core/message.js'
import type { Clock, Log, NewId } from '../core/ports.js'
import type { ResourceType } from '../core/stored.js'
import type { LoadedCatalogue } from '../hub/catalogue/load-catalogue.js'
import type { OperationRequest, OperationResult } from '../hub/operations/client-operation.js'
import type { Preview } from '../hub/preview-replay.js'
import type { CurrentCatalogue } from '../store/catalogue-contract.js'
import type { Store } from '../store/contract.js'
import type { DeliveryOperations } from '../store/delivery-operations.js'
import type { DeliveryViews } from '../store/delivery-views.js'

/** Criteria of a conditional create or update (fhir-api.md C-06: these two and nothing else). */
export type WriteCondition =
  | (Identity & { readonly kind: 'identifier' })
  | { readonly kind: 'id'; readonly id: string }

/**
 * One FHIR write, as the client asked for it. The HTTP layer has read the body strictly, compared its type with the
 * URL, and removed what a client may not set (`meta.versionId`, `meta.lastUpdated`, tags of the layer system).
 * `create`: no `id`; `condition` is `If-None-Exist`. `update`: `id` from the URL (equal to the body's), or `condition`
 * (then `body.id` is left as the client sent it: fhir-api.md C-03).
 */
export interface WriteRequest {
  readonly method: 'create' | 'update'
  readonly type: ResourceType
  readonly id?: string
  readonly body: FhirResource
  /** One of these must be the current version, else VERSION_STALE. Never empty. */
  readonly ifMatch?: readonly number[]
  readonly condition?: WriteCondition
  readonly clientId: string
}

export interface WriteResult {
  /** 200 also when a conditional create found its match, or the write changed nothing. */
  readonly status: 200 | 201
  /** The resource as stored. */
  readonly text: string
  readonly id: string
  readonly version: number
  /** ISO instant. */
  readonly lastUpdated: string
}

export interface MedicationListAnswer {
  /** Whole header value: `W/"7"` or `W/"7.<hash>"`. */
  readonly etag: string
  /** The Bundle; may be empty when `notModified`. */
  readonly body: string
  readonly notModified: boolean
}

export interface IntakeAnswer {
  readonly status: number
  readonly contentType: string
  readonly body: string | Uint8Array
  readonly messageId?: string | undefined
  readonly retryAfterS?: number | undefined
}

/** Which roll and which of its pouches; all where absent. */
export interface ChainQuery {
  readonly roll: string | undefined
  readonly day: string | undefined
  readonly slot: string | undefined
}

export interface Health {
  readonly status: 'ready' | 'degraded' | 'unavailable'
  /** Absent, as the dispatcher is, until the database was asked. */
  readonly durability?: 'process-crash' | 'power-cut' | 'replicated'
  readonly dispatcher?: 'bullmq' | 'in-process' | 'sweep-only'
  /** Why it is not `ready`: `starting`, `stopping`, `database`, `redis`, `redis-evicts`, `disk`, `durability-settings`. */
  readonly reasons: readonly string[]
  /** What Redis said of itself. */
  readonly redis?: { readonly version: string; readonly eviction: string; readonly persistence: string }
}

/** Who asks. Page links are bound to it, and it is the sender of FHIR writes. */
export interface Caller {
  readonly clientId: string
}

export type ReadingStore = Pick<
  Store,
  | 'read'
  | 'vread'
  | 'history'
  | 'search'
  | 'countMatches'
  | 'findPersons'
  | 'messages'
  | 'message'
  | 'messageItems'
  | 'rawMessage'
  | 'sources'
  | 'missingMessages'
  | 'timeline'
  | 'lanes'
  | 'channels'
  | 'deadLetters'
  | 'parkChannel'
  | 'resumeChannel'
  | 'previewReplay'
  | 'startReplay'
  | 'replayTasks'
  | 'replayTask'
  | 'turnReplay'
  | 'alerts'
  | 'partners'
  | 'jobs'
  | 'processReports'
  | 'listChain'
  | 'personsAfter'
>

export interface ApiDeps {
  readonly store: ReadingStore
  readonly writeResource: (request: WriteRequest) => Promise<WriteResult>
  /** An operation that writes, of src/hub/operations/registry.ts. */
  readonly performOperation: (request: OperationRequest) => Promise<OperationResult>
  /**
   * `undefined`: no such person. `ifNoneMatch` holds whole ETags, or `*`. `at`, `knownAt`: as the reader gave them.
   * @throws HubError QUERY_INVALID naming `at` or `knownAt`, TOO_COSTLY, LANE_BUSY
   */
  readonly medicationList: (
    person: PersonId,
    request: {
      readonly view: View
      /** Absent: the hub's own. */
      readonly language?: Language | undefined
      readonly ifNoneMatch?: readonly string[]
      readonly at?: string
      readonly knownAt?: string
    },
  ) => Promise<MedicationListAnswer | undefined>
  /**
   * Parameters: lines started, stopped, changed, held, resumed and of another product between two instants, in that
   * order. `undefined`: no such person.
   * @throws HubError QUERY_INVALID naming `from` or `to`, LANE_BUSY
   */
  readonly medicationListDiff: (
    person: PersonId,
    asked: { readonly from: string; readonly to: string },
  ) => Promise<FhirParameters | undefined>
  readonly deliveries: Omit<DeliveryViews, 'deliveryOfMessage'> & Omit<DeliveryOperations, 'noteReceipt'>
  /** Rings for a destination that has something due by an operator's hand. */
  readonly ringDestination: (id: string) => void
  /** The list as a document of the international patient summary. `undefined`: no such person. */
  readonly summary: (
    person: PersonId,
    language: Language | undefined,
  ) => Promise<Bundle<FhirResource> | undefined>
  /** The list on paper, and the Bundle that the PDF was drawn from. `undefined`: no such person. */
  readonly medicationCard: (
    person: PersonId,
    language: Language | undefined,
  ) => Promise<{ readonly pdf: Uint8Array; readonly bundle: Bundle<FhirResource> } | undefined>
  /** The person's rolls, from prescription to intake. `undefined`: no such person. @throws HubError NOT_FOUND for an unknown roll */
  readonly rollChain: (
    person: PersonId,
    query: ChainQuery,
    language: Language | undefined,
  ) => Promise<FhirParameters | undefined>
  /** The same list as SFM's medication document. `undefined`: no such person. */
  readonly sfmDocument: (person: PersonId) => Promise<Bundle | undefined>
  /** Runs one dead letter again and rings its lane. */
  readonly replayMessage: (id: MessageId, who: string) => Promise<'replayed' | 'not-dead' | 'unknown'>
  /** What that would do; undefined when the message is not dead. */
  readonly previewReplay: (id: MessageId) => Promise<Preview | undefined>
  readonly intake: {
    /** `channel` is `hl7v2`, `eresept` or `devices/<vendor>`. @throws HubError NOT_FOUND for an unknown vendor */
    readonly receive: (
      channel: string,
      raw: Uint8Array,
      contentType: string,
      traceparent: string | undefined,
    ) => Promise<IntakeAnswer>
  }
  readonly catalogue: {
    readonly current: () => Promise<CurrentCatalogue | undefined>
    /** @throws HubError MESSAGE_UNREADABLE, MESSAGE_TYPE_UNSUPPORTED, MESSAGE_TOO_LARGE, VERSION_STALE */
    readonly load: (chunks: AsyncIterable<Uint8Array>, force: boolean) => Promise<LoadedCatalogue>
  }
  /** Undefined where the store is PostgreSQL. */
  readonly backup:
    | { readonly copy: () => Promise<Uint8Array>; readonly taken: (file: string) => void }
    | undefined
  readonly health: () => Promise<Health>
  /** Prometheus text format. */
  readonly metrics: () => Promise<string>
  /** All of fhir-profiles/, each with id and url. */
  readonly definitions: readonly FhirResource[]
  /** @throws HubError when the caller may not come in */
  readonly callerOf: (headers: { readonly authorization?: string | undefined }) => Promise<Caller> | Caller
  readonly clock: Clock
  readonly newId: NewId
  readonly log: Log
  /** Base of absolute links without a trailing slash, such as `http://127.0.0.1:3000`; `/fhir` follows it. */
  readonly publicUrl: string
  /** Secret behind page links, at least 32 bytes; the same in all processes. */
  readonly pageKey: Uint8Array
  /** Version of the software, for CapabilityStatement and front page. */
  readonly version: string
  /** IANA zone in which search dates without an offset are read. */
  readonly zone: string
}
