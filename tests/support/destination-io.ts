/** What destinations get handed in, for tests of kinds that send no ordinations. */
import type { DestinationIo } from '../../adapters/destinations/destination-kind.js'

export const NO_ORDINATIONS: Pick<DestinationIo, 'noteReceipt' | 'ordinations' | 'zone'> = {
  ordinations: {
    due: async () => undefined,
    prescription: async () => undefined,
    raw: async () => undefined,
    make: async () => ({ kind: 'refused', problems: [] }),
  },
  noteReceipt: async () => false,
  zone: 'Europe/Oslo',
}
