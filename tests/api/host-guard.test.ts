import assert from 'node:assert/strict'
import { openHostGuard } from '../../src/api/host-guard.js'
import { isHubError } from '../../src/core/errors.js'
import { kari } from './support/people.js'
import { pick, type Reply, refusal, refused, startTestServer, type TestServer } from './support/server.js'

const FHIR_JSON = { 'content-type': 'application/fhir+json' }
const HL7 = { 'content-type': 'application/hl7-v2' }

describe('web pages as callers', () => {
  let server: TestServer
  before(async () => {
    server = await startTestServer()
  })
  after(() => server.close())

  const problem = (reply: Reply): unknown => pick(reply.json, 'code')

  it('refuses a name that was let point to loopback, on every surface but /health/live', async () => {
    for (const host of [
      'evil.test',
      'evil.test:3000',
      '127.0.0.1.evil.test',
      'localhost@evil.test',
      '10.0.0.1',
    ]) {
      const fhir = await server.get('/fhir/metadata', { host })
      assert.deepEqual(refusal(fhir), refused(421, 'HOST_REFUSED', 'forbidden'), host)
      for (const path of ['/', '/ops/messages', '/ops/sources', '/health/ready', '/metrics', '/nowhere']) {
        const reply = await server.get(path, { host })
        assert.equal(reply.status, 421, `${host} ${path}`)
        assert.equal(problem(reply), 'HOST_REFUSED', `${host} ${path}`)
      }
      const sent = await server.send('POST', '/intake/hl7v2', { headers: { ...HL7, host }, body: 'MSH' })
      assert.equal(problem(sent), 'HOST_REFUSED', host)
      assert.equal((await server.get('/health/live', { host })).status, 200)
    }
    assert.deepEqual(server.hub.received, [])
  })

  it('answers under every name of loopback and under its public name', async () => {
    for (const host of [
      '127.0.0.1',
      '127.0.0.1:9',
      'localhost:3000',
      'LOCALHOST',
      '[::1]:3000',
      'hub.test',
      'hub.test:443',
    ])
      assert.equal((await server.get('/fhir/metadata', { host })).status, 200, host)
  })

  it('refuses what a page of another origin posts, and takes what its own posts', async () => {
    const foreign = [
      { origin: 'https://evil.test' },
      { origin: 'null' },
      { origin: 'http://127.0.0.1:1' },
      { 'sec-fetch-site': 'cross-site' },
    ]
    for (const headers of foreign) {
      const body = JSON.stringify(kari())
      const created = await server.send('POST', '/fhir/Patient', {
        headers: { ...FHIR_JSON, ...headers },
        body,
      })
      assert.deepEqual(refusal(created), refused(403, 'CROSS_SITE', 'forbidden'))
      const sent = await server.send('POST', '/intake/hl7v2', {
        headers: { ...HL7, ...headers },
        body: 'MSH',
      })
      assert.equal(sent.status, 403)
      assert.equal(problem(sent), 'CROSS_SITE')
      // A link from another page may be followed: that page sees nothing of it.
      assert.equal((await server.get('/fhir/metadata', headers)).status, 200)
    }
    assert.deepEqual(server.hub.received, [])
    for (const origin of [`http://127.0.0.1:${server.port}`, 'https://hub.test']) {
      const headers = { origin, 'sec-fetch-site': 'same-origin' }
      assert.equal((await server.post('/fhir/Patient', kari(), headers)).status, 201, origin)
    }
  })

  it('refuses a request without a host, and a host that is none', () => {
    const guard = openHostGuard('http://[::1]:3000')
    guard({ method: 'GET', headers: { host: '[::1]:3000' } })
    for (const headers of [{}, { host: '' }, { host: '[::1' }, { host: 'localhost:x' }, { host: 'a b' }])
      assert.throws(
        () => guard({ method: 'GET', headers }),
        (error) => isHubError(error) && error.code === 'HOST_REFUSED' && error.at === 'Host',
      )
  })
})
