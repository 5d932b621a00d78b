import assert from 'node:assert/strict'
import { FNR } from '../../../src/core/canonical.js'
import { KARI_FNR, kari } from '../support/people.js'
import { refusal, refused, startTestServer, type TestServer } from '../support/server.js'

describe('documents made of the list', () => {
  let server: TestServer
  let id: string
  before(async () => {
    server = await startTestServer()
    id = server.hub.put(kari())
  })
  after(() => server.close())

  it('$summary answers in the language that the reader prefers of those it speaks', async () => {
    for (const [asked, answered] of [
      ['de, sv;q=0.8, en;q=0.9', 'en'],
      ['nn-NO', 'nb'],
      ['fi-FI,fi;q=0.9', 'fi'],
      ['de', undefined],
      ['*', undefined],
    ] as const) {
      const reply = await server.get(`/fhir/Patient/${id}/$summary`, { 'accept-language': asked })
      assert.equal(reply.status, 200)
      assert.equal(JSON.parse(reply.text).language, answered, asked)
      assert.equal(reply.headers['vary'], 'Accept-Language')
    }
  })

  it('$summary finds the patient by identifier in a body', async () => {
    const body = {
      resourceType: 'Parameters',
      parameter: [{ name: 'identifier', valueIdentifier: { system: FNR, value: KARI_FNR } }],
    }
    assert.equal((await server.post('/fhir/Patient/$summary', body)).status, 200)
  })

  it('$medication-card is a PDF to who asks for one, else the Bundle with the PDF in it', async () => {
    const path = `/fhir/Patient/${id}/$medication-card`
    const pdf = await server.get(path, { accept: 'application/pdf' })
    assert.equal(pdf.headers['content-type'], 'application/pdf')
    assert.equal(pdf.text, '%PDF-')
    const bundle = JSON.parse((await server.get(path)).text)
    assert.equal(bundle.entry.at(-1).resource.resourceType, 'Binary')
    assert.equal(Buffer.from(bundle.entry.at(-1).resource.data, 'base64').toString(), '%PDF-')
  })

  it('answers errors as OperationOutcome also to who asked for a PDF', async () => {
    const reply = await server.get('/fhir/Patient/nobody/$medication-card', { accept: 'application/pdf' })
    assert.deepEqual(refusal(reply), refused(404, 'NOT_FOUND', 'not-found'))
    assert.match(reply.headers['content-type'] ?? '', /^application\/fhir\+json/)
  })

  it('serves no PDF elsewhere', async () => {
    const reply = await server.get(`/fhir/Patient/${id}/$summary`, { accept: 'application/pdf' })
    assert.equal(reply.status, 406)
  })

  it('List/$find gives the current list by its name, and knows no other', async () => {
    const found = await server.get(`/fhir/List/$find?patient=${id}&name=current-medications`)
    assert.equal(found.status, 200)
    assert.equal(found.headers['etag'], 'W/"3"')
    assert.equal(JSON.parse(found.text).resourceType, 'List')
    const other = await server.get(`/fhir/List/$find?patient=${id}&name=current-allergies`)
    assert.deepEqual(refusal(other), refused(400, 'QUERY_INVALID', 'value'))
    const number = await server.get(`/fhir/List/$find?patient=${KARI_FNR}&name=current-medications`)
    assert.deepEqual(refusal(number), refused(400, 'NATIONAL_ID_IN_URL', 'business-rule'))
  })

  it('refuses a view that it does not have', async () => {
    const reply = await server.get(`/fhir/Patient/${id}/$medication-list?view=everything`)
    assert.equal(reply.status, 400)
  })
})
