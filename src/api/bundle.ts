/** Bundles put together from stored text: no resource is parsed on its way out. */
import type { BundleLink, OperationOutcome } from 'fhir/r4.js'
import type { FoundResource, HistoryEntry } from '../store/views.js'
import { entityTag } from './exchange.js'

export interface SearchPage {
  readonly base: string
  /** ISO instant. */
  readonly at: string
  readonly links: readonly BundleLink[]
  readonly total: number | undefined
  readonly found: readonly FoundResource[]
  /** What `_include` led to. */
  readonly included: readonly FoundResource[]
  readonly notices: OperationOutcome | undefined
}

/** A `searchset` (bundle.html; fhir-api.md S-02). */
export function searchset({ base, at, links, total, found, included, notices }: SearchPage): string {
  const entry =
    (mode: 'match' | 'include') =>
    ({ type, id, text }: FoundResource) =>
      `{"fullUrl":${JSON.stringify(`${base}/${type}/${id}`)},"resource":${text},"search":{"mode":"${mode}"}}`
  const entries = [...found.map(entry('match')), ...included.map(entry('include'))]
  if (notices !== undefined)
    entries.push(`{"resource":${JSON.stringify(notices)},"search":{"mode":"outcome"}}`)
  return bundle('searchset', at, links, entries, total)
}

/** A `history`, newest first; deletions have no resource (R-06). */
export function historyBundle(
  base: string,
  at: string,
  links: readonly BundleLink[],
  entries: readonly HistoryEntry[],
): string {
  return bundle(
    'history',
    at,
    links,
    entries.map((entry) => historyEntry(base, entry)),
    undefined,
  )
}

function historyEntry(base: string, entry: HistoryEntry): string {
  const place = `${entry.type}/${entry.id}`
  const request = { method: entry.method, url: entry.method === 'POST' ? entry.type : place }
  const response = {
    status: entry.method === 'POST' ? '201' : entry.method === 'PUT' ? '200' : '204',
    etag: entityTag(entry.version),
    lastModified: entry.lastUpdated,
  }
  const resource = entry.deleted ? '' : `"resource":${entry.text},`
  return `{"fullUrl":${JSON.stringify(`${base}/${place}`)},${resource}"request":${JSON.stringify(request)},"response":${JSON.stringify(response)}}`
}

function bundle(
  type: 'searchset' | 'history',
  at: string,
  links: readonly BundleLink[],
  entries: readonly string[],
  total: number | undefined,
): string {
  // FHIR allows no empty arrays: without entries the element is left out.
  const parts = [
    `"resourceType":"Bundle","meta":{"lastUpdated":${JSON.stringify(at)}},"type":"${type}"`,
    ...(total === undefined ? [] : [`"total":${total}`]),
    `"link":${JSON.stringify(links)}`,
    ...(entries.length === 0 ? [] : [`"entry":[${entries.join(',')}]`]),
  ]
  return `{${parts.join(',')}}`
}
