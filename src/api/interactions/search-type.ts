/** Search (R4 http, search; fhir-api.md 6): GET with the query, POST `_search` with a form, and pages by sealed links. */
import type { BundleLink } from 'fhir/r4.js'
import { HubError } from '../../core/errors.js'
import type { FoundResource, SearchClause, SearchRequest } from '../../store/views.js'
import { searchset } from '../bundle.js'
import type { ApiContext } from '../context.js'
import type { Answer, FhirRequest, QueryPair } from '../exchange.js'
import { decodeUtf8 } from '../fhir-json.js'
import { included } from '../included.js'
import { SEARCH_FORM_BYTES_MAX } from '../limits.js'
import { membersOf } from '../list-members.js'
import { checkContentType, FORM_TYPES } from '../negotiation.js'
import { ignoredParameterIssue, outcome } from '../operation-outcome.js'
import type { Page } from '../page-link.js'
import { formatQuery, parseQuery } from '../query-string.js'
import { parseSearch, type SearchQuery } from '../search-query.js'
import { selfQuery } from '../self-link.js'

type SearchStart = Extract<Page, { kind: 'search' }>

/** @throws HubError QUERY_INVALID, NATIONAL_ID_IN_URL, TOO_COSTLY, GONE (old page link) */
export async function searchType(context: ApiContext, request: FhirRequest, type: string): Promise<Answer> {
  const token = request.query.find((pair) => pair.name === '_page')?.value
  if (token !== undefined) return nextPage(context, request, type, token)
  const query = parse(context, request, type, request.query, true)
  return firstPage(context, request, type, query, selfQuery(type, query.applied, 'url'))
}

/** POST `_search`: parameters of the form, and of the URL as well. */
export async function searchByPost(context: ApiContext, request: FhirRequest, type: string): Promise<Answer> {
  checkContentType(request.header('content-type'), FORM_TYPES)
  const form = parseQuery(decodeUtf8(await request.body(SEARCH_FORM_BYTES_MAX)))
  const inUrl = parse(context, request, type, request.query, true)
  const inForm = parse(context, request, type, form, false)
  // The URL's parameters were read for its rules; both together are the search.
  const query = parse(context, request, type, [...request.query, ...form], false)
  const self = selfQuery(type, [...inUrl.applied, ...inForm.applied], 'form')
  return firstPage(context, request, type, query, self)
}

const parse = (
  { deps, base }: ApiContext,
  request: FhirRequest,
  type: string,
  pairs: readonly QueryPair[],
  inUrl: boolean,
): SearchQuery =>
  parseSearch(pairs, { type, handling: request.prefer.handling, inUrl, zone: deps.zone, base })

async function firstPage(
  context: ApiContext,
  request: FhirRequest,
  type: string,
  query: SearchQuery,
  self: string,
): Promise<Answer> {
  const clauses = await resolve(context, query)
  const total =
    query.total === 'accurate' || query.count === 0 ? await count(context, type, clauses) : undefined
  const start = { kind: 'search', query: query.applied, total } as const
  return page(context, request, type, query, clauses, start, self, undefined)
}

async function nextPage(
  context: ApiContext,
  request: FhirRequest,
  type: string,
  token: string,
): Promise<Answer> {
  if (request.query.length > 1)
    throw new HubError('QUERY_INVALID', 'a page link is followed as it is, without other parameters', {
      at: '_page',
    })
  const start = context.pages.open(token, { path: type, clientId: request.caller.clientId })
  if (start.kind !== 'search') throw new HubError('QUERY_INVALID', 'not a page of a search', { at: '_page' })
  const query = parse(context, request, type, start.query, false)
  return page(
    context,
    request,
    type,
    query,
    await resolve(context, query),
    start,
    formatQuery(request.query),
    start.after,
  )
}

async function page(
  context: ApiContext,
  request: FhirRequest,
  type: string,
  query: SearchQuery,
  clauses: readonly SearchClause[] | undefined,
  start: Omit<SearchStart, 'after'>,
  self: string,
  after: SearchRequest['after'],
): Promise<Answer> {
  const { base, deps } = context
  const found =
    clauses === undefined || query.count === 0
      ? []
      : await context.sourceOf(type).search({ type, clauses, count: query.count + 1, after })
  const shown = found.slice(0, query.count)
  const links: BundleLink[] = [
    { relation: 'self', url: self === '' ? `${base}/${type}` : `${base}/${type}?${self}` },
  ]
  const last = shown.at(-1)
  if (found.length > shown.length && last !== undefined)
    links.push({ relation: 'next', url: nextLink(context, request, type, start, last) })
  const notices = query.ignored.length === 0 ? undefined : outcome(query.ignored.map(ignoredParameterIssue))
  const at = new Date(deps.clock()).toISOString()
  const more = await included(context, query.includes, shown)
  return {
    status: 200,
    body: searchset({ base, at, links, total: start.total, found: shown, included: more, notices }),
  }
}

function nextLink(
  { base, pages }: ApiContext,
  request: FhirRequest,
  type: string,
  start: Omit<SearchStart, 'after'>,
  last: FoundResource,
): string {
  const token = pages.seal(
    { ...start, after: { id: last.id } },
    { path: type, clientId: request.caller.clientId },
  )
  return `${base}/${type}?_page=${token}`
}

/** Criteria on a person's identifiers become persons; `undefined` when nobody has them, so that nothing can match. */
async function resolve({ deps }: ApiContext, query: SearchQuery): Promise<SearchClause[] | undefined> {
  const clauses: SearchClause[] = []
  const lists: string[] = []
  for (const criterion of query.criteria) {
    if (criterion.kind === 'clause') clauses.push(criterion.clause)
    else if (criterion.kind === 'list') lists.push(criterion.list)
    else {
      const anyOf = await deps.store.findPersons(criterion.anyOf)
      if (anyOf.length === 0) return undefined
      clauses.push({ kind: 'person', anyOf })
    }
  }
  for (const list of lists) {
    const anyOf = await membersOf(deps, list, clauses)
    if (anyOf.length === 0) return undefined
    clauses.push({ kind: 'id', anyOf })
  }
  return clauses
}

const count = async (
  context: ApiContext,
  type: string,
  clauses: readonly SearchClause[] | undefined,
): Promise<number> => (clauses === undefined ? 0 : context.sourceOf(type).countMatches({ type, clauses }))
