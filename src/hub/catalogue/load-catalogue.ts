/**
 * Loads the national drug catalogue (FEST M30) from its bytes as they come: entries go into the store beside the version
 * in force, products are worked out from them there, and the new version takes over in one step. Memory holds one batch.
 */
import type { CatalogueItem } from '../../../mappings/fest/item.js'
import { type M30Stream, openM30Stream } from '../../../mappings/fest/m30-stream.js'
import { HubError } from '../../core/errors.js'
import type { CatalogueEntry, CatalogueNo, CatalogueStore } from '../../store/catalogue-contract.js'
import { storeProducts } from './store-products.js'

export interface LoadCatalogueDeps {
  readonly store: CatalogueStore
  /** Digest of bytes given piece by piece, as hex. */
  readonly openHash: () => { readonly update: (bytes: Uint8Array) => void; readonly digest: () => string }
  /** Lets this process use a version that took over. */
  readonly refresh: () => Promise<void>
}

export interface LoadedCatalogue {
  /** `same`: this very catalogue was in force already, and nothing was changed. */
  readonly outcome: 'activated' | 'same'
  /** HentetDato, ISO instant. */
  readonly fetchedAt: string
  /** Entries by kind. */
  readonly counts: Readonly<Record<string, number>>
  /** Entries that break the catalogue's own rules and were left out: how many, and where the first stand. */
  readonly unread: { readonly count: number; readonly places: readonly string[] }
}

const ENTRIES_AT_ONCE = 500

/**
 * An interrupted or refused load leaves the version in force as it is.
 * @param force take it even when a newer one is in force
 * @throws HubError MESSAGE_UNREADABLE, MESSAGE_TOO_LARGE, MESSAGE_TYPE_UNSUPPORTED, VERSION_STALE (older than the one in
 *   force), STORE_UNAVAILABLE
 */
export async function loadCatalogue(
  deps: LoadCatalogueDeps,
  chunks: AsyncIterable<Uint8Array>,
  force: boolean,
): Promise<LoadedCatalogue> {
  const before = await deps.store.current()
  const no = await deps.store.begin()
  try {
    const hash = deps.openHash()
    const stream = openM30Stream()
    const counts = await storeEntries(deps.store, no, stream, hashed(chunks, hash), () =>
      refuseOlder(stream, before?.fetchedAt, force),
    )
    const fetchedAt = instantOf(stream)
    await storeProducts(deps.store, no, fetchedAt.slice(0, 10))
    const outcome = await deps.store.activate({ no, fetchedAt, hash: hash.digest(), counts, force })
    if (outcome === 'older') throw older()
    if (outcome === 'same') await deps.store.abandon(no)
    else await deps.refresh()
    return { outcome, fetchedAt, counts, unread: stream.unread() }
  } catch (error) {
    // The first fault is the one to tell; what stays behind is thrown away by the next load.
    await deps.store.abandon(no).catch(() => undefined)
    throw error
  }
}

async function* hashed(
  chunks: AsyncIterable<Uint8Array>,
  hash: { readonly update: (bytes: Uint8Array) => void },
): AsyncIterable<Uint8Array> {
  for await (const chunk of chunks) {
    hash.update(chunk)
    yield chunk
  }
}

/** @param look is called while entries come, so that a load in vain ends early */
async function storeEntries(
  store: CatalogueStore,
  no: CatalogueNo,
  stream: M30Stream,
  chunks: AsyncIterable<Uint8Array>,
  look: () => void,
): Promise<Record<string, number>> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  const decode = (chunk?: Uint8Array): string => {
    try {
      return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true })
    } catch (cause) {
      throw new HubError('MESSAGE_UNREADABLE', 'the catalogue is not UTF-8', { at: '/', cause })
    }
  }
  const counts: Record<string, number> = {}
  let batch: CatalogueEntry[] = []
  const take = async (items: readonly CatalogueItem[]): Promise<void> => {
    for (const item of items) {
      counts[item.kind] = (counts[item.kind] ?? 0) + 1
      batch.push(entryOf(item))
    }
    if (batch.length < ENTRIES_AT_ONCE) return
    await store.addEntries(no, batch)
    batch = []
  }
  for await (const chunk of chunks) {
    const items = stream.write(decode(chunk))
    look()
    await take(items)
  }
  await take(stream.write(decode()))
  stream.end()
  if (batch.length > 0) await store.addEntries(no, batch)
  if ((counts['brand'] ?? 0) === 0)
    throw new HubError('MESSAGE_UNREADABLE', 'the catalogue names no product', { at: '/FEST' })
  return counts
}

function entryOf(item: CatalogueItem): CatalogueEntry {
  const refs =
    item.kind === 'package'
      ? item.brands
      : item.kind === 'interaction'
        ? [...new Set(item.groups.flat())]
        : []
  return { kind: item.kind, id: item.id, refs, content: JSON.stringify(item) }
}

function refuseOlder(stream: M30Stream, current: string | undefined, force: boolean): void {
  const fetchedAt = stream.fetchedAt()
  if (force || current === undefined || fetchedAt === undefined) return
  if (Date.parse(fetchedAt) < Date.parse(current)) throw older()
}

const older = (): HubError =>
  new HubError('VERSION_STALE', 'a newer catalogue is in force; it is replaced only when forced', {
    at: '/FEST/HentetDato',
  })

/** `end` of the stream has seen to it that the time is there. */
const instantOf = (stream: M30Stream): string => new Date(stream.fetchedAt() ?? '').toISOString()
