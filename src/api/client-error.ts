/** Requests that are no HTTP at all never reach the app; they get an OperationOutcome too (fhir-api.md E-01). */
import type { Duplex } from 'node:stream'
import { HubError } from '../core/errors.js'
import { errorAnswer } from './operation-outcome.js'

/** For `server.on('clientError', …)`. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const { status, body } = errorAnswer(hubErrorOf(error))
  const text = body ?? ''
  socket.end(
    `HTTP/1.1 ${status} ${REASONS.get(status) ?? 'Bad Request'}\r\nContent-Type: application/fhir+json; charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(text)}\r\nConnection: close\r\n\r\n${text}`,
  )
}

const REASONS: ReadonlyMap<number, string> = new Map([
  [400, 'Bad Request'],
  [408, 'Request Timeout'],
  [414, 'URI Too Long'],
])

function hubErrorOf(error: NodeJS.ErrnoException): HubError {
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return new HubError('REQUEST_TIMEOUT', 'request did not arrive in time', { cause: error })
  if (error.code === 'HPE_HEADER_OVERFLOW')
    return new HubError('URL_TOO_LONG', 'URL and headers are too long', { cause: error })
  return new HubError('MESSAGE_UNREADABLE', 'not an HTTP request', { cause: error })
}
