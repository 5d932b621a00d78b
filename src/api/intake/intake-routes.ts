/** HTTP routes of the channels: raw body in, the protocol's own answer out. What a message means is the channel's matter. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import express, { type Router } from 'express'
import { HubError } from '../../core/errors.js'
import { failpoint } from '../../core/failpoint.js'
import { TRACEPARENT } from '../../core/tracer.js'
import type { ApiDeps, IntakeAnswer } from '../deps.js'
import { DEVICE_BYTES_MAX, ERESEPT_BYTES_MAX, HL7V2_BYTES_MAX, SFM_BYTES_MAX } from '../limits.js'
import { readBody } from '../request-body.js'

interface IntakeRoute {
  readonly path: string
  readonly bytesMax: number
  readonly contentTypes: readonly string[]
  readonly channelOf: (parameters: Readonly<Record<string, string>>) => string
}

const INTAKE_ROUTES: readonly IntakeRoute[] = [
  {
    path: '/hl7v2',
    bytesMax: HL7V2_BYTES_MAX,
    contentTypes: ['application/hl7-v2', 'x-application/hl7-v2+er7', 'text/plain'],
    channelOf: () => 'hl7v2',
  },
  {
    path: '/eresept',
    bytesMax: ERESEPT_BYTES_MAX,
    contentTypes: ['application/xml', 'text/xml'],
    channelOf: () => 'eresept',
  },
  {
    path: '/sfm',
    bytesMax: SFM_BYTES_MAX,
    contentTypes: ['application/fhir+json', 'application/json'],
    channelOf: () => 'sfm',
  },
  {
    path: '/devices/:vendor',
    bytesMax: DEVICE_BYTES_MAX,
    contentTypes: ['application/json', 'application/x-ndjson'],
    channelOf: ({ vendor }) => `devices/${vendor}`,
  },
]

export function intakeRoutes(deps: Pick<ApiDeps, 'intake' | 'callerOf'>): Router {
  const router = express.Router()
  for (const { path, bytesMax, contentTypes, channelOf } of INTAKE_ROUTES) {
    router.post(path, async (request, response) => {
      await deps.callerOf({ authorization: request.headers.authorization })
      const contentType = contentTypeOf(request, contentTypes)
      const raw = await readBody(request, bytesMax)
      // express gives one string for a `:name` of the path, and only for those.
      const parameters = request.params as Readonly<Record<string, string>>
      send(
        response,
        await deps.intake.receive(channelOf(parameters), raw, contentType, traceparentOf(request)),
      )
    })
    router.all(path, (_request, response) => {
      response.setHeader('Allow', 'POST')
      throw new HubError('METHOD_NOT_ALLOWED', 'messages are sent by POST')
    })
  }
  return router
}

/** @throws HubError MEDIA_TYPE_UNSUPPORTED */
function contentTypeOf(request: IncomingMessage, allowed: readonly string[]): string {
  const header = request.headers['content-type'] ?? ''
  const type = header.split(';', 1)[0]?.trim().toLowerCase() ?? ''
  if (!allowed.includes(type))
    throw new HubError('MEDIA_TYPE_UNSUPPORTED', `Content-Type must be ${allowed.join(' or ')}`)
  return header
}

/** `Stafett-Message` lets a sender look up what became of the message (surfaces.md). */
function send(response: ServerResponse, answer: IntakeAnswer): void {
  response.statusCode = answer.status
  if (answer.messageId !== undefined) response.setHeader('Stafett-Message', answer.messageId)
  if (answer.retryAfterS !== undefined) response.setHeader('Retry-After', answer.retryAfterS)
  response.setHeader('Cache-Control', 'no-store')
  if (answer.contentType !== '') response.setHeader('Content-Type', answer.contentType)
  const body = typeof answer.body === 'string' ? Buffer.from(answer.body, 'utf8') : answer.body
  response.setHeader('Content-Length', body.length)
  response.end(body)
  failpoint('after-answer')
}

/** A caller's own trace goes on here. */
const traceparentOf = ({ headers: { traceparent } }: IncomingMessage): string | undefined =>
  typeof traceparent === 'string' && TRACEPARENT.test(traceparent) ? traceparent : undefined
