import assert from 'node:assert/strict'
import { kari } from '../support/people.js'
import { links, list, pick, refusal, refused, startTestServer, type TestServer } from '../support/server.js'

describe('read, versions, history', () => {
  let server: TestServer
  before(async () => {
    server = await startTestServer()
  })
  after(() => server.close())

  it('R-01 answers with ETag and Last-Modified equal to meta', async () => {
    const id = server.hub.put(kari())
    const reply = await server.get(`/fhir/Patient/${id}`)
    assert.equal(reply.status, 200)
    assert.equal(reply.headers['etag'], `W/"${pick(reply.json, 'meta.versionId')}"`)
    const updated = String(pick(reply.json, 'meta.lastUpdated'))
    assert.equal(reply.headers['last-modified'], new Date(updated).toUTCString())
  })

  it('R-02 answers 404 for what never was and 410 for what was deleted', async () => {
    const id = server.hub.put(kari())
    server.hub.remove('Patient', id)
    assert.deepEqual(refusal(await server.get(`/fhir/Patient/${id}`)), refused(410, 'GONE', 'deleted'))
    assert.deepEqual(refusal(await server.get('/fhir/Patient/never')), refused(404, 'NOT_FOUND', 'not-found'))
  })

  it('R-04 answers 304 without body while nothing has changed', async () => {
    const id = server.hub.put(kari())
    const first = await server.get(`/fhir/Patient/${id}`)
    for (const headers of [
      { 'if-none-match': String(first.headers['etag']) },
      { 'if-none-match': '"0", "1"' },
      { 'if-modified-since': String(first.headers['last-modified']) },
    ]) {
      const reply = await server.get(`/fhir/Patient/${id}`, headers)
      assert.equal(reply.status, 304)
      assert.equal(reply.text, '')
      assert.equal(reply.headers['etag'], first.headers['etag'])
    }
    const other = await server.get(`/fhir/Patient/${id}`, {
      'if-none-match': 'W/"9"',
      'if-modified-since': String(first.headers['last-modified']),
    })
    assert.equal(other.status, 200)
  })

  it('R-05 reads old versions, 410 for the deletion, 404 for unknown ones', async () => {
    const id = server.hub.put(kari())
    server.hub.put({ ...kari(), id, active: false })
    server.hub.remove('Patient', id)
    const old = await server.get(`/fhir/Patient/${id}/_history/1`)
    assert.equal(old.status, 200)
    assert.equal(pick(old.json, 'active'), true)
    assert.equal(old.headers['etag'], 'W/"1"')
    assert.deepEqual(
      refusal(await server.get(`/fhir/Patient/${id}/_history/3`)),
      refused(410, 'GONE', 'deleted'),
    )
    for (const version of ['4', '0', 'x', '1e0'])
      assert.deepEqual(
        refusal(await server.get(`/fhir/Patient/${id}/_history/${version}`)),
        refused(404, 'NOT_FOUND', 'not-found'),
      )
  })

  it('R-06 gives the history newest first, deletions without resource', async () => {
    const id = server.hub.put(kari())
    server.hub.put({ ...kari(), id, active: false })
    server.hub.remove('Patient', id)
    const reply = await server.get(`/fhir/Patient/${id}/_history`)
    assert.equal(pick(reply.json, 'type'), 'history')
    const entries = list(reply.json, 'entry')
    assert.deepEqual(
      entries.map((entry) => pick(entry, 'request.method')),
      ['DELETE', 'PUT', 'POST'],
    )
    assert.deepEqual(
      entries.map((entry) => pick(entry, 'response.etag')),
      ['W/"3"', 'W/"2"', 'W/"1"'],
    )
    assert.deepEqual(
      entries.map((entry) => pick(entry, 'resource.id')),
      [undefined, id, id],
    )
    assert.deepEqual(
      refusal(await server.get('/fhir/Patient/never/_history')),
      refused(404, 'NOT_FOUND', 'not-found'),
    )
  })

  it('R-07 pages the history by _count, and ends it at _since', async () => {
    const id = server.hub.put(kari())
    for (let version = 2; version <= 5; version++)
      server.hub.put({ ...kari(), id, multipleBirthInteger: version })
    const seen: unknown[] = []
    let path: string | undefined = `/fhir/Patient/${id}/_history?_count=2`
    while (path !== undefined) {
      const reply = await server.get(path)
      assert.equal(reply.status, 200)
      seen.push(...list(reply.json, 'entry').map((entry) => pick(entry, 'response.etag')))
      path = links(reply)['next']
    }
    assert.deepEqual(seen, ['W/"5"', 'W/"4"', 'W/"3"', 'W/"2"', 'W/"1"'])
    const third = await server.get(`/fhir/Patient/${id}/_history/3`)
    const since = String(pick(third.json, 'meta.lastUpdated'))
    const recent = await server.get(`/fhir/Patient/${id}/_history?_since=${encodeURIComponent(since)}`)
    assert.equal(list(recent.json, 'entry').length, 3)
    const strict = await server.get(`/fhir/Patient/${id}/_history?_sort=x`)
    assert.deepEqual(refusal(strict), refused(400, 'QUERY_INVALID', 'value'))
  })

  it('R-07 gives the versions that were current in the time of _at', async () => {
    const id = server.hub.put(kari())
    for (let version = 2; version <= 4; version++)
      server.hub.put({ ...kari(), id, multipleBirthInteger: version })
    const versionsAt = async (at: string, more = ''): Promise<unknown[]> => {
      const reply = await server.get(`/fhir/Patient/${id}/_history?_at=${encodeURIComponent(at)}${more}`)
      assert.equal(reply.status, 200)
      return list(reply.json, 'entry').map((entry) => pick(entry, 'response.etag'))
    }
    const third = await server.get(`/fhir/Patient/${id}/_history/3`)
    const instant = String(pick(third.json, 'meta.lastUpdated'))
    assert.deepEqual(await versionsAt(instant), ['W/"3"'])
    const later = new Date(Date.parse(instant) + 60_000).toISOString()
    assert.deepEqual(await versionsAt(later), ['W/"4"'])
    assert.deepEqual(await versionsAt('2020-01'), [])
    const year = instant.slice(0, 4)
    assert.deepEqual(await versionsAt(year), ['W/"4"', 'W/"3"', 'W/"2"', 'W/"1"'])
    const page = await server.get(`/fhir/Patient/${id}/_history?_at=${year}&_count=3`)
    const next = await server.get(links(page)['next'] ?? '')
    assert.deepEqual(
      [page, next].map((reply) => list(reply.json, 'entry').map((entry) => pick(entry, 'response.etag'))),
      [['W/"4"', 'W/"3"', 'W/"2"'], ['W/"1"']],
    )
    const wrong = await server.get(`/fhir/Patient/${id}/_history?_at=yesterday`)
    assert.deepEqual(refusal(wrong), refused(400, 'QUERY_INVALID', 'value'))
  })

  it('S-19 refuses _summary and _elements on a read by name', async () => {
    const id = server.hub.put(kari())
    const reply = await server.get(`/fhir/Patient/${id}?_summary=true`)
    assert.deepEqual(refusal(reply), refused(400, 'QUERY_INVALID', 'value'))
    assert.match(String(pick(reply.json, 'issue.0.diagnostics')), /^_summary: /)
  })

  it('refuses a national number as an id in a URL', async () => {
    const reply = await server.get('/fhir/Patient/12859030007')
    assert.deepEqual(refusal(reply), refused(400, 'NATIONAL_ID_IN_URL', 'business-rule'))
    assert.ok(!reply.text.includes('12859030007'))
  })
})
