/** One message of the family: what the registry holds for each, and what reading gives (eresept.md 1). */
import type { Problem } from '../../src/core/errors.js'
import type {
  Identity,
  MapContext,
  Mapped,
  ReceiptContext,
  Reply,
  Subject,
  Unmapped,
} from '../../src/core/message.js'
import type { Head } from './msghead.js'
import type { Reader } from './reader.js'
import type { Shape } from './shape.js'
import type { XmlElement } from './xml.js'

/**
 * Who must be known about the patient. M1 may do without a national id; most others may not (eresept.md 2.1). What the
 * broker sends often names the patient nowhere but inside (`elsewhere`: the row's own `whom`).
 */
export type PatientRule = 'national-id' | 'national-id-or-birth-date' | 'elsewhere'

/** A message that came in a MsgHead, checked and read. */
export interface HeadMessage<Payload> {
  readonly head: Head
  readonly payload: Payload
  readonly identities: readonly Identity[]
  /** Whole messages attached to this one, of the kinds that the row opens. */
  readonly attached: readonly AttachedMessage[]
  readonly unmapped: readonly Unmapped[]
  /** Which of several patients this is about (Envelope.part). */
  readonly part: number
}

/** A message inside a message: it has its own sender, author and patient. */
export interface AttachedMessage {
  /** Place in the message around it. */
  readonly at: string
  readonly kind: string
  readonly sender: string
  readonly head: Head
  readonly payload: unknown
  readonly subject: Subject
  readonly map: (context: MapContext) => Mapped
}

/** What a row knows of the patient where the head does not say. */
export interface Whom {
  readonly problems: readonly Problem[]
  /** One for each part of the message; usually one. */
  readonly subjects: readonly Subject[]
}
export interface WhomContext {
  readonly sender: string
  readonly synthetic: 'accept' | 'refuse'
  /** Identities of the head's Patient, where there is one. */
  readonly stated: readonly Identity[]
}

export interface PayloadFormat {
  readonly ns: string
  readonly local: string
  readonly shape: Shape
}

/** One row of the family's table. `Payload` is private to the row. */
export interface KithKind<Payload> {
  readonly kind: string
  readonly payload: PayloadFormat
  /** Further versions of the format, which `read` reads as well. */
  readonly otherFormats?: readonly PayloadFormat[]
  readonly patient: PatientRule
  readonly whom?: (
    message: Pick<HeadMessage<Payload>, 'head' | 'payload' | 'attached'>,
    context: WhomContext,
  ) => Whom
  /** Whether the payload has what stands in for a national id. */
  readonly reference?: (payload: Payload) => string | undefined
  /** Kinds of attached messages that are opened; any other attachment is set aside. */
  readonly opens?: ReadonlySet<string>
  /** Elements of the payload that hold whole messages in base64, like attachments (M9.12 VarerIBrukB64). */
  readonly inside?: (payload: XmlElement) => readonly XmlElement[]
  /**
   * What the sender gets: an AppRec, or nothing but the receipt of the transport, which is what an answer to a query and
   * a business receipt get (eresept.md 3). A query gets its answer; a row with `receipt` gives that instead.
   */
  readonly answeredBy?: 'apprec' | 'transport' | 'query'
  /** Only called with a payload that keeps to the shape; further faults go to `problems`. */
  readonly read: (reader: Reader, element: XmlElement, problems: Problem[]) => Payload
  /** Faults that only head and payload together show. */
  readonly check?: (head: Head, payload: Payload) => readonly Problem[]
  readonly map: (message: HeadMessage<Payload>, context: MapContext) => Mapped
  readonly receipt?: (message: HeadMessage<Payload>, context: ReceiptContext) => Reply
}
