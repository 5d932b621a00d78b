/** Alerts, open faults of devices, partners, and what the processes do by the clock. */
import express, { type Router } from 'express'
import { openDeviceFaults } from '../hub/device-faults.js'
import type { ApiDeps } from './deps.js'
import { json, refuseMethod } from './express-answer.js'
import { admit, invalid, limitOf, parametersOf, UUID } from './ops-query.js'

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
  router.get('/ops/devices', async (request, response) => {
    await admit(deps, request)
    const { limit, after } = parametersOf(request.query, ['limit', 'after'])
    if (after !== undefined && !UUID.test(after)) throw invalid('after', 'must be that of a next link')
    const count = limitOf(limit, ROWS_DEFAULT, ROWS_MAX)
    const { faults, next } = await openDeviceFaults(store, count, after)
    json(response, 200, {
      faults,
      ...(next === undefined ? {} : { next: `/ops/devices?limit=${count}&after=${next}` }),
    })
  })
  router.get('/ops/jobs', async (request, response) => {
    await admit(deps, request)
    parametersOf(request.query, [])
    json(response, 200, { jobs: await store.jobs(), processes: await store.processReports() })
  })
  router.all(['/ops/alerts', '/ops/devices', '/ops/partners', '/ops/jobs'], (_request, response) =>
    refuseMethod(response, 'GET, HEAD'),
  )
  return router
}
