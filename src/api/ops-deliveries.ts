/** Operations: outbound deliveries and the destinations that they go to (surfaces.md). Ids, codes and times only. */
import express, { type Request, type Router } from 'express'
import type { DeliveryState } from '../core/delivery.js'
import { HubError } from '../core/errors.js'
import type { DeliveryFilter, DeliveryView, DestinationView } from '../store/delivery-views.js'
import type { ApiDeps } from './deps.js'
import { json, refuseMethod } from './express-answer.js'
import { admit, invalid, limitOf, parametersOf, UUID } from './ops-query.js'
import { readBody } from './request-body.js'

const DESTINATION = /^[a-z0-9][a-z0-9-]{0,62}$/
const STATES: readonly DeliveryState[] = ['pending', 'sending', 'delivered', 'blocked', 'skipped', 'expired']
const LIMIT_DEFAULT = 50
const LIMIT_MAX = 500
const REASON_BYTES_MAX = 4_096
const REASON_CHARACTERS_MAX = 500

type Deps = Pick<ApiDeps, 'callerOf' | 'deliveries' | 'ringDestination'>

export function deliveryRoutes(deps: Deps): Router {
  const router = express.Router()
  router.get('/ops/deliveries', async (request, response) => {
    await admit(deps, request)
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
  router.get('/ops/deliveries/:id', async (request, response) => {
    await admit(deps, request)
    const delivery = await deliveryOf(deps, request)
    json(response, 200, {
      ...deliveryJson(delivery),
      timeline: await deps.deliveries.deliveryTimeline(delivery.id),
    })
  })
  router.post('/ops/deliveries/:id/retry', async (request, response) => {
    const who = await admit(deps, request)
    const { destination, id } = await deliveryOf(deps, request)
    if (!(await deps.deliveries.retryDelivery(id, who)))
      throw notOpen('only a blocked or waiting head can be tried')
    deps.ringDestination(destination)
    json(response, 202, { id, state: 'pending' })
  })
  router.post('/ops/deliveries/:id/skip', async (request, response) => {
    const who = await admit(deps, request)
    const { destination, id } = await deliveryOf(deps, request)
    const reason = await reasonOf(request)
    if (!(await deps.deliveries.skipDelivery(id, who, reason)))
      throw notOpen('it has ended, or is being sent')
    deps.ringDestination(destination)
    json(response, 200, { id, state: 'skipped' })
  })
  router.get('/ops/destinations', async (request, response) => {
    await admit(deps, request)
    parametersOf(request.query, [])
    json(response, 200, { destinations: (await deps.deliveries.destinations()).map(destinationJson) })
  })
  router.post('/ops/destinations/:id/resume', async (request, response) => {
    const who = await admit(deps, request)
    const { id } = request.params
    if (
      typeof id !== 'string' ||
      !DESTINATION.test(id) ||
      !(await deps.deliveries.resumeDestination(id, who))
    )
      throw new HubError('NOT_FOUND', 'no such destination')
    deps.ringDestination(id)
    json(response, 200, { id, state: 'active' })
  })
  router.all(['/ops/deliveries', '/ops/deliveries/:id', '/ops/destinations'], (_request, response) =>
    refuseMethod(response, 'GET, HEAD'),
  )
  router.all(
    ['/ops/deliveries/:id/retry', '/ops/deliveries/:id/skip', '/ops/destinations/:id/resume'],
    (_, response) => refuseMethod(response, 'POST'),
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
  const given = parametersOf(query, ['state', 'destination', 'unanswered', 'limit', 'before'])
  const state = STATES.find((known) => known === given.state)
  if (given.state !== undefined && state === undefined)
    throw invalid('state', `must be one of ${STATES.join(', ')}`)
  if (given.destination !== undefined && !DESTINATION.test(given.destination))
    throw invalid('destination', 'must be the id of a destination')
  if (given.unanswered !== undefined && given.unanswered !== 'true')
    throw invalid('unanswered', 'must be true where it is given')
  if (given.before !== undefined && !UUID.test(given.before))
    throw invalid('before', 'must be the id of a delivery')
  return {
    limit: limitOf(given.limit, LIMIT_DEFAULT, LIMIT_MAX),
    ...(state === undefined ? {} : { state }),
    ...(given.destination === undefined ? {} : { destination: given.destination }),
    ...(given.unanswered === undefined ? {} : { unanswered: true }),
    ...(given.before === undefined ? {} : { before: given.before }),
  }
}

function nextQuery({ state, destination, limit, unanswered }: DeliveryFilter, before: string): string {
  const query = new URLSearchParams({ limit: String(limit), before })
  if (state !== undefined) query.set('state', state)
  if (destination !== undefined) query.set('destination', destination)
  if (unanswered) query.set('unanswered', 'true')
  return query.toString()
}

const notOpen = (rule: string): HubError => new HubError('STATE_CONFLICT', rule)
