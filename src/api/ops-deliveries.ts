/** Operations: outbound deliveries and the destinations that they go to (surfaces.md). Ids, codes and times only. */
import express, { type Request, type Router } from 'express'
import type { DeliveryState } from '../core/delivery.js'
import { HubError } from '../core/errors.js'
import type { DeliveryFilter, DeliveryView, DestinationView } from '../store/delivery-views.js'
import type { ApiDeps } from './deps.js'
import { json, refuseMethod } from './express-answer.js'
import { readBody } from './request-body.js'

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const DESTINATION = /^[a-z0-9][a-z0-9-]{0,62}$/
const STATES: readonly DeliveryState[] = ['pending', 'sending', 'delivered', 'blocked', 'skipped', 'expired']
const LIMIT_DEFAULT = 50
const LIMIT_MAX = 500
const REASON_BYTES_MAX = 4_096
const REASON_CHARACTERS_MAX = 500

type Deps = Pick<ApiDeps, 'callerOf' | 'deliveries' | 'log' | 'ringDestination'>

export function deliveryRoutes(deps: Deps): Router {
  const router = express.Router()
  router.use(['/deliveries', '/destinations'], async (request, _response, next) => {
    await deps.callerOf({ authorization: request.headers.authorization })
    next()
  })
  router.get('/deliveries', async (request, response) => {
    const filter = filterOf(request.query)
    const deliveries = await deps.deliveries.deliveries(filter)
    const last = deliveries.at(-1)
    const next =
      last !== undefined && deliveries.length === filter.limit
        ? `/ops/deliveries?${nextQuery(filter, last.id)}`
        : undefined
    json(response, 200, {
      deliveries: deliveries.map(deliveryJson),
      ...(next === undefined ? {} : { next }),
    })
  })
  router.get('/deliveries/:id', async (request, response) => {
    json(response, 200, deliveryJson(await deliveryOf(deps, request)))
  })
  router.post('/deliveries/:id/retry', async (request, response) => {
    const { destination, id } = await deliveryOf(deps, request)
    if (!(await deps.deliveries.retryDelivery(id)))
      throw notOpen('only a blocked or waiting head can be tried')
    deps.log.info('delivery to be tried again', { delivery: id, destination })
    deps.ringDestination(destination)
    json(response, 202, { id, state: 'pending' })
  })
  router.post('/deliveries/:id/skip', async (request, response) => {
    const { destination, id } = await deliveryOf(deps, request)
    const reason = await reasonOf(request)
    if (!(await deps.deliveries.skipDelivery(id, reason))) throw notOpen('it has ended, or is being sent')
    deps.log.info('delivery skipped', { delivery: id, destination })
    deps.ringDestination(destination)
    json(response, 200, { id, state: 'skipped' })
  })
  router.get('/destinations', async (_request, response) => {
    json(response, 200, { destinations: (await deps.deliveries.destinations()).map(destinationJson) })
  })
  router.post('/destinations/:id/resume', async (request, response) => {
    const { id } = request.params
    if (typeof id !== 'string' || !DESTINATION.test(id) || !(await deps.deliveries.resumeDestination(id)))
      throw new HubError('NOT_FOUND', 'no such destination')
    deps.log.info('destination resumed', { destination: id })
    deps.ringDestination(id)
    json(response, 200, { id, state: 'active' })
  })
  router.all(['/deliveries', '/deliveries/:id', '/destinations'], (_request, response) =>
    refuseMethod(response, 'GET, HEAD'),
  )
  router.all(['/deliveries/:id/retry', '/deliveries/:id/skip', '/destinations/:id/resume'], (_, response) =>
    refuseMethod(response, 'POST'),
  )
  return router
}

async function deliveryOf(deps: Deps, request: Request): Promise<DeliveryView> {
  const { id } = request.params
  const delivery = typeof id === 'string' && UUID.test(id) ? await deps.deliveries.delivery(id) : undefined
  if (delivery === undefined) throw new HubError('NOT_FOUND', 'no such delivery')
  return delivery
}

/** `{"reason": "…"}`: why a receiver never hears of this. @throws HubError MESSAGE_INVALID */
async function reasonOf(request: Request): Promise<string> {
  const raw = await readBody(request, REASON_BYTES_MAX)
  const rule = `the body must be {"reason": "<1 to ${REASON_CHARACTERS_MAX} characters>"}`
  let body: unknown
  try {
    body = JSON.parse(raw.toString('utf8'))
  } catch (cause) {
    throw new HubError('MESSAGE_INVALID', rule, { at: '', cause })
  }
  const reason: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, 'reason') : undefined
  if (typeof reason !== 'string' || reason.trim() === '' || reason.length > REASON_CHARACTERS_MAX)
    throw new HubError('MESSAGE_INVALID', rule, { at: '/reason' })
  return reason.trim()
}

/** Absent is told as null, so that a reader need not know which fields there are. */
function deliveryJson(view: DeliveryView): Record<string, unknown> {
  const { nextAttemptAt, messageId, receipt, signature, ...rest } = view
  return {
    ...rest,
    message: view.message ?? null,
    endedAt: view.endedAt ?? null,
    fault: view.fault ?? null,
    status: view.status ?? null,
    reason: view.reason ?? null,
    ...(nextAttemptAt === undefined ? {} : { nextAttemptAt }),
    ...(messageId === undefined ? {} : { messageId }),
    ...(receipt === undefined ? {} : { receipt }),
    ...(signature === undefined ? {} : { signature }),
  }
}

const destinationJson = (view: DestinationView): Record<string, unknown> => ({
  ...view,
  failingSince: view.failingSince ?? null,
  lastFault: view.lastFault ?? null,
  lastDeliveredAt: view.lastDeliveredAt ?? null,
})

/** @throws HubError QUERY_INVALID for unknown filters and values */
function filterOf(query: Request['query']): DeliveryFilter {
  let filter: DeliveryFilter = { limit: LIMIT_DEFAULT }
  for (const [name, value] of Object.entries(query)) {
    if (typeof value !== 'string') throw invalid(name, 'given more than once')
    const state = STATES.find((known) => known === value)
    if (name === 'state' && state) filter = { ...filter, state }
    else if (name === 'destination' && DESTINATION.test(value)) filter = { ...filter, destination: value }
    else if (name === 'limit' && /^[1-9]\d{0,5}$/.test(value))
      filter = { ...filter, limit: Math.min(Number(value), LIMIT_MAX) }
    else if (name === 'unanswered' && value === 'true') filter = { ...filter, unanswered: true }
    else if (name === 'before' && UUID.test(value)) filter = { ...filter, before: value }
    else
      throw invalid(
        /^[a-z]{1,20}$/.test(name) ? name : 'query',
        'filters are state, destination, unanswered=true, limit and before',
      )
  }
  return filter
}

function nextQuery({ state, destination, limit, unanswered }: DeliveryFilter, before: string): string {
  const query = new URLSearchParams({ limit: String(limit), before })
  if (state !== undefined) query.set('state', state)
  if (destination !== undefined) query.set('destination', destination)
  if (unanswered) query.set('unanswered', 'true')
  return query.toString()
}

const notOpen = (rule: string): HubError => new HubError('DELIVERY_NOT_OPEN', rule)
const invalid = (at: string, rule: string): HubError => new HubError('QUERY_INVALID', rule, { at })
