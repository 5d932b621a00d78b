import assert from 'node:assert/strict'
import { FNR } from '../../../src/core/canonical.js'
import { KARI_FNR } from '../support/people.js'
import { FORM, startSearchServer } from '../support/search-server.js'
import { links, matchIds, pick, type Reply, refusal, refused, type TestServer } from '../support/server.js'

describe('search and national numbers', () => {
  let server: TestServer
  let kariId: string

  const search = (query: string, headers: Record<string, string> = {}): Promise<Reply> =>
    server.get(`/fhir/MedicationRequest?${query}`, headers)
  const form = (type: string, body: string, query = ''): Promise<Reply> =>
    server.send('POST', `/fhir/${type}/_search${query}`, { headers: FORM, body })

  before(async () => {
    ;({ server, kariId } = await startSearchServer())
  })
  after(() => server.close())

  it('refuses national numbers in a URL and names the way that works', async () => {
    for (const query of [
      `identifier=${FNR}|${KARI_FNR}`,
      `identifier=${KARI_FNR}`,
      `identifier=a|b,${KARI_FNR}`,
      `identifier=urn:other|${KARI_FNR}`,
      `_id=${KARI_FNR}`,
    ]) {
      const reply = await server.get(`/fhir/Patient?${query}`)
      assert.deepEqual(refusal(reply), refused(400, 'NATIONAL_ID_IN_URL', 'business-rule'), query)
      assert.match(String(pick(reply.json, 'issue.0.diagnostics')), /POST Patient\/_search/)
      assert.ok(!reply.text.includes(KARI_FNR))
    }
    for (const query of [
      `patient.identifier=${FNR}|${KARI_FNR}`,
      `patient:identifier=${FNR}|${KARI_FNR}`,
      `patient=${KARI_FNR}`,
      `requester=Patient/${KARI_FNR}`,
    ])
      assert.deepEqual(
        refusal(await search(query)),
        refused(400, 'NATIONAL_ID_IN_URL', 'business-rule'),
        query,
      )
    for (const query of [`MedicationStatement?_list=${KARI_FNR}`, `DetectedIssue?line=${KARI_FNR}`])
      assert.deepEqual(
        refusal(await server.get(`/fhir/${query}`)),
        refused(400, 'NATIONAL_ID_IN_URL', 'business-rule'),
        query,
      )
    const posted = await form('Patient', 'active=true', `?identifier=${KARI_FNR}`)
    assert.deepEqual(refusal(posted), refused(400, 'NATIONAL_ID_IN_URL', 'business-rule'))
    assert.equal((await server.get('/fhir/Device?identifier=urn:test|12345678901')).status, 200)
  })

  it('finds a person by national number by POST, and shows it in no link', async () => {
    const reply = await form('Patient', `identifier=${FNR}|${KARI_FNR}&_count=1`)
    assert.deepEqual(matchIds(reply), [kariId])
    assert.equal(links(reply)['self'], '/fhir/Patient?identifier=***&_count=1')
    const followed = await server.get(String(links(reply)['self']))
    assert.deepEqual(refusal(followed), refused(400, 'QUERY_INVALID', 'value'))
  })
})
