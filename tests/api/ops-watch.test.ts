import assert from 'node:assert/strict'
import { list, pick, startTestServer, type TestServer } from './support/server.js'

describe('watching over HTTP', () => {
  let server: TestServer
  before(async () => {
    server = await startTestServer()
  })
  after(() => server.close())

  it('shows open alerts, or all', async () => {
    const open = await server.get('/ops/alerts')
    assert.deepEqual(
      list(open.json, 'alerts').map((alert) => pick(alert, 'endedAt')),
      [null],
    )
    assert.equal(list((await server.get('/ops/alerts?state=all')).json, 'alerts').length, 2)
    assert.equal((await server.get('/ops/alerts?state=closed')).status, 400)
  })

  it('shows open faults of devices, page by page', async () => {
    const reply = await server.get('/ops/devices?limit=1')
    assert.equal(reply.status, 200)
    assert.deepEqual(pick(reply.json, 'faults'), [])
    assert.equal((await server.get('/ops/devices?after=x')).status, 400)
  })

  it('shows partners and jobs', async () => {
    assert.equal(pick((await server.get('/ops/partners')).json, 'partners.0.sender'), 'EPJ|GP')
    assert.equal(pick((await server.get('/ops/jobs')).json, 'jobs.0.failures'), 0)
    assert.equal((await server.send('POST', '/ops/jobs')).status, 405)
  })
})
