/** An answer of `$medication-list`: its tag, and what stands in its Bundle. */
import type { Bundle, Extension, FhirResource, List } from 'fhir/r4.js'
import { HubError } from '../core/errors.js'
import type { Whole } from '../medication-list/completeness.js'

export interface ListAnswer {
  readonly etag: string
  readonly body: string
  readonly notModified: boolean
}

/** Of one version the answers that lack something have a tag each. */
export const versionTag = (
  version: number,
  { completeness }: Whole,
  extensions: readonly Extension[],
  hash: (text: string) => string,
): string =>
  completeness === 'complete'
    ? `W/"${version}"`
    : `W/"${version}.${hash(JSON.stringify(extensions)).slice(0, 12)}"`

/** @param ifNoneMatch whole ETags, or `*` */
export const isKnown = (etag: string, ifNoneMatch: readonly string[]): boolean =>
  ifNoneMatch.includes(etag) || ifNoneMatch.includes('*')

export const notModified = (etag: string): ListAnswer => ({ etag, body: '', notModified: true })

/** The Bundle that the hub itself made, of resources that it stored. */
export const bundleIn = ({ body }: Pick<ListAnswer, 'body'>): Bundle<FhirResource> =>
  JSON.parse(body) as Bundle<FhirResource>

export const resourcesIn = ({ entry = [] }: Bundle<FhirResource>): FhirResource[] =>
  entry.flatMap(({ resource }) => resource ?? [])

/** @throws HubError UNEXPECTED */
export function listIn(bundle: Bundle<FhirResource>): List {
  const list = resourcesIn(bundle).find((resource): resource is List => resource.resourceType === 'List')
  if (list === undefined) throw new HubError('UNEXPECTED', 'a list without its List')
  return list
}
