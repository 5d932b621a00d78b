/** Raw bodies: bounded in bytes (also after inflating) and in time, streamed so that a huge one costs no memory. */
import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import { createGunzip, createInflate } from 'node:zlib'
import { HubError, isHubError } from '../core/errors.js'
import { BODY_TIMEOUT_MS } from './limits.js'

/** What a sender may still send, unread, after a refusal before the connection is cut. */
const DISCARD_BYTES_MAX = 67_108_864

/**
 * The whole body.
 * @throws HubError MESSAGE_TOO_LARGE, REQUEST_TIMEOUT, MEDIA_TYPE_UNSUPPORTED (content coding), MESSAGE_UNREADABLE (broken coding or aborted)
 */
export async function readBody(
  request: IncomingMessage,
  bytesMax: number,
  timeoutMs: number = BODY_TIMEOUT_MS,
): Promise<Buffer> {
  try {
    if (Number(request.headers['content-length'] ?? 0) > bytesMax) throw tooLarge(bytesMax)
    return await collect(request, decoded(request), bytesMax, timeoutMs)
  } catch (error) {
    discardRest(request)
    throw error
  }
}

/**
 * A body that is too large to hold, piece by piece; the sender waits while a piece is worked on.
 * @throws HubError as `readBody`; REQUEST_TIMEOUT when nothing came for `idleMs`
 */
export async function* streamBody(
  request: IncomingMessage,
  bytesMax: number,
  idleMs: number = BODY_TIMEOUT_MS,
): AsyncIterable<Uint8Array> {
  const source = decoded(request)
  if (source !== request) request.once('error', (error) => source.destroy(error))
  try {
    let size = 0
    // Counts while this waits for the sender, and not while the sender waits for this.
    for await (const chunk of withIdleLimit(source, idleMs)) {
      size += chunk.length
      if (size > bytesMax) throw tooLarge(bytesMax)
      yield chunk
    }
  } finally {
    if (source !== request) {
      request.unpipe()
      source.destroy()
    }
    discardRest(request)
  }
}

async function* withIdleLimit(source: Readable, idleMs: number): AsyncIterable<Buffer> {
  const pieces: AsyncIterator<Buffer> = source.iterator({ destroyOnReturn: false })
  let waiting = false
  try {
    for (;;) {
      waiting = true
      const piece = await nextWithin(pieces, idleMs)
      waiting = false
      if (piece.done) return
      yield piece.value
    }
  } finally {
    // Lets go of the source, so that the rest can be discarded. A look that still waits would be waited for.
    if (!waiting) await pieces.return?.()
  }
}

async function nextWithin(
  pieces: AsyncIterator<Buffer>,
  idleMs: number,
): Promise<IteratorResult<Buffer, unknown>> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new HubError('REQUEST_TIMEOUT', `nothing of the body came for ${idleMs} ms`)),
      idleMs,
    )
  })
  try {
    return await Promise.race([pieces.next(), limit])
  } catch (cause) {
    throw isHubError(cause)
      ? cause
      : new HubError('MESSAGE_UNREADABLE', 'body could not be read to its end', { cause })
  } finally {
    clearTimeout(timer)
  }
}

function decoded(request: IncomingMessage): Readable {
  const coding = request.headers['content-encoding']?.toLowerCase() ?? 'identity'
  if (coding === 'identity') return request
  if (coding === 'gzip' || coding === 'x-gzip') return request.pipe(createGunzip())
  if (coding === 'deflate') return request.pipe(createInflate())
  throw new HubError('MEDIA_TYPE_UNSUPPORTED', 'Content-Encoding must be gzip, deflate or identity')
}

function collect(
  request: IncomingMessage,
  source: Readable,
  bytesMax: number,
  timeoutMs: number,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    const timer = setTimeout(
      () => fail(new HubError('REQUEST_TIMEOUT', `body did not arrive within ${timeoutMs} ms`)),
      timeoutMs,
    )
    const stop = (): void => {
      clearTimeout(timer)
      source.removeListener('data', take)
      if (source !== request) request.unpipe()
    }
    const fail = (error: HubError): void => {
      stop()
      // A coder or aborted connection may still report errors; they are answered already.
      source.on('error', () => undefined)
      if (source !== request) source.destroy()
      reject(error)
    }
    const broken = (cause: unknown): void =>
      fail(new HubError('MESSAGE_UNREADABLE', 'body could not be read to its end', { cause }))
    const take = (chunk: Buffer): void => {
      size += chunk.length
      if (size > bytesMax) fail(tooLarge(bytesMax))
      else chunks.push(chunk)
    }
    source.on('data', take)
    source.once('end', () => {
      stop()
      resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, size))
    })
    source.once('error', broken)
    if (source !== request) request.once('error', broken)
  })
}

/** Lets a sender finish so that it can read the refusal; one that does not stop is cut off. */
function discardRest(request: IncomingMessage): void {
  if (request.complete || request.destroyed) return
  let discarded = 0
  const cut = setTimeout(() => request.destroy(), BODY_TIMEOUT_MS)
  request.once('close', () => clearTimeout(cut))
  request.on('data', (chunk: Buffer) => {
    discarded += chunk.length
    if (discarded > DISCARD_BYTES_MAX) request.destroy()
  })
  request.resume()
}

const tooLarge = (bytesMax: number): HubError =>
  new HubError('MESSAGE_TOO_LARGE', `body is larger than ${bytesMax} bytes`)
