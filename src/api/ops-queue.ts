/** What waits and why: lanes, channels, dead letters in groups. */
import express, { type Request, type Router } from 'express'
import { ERRORS, HubError } from '../core/errors.js'
import type { ApiDeps } from './deps.js'
import { json, refuseMethod } from './express-answer.js'
import { admit, CHANNELS, channelOf, limitOf, parametersOf, reasonJson } from './ops-query.js'

const LANES_DEFAULT = 100
const LANES_MAX = 1_000
const GROUPS_DEFAULT = 100
const GROUPS_MAX = 1_000

export function opsQueueRoutes(deps: ApiDeps): Router {
  const { store } = deps
  const router = express.Router()
  router.get('/ops/lanes', async (request, response) => {
    await admit(deps, request)
    const { limit } = parametersOf(request.query, ['limit'])
    const { lanes, counts } = await store.lanes(limitOf(limit, LANES_DEFAULT, LANES_MAX))
    json(response, 200, {
      counts,
      lanes: lanes.map(({ head, ...lane }) => ({
        ...lane,
        head: { ...head, reason: reasonJson(head.reason) },
      })),
    })
  })
  router.get('/ops/channels', async (request, response) => {
    await admit(deps, request)
    parametersOf(request.query, [])
    const channels = await store.channels()
    json(response, 200, {
      channels: channels.map(({ parked, ...channel }) => ({
        ...channel,
        parked: parked === undefined ? null : { ...parked, reason: reasonJson(parked.reason) },
      })),
    })
  })
  router.post('/ops/channels/:channel/park', async (request, response) => {
    const who = await admit(deps, request)
    const channel = pathChannel(request)
    if (!(await store.parkChannel(channel, who)))
      throw new HubError('STATE_CONFLICT', 'the channel is parked already')
    json(response, 200, { channel, parked: true })
  })
  router.post('/ops/channels/:channel/resume', async (request, response) => {
    const who = await admit(deps, request)
    const channel = pathChannel(request)
    if (!(await store.resumeChannel(channel, who)))
      throw new HubError('STATE_CONFLICT', 'the channel is not parked')
    json(response, 200, { channel, parked: false })
  })
  router.get('/ops/dead-letters', async (request, response) => {
    await admit(deps, request)
    const { channel, limit } = parametersOf(request.query, ['channel', 'limit'])
    const wanted = channelOf(channel)
    const groups = await store.deadLetters({
      limit: limitOf(limit, GROUPS_DEFAULT, GROUPS_MAX),
      ...(wanted === undefined ? {} : { channel: wanted }),
    })
    json(response, 200, {
      groups: groups.map((group) => ({
        ...group,
        class: ERRORS[group.code].fate,
        messages: `/ops/messages?state=dead&fingerprint=${group.fingerprint}`,
      })),
    })
  })
  router.all(['/ops/lanes', '/ops/channels', '/ops/dead-letters'], (_request, response) =>
    refuseMethod(response, 'GET, HEAD'),
  )
  router.all(['/ops/channels/:channel/park', '/ops/channels/:channel/resume'], (_request, response) =>
    refuseMethod(response, 'POST'),
  )
  return router
}

function pathChannel(request: Request) {
  const channel = CHANNELS.find((known) => known === request.params['channel'])
  if (channel === undefined) throw new HubError('NOT_FOUND', 'no such channel')
  return channel
}
