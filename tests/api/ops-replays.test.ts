import assert from 'node:assert/strict'
import { MESSAGE_ID } from './support/fake-hub.js'
import { list, pick, type Reply, startTestServer, type TestServer } from './support/server.js'

const JSON_TYPE = { 'content-type': 'application/json', authorization: 'kari' }

describe('replays over HTTP', () => {
  let server: TestServer
  before(async () => {
    server = await startTestServer()
  })
  after(() => server.close())
  const ask = (body: unknown): Promise<Reply> =>
    server.send('POST', '/ops/replays', { headers: JSON_TYPE, body: JSON.stringify(body) })

  it('counts in a dry run, and shows for a single one what it would change', async () => {
    const many = await ask({ filter: { channel: 'hl7v2' }, dryRun: true })
    assert.equal(many.status, 200)
    assert.equal(pick(many.json, 'count'), 1)
    assert.equal(pick(many.json, 'preview'), undefined)
    const one = await ask({ filter: { ids: [MESSAGE_ID] }, dryRun: true })
    assert.equal(pick(one.json, 'preview.outcome'), 'done')
  })

  it('wants the count of the dry run, and refuses another one', async () => {
    const without = await ask({ filter: { channel: 'hl7v2' } })
    assert.equal(without.status, 428)
    const other = await ask({ filter: { channel: 'hl7v2' }, expected: 2 })
    assert.equal(other.status, 409)
    assert.equal(pick(other.json, 'errors.0.at'), '/expected')
    assert.match(String(pick(other.json, 'detail')), /^1 messages/)
  })

  it('starts a task in the name of who asks, which can be paused, resumed and cancelled', async () => {
    const started = await ask({ filter: { channel: 'hl7v2' }, expected: 1 })
    assert.equal(started.status, 202)
    const path = String(started.headers['location'])
    assert.equal(pick((await server.get(path)).json, 'askedBy'), 'kari')
    const turn = (name: string) => server.send('POST', `${path}/${name}`)
    assert.equal(pick((await turn('pause')).json, 'state'), 'paused')
    assert.equal((await turn('pause')).status, 409)
    assert.equal(pick((await turn('resume')).json, 'state'), 'running')
    assert.equal(pick((await turn('cancel')).json, 'state'), 'cancelled')
    assert.equal((await turn('resume')).status, 409)
    const all = await server.get('/ops/replays?limit=5')
    assert.equal(pick(all.json, 'replays.0.remaining'), 1)
  })

  it('refuses what it cannot read or does not know, with every place', async () => {
    const problems = async (body: unknown) => {
      const reply = await ask(body)
      assert.equal(reply.status, 422, JSON.stringify(body))
      return list(reply.json, 'errors').map((problem) => pick(problem, 'at'))
    }
    assert.deepEqual(await problems({ filter: {} }), ['/filter'])
    assert.deepEqual(await problems({}), ['/filter'])
    assert.deepEqual(await problems({ filter: { patient: '1' }, force: true }), ['/force', '/filter/patient'])
    assert.deepEqual(
      await problems({
        filter: { channel: 'fax', fingerprint: 'x', ids: [], receivedFrom: '2026-01-01', sender: '' },
        expected: -1,
        dryRun: 'yes',
      }),
      [
        '/dryRun',
        '/expected',
        '/filter/channel',
        '/filter/fingerprint',
        '/filter/ids',
        '/filter/receivedFrom',
        '/filter/sender',
      ],
    )
    assert.deepEqual(await problems({ filter: { 'Hansen Kari': 1 } }), ['/filter/(unreadable name)'])
    assert.equal((await server.send('POST', '/ops/replays', { headers: JSON_TYPE, body: '[' })).status, 400)
    const xml = { headers: { 'content-type': 'application/xml' }, body: '<a/>' }
    assert.equal((await server.send('POST', '/ops/replays', xml)).status, 415)
    assert.equal((await server.get('/ops/replays/x')).status, 404)
    assert.equal((await server.send('DELETE', '/ops/replays')).status, 405)
  })
})
