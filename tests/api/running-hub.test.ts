/** The doors of the API with the real store and validation behind them. */
import assert from 'node:assert/strict'
import { type RunningHub, runHub } from '../support/running-hub.js'
import { pick } from './support/server.js'

const FHIR_JSON = { 'content-type': 'application/fhir+json' }

describe('API of a running hub', function () {
  this.timeout(60_000)
  let hub: RunningHub
  before(async () => {
    hub = await runHub()
  })
  after(() => hub.hub.stop())

  const code = async (response: Response): Promise<unknown> =>
    pick(await response.json(), 'issue.0.details.coding.0.code')

  it('refuses a NUL in a search before the database does', async () => {
    for (const query of ['status=%00', 'identifier=%7C%00', 'patient=Patient/x%00']) {
      const response = await fetch(`${hub.url}/fhir/MedicationRequest?${query}`)
      assert.equal(response.status, 400, query)
      assert.equal(await code(response), 'QUERY_INVALID', query)
    }
  })

  it('N-08 refuses an unknown property with 400', async () => {
    const body = JSON.stringify({ resourceType: 'Patient', shoeSize: 42 })
    const response = await fetch(`${hub.url}/fhir/Patient`, { method: 'POST', body, headers: FHIR_JSON })
    assert.equal(response.status, 400)
    assert.equal(await code(response), 'RESOURCE_STRUCTURE')
  })
})
