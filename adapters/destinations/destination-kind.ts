/** What a kind of destination is. A new one is one file here and one line in registry.ts. */
import type { Party } from '../../mappings/kith/write/msghead.js'
import type { Produced } from '../../mappings/kith/write/sheet.js'
import type { Change, Destination } from '../../src/core/delivery.js'
import type { MessageId, PersonId } from '../../src/core/ids.js'
import type { MessageReceipt } from '../../src/core/message.js'
import type { OrdinationReceiver } from '../../src/core/ordination.js'
import type { Clock } from '../../src/core/ports.js'
import type { HttpLimits } from '../transport/http.js'
import type { Fields } from './fields.js'

/** Ordinations: which version of a person's list a change sends to a receiver, and the M25.1 of it. */
export interface Ordinations {
  readonly due: (change: Change, receiver: OrdinationReceiver) => Promise<number | undefined>
  /** The received prescription or recall of a change, where the receiver gets it as it is. */
  readonly prescription: (change: Change, receiver: OrdinationReceiver) => Promise<MessageId | undefined>
  /** Bytes of a received message, as long as they are kept. */
  readonly raw: (id: MessageId) => Promise<Uint8Array | undefined>
  readonly make: (
    person: PersonId,
    version: number,
    envelope: {
      /** A UUID. */
      readonly msgId: string
      /** ISO instant. */
      readonly genDate: string
      readonly sender: Party
      readonly receiver: Party
      /** Id of the destination. */
      readonly destination: string
    },
  ) => Promise<Produced>
}

/** Effects that destinations get handed in. */
export interface DestinationIo {
  /** The stored Bundle of one version of a person's list; `resource`: with the Patient last. */
  readonly listVersion: (
    person: PersonId,
    version: number,
    patient: 'reference' | 'resource',
  ) => Promise<string | undefined>
  readonly ordinations: Ordinations
  /** Keeps what a receiver said of a message. False when there is no such message. */
  readonly noteReceipt: (receipt: MessageReceipt) => Promise<boolean>
  /** IANA zone of times without offset. */
  readonly zone: string
  readonly limits: HttpLimits
  readonly clock: Clock
}

/** What every kind has. */
export type DestinationBase = Pick<Destination, 'id' | 'kind' | 'ambiguous'> &
  Partial<Pick<Destination, 'expiresAfterMs'>>

export interface DestinationKind {
  readonly kind: string
  /** Reads what is the kind's own in one entry of the file, noting faults; opens it afterwards. */
  readonly read: (fields: Fields, base: DestinationBase) => (io: DestinationIo) => Destination
}
