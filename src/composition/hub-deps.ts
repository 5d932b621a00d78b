/** What the use cases of the hub get handed in. */
import { createHash, randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import type { Config } from '../config.js'
import { useDigest } from '../core/deterministic-id.js'
import type { Clock, Log } from '../core/ports.js'
import type { Tracer } from '../core/tracer.js'
import { CLIENT_OPERATIONS } from '../hub/operations/registry.js'
import type { Parking } from '../hub/parked-channels.js'
import type { OperationDeps } from '../hub/perform-operation.js'
import { openPersonCache } from '../hub/person-cache.js'
import type { PreviewDeps } from '../hub/preview-replay.js'
import { openSharedRegister } from '../hub/shared-register.js'
import type { WriteDeps } from '../hub/write-resource.js'
import type { ListConfig, ProductKnowledge } from '../medication-list/contract.js'
import { listConfig } from '../medication-list/defaults.js'
import { deriveList } from '../medication-list/derive-list.js'
import type { Metrics } from '../metrics.js'
import type { Store } from '../store/contract.js'
import type { DeliveryOperations } from '../store/delivery-operations.js'
import type { Validation } from '../validation/validate.js'
import { platformDigest } from './digest.js'
import { PROTOCOLS } from './protocols.js'

/** Resources held in memory for persons worked on lately. */
const CACHED_RESOURCES_MAX = 15_000
const CACHED_SHARED_MAX = 20_000

/** Hex digest. */
export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** Calls `beat` every `ms` until the returned function is called. */
export function every(ms: number, beat: () => void): () => void {
  const timer = setInterval(beat, ms)
  timer.unref()
  return () => clearInterval(timer)
}

export function openDeps(
  config: Config,
  store: Store,
  metrics: Metrics,
  validation: Validation,
  count: WriteDeps['count'],
  parking: Parking,
  deliveries: Pick<DeliveryOperations, 'noteReceipt'>,
  owner: string,
  tracer: Tracer,
  log: Log,
  products: () => ProductKnowledge,
  { prices, neverDaily }: Pick<ListConfig, 'prices' | 'neverDaily'>,
  clock: Clock,
): OperationDeps & PreviewDeps {
  useDigest(platformDigest)
  return {
    store,
    protocol: (channel) => PROTOCOLS.get(channel),
    cache: openPersonCache(CACHED_RESOURCES_MAX),
    shared: openSharedRegister(store.loadShared, CACHED_SHARED_MAX),
    derive: {
      derive: deriveList,
      get products() {
        return products()
      },
      config: listConfig(config.zone, config.language, prices, neverDaily),
      newId: randomUUID,
      validate: (resource) => validation.validate(resource),
    },
    noteReceipt: async (receipt) => {
      if (receipt.outcome === 'rejected') log.warn('message refused by its receiver', { code: receipt.code })
      return deliveries.noteReceipt(receipt)
    },
    clock,
    newId: randomUUID,
    zone: config.zone,
    owner,
    parking,
    leaseMs: config.leaseMs,
    log,
    tracer,
    random: Math.random,
    every,
    count,
    superseded: (channel) => metrics.message('superseded', channel),
    observe: metrics.processed,
    hash: sha256,
    wait: (ms) => wait(ms),
    encode: (text) => Buffer.from(text),
    operations: new Map(CLIENT_OPERATIONS.map((operation) => [operation.name, operation])),
  }
}
