/** Operations: what became of messages, what the sources say, and the front page (surfaces.md). */
import express, { type Request, type Response, type Router } from 'express'
import { HubError } from '../core/errors.js'
import { type MessageId, messageId } from '../core/ids.js'
import type { MessageState } from '../store/inbox.js'
import type { MessageFilter, MessageView } from '../store/views.js'
import type { ApiDeps } from './deps.js'
import { json, refuseMethod } from './express-answer.js'
import { frontPage } from './front-page.js'
import { opsBackupRoutes } from './ops-backup.js'
import { catalogueRoutes } from './ops-catalogue.js'
import { opsHistoryRoutes } from './ops-history.js'
import {
  admit,
  channelOf,
  FINGERPRINT,
  invalid,
  limitOf,
  parametersOf,
  reasonJson,
  UUID,
} from './ops-query.js'
import { opsQueueRoutes } from './ops-queue.js'
import { opsReconcileRoutes } from './ops-reconcile.js'
import { opsReplayRoutes } from './ops-replays.js'
import { opsWatchRoutes } from './ops-watch.js'

const STATES: readonly MessageState[] = ['waiting', 'claimed', 'done', 'superseded', 'refused', 'dead']
const MESSAGES_LIMIT_DEFAULT = 50
const MESSAGES_LIMIT_MAX = 500

export function opsRoutes(deps: ApiDeps): Router {
  const router = express.Router()
  router.use(opsBackupRoutes(deps))
  router.use(opsHistoryRoutes(deps))
  router.use(opsQueueRoutes(deps))
  router.use(opsReconcileRoutes(deps))
  router.use(catalogueRoutes(deps))
  router.use(opsReplayRoutes(deps))
  router.use(opsWatchRoutes(deps))
  router.get('/ops/messages', async (request, response) => {
    await admit(deps, request)
    const filter = filterOf(request.query)
    const messages = await deps.store.messages(filter)
    const last = messages.at(-1)
    const next =
      last !== undefined && messages.length === filter.limit
        ? `/ops/messages?${nextQuery(filter, last.id)}`
        : undefined
    json(response, 200, { messages: messages.map(messageJson), ...(next === undefined ? {} : { next }) })
  })
  router.get('/ops/messages/:id', async (request, response) => {
    await admit(deps, request)
    const id = idOf(request)
    if (request.query['raw'] === 'true') return sendRaw(deps, response, id)
    const message = await deps.store.message(id)
    if (message === undefined) throw noMessage()
    const items = await deps.store.messageItems(id)
    json(response, 200, {
      ...messageJson(message),
      timeline: await deps.store.timeline(id),
      ...(items.length === 0 ? {} : { items: items.map(messageJson) }),
    })
  })
  router.post('/ops/messages/:id/replay', async (request, response) => {
    const who = await admit(deps, request)
    const id = idOf(request)
    const result = await deps.replayMessage(id, who)
    if (result === 'unknown') throw noMessage()
    if (result === 'not-dead') throw new HubError('STATE_CONFLICT', 'only a dead letter can be run again')
    json(response, 202, { id, state: 'waiting' })
  })
  router.get('/ops/sources', async (request, response) => {
    await admit(deps, request)
    json(response, 200, { sources: await deps.store.sources() })
  })
  router.get('/', (_request, response) => {
    response.setHeader('Content-Type', 'text/html; charset=utf-8')
    response.setHeader('Content-Security-Policy', "default-src 'none'; style-src 'unsafe-inline'")
    response.end(frontPage(deps.version))
  })
  router.all(['/ops/messages', '/ops/messages/:id', '/ops/sources', '/'], (_request, response) =>
    refuseMethod(response, 'GET, HEAD'),
  )
  router.all('/ops/messages/:id/replay', (_request, response) => refuseMethod(response, 'POST'))
  return router
}

/** The bytes as received. A browser must not take them for a page of the hub. */
async function sendRaw(deps: ApiDeps, response: Response, id: MessageId): Promise<void> {
  const raw = await deps.store.rawMessage(id)
  if (raw === undefined) throw await whyNoRaw(deps, id)
  response.setHeader('Content-Type', raw.contentType)
  response.setHeader('X-Content-Type-Options', 'nosniff')
  response.setHeader('Content-Disposition', `attachment; filename="${id}"`)
  response.setHeader('Content-Security-Policy', 'sandbox')
  response.setHeader('Cache-Control', 'no-store')
  response.end(Buffer.from(raw.body))
}

const whyNoRaw = async ({ store }: ApiDeps, id: MessageId): Promise<HubError> =>
  (await store.message(id))?.rawRemovedAt === undefined
    ? noMessage()
    : new HubError('GONE', 'the bytes of this message were removed by age')

function messageJson(view: MessageView): Record<string, unknown> {
  const { parentId, doneAt, nextAttemptAt, reason, fingerprint, rawRemovedAt, ...rest } = view
  return {
    ...rest,
    // Absent is told as null, so that a reader need not know which fields there are.
    doneAt: doneAt ?? null,
    reason: reasonJson(reason),
    ...(fingerprint === undefined ? {} : { fingerprint }),
    ...(rawRemovedAt === undefined ? {} : { rawRemovedAt }),
    ...(parentId === undefined ? {} : { parentId }),
    ...(nextAttemptAt === undefined ? {} : { nextAttemptAt }),
  }
}

/** @throws HubError QUERY_INVALID for unknown filters and values */
function filterOf(query: Request['query']): MessageFilter {
  const given = parametersOf(query, ['state', 'channel', 'fingerprint', 'limit', 'before'])
  const state = STATES.find((known) => known === given.state)
  const channel = channelOf(given.channel)
  const { before, fingerprint } = given
  if (given.state !== undefined && state === undefined)
    throw invalid('state', `must be one of ${STATES.join(', ')}`)
  if (before !== undefined && !UUID.test(before)) throw invalid('before', 'must be the id of a message')
  if (fingerprint !== undefined && !FINGERPRINT.test(fingerprint))
    throw invalid('fingerprint', 'must be that of a group of dead letters')
  if (fingerprint !== undefined && state !== undefined && state !== 'dead')
    throw invalid('state', 'only dead letters have a fingerprint')
  return {
    limit: limitOf(given.limit, MESSAGES_LIMIT_DEFAULT, MESSAGES_LIMIT_MAX),
    ...(state === undefined && fingerprint === undefined ? {} : { state: state ?? 'dead' }),
    ...(channel === undefined ? {} : { channel }),
    ...(fingerprint === undefined ? {} : { fingerprint }),
    ...(before === undefined ? {} : { before: messageId(before) }),
  }
}

function nextQuery({ state, channel, fingerprint, limit }: MessageFilter, before: MessageId): string {
  const query = new URLSearchParams({ limit: String(limit), before })
  if (state !== undefined) query.set('state', state)
  if (channel !== undefined) query.set('channel', channel)
  if (fingerprint !== undefined) query.set('fingerprint', fingerprint)
  return query.toString()
}

function idOf(request: Request): MessageId {
  const { id } = request.params
  // Ids of messages are UUIDs; others were never given out.
  if (typeof id !== 'string' || !UUID.test(id)) throw noMessage()
  return messageId(id)
}

const noMessage = (): HubError => new HubError('NOT_FOUND', 'no such message')
