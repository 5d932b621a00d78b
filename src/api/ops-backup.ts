/** A copy of the embedded store, for `stafett backup` (surfaces.md). */
import express, { type Router } from 'express'
import { HubError } from '../core/errors.js'
import type { ApiDeps } from './deps.js'
import { refuseMethod } from './express-answer.js'
import { admit } from './ops-query.js'
import { readBody } from './request-body.js'

const REQUEST_BYTES_MAX = 4_096

export function opsBackupRoutes(deps: Pick<ApiDeps, 'backup' | 'callerOf'>): Router {
  const router = express.Router()
  router.post('/ops/backup', async (request, response) => {
    await admit(deps, request)
    const file = fileOf(await readBody(request, REQUEST_BYTES_MAX))
    const { backup } = deps
    if (backup === undefined)
      throw new HubError('NOT_FOUND', 'the store is PostgreSQL: back it up with its own tools')
    const copy = await backup.copy()
    response.setHeader('Content-Type', 'application/gzip')
    response.setHeader('Cache-Control', 'no-store')
    response.setHeader('Content-Length', copy.length)
    response.end(copy, () => backup.taken(file))
  })
  router.all('/ops/backup', (_request, response) => refuseMethod(response, 'POST'))
  return router
}

/** `{"file": "<where it is going to be>"}`, which is noted and nothing more. @throws HubError MESSAGE_INVALID */
function fileOf(body: Buffer): string {
  const refusal = new HubError('MESSAGE_INVALID', 'must be {"file": "<path>"}', { at: '/file' })
  try {
    const request: unknown = JSON.parse(body.toString('utf8'))
    const file: unknown =
      typeof request === 'object' && request !== null ? Reflect.get(request, 'file') : undefined
    if (typeof file === 'string' && file !== '') return file
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  throw refusal
}
