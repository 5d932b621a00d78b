import assert from 'node:assert/strict'
import { createOpsApp } from '../../src/api/app.js'
import { parseConfig } from '../../src/config.js'
import { startHub } from '../../src/main.js'
import { freePort } from '../support/free-port.js'
import { pick, startTestServer, type TestServer } from './support/server.js'

const SILENT = { info: () => undefined, warn: () => undefined, error: () => undefined }

describe('a process without the role api', function () {
  this.timeout(60_000)
  let server: TestServer
  before(async () => {
    server = await startTestServer(createOpsApp)
  })
  after(() => server.close())

  it('tells health and metrics', async () => {
    assert.deepEqual((await server.get('/health/live')).json, { status: 'live' })
    assert.equal(pick((await server.get('/health/ready')).json, 'status'), 'ready')
    const metrics = await server.get('/metrics', { 'x-request-id': 'r-1' })
    assert.equal(metrics.text, 'stafett_up 1\n')
    assert.equal(metrics.headers['x-request-id'], 'r-1')
  })

  it('serves nothing else, and no foreign name', async () => {
    for (const path of ['/', '/fhir/metadata', '/ops/messages', '/intake/hl7v2']) {
      const reply = await server.get(path)
      assert.equal(reply.status, 404, path)
      assert.equal(pick(reply.json, 'code'), 'NOT_FOUND', path)
    }
    const foreign = await server.get('/metrics', { host: 'evil.test' })
    assert.equal(pick(foreign.json, 'code'), 'HOST_REFUSED')
  })

  it('is supervised on PORT', async () => {
    const port = await freePort()
    const all = parseConfig({ DATA_DIR: 'memory', PORT: String(port), MLLP_PORT: '0' })
    const hub = await startHub({ ...all, roles: new Set(['worker'] as const) }, SILENT)
    try {
      assert.equal(hub.url, undefined)
      const ready = await fetch(`http://127.0.0.1:${port}/health/ready`)
      assert.equal(pick(await ready.json(), 'status'), 'ready')
      const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
      assert.match(metrics, /^stafett_/m)
      assert.equal((await fetch(`http://127.0.0.1:${port}/fhir/metadata`)).status, 404)
    } finally {
      await hub.stop()
    }
  })
})
