/** The HTTP server around an app: its limits in time, and its end. */
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { answerClientError } from './client-error.js'
import {
  HEADERS_TIMEOUT_MS,
  HTTP_CONNECTIONS_MAX,
  KEEP_ALIVE_MS,
  TIMEOUT_CHECK_MS,
  UPLOAD_TIMEOUT_MS,
} from './limits.js'

const IDLE_CHECK_MS = 20

export interface HttpLimits {
  /** From the first byte of a request to the end of its headers, however steadily they drip. */
  readonly headersMs: number
  /** … to the end of its body; routes may set less. */
  readonly requestMs: number
  /** How often the server looks for requests that are late. */
  readonly checkMs: number
  /** At the same time; more are closed at once. */
  readonly connectionsMax: number
}

const HTTP_LIMITS: HttpLimits = {
  headersMs: HEADERS_TIMEOUT_MS,
  requestMs: UPLOAD_TIMEOUT_MS,
  checkMs: TIMEOUT_CHECK_MS,
  connectionsMax: HTTP_CONNECTIONS_MAX,
}

export interface HttpServer {
  /** Takes no more connections, lets requests in hand end, and cuts what is left after `drainMs`. */
  readonly stop: (drainMs: number) => Promise<void>
}

/** @throws Error of the operating system when the address cannot be had */
export async function startHttpServer(
  { host, port }: { readonly host: string; readonly port: number },
  app: RequestListener,
  limits: HttpLimits = HTTP_LIMITS,
): Promise<HttpServer> {
  const server = createServer(
    {
      headersTimeout: limits.headersMs,
      requestTimeout: limits.requestMs,
      connectionsCheckingInterval: limits.checkMs,
      keepAliveTimeout: KEEP_ALIVE_MS,
    },
    app,
  )
  server.maxConnections = limits.connectionsMax
  server.on('clientError', answerClientError)
  server.listen(port, host)
  await once(server, 'listening')
  return {
    stop: async (drainMs) => {
      const closed = once(server, 'close')
      server.close()
      // A connection is idle, and kept, again once its request in hand has ended.
      const idle = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS)
      const cut = setTimeout(() => server.closeAllConnections(), drainMs)
      await closed
      clearInterval(idle)
      clearTimeout(cut)
    },
  }
}
