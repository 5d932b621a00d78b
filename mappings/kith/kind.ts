/** One message of the family: what the registry holds for each, and what reading gives (eresept.md 1). */
import type { Problem } from '../../src/core/errors.js'
import type { MapContext, Mapped, ReceiptContext, Reply, Unmapped } from '../../src/core/message.js'
import type { Head } from './msghead.js'
import type { Reader } from './reader.js'
import type { Shape } from './shape.js'
import type { XmlElement } from './xml.js'

/** Who must be known about the patient: M1 may do without a national id, the rest may not (eresept.md 2.1). */
export type PatientRule = 'national-id' | 'national-id-or-birth-date'

/** A message that came in a MsgHead, checked and read. */
export interface HeadMessage<Payload> {
  readonly head: Head
  readonly payload: Payload
  readonly identities: Mapped['identifiers']
  readonly unmapped: readonly Unmapped[]
}

/** One row of the family's table. `Payload` is private to the row. */
export interface KithKind<Payload> {
  readonly kind: string
  readonly payload: { readonly ns: string; readonly local: string; readonly shape: Shape }
  readonly patient: PatientRule
  /** Whether the payload has what stands in for a national id. */
  readonly reference?: (payload: Payload) => string | undefined
  /** Only called with a payload that keeps to the shape; further faults go to `problems`. */
  readonly read: (reader: Reader, element: XmlElement, problems: Problem[]) => Payload
  readonly map: (message: HeadMessage<Payload>, context: MapContext) => Mapped
  readonly receipt?: (message: HeadMessage<Payload>, context: ReceiptContext) => Reply
}
