/** The way of one request below `/fhir`: path, negotiation, interaction, answer. Every error leaves as OperationOutcome. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { codeOf, HubError } from '../core/errors.js'
import type { ApiContext } from './context.js'
import type { Answer, FhirRequest, Target } from './exchange.js'
import { allowedMethods, parsePath, route, servedBesides } from './fhir-router.js'
import { URL_CHARS_MAX } from './limits.js'
import { negotiate, parsePrefer } from './negotiation.js'
import { errorAnswer } from './operation-outcome.js'
import { prettyJson } from './pretty-json.js'
import { parseQuery } from './query-string.js'
import { readBody } from './request-body.js'

const DEFAULT_TYPE = 'application/fhir+json; charset=utf-8'

interface Exchange {
  contentType: string
  pretty: boolean
  target: Target | undefined
}

/** @param url relative to `/fhir` */
export async function handleFhir(
  context: ApiContext,
  request: IncomingMessage,
  response: ServerResponse,
  url: string,
): Promise<void> {
  const exchange: Exchange = { contentType: DEFAULT_TYPE, pretty: false, target: undefined }
  let answer: Answer
  try {
    answer = await perform(context, request, exchange, url)
  } catch (error) {
    answer = failure(context, request, exchange, error)
  }
  send(request, response, exchange, answer)
}

async function perform(
  context: ApiContext,
  request: IncomingMessage,
  exchange: Exchange,
  url: string,
): Promise<Answer> {
  context.checkHost(request)
  if (url.length > URL_CHARS_MAX)
    throw new HubError('URL_TOO_LONG', `a URL has at most ${URL_CHARS_MAX} characters: search by POST`)
  const mark = url.indexOf('?')
  const query = parseQuery(mark < 0 ? '' : url.slice(mark + 1))
  const format = query.find(({ name }) => name === '_format')?.value
  exchange.target = parsePath(mark < 0 ? url : url.slice(0, mark))
  exchange.contentType = negotiate(request.headers.accept, format, servedBesides(context, exchange.target))
  exchange.pretty = query.some(({ name, value }) => name === '_pretty' && value === 'true')
  const caller = await context.deps.callerOf({ authorization: request.headers.authorization })
  const fhirRequest: FhirRequest = {
    method: request.method ?? 'GET',
    query: query.filter(({ name }) => name !== '_format' && name !== '_pretty'),
    header: (name) => headerOf(request, name),
    body: (bytesMax) => readBody(request, bytesMax),
    caller,
    prefer: parsePrefer(headerOf(request, 'prefer')),
    accepted: exchange.contentType.split(';')[0] ?? '',
  }
  return route(context, fhirRequest, exchange.target)
}

function failure(context: ApiContext, request: IncomingMessage, exchange: Exchange, error: unknown): Answer {
  // An error is an OperationOutcome, whatever was asked for.
  if (!exchange.contentType.includes('json')) exchange.contentType = DEFAULT_TYPE
  const answer = errorAnswer(error)
  if (answer.status >= 500)
    context.deps.log.error('FHIR request failed', { code: codeOf(error), status: answer.status }, error)
  if (codeOf(error) !== 'METHOD_NOT_ALLOWED' || exchange.target === undefined) return answer
  // What this method was refused for is not offered for this target, also where the use case refused it.
  const allowed = allowedMethods(context, exchange.target).filter((method) => method !== request.method)
  return { ...answer, headers: { ...answer.headers, Allow: allowed.join(', ') } }
}

function send(request: IncomingMessage, response: ServerResponse, exchange: Exchange, answer: Answer): void {
  for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value)
  // Clinical content: kept by nobody but the client, and not used again without asking.
  response.setHeader('Cache-Control', 'private, no-cache')
  response.setHeader('X-Content-Type-Options', 'nosniff')
  response.statusCode = answer.status
  if (answer.body === undefined) {
    if (answer.status !== 304) response.setHeader('Content-Length', 0)
    response.end()
    return
  }
  const { body } = answer
  const bytes =
    typeof body === 'string' ? Buffer.from(exchange.pretty ? prettyJson(body) : body, 'utf8') : body
  response.setHeader('Content-Type', exchange.contentType)
  response.setHeader('Content-Length', bytes.length)
  response.end(request.method === 'HEAD' ? undefined : bytes)
}

function headerOf(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name]
  return Array.isArray(value) ? value.join(', ') : value
}
