import assert from 'node:assert/strict'
import { Agent, get, type IncomingMessage, type ServerResponse } from 'node:http'
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
})
