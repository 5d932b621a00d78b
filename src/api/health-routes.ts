/** Whether the process is up, whether it can work, and its numbers: served by every process, whatever its roles. */
import express, { type Router } from 'express'
import type { ApiDeps } from './deps.js'
import { json, refuseMethod } from './express-answer.js'

/** Asked by what supervises the process, under whatever name it knows it. */
export function liveRoute(): Router {
  const router = express.Router()
  router.get('/health/live', (_request, response) => json(response, 200, { status: 'live' }))
  return router
}

export function healthRoutes(deps: Pick<ApiDeps, 'health' | 'metrics'>): Router {
  const router = express.Router()
  router.get('/health/ready', async (_request, response) => {
    const health = await deps.health()
    json(response, health.status === 'unavailable' ? 503 : 200, health)
  })
  router.get('/metrics', async (_request, response) => {
    response.setHeader('Content-Type', 'text/plain; version=0.0.4; charset=utf-8')
    response.end(await deps.metrics())
  })
  router.all(['/health/live', '/health/ready', '/metrics'], (_request, response) =>
    refuseMethod(response, 'GET, HEAD'),
  )
  return router
}
