import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { readBody } from '../../../src/api/request-body.js'
import { HubError } from '../../../src/core/errors.js'
import { MESSAGE_ID } from '../support/fake-hub.js'
import { pick, startTestServer, type TestServer } from '../support/server.js'

const HL7 = { 'content-type': 'application/hl7-v2' }

describe('routes of intake', () => {
  let server: TestServer
  before(async () => {
    server = await startTestServer()
  })
  after(() => server.close())

  it('hands the raw bytes to the channel and gives its answer with the message id', async () => {
    const body = Buffer.from([0x4d, 0x53, 0x48, 0x7c, 0xe6, 0x0d])
    const cases: [string, string, string][] = [
      ['/intake/hl7v2', 'application/hl7-v2; charset=iso-8859-1', 'hl7v2'],
      ['/intake/hl7v2', 'text/plain', 'hl7v2'],
      ['/intake/eresept', 'application/xml', 'eresept'],
      ['/intake/devices/canonical', 'application/json', 'devices/canonical'],
      ['/intake/devices/canonical', 'application/x-ndjson', 'devices/canonical'],
    ]
    for (const [path, contentType, channel] of cases) {
      const reply = await server.send('POST', path, { headers: { 'content-type': contentType }, body })
      assert.equal(reply.status, 202)
      assert.equal(reply.headers['stafett-message'], MESSAGE_ID)
      assert.deepEqual(server.hub.received.at(-1), { channel, raw: body, contentType })
    }
  })

  it('answers problem+json: 415 for another type, 413 for too much, 405 with Allow, 404 for an unknown vendor', async () => {
    const type = await server.send('POST', '/intake/eresept', { headers: HL7, body: 'x' })
    const size = await server.send('POST', '/intake/hl7v2', { headers: HL7, body: Buffer.alloc(10_485_761) })
    const method = await server.get('/intake/hl7v2')
    const vendor = await server.send('POST', '/intake/devices/nobody', {
      headers: { 'content-type': 'application/json' },
      body: '{}',
    })
    const path = await server.send('POST', '/intake/other', { headers: HL7, body: 'x' })
    for (const [reply, status, code] of [
      [type, 415, 'MEDIA_TYPE_UNSUPPORTED'],
      [size, 413, 'MESSAGE_TOO_LARGE'],
      [method, 405, 'METHOD_NOT_ALLOWED'],
      [vendor, 404, 'NOT_FOUND'],
      [path, 404, 'NOT_FOUND'],
    ] as const) {
      assert.equal(reply.status, status)
      assert.equal(reply.headers['content-type'], 'application/problem+json; charset=utf-8')
      assert.equal(pick(reply.json, 'code'), code)
      assert.equal(pick(reply.json, 'status'), status)
    }
    assert.equal(method.headers['allow'], 'POST')
  })

  it('answers 503 with Retry-After when the message cannot be stored', async () => {
    server.hub.failWith = new HubError('STORE_UNAVAILABLE', 'database is away')
    try {
      const reply = await server.send('POST', '/intake/hl7v2', { headers: HL7, body: 'MSH|' })
      assert.equal(reply.status, 503)
      assert.equal(pick(reply.json, 'code'), 'STORE_UNAVAILABLE')
      assert.equal(reply.headers['retry-after'], '5')
    } finally {
      server.hub.failWith = undefined
    }
  })

  it('gives up on a body that does not arrive in time', async () => {
    const failures: unknown[] = []
    const slow = createServer((request, response) => {
      readBody(request, 100, 30).catch((error: unknown) => {
        failures.push(error)
        response.end()
      })
    })
    slow.listen(0, '127.0.0.1')
    await once(slow, 'listening')
    const address = slow.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const socket = connect(port, '127.0.0.1', () =>
      socket.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc'),
    )
    await once(socket, 'data')
    socket.destroy()
    slow.close()
    slow.closeAllConnections()
    assert.equal((failures[0] as HubError).code, 'REQUEST_TIMEOUT')
  })
})
