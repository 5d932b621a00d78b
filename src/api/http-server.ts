/** The HTTP server around an app: its limits in time, and its end. */
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { answerClientError } from './client-error.js'
import { HEADERS_TIMEOUT_MS, KEEP_ALIVE_MS, UPLOAD_TIMEOUT_MS } from './limits.js'

const IDLE_CHECK_MS = 20

export interface HttpServer {
  /** Takes no more connections, lets requests in hand end, and cuts what is left after `drainMs`. */
  readonly stop: (drainMs: number) => Promise<void>
}

/** @throws Error of the operating system when the address cannot be had */
export async function startHttpServer(
  { host, port }: { readonly host: string; readonly port: number },
  app: RequestListener,
): Promise<HttpServer> {
  const server = createServer(
    {
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: UPLOAD_TIMEOUT_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
    },
    app,
  )
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
