import assert from 'node:assert/strict'
import { BLOCKED_ID, DELIVERED_ID } from './support/fake-deliveries.js'
import { list, pick, startTestServer, type TestServer } from './support/server.js'

const UNKNOWN = '2b7f7b1e-3f57-4f52-9d0e-5a1c2f0e9a12'

describe('operations on deliveries', () => {
  let server: TestServer
  beforeEach(async () => {
    server = await startTestServer()
  })
  afterEach(() => server.close())

  const skip = (id: string, body: string) => server.send('POST', `/ops/deliveries/${id}/skip`, { body })

  it('lists deliveries by filter, with a next link when the page is full', async () => {
    const reply = await server.get('/ops/deliveries?state=blocked&destination=journal&limit=1')
    assert.equal(reply.status, 200)
    assert.deepEqual(
      list(reply.json, 'deliveries').map((one) => [pick(one, 'id'), pick(one, 'fault'), pick(one, 'status')]),
      [[BLOCKED_ID, 'answer-status', 422]],
    )
    assert.equal(
      pick(reply.json, 'next'),
      `/ops/deliveries?limit=1&before=${BLOCKED_ID}&state=blocked&destination=journal`,
    )
    assert.equal(list((await server.get('/ops/deliveries')).json, 'deliveries').length, 2)
  })

  it('refuses unknown filters and values', async () => {
    for (const query of ['state=lost', 'destination=A%20B', 'limit=0', 'before=x', 'patient=1']) {
      const reply = await server.get(`/ops/deliveries?${query}`)
      assert.equal(reply.status, 400, query)
      assert.equal(pick(reply.json, 'code'), 'QUERY_INVALID')
    }
  })

  it('shows one delivery, absent fields as null', async () => {
    const reply = await server.get(`/ops/deliveries/${DELIVERED_ID}`)
    assert.equal(pick(reply.json, 'state'), 'delivered')
    assert.equal(pick(reply.json, 'fault'), null)
    assert.equal(pick(reply.json, 'reason'), null)
    assert.equal(pick(reply.json, 'timeline.0.step'), 'fanned-out')
    for (const id of [UNKNOWN, 'x']) assert.equal((await server.get(`/ops/deliveries/${id}`)).status, 404)
  })

  it('has a blocked delivery tried again, and no other', async () => {
    const blocked = await server.send('POST', `/ops/deliveries/${BLOCKED_ID}/retry`)
    assert.equal(blocked.status, 202)
    assert.deepEqual(blocked.json, { id: BLOCKED_ID, state: 'pending' })
    const over = await server.send('POST', `/ops/deliveries/${DELIVERED_ID}/retry`)
    assert.equal(over.status, 409)
    assert.equal(pick(over.json, 'code'), 'STATE_CONFLICT')
    assert.equal((await server.send('POST', `/ops/deliveries/${UNKNOWN}/retry`)).status, 404)
  })

  it('skips a delivery only with a reason', async () => {
    for (const body of ['', '{', '[]', '{}', '{"reason": " "}', `{"reason": "${'x'.repeat(501)}"}`]) {
      const reply = await skip(BLOCKED_ID, body)
      assert.equal(reply.status, 422, body)
      assert.equal(pick(reply.json, 'code'), 'MESSAGE_INVALID')
    }
    assert.equal((await skip(BLOCKED_ID, '{"reason": "told them by phone"}')).status, 200)
    const shown = await server.get(`/ops/deliveries/${BLOCKED_ID}`)
    assert.equal(pick(shown.json, 'reason'), 'told them by phone')
    assert.equal((await skip(DELIVERED_ID, '{"reason": "x"}')).status, 409)
  })

  it('lists destinations with breaker and age, and takes one out of error', async () => {
    const reply = await server.get('/ops/destinations')
    assert.equal(pick(reply.json, 'destinations.0.breaker'), 'open')
    assert.equal(pick(reply.json, 'destinations.0.lastDeliveredAt'), null)
    const resumed = await server.send('POST', '/ops/destinations/journal/resume')
    assert.deepEqual(resumed.json, { id: 'journal', state: 'active' })
    assert.equal((await server.send('POST', '/ops/destinations/other/resume')).status, 404)
  })

  it('answers other methods with what is allowed', async () => {
    for (const [method, path, allow] of [
      ['POST', '/ops/deliveries', 'GET, HEAD'],
      ['GET', `/ops/deliveries/${BLOCKED_ID}/skip`, 'POST'],
      ['GET', '/ops/destinations/journal/resume', 'POST'],
    ] as const) {
      const reply = await server.send(method, path)
      assert.equal(reply.status, 405, path)
      assert.equal(reply.headers.allow, allow)
    }
  })
})
