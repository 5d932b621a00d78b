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

  it('refuses a NUL elsewhere too', async () => {
    for (const path of ['card/%00/1', 'ops/list-histories/%00', 'ops/list-histories?after=%00']) {
      const response = await fetch(`${hub.url}/${path}`)
      assert.equal(response.status, 400, path)
      assert.equal(pick(await response.json(), 'code'), 'QUERY_INVALID', path)
    }
    const body = JSON.stringify({ identifier: { system: 'urn:x', value: 'a\u0000' } })
    const posted = await fetch(`${hub.url}/ops/list-histories`, { method: 'POST', body })
    assert.equal(posted.status, 422)
  })

  it('N-08 refuses an unknown property with 400', async () => {
    const body = JSON.stringify({ resourceType: 'Patient', shoeSize: 42 })
    const response = await fetch(`${hub.url}/fhir/Patient`, { method: 'POST', body, headers: FHIR_JSON })
    assert.equal(response.status, 400)
    assert.equal(await code(response), 'RESOURCE_STRUCTURE')
  })

  it('gives the list as of an instant, what became of it, and whether its past is what it was', async () => {
    const created = await fetch(`${hub.url}/fhir/Patient`, {
      method: 'POST',
      body: JSON.stringify({ resourceType: 'Patient' }),
      headers: FHIR_JSON,
    })
    const id = String(pick(await created.json(), 'id'))
    const path = `${hub.url}/fhir/Patient/${id}`
    const read = async (url: string) => {
      const response = await fetch(url)
      assert.equal(response.status, 200, url)
      return response.text()
    }
    const told = await read(`${path}/$medication-list`)
    await new Promise((resolve) => setTimeout(resolve, 5))
    const at = new Date().toISOString()
    assert.equal(await read(`${path}/$medication-list?at=${at}`), told)
    await new Promise((resolve) => setTimeout(resolve, 5))
    const known = new Date().toISOString()
    assert.match(await read(`${path}/$medication-list?at=${at}&knownAt=${known}`), /\/reconstructed"/)
    assert.match(await read(`${path}/$medication-list-diff?from=${at}&to=${known}`), /"Parameters"/)
    const chain = JSON.parse(await read(`${hub.url}/ops/list-histories/${id}`)) as unknown
    assert.equal(pick(chain, 'broken'), null)
    for (const [query, place] of [
      ['at=2999-01-01T00:00:00Z', 'at'],
      ['at=2026-01-01', 'at'],
      [`at=${known}&knownAt=${at}`, 'knownAt'],
    ]) {
      const refused = await fetch(`${path}/$medication-list?${query}`)
      assert.equal(refused.status, 400, query)
      assert.match(String(pick(await refused.json(), 'issue.0.diagnostics')), new RegExp(`^${place}: `))
    }
  })
})
