/** The hash of what a list version shows: links of a chain by which a changed past can be seen (medication-list.md 10). */
import type { FhirResource } from 'fhir/r4.js'
import { sha256Hex } from '../core/deterministic-id.js'

const hashes = new WeakMap<FhirResource, string>()

/** Of a resource as it is stored; versions never change, so each is hashed once. */
export function hashOf(resource: FhirResource): string {
  const known = hashes.get(resource)
  if (known !== undefined) return known
  const hash = sha256Hex(JSON.stringify(resource))
  hashes.set(resource, hash)
  return hash
}

/** @param entries `<type>/<id>/<version>` of what the version shows, each with the hash of its text, in order */
export const contentHash = (entries: readonly { readonly name: string; readonly hash: string }[]): string =>
  sha256Hex(entries.map(({ name, hash }) => `${name} ${hash}\n`).join(''))
