/**
 * What the intake, the queue, the mappings and the hub say to each other about one message.
 * A message type is: door check and `peek` (cheap, total), `parse` (pure), `map` (pure), `answer` (pure).
 */
import type { FhirResource } from 'fhir/r4.js'
import type { Receipt } from './delivery.js'
import type { HubErrorCode, Problem } from './errors.js'

export type Channel = 'hl7v2' | 'eresept' | 'sfm' | 'devices' | 'fhir'

/** A business identifier: absolute system URI and value. */
export interface Identity {
  readonly system: string
  readonly value: string
}

/** Whom a message is about, as far as `peek` can tell. Decides the lane (reliability.md 3, rule 6). */
export type Subject =
  | { readonly by: 'person'; readonly identifiers: readonly Identity[] }
  | { readonly by: 'merge'; readonly survivor: readonly Identity[]; readonly prior: readonly Identity[] }
  | {
      readonly by: 'device'
      readonly identifiers: readonly Identity[]
      /** ISO instant with offset; the assignment in force then gives the person. */
      readonly occurredAt: string
      readonly assignmentRef?: string
      /** Only where the vendor has nothing else: resolved to the assignment, then dropped. */
      readonly person?: readonly Identity[]
    }
  /** Who owns the resource of this identifier: a message that names a prescription and no person (M5.2). */
  | {
      readonly by: 'resource'
      readonly types: readonly FhirResource['resourceType'][]
      readonly identifier: Identity
    }
  | { readonly by: 'none' }

/** What `peek` reads from the raw bytes. Identity of a message = (channel, sender, messageId, part). */
export interface Envelope {
  readonly channel: Channel
  /** Key into the registry of message types, such as `ADT^A40`, `M25.1`, `device-event`. */
  readonly kind: string
  readonly sender: string
  readonly messageId: string
  /** 0 unless one message is about several subjects (A40 with several pairs): then one row a subject. */
  readonly part: number
  /** The message's own creation time (MSH-7, GenDate, occurredAt), ISO with offset where the source had one. */
  readonly sentAt?: string
  readonly subject: Subject
  /** W3C traceparent of the intake, while tracing is on. */
  readonly trace?: string
}

/** Why a message is not taken, in words that are safe to send back. */
export interface Refusal {
  readonly code: HubErrorCode
  readonly problems: readonly Problem[]
}

/** The door check of a channel (reliability.md 3, rule 1): pure and bounded. */
export type DoorResult =
  /** `items`: one row each; usually one. */
  | { readonly kind: 'accept'; readonly items: readonly Envelope[] }
  /** Readable enough to be addressed and stored as `refused`. */
  | { readonly kind: 'refuse'; readonly envelope: Envelope; readonly refusal: Refusal }
  /** Not even the sender or message id can be read: nothing to store under. */
  | { readonly kind: 'unreadable'; readonly refusal: Refusal }

/** What the hub tells the answer function of a channel. */
export type IntakeOutcome =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  /** Known id with other content (rule 5). */
  | { readonly kind: 'conflict' }

/** An answer in the protocol's own words. */
export interface Reply {
  readonly status: number
  readonly contentType: string
  readonly body: string
}

/** Who speaks, in the sense of "expected source" (medication-list.md 4.3). */
export type SourceRole =
  | 'prescriber'
  | 'source-list'
  | 'hospital'
  | 'pharmacy'
  | 'home-care'
  | 'device'
  | 'patient'
  | 'client'

export interface SourceStatement {
  /** Stable within the hub: channel plus the sender's identity, for devices the device's. */
  readonly key: string
  readonly role: SourceRole
  /** What people call it; no person's name. */
  readonly name: string
}

/**
 * One resource that a message yields.
 * Conventions inside `resource`: no `id`, no `meta.versionId`; the patient is `SUBJECT_REFERENCE`; every other resource,
 * of this message or not, is referred to by a logical reference (`type` + `identifier` of its natural key). The hub
 * fills `reference` in when it knows the target, then or later.
 */
export interface MappedResource {
  /** `<system>|<value>` of the natural identifier: unique within (person, resource type). */
  readonly key: string
  readonly resource: FhirResource
  /**
   * Comparable string: of two contents for one key the greater wins, whatever the order of arrival. Usually the
   * source's own time in UTC; for the intake of one dose, precedence first (devices.md 8.4).
   */
  readonly order: string
  /** `shared`: not a person's (Device). `shared-once`: as `shared`, and created if absent, else left as it is (Practitioner, Organization). */
  readonly scope: 'person' | 'shared' | 'shared-once'
  /**
   * Of scope `person`: left out when the message leads to no person (the fault of an unassigned device), where
   * otherwise the whole message fails for want of one. Holds for amendments likewise.
   */
  readonly onlyWithPerson?: true
}

/**
 * A change that one message makes to a resource that another message owns (a recall to its prescription, a
 * cancellation to its dispense). Waits when the target is not here yet; all amendments of a target are applied in order of `at`.
 */
export interface Amendment {
  readonly type: FhirResource['resourceType']
  /** Natural key of the target. */
  readonly key: string
  /** Unique per target; the same name again replaces the earlier one. */
  readonly name: string
  /** Comparable string, UTC instant. */
  readonly at: string
  /** Top-level elements to set; null removes. `extension` entries replace those of the same url and keep the rest. */
  readonly set: Readonly<Record<string, unknown>>
  /** Top-level elements of which only the named parts are set and the others stay: `timingPeriod: { end }`. After `set`. */
  readonly merge?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  readonly onlyWithPerson?: true
}

