import assert from 'node:assert/strict'
import { MESSAGE_ID } from './support/fake-hub.js'
import { pick, startTestServer, type TestServer } from './support/server.js'

describe('operations on what waits', () => {
  let server: TestServer
  before(async () => {
    server = await startTestServer()
  })
  after(() => server.close())

  it('shows lanes with the class of what their head row failed with', async () => {
    const reply = await server.get('/ops/lanes')
    assert.equal(pick(reply.json, 'counts.due'), 1)
    assert.equal(pick(reply.json, 'lanes.0.head.reason.class'), 'retry')
    assert.equal(pick(reply.json, 'lanes.0.head.id'), MESSAGE_ID)
  })

  it('groups dead letters, each group with the way to its messages', async () => {
    const reply = await server.get('/ops/dead-letters?channel=hl7v2')
    assert.equal(pick(reply.json, 'groups.0.count'), 3)
    assert.equal(pick(reply.json, 'groups.0.class'), 'dead-letter')
    const messages = await server.get(String(pick(reply.json, 'groups.0.messages')))
    assert.equal(pick(messages.json, 'messages.0.id'), MESSAGE_ID)
    assert.deepEqual(pick((await server.get('/ops/dead-letters?channel=devices')).json, 'groups'), [])
  })

  it('parks and resumes a channel in the name of who asks', async () => {
    const post = (path: string) => server.send('POST', path, { headers: { authorization: 'kari' } })
    assert.equal((await post('/ops/channels/hl7v2/park')).status, 200)
    assert.equal((await post('/ops/channels/hl7v2/park')).status, 409)
    assert.equal(pick((await server.get('/ops/channels')).json, 'channels.0.parked.by'), 'kari')
    assert.equal((await post('/ops/channels/hl7v2/resume')).status, 200)
    assert.equal((await post('/ops/channels/hl7v2/resume')).status, 409)
    assert.equal(pick((await server.get('/ops/channels')).json, 'channels.0.parked'), null)
    assert.equal((await post('/ops/channels/fax/park')).status, 404)
  })

  it('refuses what it does not know, and other methods', async () => {
    for (const path of [
      '/ops/lanes?limit=0',
      '/ops/lanes?patient=1',
      '/ops/dead-letters?channel=fax',
      '/ops/channels?limit=1',
      '/ops/messages?fingerprint=x',
      '/ops/messages?fingerprint=b5bb9d8014a0f9b1&state=done',
    ]) {
      const reply = await server.get(path)
      assert.equal(reply.status, 400, path)
      assert.equal(pick(reply.json, 'code'), 'QUERY_INVALID')
    }
    assert.equal((await server.send('DELETE', '/ops/lanes')).status, 405)
    assert.equal((await server.get('/ops/channels/hl7v2/park')).status, 405)
  })

  it('shows the way of a message on its page', async () => {
    const reply = await server.get(`/ops/messages/${MESSAGE_ID}`)
    assert.equal(pick(reply.json, 'timeline.0.step'), 'received')
    assert.equal(pick(reply.json, 'reason.class'), 'dead-letter')
    assert.equal(pick(reply.json, 'fingerprint'), 'b5bb9d8014a0f9b1')
  })
})
