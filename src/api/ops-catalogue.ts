/** `/ops/fest`: which drug catalogue is in force, and loading another (docs/fest.md). */
import express, { type Request, type Router } from 'express'
import { HubError } from '../core/errors.js'
import type { ApiDeps } from './deps.js'
import { json, refuseMethod } from './express-answer.js'
import { CATALOGUE_BYTES_MAX } from './limits.js'
import { streamBody } from './request-body.js'

const CONTENT_TYPES = ['application/xml', 'text/xml']

export function catalogueRoutes(deps: ApiDeps): Router {
  const router = express.Router()
  router.get('/ops/fest', async (request, response) => {
    await deps.callerOf({ authorization: request.headers.authorization })
    const current = await deps.catalogue.current()
    if (current === undefined) throw new HubError('NOT_FOUND', 'no drug catalogue is loaded')
    json(response, 200, {
      fetchedAt: current.fetchedAt,
      currentSince: current.currentSince,
      counts: current.counts,
      // Lists that it concerns are derived again: not begun, or for so many persons still to be done.
      rederiving: current.compared ? current.stale : null,
    })
  })
  router.post('/ops/fest', async (request, response) => {
    await deps.callerOf({ authorization: request.headers.authorization })
    const force = forceOf(request)
    const type = request.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase() ?? ''
    if (!CONTENT_TYPES.includes(type))
      throw new HubError('MEDIA_TYPE_UNSUPPORTED', `Content-Type must be ${CONTENT_TYPES.join(' or ')}`)
    json(response, 200, await deps.catalogue.load(streamBody(request, CATALOGUE_BYTES_MAX), force))
  })
  router.all('/ops/fest', (_request, response) => refuseMethod(response, 'GET, HEAD, POST'))
  return router
}

/** @throws HubError QUERY_INVALID */
function forceOf({ query }: Request): boolean {
  for (const [name, value] of Object.entries(query))
    if (name !== 'force' || (value !== 'true' && value !== 'false'))
      throw new HubError('QUERY_INVALID', 'the only parameter is force, true or false', { at: 'force' })
  return query['force'] === 'true'
}
