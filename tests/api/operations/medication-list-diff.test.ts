import assert from 'node:assert/strict'
import { FNR } from '../../../src/core/canonical.js'
import { KARI_FNR, kari, OLA_FNR } from '../support/people.js'
import { refusal, refused, startTestServer, type TestServer } from '../support/server.js'

const FROM = '2026-01-01T08:00:00Z'
const TO = '2026-02-01T08:00:00Z'
const body = (value: string) => ({
  resourceType: 'Parameters',
  parameter: [
    { name: 'identifier', valueIdentifier: { system: FNR, value } },
    { name: 'from', valueInstant: FROM },
    { name: 'to', valueInstant: TO },
  ],
})

describe('$medication-list-diff', () => {
  let server: TestServer
  let id: string
  before(async () => {
    server = await startTestServer()
    id = server.hub.put(kari())
  })
  after(() => server.close())

  it('compares the lists of two instants, named in the URL or in a body', async () => {
    const read = await server.get(`/fhir/Patient/${id}/$medication-list-diff?from=${FROM}&to=${TO}`)
    assert.equal(read.status, 200)
    const posted = await server.post('/fhir/Patient/$medication-list-diff', body(KARI_FNR))
    assert.equal(posted.text, read.text)
    assert.match(read.text, /"valueInstant":"2026-01-01T08:00:00Z"/)
  })

  it('demands both instants, and a patient who is known', async () => {
    const half = await server.get(`/fhir/Patient/${id}/$medication-list-diff?from=${FROM}`)
    assert.deepEqual(refusal(half), refused(400, 'RESOURCE_STRUCTURE', 'structure'))
    const nobody = await server.get(`/fhir/Patient/nobody/$medication-list-diff?from=${FROM}&to=${TO}`)
    assert.deepEqual(refusal(nobody), refused(404, 'NOT_FOUND', 'not-found'))
    const other = await server.post('/fhir/Patient/$medication-list-diff', body(OLA_FNR))
    assert.deepEqual(refusal(other), refused(404, 'NOT_FOUND', 'not-found'))
  })

  it('O-07 serves its OperationDefinition', async () => {
    assert.equal((await server.get('/fhir/OperationDefinition/medication-list-diff')).status, 200)
  })
})
