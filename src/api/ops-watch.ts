/** Alerts, partners, and what the processes do by the clock. */
import express, { type Router } from 'express'
import type { ApiDeps } from './deps.js'
import { json, refuseMethod } from './express-answer.js'
import { admit, invalid, limitOf, parametersOf } from './ops-query.js'

const ROWS_DEFAULT = 100
const ROWS_MAX = 1_000

export function opsWatchRoutes(deps: Pick<ApiDeps, 'callerOf' | 'store'>): Router {
  const { store } = deps
  const router = express.Router()
  router.get('/ops/alerts', async (request, response) => {
    await admit(deps, request)
    const { state = 'open', limit } = parametersOf(request.query, ['state', 'limit'])
    if (state !== 'open' && state !== 'all') throw invalid('state', 'must be open or all')
    const alerts = await store.alerts(state === 'open', limitOf(limit, ROWS_DEFAULT, ROWS_MAX))
    json(response, 200, { alerts: alerts.map((alert) => ({ ...alert, endedAt: alert.endedAt ?? null })) })
  })
  router.get('/ops/partners', async (request, response) => {
    await admit(deps, request)
    const { limit } = parametersOf(request.query, ['limit'])
    const partners = await store.partners(limitOf(limit, ROWS_DEFAULT, ROWS_MAX))
    json(response, 200, {
      partners: partners.map(({ knownS: _known, ...partner }) => ({
        ...partner,
        lastDone: partner.lastDone ?? null,
      })),
    })
  })
  router.get('/ops/jobs', async (request, response) => {
    await admit(deps, request)
    parametersOf(request.query, [])
    json(response, 200, { jobs: await store.jobs(), processes: await store.processReports() })
  })
  router.all(['/ops/alerts', '/ops/partners', '/ops/jobs'], (_request, response) =>
    refuseMethod(response, 'GET, HEAD'),
  )
  return router
}
