/** Where the code on a medication card leads: whether that list is still the newest. It says nothing else about anybody. */
import { type Request, type Response, Router } from 'express'
import { HubError } from '../core/errors.js'
import type { ApiDeps } from './deps.js'
import { refuseMethod } from './express-answer.js'

const VERSION = /^\d{1,15}$/

export function cardRoutes({ store }: Pick<ApiDeps, 'store'>): Router {
  const router = Router()
  router.all('/card/:list/:version', async (request: Request, response: Response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') refuseMethod(response, 'GET, HEAD')
    const { list = '', version = '' } = request.params as Readonly<Record<string, string>>
    const found = VERSION.test(version) ? await store.read('List', list) : undefined
    if (found === undefined || found.deleted || Number(version) > found.version)
      throw new HubError('NOT_FOUND', 'no such card')
    const newest = found.version === Number(version)
    response.setHeader('Content-Type', 'text/plain; charset=utf-8')
    response.setHeader('Cache-Control', 'no-store')
    response.statusCode = newest ? 200 : 410
    response.end(
      newest
        ? 'Dette er den nyeste listen. This is the newest list.\n'
        : `Listen er endret ${found.lastUpdated.slice(0, 10)}. The list was changed on ${found.lastUpdated.slice(0, 10)}: ask for a new card.\n`,
    )
  })
  return router
}
