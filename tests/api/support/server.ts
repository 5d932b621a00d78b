/** The app on a free port of loopback, and requests to it. */
import { once } from 'node:events'
import {
  createServer,
  request as httpRequest,
  type IncomingHttpHeaders,
  type RequestListener,
} from 'node:http'
import { createApp } from '../../../src/api/app.js'
import { answerClientError } from '../../../src/api/client-error.js'
import type { ApiDeps } from '../../../src/api/deps.js'
import { createFakeHub, type FakeHub } from './fake-hub.js'

export interface Reply {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
  /** Parsed body. */
  readonly json: unknown
}

export interface Ask {
  readonly headers?: Record<string, string>
  readonly body?: string | Uint8Array
}

export interface TestServer {
  readonly hub: FakeHub
  readonly port: number
  readonly send: (method: string, path: string, ask?: Ask) => Promise<Reply>
  readonly get: (path: string, headers?: Record<string, string>) => Promise<Reply>
  readonly post: (path: string, resource: unknown, headers?: Record<string, string>) => Promise<Reply>
  readonly put: (path: string, resource: unknown, headers?: Record<string, string>) => Promise<Reply>
  readonly close: () => Promise<void>
}

const FHIR_JSON = { 'content-type': 'application/fhir+json' }

export async function startTestServer(
  app: (deps: ApiDeps) => RequestListener = createApp,
): Promise<TestServer> {
  const hub = createFakeHub()
  const server = createServer(app(hub.deps))
  server.on('clientError', answerClientError)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const send: TestServer['send'] = (method, path, { headers = {}, body } = {}) =>
    new Promise((resolve, reject) => {
      const chunked = 'transfer-encoding' in headers
      const length: Record<string, string> =
        body === undefined || chunked ? {} : { 'content-length': String(Buffer.byteLength(body)) }
      const request = httpRequest(
        { host: '127.0.0.1', port, method, path, headers: { ...length, ...headers }, agent: false },
        (response) => {
          const chunks: Buffer[] = []
          response.on('data', (chunk: Buffer) => chunks.push(chunk))
          response.on('end', () => {
            const text = Buffer.concat(chunks).toString('utf8')
            const type = response.headers['content-type'] ?? ''
            const json: unknown = type.includes('json') && text !== '' ? JSON.parse(text) : undefined
            resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json })
          })
        },
      )
      request.on('error', reject)
      request.end(body)
    })
  return {
    hub,
    port,
    send,
    get: (path, headers) => send('GET', path, headers === undefined ? {} : { headers }),
    post: (path, resource, headers) =>
      send('POST', path, { headers: { ...FHIR_JSON, ...headers }, body: JSON.stringify(resource) }),
    put: (path, resource, headers) =>
      send('PUT', path, { headers: { ...FHIR_JSON, ...headers }, body: JSON.stringify(resource) }),
    close: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

/** The value at a dotted path, such as `entry.0.resource.id`. */
export function pick(value: unknown, path: string): unknown {
  let node: unknown = value
  for (const part of path.split('.')) {
    if (typeof node !== 'object' || node === null) return undefined
    node = Reflect.get(node, part)
  }
  return node
}

export const list = (value: unknown, path: string): unknown[] => {
  const found = pick(value, path)
  return Array.isArray(found) ? found : []
}

export const links = (reply: Reply): Record<string, string> =>
  Object.fromEntries(
    list(reply.json, 'link').map((link) => [
      String(pick(link, 'relation')),
      String(pick(link, 'url')).replace('https://hub.test', ''),
    ]),
  )

/** Ids of the matches of a searchset, in order. */
export const matchIds = (reply: Reply): unknown[] =>
  list(reply.json, 'entry')
    .filter((entry) => pick(entry, 'search.mode') === 'match')
    .map((entry) => pick(entry, 'resource.id'))

export interface Refusal {
  readonly status: number
  readonly code: unknown
  readonly issue: unknown
}

/** Status, code of the hub and issue type of a refusal; the body must be an OperationOutcome. */
export function refusal(reply: Reply): Refusal {
  const first =
    pick(reply.json, 'resourceType') === 'OperationOutcome' ? pick(reply.json, 'issue.0') : undefined
  return { status: reply.status, code: pick(first, 'details.coding.0.code'), issue: pick(first, 'code') }
}

export const refused = (status: number, code: string, issue: string): Refusal => ({ status, code, issue })
