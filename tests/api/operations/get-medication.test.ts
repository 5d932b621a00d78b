import assert from 'node:assert/strict'
import { FNR } from '../../../src/core/canonical.js'
import { KARI_FNR, kari, OLA_FNR, ola } from '../support/people.js'
import { refusal, refused, startTestServer, type TestServer } from '../support/server.js'

const PATH = '/fhir/Patient/$getMedication'
const parameters = (...parameter: object[]) => ({
  resourceType: 'Parameters',
  // FHIR knows no empty arrays.
  ...(parameter.length === 0 ? {} : { parameter }),
})
const patient = (...numbers: string[]) => ({
  name: 'patient',
  resource: {
    resourceType: 'Patient',
    identifier: [
      { system: 'urn:oid:2.16.578.1.12.4.1.4.101', value: '1' },
      ...numbers.map((value) => ({ system: FNR, value })),
    ],
  },
})
const identifier = (value: string) => ({ name: 'identifier', valueIdentifier: { system: FNR, value } })

describe('$getMedication', () => {
  let server: TestServer
  let id: string
  before(async () => {
    server = await startTestServer()
    id = server.hub.put(kari())
  })
  after(() => server.close())

  it('answers with the document where asked by identifier or on an instance', async () => {
    for (const reply of [
      await server.post(PATH, parameters(identifier(KARI_FNR))),
      await server.post(`/fhir/Patient/${id}/$getMedication`, parameters()),
      await server.get(`/fhir/Patient/${id}/$getMedication`),
    ]) {
      assert.equal(reply.status, 200, reply.text)
      const body = JSON.parse(reply.text)
      assert.deepEqual([body.resourceType, body.type, body.id], ['Bundle', 'document', id])
    }
  })

  it('answers as SFM does where it is asked as SFM is', async () => {
    const asked = parameters(
      patient(KARI_FNR),
      { name: 'Referansenummer', valueString: '1234' },
      { name: 'SamtykkeKjernejournal', valueCode: 'HPMOTTATTSAMTYKKE' },
      { name: 'IncludeOriginal', valueBoolean: true },
    )
    const reply = await server.post(PATH, asked)
    assert.equal(reply.status, 200, reply.text)
    const body = JSON.parse(reply.text)
    assert.equal(body.resourceType, 'Parameters')
    assert.equal(body.parameter[0].name, 'medication')
    assert.equal(body.parameter[0].resource.id, id)
  })

  it('refuses to leave out what it was asked for: the list as of a former time', async () => {
    const asked = parameters(identifier(KARI_FNR), { name: 'historyTimestamp', valueDateTime: '2026-01-01' })
    assert.equal(refusal(await server.post(PATH, asked)).code, 'QUERY_INVALID')
  })

  it('answers 404 for nobody, 409 for numbers of several people, 400 without a number', async () => {
    assert.deepEqual(
      refusal(await server.post(PATH, parameters(patient(OLA_FNR)))),
      refused(404, 'NOT_FOUND', 'not-found'),
    )
    server.hub.put(ola())
    assert.equal(
      refusal(await server.post(PATH, parameters(patient(KARI_FNR, OLA_FNR)))).code,
      'IDENTITY_CONFLICT',
    )
    for (const asked of [parameters(), parameters(patient()), parameters({ name: 'patient', resource: {} })])
      assert.equal(refusal(await server.post(PATH, asked)).status, 400)
    assert.equal((await server.get('/fhir/Patient/nobody/$getMedication')).status, 404)
  })
})
