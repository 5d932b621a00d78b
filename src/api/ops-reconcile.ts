/** Comparison with a sender's log: which of its acknowledged messages are not here (reliability.md 8, F-11). */
import express, { type Router } from 'express'
import { HubError } from '../core/errors.js'
import type { Channel } from '../core/message.js'
import type { SentMessage } from '../store/reconcile.js'
import type { ApiDeps } from './deps.js'
import { json, refuseMethod } from './express-answer.js'
import { admit, CHANNELS } from './ops-query.js'
import { readBody } from './request-body.js'

const REQUEST_BYTES_MAX = 1_048_576
const MESSAGES_MAX = 5_000

export function opsReconcileRoutes(deps: ApiDeps): Router {
  const router = express.Router()
  router.post('/ops/reconcile', async (request, response) => {
    await admit(deps, request)
    const { channel, messages } = parseRequest((await readBody(request, REQUEST_BYTES_MAX)).toString('utf8'))
    const missing = await deps.store.missingMessages(channel, messages)
    json(response, 200, { checked: messages.length, missing })
  })
  router.all('/ops/reconcile', (_request, response) => refuseMethod(response, 'POST'))
  return router
}

/** `{"channel", "messages": [{"sender", "messageId"}]}`. @throws HubError MESSAGE_INVALID */
function parseRequest(text: string): { channel: Channel; messages: readonly SentMessage[] } {
  const { channel: named, messages } = objectOf(parsed(text), '')
  const channel = CHANNELS.find((known) => known === named)
  if (channel === undefined) throw invalid('/channel', `must be one of ${CHANNELS.join(', ')}`)
  if (!Array.isArray(messages) || messages.length > MESSAGES_MAX)
    throw invalid('/messages', `must be an array of at most ${MESSAGES_MAX}`)
  return {
    channel,
    messages: messages.map((entry: unknown, index) => {
      const { sender, messageId } = objectOf(entry, `/messages/${index}`)
      if (typeof sender !== 'string' || typeof messageId !== 'string')
        throw invalid(`/messages/${index}`, 'needs sender and messageId')
      return { sender, messageId }
    }),
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new HubError('MESSAGE_INVALID', 'is not JSON', { at: '/', cause })
  }
}

function objectOf(value: unknown, at: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalid(at || '/', 'must be an object')
  return value as Record<string, unknown> // its fields are checked where they are read
}

const invalid = (at: string, rule: string): HubError => new HubError('MESSAGE_INVALID', rule, { at })
