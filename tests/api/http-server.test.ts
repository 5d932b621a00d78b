import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Agent, get, type IncomingMessage, type ServerResponse } from 'node:http'
import { connect, type Socket } from 'node:net'
import { type HttpServer, startHttpServer } from '../../src/api/http-server.js'
import { freePort } from '../support/free-port.js'

const DRAIN_MS = 8_000
const HOST = '127.0.0.1'

describe('HTTP server', function () {
  this.timeout(30_000)
  let server: HttpServer
  let port: number
  let held: ServerResponse[]
  const agent = new Agent({ keepAlive: true })
  const ask = (): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      get({ host: HOST, port, agent }, (response) => resolve(response.resume())).on('error', reject)
    })
  const untilHeld = async (): Promise<ServerResponse> => {
    for (;;) {
      const response = held.shift()
      if (response !== undefined) return response
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }
  beforeEach(async () => {
    held = []
    port = await freePort()
    server = await startHttpServer({ host: HOST, port }, (_request, response) => void held.push(response))
  })
  after(() => agent.destroy())

  it('keeps idle connections longer than clients do, and stops as soon as the requests in hand have ended', async () => {
    const asked = ask()
    const response = await untilHeld()
    const started = Date.now()
    const stopped = server.stop(DRAIN_MS)
    response.end('answered')
    assert.equal((await asked).headers['keep-alive'], 'timeout=65')
    await stopped
    assert.ok(Date.now() - started < DRAIN_MS / 2)
  })

  it('cuts a request that does not end in the time given', async () => {
    const asked = ask()
    await untilHeld()
    await Promise.all([assert.rejects(asked, { code: 'ECONNRESET' }), server.stop(50)])
  })

  describe('with clients that mean no good', () => {
    const limits = { headersMs: 150, requestMs: 300, checkMs: 20, connectionsMax: 3 }
    const sockets: Socket[] = []
    let strict: HttpServer
    let strictPort: number
    before(async () => {
      strictPort = await freePort()
      const read = (request: IncomingMessage, response: ServerResponse) => {
        request.resume()
        request.on('end', () => response.end('whole'))
        request.on('error', () => undefined)
      }
      strict = await startHttpServer({ host: HOST, port: strictPort }, read, limits)
    })
    afterEach(() => {
      for (const socket of sockets.splice(0)) socket.destroy()
    })
    after(() => strict.stop(50))

    /** What a client got when the server closed; `drip` is sent byte by byte. */
    const talk = (start: string, drip = ''): Promise<string> =>
      new Promise((resolve) => {
        const socket = connect(strictPort, HOST)
        sockets.push(socket)
        const got: Buffer[] = []
        socket.write(start)
        const dripping = setInterval(() => {
          if (drip !== '' && socket.writable) socket.write(drip)
        }, 10)
        socket.on('data', (bytes) => got.push(bytes))
        socket.on('error', () => undefined)
        socket.on('close', () => {
          clearInterval(dripping)
          resolve(Buffer.concat(got).toString())
        })
      })

    it('ends headers that drip for ever, with 408', async () => {
      assert.match(
        await talk('GET / HTTP/1.1\r\nHost: h\r\nX-Slow: ', 'a'),
        /^HTTP\/1\.1 408 .*OperationOutcome/s,
      )
    })

    it('ends a body that drips for ever, with 408', async () => {
      const head = 'POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n'
      assert.match(await talk(head, 'a'), /^HTTP\/1\.1 408 /)
    })

    it('ends a connection on which nothing is asked', async () => {
      assert.match(await talk(''), /^$|^HTTP\/1\.1 408 /)
    })

    it('refuses headers that are too large', async () => {
      assert.match(
        await talk(`GET / HTTP/1.1\r\nHost: h\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`),
        /^HTTP\/1\.1 414 /,
      )
    })

    it('closes connections beyond the limit at once, and serves those within it', async () => {
      const open = Array.from({ length: 3 }, () => {
        const socket = connect(strictPort, HOST)
        sockets.push(socket)
        socket.on('error', () => undefined)
        return socket
      })
      await Promise.all(open.map((socket) => once(socket, 'connect')))
      assert.equal(await talk('GET / HTTP/1.1\r\nHost: h\r\n\r\n'), '')
      open[0]!.write('GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n')
      const [answer] = (await once(open[0]!, 'data')) as [Buffer]
      assert.match(answer.toString(), /^HTTP\/1\.1 200 /)
    })
  })
})
