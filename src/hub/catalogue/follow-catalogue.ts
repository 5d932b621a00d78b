/**
 * Keeps this process on the catalogue in force, whichever process loaded it, and lets the lists that a new version
 * concerns be derived again: in the background, a few persons at a time, and only while no message waits long.
 */
import { codeOf } from '../../core/errors.js'
import type { Log } from '../../core/ports.js'
import type { ProductKnowledge } from '../../medication-list/contract.js'
import { NO_PRODUCTS } from '../../medication-list/products.js'
import type { CatalogueNo, CatalogueStore } from '../../store/catalogue-contract.js'
import { openProductIndex } from './product-index.js'

export interface FollowCatalogueDeps {
  readonly store: CatalogueStore
  readonly log: Log
  /** Whether messages wait too long: then lists are not derived again for the time being. */
  readonly pressed: () => boolean
  readonly every: (ms: number, beat: () => void) => () => void
  readonly followMs: number
}

export interface FollowedCatalogue {
  readonly products: () => ProductKnowledge
  /** Looks for a newer version now. @throws HubError STORE_UNAVAILABLE */
  readonly refresh: () => Promise<void>
  readonly stop: () => Promise<void>
}

/** Looks in which every process has met a new version, before anything is derived anew on the strength of it. */
const GRACE_LOOKS = 4
/** Persons derived again in one look of one process. */
const STALE_AT_ONCE_MAX = 100
const PAGE_ENTRIES = 2_000

/** Opens with the version in force. */
export async function followCatalogue(deps: FollowCatalogueDeps): Promise<FollowedCatalogue> {
  const state: { no: CatalogueNo | undefined; products: ProductKnowledge; stopped: boolean } = {
    no: undefined,
    products: NO_PRODUCTS,
    stopped: false,
  }
  let inHand: Promise<void> = Promise.resolve()
  const refresh = async (): Promise<void> => {
    const current = await deps.store.current()
    if (current === undefined || current.no === state.no) return
    state.products = await readProducts(deps.store, current.no)
    state.no = current.no
    deps.log.info('drug catalogue in force', { fetchedAt: current.fetchedAt, ...current.counts })
  }
  /** One after the other: a look and a load that ends may meet. */
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const turn = inHand.then(work)
    inHand = turn.catch(() => undefined)
    return turn
  }
  const look = async (): Promise<void> => {
    if (state.stopped) return
    await refresh()
    if (state.no === undefined || deps.pressed()) return
    await deps.store.compare(GRACE_LOOKS * deps.followMs)
    await deps.store.ringStale(STALE_AT_ONCE_MAX)
  }
  await refresh()
  let looking = false
  const stopBeating = deps.every(deps.followMs, () => {
    if (looking) return
    looking = true
    inTurn(look)
      .catch((error: unknown) => deps.log.warn('drug catalogue not looked at', { code: codeOf(error) }))
      .finally(() => {
        looking = false
      })
  })
  return {
    products: () => state.products,
    refresh: () => inTurn(refresh),
    stop: async () => {
      state.stopped = true
      stopBeating()
      await inHand
    },
  }
}

async function readProducts(store: CatalogueStore, no: CatalogueNo): Promise<ProductKnowledge> {
  const index = openProductIndex()
  for (let after = ''; ; ) {
    const page = await store.products(no, after, PAGE_ENTRIES)
    for (const { codes, content } of page) index.addProduct(codes, content)
    const last = page.at(-1)
    if (last === undefined) break
    after = last.id
  }
  for (let after = ''; ; ) {
    const page = await store.entries(no, 'interaction', after, PAGE_ENTRIES)
    for (const { content } of page) index.addInteraction(content)
    const last = page.at(-1)
    if (last === undefined) break
    after = last.id
  }
  return index.build()
}
