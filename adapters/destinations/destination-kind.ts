/** What a kind of destination is. A new one is one file here and one line in registry.ts. */
import type { Destination } from '../../src/core/delivery.js'
import type { PersonId } from '../../src/core/ids.js'
import type { Clock } from '../../src/core/ports.js'
import type { HttpLimits } from '../transport/http.js'
import type { Fields } from './fields.js'

/** Effects that destinations get handed in. */
export interface DestinationIo {
  /** The stored Bundle of one version of a person's list. */
  readonly listVersion: (person: PersonId, version: number) => Promise<string | undefined>
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
