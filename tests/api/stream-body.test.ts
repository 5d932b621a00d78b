import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { streamBody } from '../../src/api/request-body.js'
import { codeOf } from '../../src/core/errors.js'

const BYTES_MAX = 100_000
const IDLE_MS = 30_000

describe('a body that is read piece by piece', () => {
  let server: Server
  /** Stops reading after so many bytes; how long it waits for more. */
  const reading = { bytesMax: Number.POSITIVE_INFINITY, idleMs: IDLE_MS }

  before(async () => {
    server = createServer((incoming, response) => {
      const read = async (): Promise<string> => {
        let size = 0
        for await (const piece of streamBody(incoming, BYTES_MAX, reading.idleMs)) {
          size += piece.length
          if (size > reading.bytesMax) throw new TypeError('enough')
        }
        return String(size)
      }
      read().then(
        (size) => response.end(size),
        (error: unknown) => response.end(error instanceof TypeError ? error.message : codeOf(error)),
      )
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
  })
  after(() => server.close())
  afterEach(() => {
    reading.bytesMax = Number.POSITIVE_INFINITY
    reading.idleMs = IDLE_MS
  })

  function send(parts: readonly Buffer[], headers: Readonly<Record<string, string>> = {}, end = true) {
    const { port } = server.address() as AddressInfo
    return new Promise<string>((resolve, reject) => {
      const sent = request({ port, host: '127.0.0.1', method: 'POST', headers }, async (response) => {
        const chunks: Buffer[] = []
        for await (const chunk of response) chunks.push(chunk)
        sent.destroy()
        resolve(Buffer.concat(chunks).toString())
      })
      sent.once('error', reject)
      for (const part of parts) sent.write(part)
      if (end) sent.end()
    })
  }

  it('comes whole, inflated where it was packed', async () => {
    const body = Buffer.alloc(50_000, 'x')
    assert.equal(await send([body]), '50000')
    assert.equal(await send([gzipSync(body)], { 'content-encoding': 'gzip' }), '50000')
  })

  it('has a limit, which also holds after inflating', async () => {
    const body = Buffer.alloc(BYTES_MAX + 1, 'x')
    assert.equal(await send([body]), 'MESSAGE_TOO_LARGE')
    assert.equal(await send([gzipSync(body)], { 'content-encoding': 'gzip' }), 'MESSAGE_TOO_LARGE')
  })

  it('is refused when its coding is broken or unknown, or nothing more comes', async () => {
    const body = Buffer.from('no gzip')
    assert.equal(await send([body], { 'content-encoding': 'gzip' }), 'MESSAGE_UNREADABLE')
    assert.equal(await send([body], { 'content-encoding': 'br' }), 'MEDIA_TYPE_UNSUPPORTED')
    reading.idleMs = 20
    assert.equal(await send([body], {}, false), 'REQUEST_TIMEOUT')
  })

  it('is discarded to its end when its reader gives up, so that the answer is read', async () => {
    reading.bytesMax = 1_000
    const parts = Array.from({ length: 40 }, () => Buffer.alloc(250_000, 'x'))
    assert.equal(await send(parts), 'enough')
    const packed = gzipSync(Buffer.concat(parts), { level: 0 })
    assert.equal(await send([packed], { 'content-encoding': 'gzip' }), 'enough')
  })
})
