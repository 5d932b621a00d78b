import assert from 'node:assert/strict'
import { FNR } from '../../../src/core/canonical.js'
import { KARI_FNR, kari } from '../support/people.js'
import { refusal, refused, startTestServer, type TestServer } from '../support/server.js'

describe('$roll-chain', () => {
  let server: TestServer
  let id: string
  before(async () => {
    server = await startTestServer()
    id = server.hub.put(kari())
  })
  after(() => server.close())

  it('asks for the roll, day and slot that the request names', async () => {
    const reply = await server.get(`/fhir/Patient/${id}/$roll-chain?roll=R1&date=2026-11-20&slot=EVE`)
    assert.equal(reply.status, 200)
    assert.equal(JSON.parse(reply.text).parameter[0].valueString, 'R1 2026-11-20 EVE')
  })

  it('finds the patient by identifier in a body, and nobody by another', async () => {
    const body = (value: string) => ({
      resourceType: 'Parameters',
      parameter: [{ name: 'identifier', valueIdentifier: { system: FNR, value } }],
    })
    assert.equal((await server.post('/fhir/Patient/$roll-chain', body(KARI_FNR))).status, 200)
    const nobody = await server.post('/fhir/Patient/$roll-chain', body('15867910090'))
    assert.deepEqual(refusal(nobody), refused(404, 'NOT_FOUND', 'not-found'))
  })
})
