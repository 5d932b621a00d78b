import assert from 'node:assert/strict'
import { FNR } from '../../../src/core/canonical.js'
import { HubError } from '../../../src/core/errors.js'
import { LIST_BODY } from '../support/fake-hub.js'
import { KARI_FNR, kari, OLA_FNR } from '../support/people.js'
import { pick, refusal, refused, startTestServer, type TestServer } from '../support/server.js'

const named = (system: string, value: string) => ({
  resourceType: 'Parameters',
  parameter: [{ name: 'identifier', valueIdentifier: { system, value } }],
})

describe('$medication-list', () => {
  let server: TestServer
  let id: string
  before(async () => {
    server = await startTestServer()
    id = server.hub.put(kari())
  })
  after(() => server.close())

  it('O-02 serves the stored bytes with the version of the list as ETag', async () => {
    const reply = await server.get(`/fhir/Patient/${id}/$medication-list`)
    assert.equal(reply.status, 200)
    assert.equal(reply.text, LIST_BODY)
    assert.equal(reply.headers['etag'], 'W/"3"')
    assert.equal(reply.headers['content-type'], 'application/fhir+json; charset=utf-8')
  })

  it('O-02 answers 304 while the list is the same, and 200 when it is not', async () => {
    const path = `/fhir/Patient/${id}/$medication-list`
    const same = await server.get(path, { 'if-none-match': 'W/"3"' })
    assert.equal(same.status, 304)
    assert.equal(same.text, '')
    assert.equal(same.headers['etag'], 'W/"3"')
    server.hub.listEtag = 'W/"3.0f"'
    assert.equal((await server.get(path, { 'if-none-match': 'W/"3"' })).status, 200)
    server.hub.listEtag = 'W/"3"'
  })

  it('finds the patient by identifier in a Parameters body', async () => {
    const reply = await server.post('/fhir/Patient/$medication-list', named(FNR, KARI_FNR))
    assert.equal(reply.status, 200)
    assert.equal(reply.text, LIST_BODY)
    assert.equal(
      (await server.post(`/fhir/Patient/${id}/$medication-list`, { resourceType: 'Parameters' })).status,
      200,
    )
  })

  it('hands on the instants that it is asked for, in the URL and in a body, as they were given', async () => {
    const { asked } = server.hub
    asked.length = 0
    const [at, knownAt] = ['2026-02-01T08:00:00+01:00', '2026-02-02T08:00:00Z']
    await server.get(`/fhir/Patient/${id}/$medication-list?at=${encodeURIComponent(at)}&knownAt=${knownAt}`)
    const { parameter } = named(FNR, KARI_FNR)
    const instants = [
      { name: 'at', valueInstant: at },
      { name: 'knownAt', valueInstant: knownAt },
    ]
    const body = { resourceType: 'Parameters', parameter: [...parameter, ...instants] }
    assert.equal((await server.post('/fhir/Patient/$medication-list', body)).status, 200)
    assert.deepEqual(asked, [
      { at, knownAt },
      { at, knownAt },
    ])
  })

  it('names the instant that cannot be asked for', async () => {
    server.hub.failWith = new HubError('QUERY_INVALID', 'lies ahead', { at: 'at' })
    const reply = await server.get(`/fhir/Patient/${id}/$medication-list?at=2099-01-01T00:00:00Z`)
    server.hub.failWith = undefined
    assert.deepEqual(refusal(reply), refused(400, 'QUERY_INVALID', 'value'))
    assert.match(reply.text, /"expression":\["at"\]|lies ahead/)
  })

  it('answers 404 when nobody has the identifier or id', async () => {
    const posted = await server.post('/fhir/Patient/$medication-list', named(FNR, OLA_FNR))
    assert.deepEqual(refusal(posted), refused(404, 'NOT_FOUND', 'not-found'))
    const read = await server.get('/fhir/Patient/nobody/$medication-list')
    assert.deepEqual(refusal(read), refused(404, 'NOT_FOUND', 'not-found'))
  })

  it('refuses a body without the identifier, with two, with unknown parameters or of another type', async () => {
    const [parameter] = named(FNR, KARI_FNR).parameter
    const instant = { name: 'at', valueInstant: '2026-02-01T08:00:00Z' }
    for (const body of [
      { resourceType: 'Parameters' },
      { resourceType: 'Parameters', parameter: [parameter, parameter] },
      { resourceType: 'Parameters', parameter: [{ name: 'at', valueDateTime: '2026' }] },
      { resourceType: 'Parameters', parameter: [parameter, instant, instant] },
      { resourceType: 'Parameters', parameter: [{ name: 'identifier', valueString: 'x' }] },
      {
        resourceType: 'Parameters',
        parameter: [{ name: 'identifier', valueIdentifier: { value: KARI_FNR } }],
      },
      { resourceType: 'Parameters', parameter: { name: 'identifier' } },
      kari(),
    ]) {
      const reply = await server.post('/fhir/Patient/$medication-list', body)
      assert.deepEqual(refusal(reply), refused(400, 'RESOURCE_STRUCTURE', 'structure'))
      assert.ok(!reply.text.includes(KARI_FNR))
    }
  })

  it('refuses parameters in the URL that it does not have, and an identifier there', async () => {
    for (const query of ['when=2026-01-01', 'identifier=a'])
      assert.deepEqual(
        refusal(await server.get(`/fhir/Patient/${id}/$medication-list?${query}`)),
        refused(400, 'QUERY_INVALID', 'value'),
      )
    const withoutBody = await server.get('/fhir/Patient/$medication-list')
    assert.deepEqual(refusal(withoutBody), refused(400, 'RESOURCE_STRUCTURE', 'structure'))
  })

  it('O-07 serves its OperationDefinition by id and by url', async () => {
    const read = await server.get('/fhir/OperationDefinition/medication-list')
    assert.equal(read.status, 200)
    assert.equal(read.headers['etag'], `W/"${pick(read.json, 'meta.versionId')}"`)
    const found = await server.get(
      '/fhir/OperationDefinition?url=http://stafett.internal/fhir/OperationDefinition/medication-list',
    )
    assert.equal(pick(found.json, 'entry.0.resource.code'), 'medication-list')
    const none = await server.get('/fhir/OperationDefinition?url=urn:none')
    assert.equal(pick(none.json, 'entry'), undefined)
  })
})
