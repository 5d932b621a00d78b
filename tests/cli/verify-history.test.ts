import assert from 'node:assert/strict'
import type { HubClient } from '../../src/cli/hub-client.js'
import { verifyHistory } from '../../src/cli/verify-history.js'
import { startTestServer, type TestServer } from '../api/support/server.js'

describe('stafett verify-history', () => {
  let server: TestServer
  const printed: string[] = []
  const { log } = console
  before(async () => {
    server = await startTestServer()
  })
  after(() => server.close())
  beforeEach(() => {
    printed.length = 0
    console.log = (line) => void printed.push(line)
  })
  afterEach(() => {
    console.log = log
  })

  const hub = {
    get: async (path: string) => ({
      ...(await server.get(path.replace('limit=100', 'limit=2'))),
      messageId: undefined,
    }),
    post: async (path: string, body = '') => ({
      ...(await server.send('POST', path, { body })),
      messageId: undefined,
    }),
  } as unknown as HubClient // the functions that are used

  it('walks all patients, page by page, and names the first break of each chain', async () => {
    assert.equal(await verifyHistory(hub, undefined), 1)
    assert.deepEqual(printed, [
      'p-2: version 2 does not show what it showed',
      '3 patients, 9 versions, 3 of them from before there were links; 1 broken',
    ])
  })

  it('looks at one patient, named by id', async () => {
    assert.equal(await verifyHistory(hub, 'p-1'), 0)
    assert.deepEqual(printed, ['p-1: 3 versions, 1 of them from before there were links, newest link f00d'])
    await assert.rejects(verifyHistory(hub, 'nobody'), /404/)
  })

  it('names a patient by number in the body alone', async () => {
    await assert.rejects(verifyHistory(hub, 'urn:oid:2.16.578.1.12.4.1.4.1|11835698734'), /404/)
    await assert.rejects(verifyHistory(hub, '11835698734'), /stands in no URL/)
    const reply = await server.get('/ops/list-histories/11835698734')
    assert.equal(reply.status, 400)
    assert.match(reply.text, /NATIONAL_ID_IN_URL/)
    assert.ok(!reply.text.includes('11835698734'))
  })

  it('goes on to the next page of patients', async () => {
    const first = await server.get('/ops/list-histories?limit=2')
    const { checked, next } = first.json as { checked: number; next: string }
    assert.equal(checked, 2)
    const second = (await server.get(next)).json as { checked: number; next?: string }
    assert.equal(second.checked, 1)
    assert.equal(second.next, undefined)
  })

  it('refuses what it cannot read', async () => {
    for (const body of ['x', '{}', '{"identifier": {"system": "a"}}', '[]'])
      assert.equal((await server.send('POST', '/ops/list-histories', { body })).status, 422, body)
    assert.equal((await server.get('/ops/list-histories?limit=0')).status, 400)
  })
})
