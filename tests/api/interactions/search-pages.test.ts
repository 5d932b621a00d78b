import assert from 'node:assert/strict'
import type { Patient } from 'fhir/r4.js'
import { FNR } from '../../../src/core/canonical.js'
import { KARI_FNR } from '../support/people.js'
import { FORM } from '../support/search-server.js'
import {
  links,
  matchIds,
  pick,
  refusal,
  refused,
  startTestServer,
  type TestServer,
} from '../support/server.js'

describe('search pages', () => {
  let server: TestServer
  const patient = (index: number): Patient => ({
    resourceType: 'Patient',
    identifier: [{ system: FNR, value: KARI_FNR }],
    multipleBirthInteger: index,
  })
  beforeEach(async () => {
    server = await startTestServer()
    for (let index = 0; index < 7; index++) server.hub.put(patient(index))
  })
  afterEach(() => server.close())

  it('S-20 walks all rows once by opaque next links, while others write', async () => {
    const existing = matchIds(await server.get('/fhir/Patient'))
    let reply = await server.send('POST', '/fhir/Patient/_search', {
      headers: FORM,
      body: `identifier=${FNR}|${KARI_FNR}&_count=3&_total=accurate`,
    })
    const seen: unknown[] = []
    const added: unknown[] = []
    for (;;) {
      seen.push(...matchIds(reply))
      assert.equal(pick(reply.json, 'total'), 7)
      const next = links(reply)['next']
      if (next === undefined) break
      assert.match(next, /^\/fhir\/Patient\?_page=[\w-]+$/)
      assert.ok(
        !Buffer.from(next.split('=')[1] ?? '', 'base64url')
          .toString('latin1')
          .includes(KARI_FNR),
      )
      added.push(server.hub.put(patient(99)))
      // What was shown and what is to come change places in the order of writing.
      for (const id of existing) server.hub.put({ ...patient(100), id: String(id) })
      reply = await server.get(next)
      assert.equal(reply.status, 200)
    }
    assert.deepEqual(
      seen.filter((id) => !added.includes(id)),
      existing,
    )
  })

  it('S-20 answers 410 after an hour, and 400 to a link that was altered, moved or taken over', async () => {
    const first = await server.get('/fhir/Patient?_count=3')
    const next = String(links(first)['next'])
    const token = next.split('=')[1] ?? ''
    const altered = `${token.slice(0, 20)}${token[20] === 'A' ? 'B' : 'A'}${token.slice(21)}`
    for (const path of [
      `/fhir/Patient?_page=${altered}`,
      '/fhir/Patient?_page=x',
      `/fhir/Device?_page=${token}`,
      `${next}&status=active`,
    ])
      assert.deepEqual(refusal(await server.get(path)), refused(400, 'QUERY_INVALID', 'value'), path)
    assert.deepEqual(
      refusal(await server.get(next, { authorization: 'other' })),
      refused(400, 'QUERY_INVALID', 'value'),
    )
    server.hub.now += 3_600_000
    assert.equal((await server.get(next)).status, 200)
    server.hub.now += 2
    assert.deepEqual(refusal(await server.get(next)), refused(410, 'GONE', 'deleted'))
  })
})
