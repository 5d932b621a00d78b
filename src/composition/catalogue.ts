/** The drug catalogue of this process: following the version in force, and loading another. */
import { createHash } from 'node:crypto'
import type { Config } from '../config.js'
import type { Log } from '../core/ports.js'
import { type FollowedCatalogue, followCatalogue } from '../hub/catalogue/follow-catalogue.js'
import { type LoadedCatalogue, loadCatalogue } from '../hub/catalogue/load-catalogue.js'
import type { Pressure } from '../hub/pressure.js'
import { NO_PRODUCTS } from '../medication-list/products.js'
import type { CatalogueStore } from '../store/catalogue-contract.js'
import type { Store } from '../store/contract.js'
import { every } from './hub-deps.js'

/** A process that derives no list holds none. */
const WITHOUT: FollowedCatalogue = {
  products: () => NO_PRODUCTS,
  refresh: async () => undefined,
  stop: async () => undefined,
}

export async function openCatalogue(
  config: Config,
  store: Store,
  pressure: () => Pressure,
  log: Log,
): Promise<FollowedCatalogue> {
  if (!config.roles.has('api') && !config.roles.has('worker')) return WITHOUT
  return followCatalogue({
    store: store.catalogue,
    log,
    pressed: () => pressure() !== 'none',
    every,
    followMs: config.sweepMs,
  })
}

export const loadInto = (
  store: CatalogueStore,
  followed: FollowedCatalogue,
  chunks: AsyncIterable<Uint8Array>,
  force: boolean,
): Promise<LoadedCatalogue> => loadCatalogue({ store, openHash, refresh: followed.refresh }, chunks, force)

function openHash() {
  const hash = createHash('sha256')
  return {
    update: (bytes: Uint8Array) => {
      hash.update(bytes)
    },
    digest: () => hash.digest('hex'),
  }
}
