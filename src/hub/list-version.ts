/** One version of a person's list as it was made, for those whom it is sent to. */
import type { PersonId } from '../core/ids.js'
import type { Store } from '../store/contract.js'
import { bundleText, openBundle } from './list-bundle.js'

export interface ListVersionDeps {
  readonly store: Pick<Store, 'listVersion' | 'read'>
  readonly publicUrl: string
}

/**
 * @param patient `resource`: the Patient, as it is now, stands last in the Bundle
 * @returns the Bundle of `$medication-list`, or undefined when there is no such version
 */
export async function readListVersion(
  { publicUrl, store }: ListVersionDeps,
  person: PersonId,
  version: number,
  patient: 'reference' | 'resource',
): Promise<string | undefined> {
  const texts = await store.listVersion(person, version)
  const [list] = texts ?? []
  if (texts === undefined || list === undefined) return undefined
  // Our own stored List: it carries the instant of its version.
  const { meta } = JSON.parse(list) as { readonly meta: { readonly lastUpdated: string } }
  const found = patient === 'resource' ? await store.read('Patient', person) : undefined
  const others = found === undefined || found.deleted ? [] : [found.text]
  return bundleText(openBundle({ texts: [...texts, ...others], timestamp: meta.lastUpdated, publicUrl }))
}
