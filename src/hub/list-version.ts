/** One version of a person's list as it was made, for those whom it is sent to. */
import type { PersonId } from '../core/ids.js'
import type { Store } from '../store/contract.js'
import { listBundle } from './list-bundle.js'

export interface ListVersionDeps {
  readonly store: Pick<Store, 'listVersion'>
  readonly publicUrl: string
}

/** @returns the Bundle of `$medication-list`, or undefined when there is no such version */
export async function readListVersion(
  { publicUrl, store }: ListVersionDeps,
  person: PersonId,
  version: number,
): Promise<string | undefined> {
  const texts = await store.listVersion(person, version)
  const [list] = texts ?? []
  if (texts === undefined || list === undefined) return undefined
  // Our own stored List: it carries the instant of its version.
  const { meta } = JSON.parse(list) as { readonly meta: { readonly lastUpdated: string } }
  return listBundle({ texts, timestamp: meta.lastUpdated, publicUrl })
}