/** A fact of the source that did not reach FHIR. Names the place, never the value. */
export interface Unmapped {
  readonly at: string
  readonly reason:
    | 'no-element'
    | 'unknown-code'
    | 'invalid-value'
    | 'unknown-segment'
    | 'superseded'
    | 'administrative'
  readonly note?: string
}

/** Author and time of the source statement, for Provenance. */
export interface Authorship {
  /** ISO instant or dateTime. */
  readonly recorded: string
  /** Logical references (Practitioner, Organization, Device) with display. */
  readonly author?: { readonly type: string; readonly identifier?: Identity; readonly display?: string }
  readonly onBehalfOf?: { readonly type: string; readonly identifier?: Identity; readonly display?: string }
  /** v3-DataOperation or our own word: CREATE, UPDATE, CANCEL, MERGE, recall … */
  readonly activity?: string
}

export interface Mapped {
  readonly source: SourceStatement
  readonly authorship: Authorship
  readonly resources: readonly MappedResource[]
  readonly amendments: readonly Amendment[]
  /** What whole messages inside this one say (attachments of an M9.6): applied first, each with a Provenance of its own. */
  readonly enclosed?: readonly Mapped[]
  /** Identifiers of the person that this message states, in addition to those of the envelope. */
  readonly identifiers: readonly Identity[]
  readonly merge?: { readonly survivor: readonly Identity[]; readonly prior: readonly Identity[] }
  /** Changes to the device register: new identifiers, assignments. */
  readonly assignment?: AssignmentChange
  /** That a message of ours was taken or refused (AppRec). */
  readonly receipt?: MessageReceipt
  readonly unmapped: readonly Unmapped[]
}

export interface MessageReceipt extends Receipt {
  /** Own id of the message that was sent. */
  readonly messageId: string
}

/** What an assignment event asks for (devices.md 6.2). */
export interface AssignmentChange {
  readonly device: readonly Identity[]
  readonly ref: string
  readonly person: readonly Identity[]
  /** ISO instants. */
  readonly from?: string
  readonly to?: string
  readonly status: 'intended' | 'active' | 'on-hold' | 'completed' | 'stopped'
}

/** What pure mapping code needs to know besides the message. */
export interface MapContext {
  /** IANA zone for local times without offset. */
  readonly zone: string
  /** ISO instant at which the hub received the message. */
  readonly receivedAt: string
  readonly sender: string
}

/** The person that the message is about, inside mapped resources. */
export const SUBJECT_REFERENCE = 'urn:stafett:subject'

/** One row of a registry of message types. `Parsed` is private to the type. */
export interface MessageType<Parsed = unknown> {
  readonly kind: string
  /** @throws HubError MESSAGE_INVALID */
  readonly parse: (raw: Uint8Array, part: number, context: MapContext) => Parsed
  /** @throws HubError MESSAGE_INVALID, CODE_UNMAPPED */
  readonly map: (message: Parsed, context: MapContext) => Mapped
  /** Business receipt that waits for the effect (M5 → M5.2). */
  readonly receipt?: (message: Parsed, context: ReceiptContext) => Reply
}

export interface ReceiptContext {
  /** Whether the resource that the message speaks of was known when it was applied. */
  readonly targetKnown: boolean
  /** The person's resources of a type, with what the message has changed. */
  readonly resources: <T extends FhirResource['resourceType']>(
    type: T,
  ) => readonly Extract<FhirResource, { resourceType: T }>[]
  readonly newId: string
  /** ISO instant. */
  readonly now: string
}

export interface AnswerContext {
  readonly newId: string
  /** ISO instant. */
  readonly now: string
  /** Senders (`Envelope.sender`) that are answered in AppRec 1.1 instead of 1.0. */
  readonly appRec11?: ReadonlySet<string>
}

/** A channel: door check and answers. */
export interface ChannelProtocol {
  readonly channel: Channel
  readonly check: (raw: Uint8Array, settings: DoorSettings) => DoorResult
  /** `null` envelope: nothing of the message could be read. Deterministic but for `newId` and `now`. */
  readonly answer: (
    envelope: Envelope | null,
    raw: Uint8Array,
    outcome: IntakeOutcome,
    context: AnswerContext,
  ) => Reply
  /** Kinds that are answered in the request from what is stored, and change nothing (core/query.ts). */
  readonly queries?: ReadonlySet<string>
  /**
   * What is kept of the raw bytes: the same, but for what must not be stored in clear. Identity and content hash are
   * those of the bytes as they came.
   */
  readonly toStore?: (raw: Uint8Array) => Uint8Array
  /** Kinds whose answer waits for the effect. */
  readonly answersWithEffect: ReadonlySet<string>
  readonly types: ReadonlyMap<string, MessageType>
}

/** A place of a document that breaks its schema: an XPath of positions, and the rule without any value. */
export interface SchemaFault {
  readonly path: string
  readonly rule: string
}
/** Faults of an XML text by the official schema of its root's namespace; undefined when there is none. */
export type ValidateXml = (namespace: string, xml: string) => readonly SchemaFault[] | undefined

export interface DoorSettings {
  /** Where the operator supplies the official schemas. */
  readonly schemas?: ValidateXml
  readonly appRec11?: AnswerContext['appRec11']
  readonly zone: string
  /** Whether synthetic national numbers (month + 80, + 65, + 40) are taken. */
  readonly syntheticIds: 'accept' | 'refuse'
  /** Accepted MSH-11. */
  readonly processingIds: readonly string[]
}
