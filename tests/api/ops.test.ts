import assert from 'node:assert/strict'
import { MESSAGE_ID } from './support/fake-hub.js'
import { list, pick, startTestServer, type TestServer } from './support/server.js'

const CHILD = '1b7f7b1e-3f57-4f52-9d0e-5a1c2f0e9a11'
const UNKNOWN = '2b7f7b1e-3f57-4f52-9d0e-5a1c2f0e9a12'

describe('operations', () => {
  let server: TestServer
  before(async () => {
    server = await startTestServer()
  })
  after(() => server.close())

  it('lists messages by filter, with a next link when the page is full', async () => {
    const dead = await server.get('/ops/messages?state=dead&limit=1')
    assert.equal(dead.status, 200)
    assert.deepEqual(
      list(dead.json, 'messages').map((message) => pick(message, 'id')),
      [MESSAGE_ID],
    )
    assert.equal(pick(dead.json, 'next'), `/ops/messages?limit=1&before=${MESSAGE_ID}&state=dead`)
    assert.equal(pick((await server.get('/ops/messages')).json, 'next'), undefined)
  })

  it('refuses unknown filters and values', async () => {
    for (const query of [
      'state=lost',
      'channel=fax',
      'limit=0',
      'before=x',
      'patient=1',
      'state=dead&state=done',
    ]) {
      const reply = await server.get(`/ops/messages?${query}`)
      assert.equal(reply.status, 400)
      assert.equal(pick(reply.json, 'code'), 'QUERY_INVALID')
    }
  })

  it('tells what became of a message, and the items of a parent', async () => {
    const reply = await server.get(`/ops/messages/${MESSAGE_ID}`)
    assert.equal(pick(reply.json, 'state'), 'dead')
    assert.equal(pick(reply.json, 'reason.code'), 'MESSAGE_INVALID')
    assert.equal(pick(reply.json, 'doneAt'), null)
    assert.deepEqual(pick(reply.json, 'unmapped'), [])
    assert.equal(pick(reply.json, 'items.0.id'), CHILD)
    assert.equal(pick((await server.get(`/ops/messages/${CHILD}`)).json, 'items'), undefined)
  })

  it('gives the raw bytes when asked, as a download that no browser runs', async () => {
    const reply = await server.get(`/ops/messages/${MESSAGE_ID}?raw=true`)
    assert.equal(reply.text, 'MSH|^~\\&')
    assert.equal(reply.headers['content-type'], 'application/hl7-v2')
    assert.equal(reply.headers['content-security-policy'], 'sandbox')
    assert.equal((await server.get(`/ops/messages/${CHILD}?raw=true`)).status, 404)
  })

  it('runs a dead letter again, and nothing else', async () => {
    const replay = (id: string) => server.send('POST', `/ops/messages/${id}/replay`)
    const dead = await replay(MESSAGE_ID)
    assert.equal(dead.status, 202)
    assert.deepEqual(dead.json, { id: MESSAGE_ID, state: 'waiting' })
    const done = await replay(CHILD)
    assert.equal(done.status, 409)
    assert.equal(pick(done.json, 'code'), 'STATE_CONFLICT')
    for (const id of [UNKNOWN, 'x']) {
      const unknown = await replay(id)
      assert.equal(unknown.status, 404)
      assert.equal(pick(unknown.json, 'code'), 'NOT_FOUND')
    }
  })

  it('gives a copy of the embedded store, and notes where it went', async () => {
    const send = (body: string) => server.send('POST', '/ops/backup', { body })
    for (const body of ['', '{"file":1}', 'x', '[]', `{"file":"${'x'.repeat(5_000)}"}`])
      assert.ok([413, 422].includes((await send(body)).status), body.slice(0, 20))
    assert.deepEqual(server.hub.backups, [])
    const copy = await send('{"file":"/backups/b1"}')
    assert.equal(copy.status, 200)
    assert.equal(copy.headers['content-type'], 'application/gzip')
    assert.equal(copy.text, 'copy')
    assert.deepEqual(server.hub.backups, ['/backups/b1'])
    assert.equal((await server.get('/ops/backup')).status, 405)
  })

  it('says which messages of a sender’s log are not here, and where a log cannot be read', async () => {
    const ask = (body: unknown) => server.send('POST', '/ops/reconcile', { body: JSON.stringify(body) })
    const messages = ['m-1', 'lost', 'm-2'].map((messageId) => ({ sender: 'A|B', messageId }))
    const found = await ask({ channel: 'hl7v2', messages })
    assert.deepEqual(found.json, { checked: 3, missing: [messages[1]] })
    for (const [body, at] of [
      [[], '/'],
      [{ channel: 'fax', messages }, '/channel'],
      [{ channel: 'hl7v2', messages: 'm' }, '/messages'],
      [{ channel: 'hl7v2', messages: Array(5_001).fill(messages[0]) }, '/messages'],
      [{ channel: 'hl7v2', messages: [messages[0], { sender: 'A|B' }] }, '/messages/1'],
    ] as const) {
      const refused = await ask(body)
      assert.equal(refused.status, 422)
      assert.equal(pick(refused.json, 'errors.0.at'), at)
    }
  })

  it('tells when each source last spoke, health and metrics', async () => {
    assert.equal(pick((await server.get('/ops/sources')).json, 'sources.0.key'), 'hl7v2|gp')
    assert.equal((await server.get('/health/live')).status, 200)
    assert.deepEqual((await server.get('/health/ready')).json, {
      status: 'ready',
      durability: 'power-cut',
      dispatcher: 'in-process',
      reasons: [],
    })
    assert.equal((await server.get('/metrics')).text, 'stafett_up 1\n')
  })

  it('shows a plain front page that loads nothing', async () => {
    const reply = await server.get('/')
    assert.match(reply.text, /Stafett 0\.0\.0-test/)
    assert.match(String(reply.headers['content-security-policy']), /default-src 'none'/)
  })

  it('answers problem+json for unknown paths, other methods and broken escapes', async () => {
    for (const [method, path, status, code] of [
      ['GET', '/nowhere', 404, 'NOT_FOUND'],
      ['DELETE', '/ops/messages', 405, 'METHOD_NOT_ALLOWED'],
      ['GET', `/ops/messages/${MESSAGE_ID}/replay`, 405, 'METHOD_NOT_ALLOWED'],
      ['GET', '/ops/messages/%C3%28', 400, 'QUERY_INVALID'],
    ] as const) {
      const reply = await server.send(method, path)
      assert.equal(reply.status, status, path)
      assert.equal(pick(reply.json, 'code'), code, path)
      assert.equal(reply.headers['content-type'], 'application/problem+json; charset=utf-8')
    }
  })
})
