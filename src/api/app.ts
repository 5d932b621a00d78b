/** The HTTP side of the hub: FHIR, intake, operations. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import express, { type NextFunction, type Request, type Response } from 'express'
import { codeOf, HubError } from '../core/errors.js'
import { createContext } from './context.js'
import type { ApiDeps } from './deps.js'
import { handleFhir } from './fhir-handler.js'
import { intakeRoutes } from './intake/intake-routes.js'
import { opsRoutes } from './ops.js'
import { problemAnswer } from './problem.js'

const REQUEST_ID = /^[A-Za-z0-9._:/+=-]{1,128}$/

/**
 * @throws HubError CHANNEL_MISCONFIGURED when a definition that an operation needs is missing
 */
export function createApp(deps: ApiDeps): express.Express {
  const context = createContext(deps)
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.use((request: IncomingMessage, response: ServerResponse, next: NextFunction) => {
    const given = request.headers['x-request-id']
    // Echoed only where it is harmless in headers and logs.
    response.setHeader(
      'X-Request-Id',
      typeof given === 'string' && REQUEST_ID.test(given) ? given : deps.newId(),
    )
    next()
  })
  app.use('/fhir', (request: IncomingMessage, response: ServerResponse) =>
    handleFhir(context, request, response),
  )
  app.use('/intake', intakeRoutes(deps))
  app.use(opsRoutes(deps))
  app.use(() => {
    throw new HubError('NOT_FOUND', 'no such path')
  })
  app.use((error: unknown, _request: Request, response: Response, next: NextFunction) => {
    if (response.headersSent) {
      next(error)
      return
    }
    const answer = problemAnswer(asHubError(error))
    if (answer.status >= 500)
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
