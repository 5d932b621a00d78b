/** Replays: many dead letters run again as a task, with a dry run first (surfaces.md; reliability.md 8, F-25 and F-48). */
import express, { type Request, type Response, type Router } from 'express'
import { HubError } from '../core/errors.js'
import type { ReplayTask } from '../store/replay-contract.js'
import type { ApiDeps } from './deps.js'
import { json, refuseMethod } from './express-answer.js'
import { admit, limitOf, parametersOf, UUID } from './ops-query.js'
import { parseReplayRequest, type ReplayRequest } from './replay-request.js'
import { readBody } from './request-body.js'

const REQUEST_BYTES_MAX = 65_536
const TASKS_DEFAULT = 50
const TASKS_MAX = 500
const TURNS = { pause: 'paused', resume: 'running', cancel: 'cancelled' } as const

export function opsReplayRoutes(deps: ApiDeps): Router {
  const { store } = deps
  const router = express.Router()
  router.get('/ops/replays', async (request, response) => {
    await admit(deps, request)
    const { limit } = parametersOf(request.query, ['limit'])
    const replays = await store.replayTasks(limitOf(limit, TASKS_DEFAULT, TASKS_MAX))
    json(response, 200, { replays: replays.map(taskJson) })
  })
  router.post('/ops/replays', async (request, response) => {
    const who = await admit(deps, request)
    if (!/^application\/json\s*(?:;|$)/i.test(request.headers['content-type'] ?? ''))
      throw new HubError('MEDIA_TYPE_UNSUPPORTED', 'Content-Type must be application/json')
    const asked = parseReplayRequest((await readBody(request, REQUEST_BYTES_MAX)).toString('utf8'))
    if (asked.dryRun) json(response, 200, await dryRun(deps, asked))
    else await start(deps, asked, who, response)
  })
  router.get('/ops/replays/:id', async (request, response) => {
    await admit(deps, request)
    json(response, 200, taskJson(await taskOf(deps, request)))
  })
  for (const [name, state] of Object.entries(TURNS)) {
    router.post(`/ops/replays/:id/${name}`, async (request, response) => {
      const who = await admit(deps, request)
      const task = await taskOf(deps, request)
      if (!(await store.turnReplay(task.id, state, who)))
        throw new HubError('STATE_CONFLICT', `a replay that is ${task.state} cannot be told to ${name}`)
      json(response, 200, taskJson(await taskOf(deps, request)))
    })
    router.all(`/ops/replays/:id/${name}`, (_request, response) => refuseMethod(response, 'POST'))
  }
  router.all('/ops/replays', (_request, response) => refuseMethod(response, 'GET, HEAD, POST'))
  router.all('/ops/replays/:id', (_request, response) => refuseMethod(response, 'GET, HEAD'))
  return router
}

/** How many it would be, and for a single one what it would change. */
async function dryRun(deps: ApiDeps, { filter }: ReplayRequest) {
  const [only, ...others] = filter.ids ?? []
  const preview = await deps.store.previewReplay(filter)
  const single = only !== undefined && others.length === 0 && preview.count === 1
  return {
    dryRun: true,
    ...preview,
    ...(single ? { preview: await deps.previewReplay(only) } : {}),
  }
}

async function start(deps: ApiDeps, asked: ReplayRequest, who: string, response: Response): Promise<void> {
  if (asked.expected === undefined)
    throw new HubError('PRECONDITION_REQUIRED', 'say with "expected" how many messages a dry run counted', {
      at: '/expected',
    })
  const id = deps.newId()
  const started = await deps.store.startReplay(id, asked.filter, asked.expected, who)
  if (started.kind === 'count-differs')
    throw new HubError('STATE_CONFLICT', `${started.count} messages are meant now, not the expected number`, {
      at: '/expected',
    })
  response.setHeader('Location', `/ops/replays/${id}`)
  json(response, 202, { id, state: 'running', expected: asked.expected })
}

async function taskOf(deps: ApiDeps, request: Request): Promise<ReplayTask> {
  const { id } = request.params
  const task = typeof id === 'string' && UUID.test(id) ? await deps.store.replayTask(id) : undefined
  if (task === undefined) throw new HubError('NOT_FOUND', 'no such replay')
  return task
}

const taskJson = (task: ReplayTask) => ({
  ...task,
  endedAt: task.endedAt ?? null,
  remaining: Math.max(0, task.expected - task.replayed - task.refused),
})
