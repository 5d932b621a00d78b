/** What the use cases of FHIR writes get handed in, over a store of the tests. */
import { createHash, randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { hl7v2Protocol } from '../../mappings/hl7v2/protocol.js'
import { untraced } from '../../src/core/tracer.js'
import { CLIENT_OPERATIONS } from '../../src/hub/operations/registry.js'
import type { OperationDeps } from '../../src/hub/perform-operation.js'
import { openPersonCache } from '../../src/hub/person-cache.js'
import { openSharedRegister } from '../../src/hub/shared-register.js'
import { listConfig } from '../../src/medication-list/defaults.js'
import { deriveList } from '../../src/medication-list/derive-list.js'
import { NO_PRODUCTS } from '../../src/medication-list/products.js'
import type { Store } from '../../src/store/contract.js'
import { testValidation } from './validation.js'

const ZONE = 'Europe/Oslo'
const LEASE_MS = 15_000
const nothing = () => undefined

/** A process of its own: own cache, own name as owner of leases. */
export async function writeDeps(store: Store): Promise<OperationDeps> {
  const validation = await testValidation()
  return {
    store,
    protocol: (channel) => (channel === 'hl7v2' ? hl7v2Protocol : undefined),
    cache: openPersonCache(1_000),
    shared: openSharedRegister(store.loadShared, 100),
    derive: {
      derive: deriveList,
      products: NO_PRODUCTS,
      config: listConfig(ZONE, 'nb'),
      newId: randomUUID,
      validate: (resource) => validation.validate(resource),
    },
    noteReceipt: async () => false,
    clock: Date.now,
    newId: randomUUID,
    zone: ZONE,
    owner: randomUUID(),
    leaseMs: LEASE_MS,
    log: { info: nothing, warn: nothing, error: nothing },
    random: Math.random,
    every: () => nothing,
    parking: { isParked: () => false, holds: async () => false, note: nothing },
    count: nothing,
    observe: nothing,
    superseded: nothing,
    tracer: untraced,
    hash: (bytes) => createHash('sha256').update(bytes).digest('hex'),
    wait: (ms) => wait(ms),
    encode: (text) => Buffer.from(text),
    operations: new Map(CLIENT_OPERATIONS.map((operation) => [operation.name, operation])),
  }
}
