/** History of one resource (R4 http#history; fhir-api.md R-06, R-07). */
import type { BundleLink } from 'fhir/r4.js'
import { dateRange, type InstantRange } from '../../core/date-range.js'
import { HubError } from '../../core/errors.js'
import type { HistoryEntry } from '../../store/views.js'
import { historyBundle } from '../bundle.js'
import type { ApiContext } from '../context.js'
import type { Answer, FhirRequest } from '../exchange.js'
import { SEARCH_COUNT_DEFAULT, SEARCH_COUNT_MAX } from '../limits.js'
import type { Page } from '../page-link.js'
import { formatQuery } from '../query-string.js'

type HistoryPlace = Omit<Extract<Page, { kind: 'history' }>, 'kind' | 'before'> & {
  readonly before: number | undefined
}

/** @throws HubError NOT_FOUND, QUERY_INVALID, GONE (old page link) */
export async function historyInstance(
  context: ApiContext,
  request: FhirRequest,
  type: string,
  id: string,
): Promise<Answer> {
  const path = `${type}/${id}/_history`
  const scope = { path, clientId: request.caller.clientId }
  const place = placeOf(context, request, scope)
  const versions = await versionsOf(context.deps.store, type, id, place)
  if (versions === undefined) throw new HubError('NOT_FOUND', 'no such resource')
  const { at: during, since } = place
  const recent = since === undefined ? versions : versions.filter((entry) => entry.lastUpdated >= since)
  const shown = recent.slice(0, place.count)
  const own = formatQuery(request.query)
  const links: BundleLink[] = [
    { relation: 'self', url: `${context.base}/${path}${own === '' ? '' : `?${own}`}` },
  ]
  const last = shown.at(-1)
  if (recent.length > shown.length && last !== undefined) {
    const token = context.pages.seal(
      { kind: 'history', count: place.count, before: last.version, since, at: during },
      scope,
    )
    links.push({ relation: 'next', url: `${context.base}/${path}?_page=${token}` })
  }
  const at = new Date(context.deps.clock()).toISOString()
  return { status: 200, body: historyBundle(context.base, at, links, shown) }
}

/** Versions read at a time while those that were current in a period are looked for. */
const VERSIONS_AT_ONCE = 200

/**
 * Newest first, one more than a page has where there are more. With a period those that were current at some point of it:
 * the versions stand without gaps, so the oldest of them is the one that its beginning met.
 * @returns undefined when there is no such resource
 */
async function versionsOf(
  store: ApiContext['deps']['store'],
  type: string,
  id: string,
  { at, before, count }: HistoryPlace,
): Promise<readonly HistoryEntry[] | undefined> {
  const wanted: HistoryEntry[] = []
  let from = before
  for (;;) {
    const limit = at === undefined ? count + 1 : VERSIONS_AT_ONCE
    const versions = await store.history(type, id, limit, from)
    if (versions.length === 0 && from === undefined) return undefined
    if (at === undefined) return versions
    for (const version of versions) {
      if (version.lastUpdated >= at[1]) continue
      wanted.push(version)
      if (version.lastUpdated <= at[0] || wanted.length > count) return wanted
    }
    from = versions.at(-1)?.version
    if (versions.length < limit || from === undefined) return wanted
  }
}

function placeOf(
  { pages, deps }: ApiContext,
  request: FhirRequest,
  scope: { path: string; clientId: string },
): HistoryPlace {
  let count = SEARCH_COUNT_DEFAULT
  let since: string | undefined
  let at: InstantRange | undefined
  for (const { name, value } of request.query) {
    if (name === '_page') {
      const page = pages.open(value, scope)
      if (page.kind !== 'history') throw invalid(name, 'not a page of a history')
      return page
    }
    if (name === '_count') {
      if (!/^[1-9]\d{0,8}$/.test(value)) throw invalid(name, 'a whole number above 0 is expected')
      count = Math.min(Number(value), SEARCH_COUNT_MAX)
    } else if (name === '_since') {
      since = dateRange(value, deps.zone)?.[0]
      if (since === undefined) throw invalid(name, 'not an instant')
    } else if (name === '_at') {
      at = dateRange(value, deps.zone)
      if (at === undefined) throw invalid(name, 'not a date or time')
    } else if (request.prefer.handling === 'strict')
      throw invalid('query', '_at, _count and _since are supported here')
  }
  return { count, since, at, before: undefined }
}

const invalid = (at: string, rule: string): HubError => new HubError('QUERY_INVALID', rule, { at })
