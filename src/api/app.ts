/** The HTTP side of the hub: FHIR, intake, operations. */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import express, { type NextFunction, type Request, type Response } from 'express'
import { codeOf, HubError } from '../core/errors.js'
import { cardRoutes } from './card-page.js'
import { createContext } from './context.js'
import type { ApiDeps } from './deps.js'
import { handleFhir } from './fhir-handler.js'
import { healthRoutes, liveRoute } from './health-routes.js'
import { openHostGuard } from './host-guard.js'
import { intakeRoutes } from './intake/intake-routes.js'
import { errorAnswer } from './operation-outcome.js'
import { opsRoutes } from './ops.js'
import { deliveryRoutes } from './ops-deliveries.js'
import { problemAnswer } from './problem.js'

const REQUEST_ID = /^[A-Za-z0-9._:/+=-]{1,128}$/

const FHIR_PREFIX = '/fhir'

/** What a process without the role `api` serves. */
export type OpsDeps = Pick<ApiDeps, 'health' | 'metrics' | 'publicUrl' | 'newId' | 'log'>

/**
 * The listener of the HTTP server. FHIR requests, the many, go straight to their handler: express costs some three times
 * what the whole handler does. Everything else is routed by express.
 * @throws HubError CHANNEL_MISCONFIGURED when a definition that an operation needs is missing
 */
export function createApp(deps: ApiDeps): RequestListener {
  const context = createContext(deps)
  const others = createRoutes(deps, [
    ['/intake', intakeRoutes(deps)],
    ['/', cardRoutes(deps)],
    ['/', deliveryRoutes(deps)],
    ['/', opsRoutes(deps)],
  ])
  return (request, response) => {
    nameRequest(deps, request, response)
    const url = request.url ?? '/'
    if (isFhir(url))
      handleFhir(context, request, response, url.slice(FHIR_PREFIX.length)).catch((error: unknown) => {
        deps.log.error('answer could not be sent', { code: codeOf(error) }, error)
        response.destroy()
      })
    else others(request, response)
  }
}

/** The listener of a process that serves messages to nobody: health and metrics, so that it can be supervised. */
export function createOpsApp(deps: OpsDeps): RequestListener {
  const routes = createRoutes(deps, [])
  return (request, response) => {
    nameRequest(deps, request, response)
    routes(request, response)
  }
}

/** The listener until the database is there: health, and 503 for everything else. */
export function createWaitingApp(deps: OpsDeps): RequestListener {
  const away = () =>
    new HubError('STORE_UNAVAILABLE', 'the hub is starting: the database does not answer yet')
  const routes = createRoutes(deps, [], away)
  return (request, response) => {
    nameRequest(deps, request, response)
    if (!isFhir(request.url ?? '/')) {
      routes(request, response)
      return
    }
    const { status, headers, body } = errorAnswer(away())
    response
      .writeHead(status, { ...headers, 'Content-Type': 'application/fhir+json; charset=utf-8' })
      .end(body)
  }
}

function isFhir(url: string): boolean {
  const next = url.charAt(FHIR_PREFIX.length)
  return url.startsWith(FHIR_PREFIX) && (next === '/' || next === '' || next === '?')
}

function nameRequest(
  { newId }: Pick<ApiDeps, 'newId'>,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const given = request.headers['x-request-id']
  // Echoed only where it is harmless in headers and logs.
  response.setHeader('X-Request-Id', typeof given === 'string' && REQUEST_ID.test(given) ? given : newId())
}

function createRoutes(
  deps: OpsDeps,
  more: readonly (readonly [path: string, routes: express.Router])[],
  otherwise: () => HubError = () => new HubError('NOT_FOUND', 'no such path'),
): express.Express {
  const checkHost = openHostGuard(deps.publicUrl)
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.use(liveRoute())
  app.use((request: Request, _response: Response, next: NextFunction) => {
    checkHost(request)
    // No stored name has it, and the database takes no text with it.
    if (request.url.includes('%00')) throw new HubError('QUERY_INVALID', 'a NUL may not stand in a URL')
    next()
  })
  app.use(healthRoutes(deps))
  for (const [path, routes] of more) app.use(path, routes)
  app.use(() => {
    throw otherwise()
  })
  app.use((error: unknown, _request: Request, response: Response, next: NextFunction) => {
    if (response.headersSent) {
      next(error)
      return
    }
    const answer = problemAnswer(asHubError(error))
    if (answer.status >= 500 && codeOf(error) !== 'STORE_UNAVAILABLE')
      deps.log.error('request failed', { code: codeOf(error), status: answer.status }, error)
    response.writeHead(answer.status, answer.headers).end(answer.body)
  })
  return app
}

/** express refuses a path that it cannot decode with an error of its own. */
function asHubError(error: unknown): unknown {
  return error instanceof URIError
    ? new HubError('QUERY_INVALID', 'percent escape is not valid UTF-8', { cause: error })
    : error
}
