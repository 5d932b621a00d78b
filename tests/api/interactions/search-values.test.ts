import assert from 'node:assert/strict'
import type { Medication } from 'fhir/r4.js'
import { FNR } from '../../../src/core/canonical.js'
import { KARI_FNR, OLA_FNR, prescription } from '../support/people.js'
import { FORM, startSearchServer } from '../support/search-server.js'
import { matchIds, type Reply, refusal, refused, type TestServer } from '../support/server.js'

describe('search by the kinds of parameter', () => {
  let server: TestServer
  let kariId: string
  let olaId: string
  let first: string
  let second: string

  const search = (query: string, headers: Record<string, string> = {}): Promise<Reply> =>
    server.get(`/fhir/MedicationRequest?${query}`, headers)
  const form = (type: string, body: string, query = ''): Promise<Reply> =>
    server.send('POST', `/fhir/${type}/_search${query}`, { headers: FORM, body })

  before(async () => {
    ;({ server, kariId, olaId, first, second } = await startSearchServer())
  })
  after(() => server.close())

  it('S-08 finds tokens by system and code, code, no system, and system', async () => {
    const atc = 'http://www.whocc.no/atc'
    for (const value of [`${atc}|C07AB02`, 'C07AB02', `${atc}|`])
      assert.deepEqual(matchIds(await search(`code=${value}`)), [first, second], value)
    for (const value of ['|C07AB02', 'urn:other|C07AB02', 'c07ab02', 'urn:other|'])
      assert.deepEqual(matchIds(await search(`code=${value}`)), [], value)
    assert.deepEqual(matchIds(await search('category=|community')), [first])
    assert.deepEqual(
      matchIds(await search('status=http://hl7.org/fhir/CodeSystem/medicationrequest-status|active')),
      [first],
    )
  })

  it('S-08 finds a prescription by the code of its contained product', async () => {
    const { medicationCodeableConcept: _code, ...rest } = prescription(kariId)
    const product: Medication = {
      resourceType: 'Medication',
      id: 'medication',
      code: { coding: [{ system: 'urn:test', code: 'N05' }] },
    }
    const id = server.hub.put({
      ...rest,
      contained: [product],
      medicationReference: { reference: '#medication' },
    })
    assert.deepEqual(matchIds(await search('code=urn:test|N05')), [id])
    server.hub.remove('MedicationRequest', id)
  })

  it('S-09 reads dates as ranges, in the time of Oslo where no offset is given', async () => {
    // 23:30 UTC on the last of February is half past midnight on the first of March in Oslo.
    assert.deepEqual(matchIds(await search('authoredon=2026-03-01')), [first])
    assert.deepEqual(matchIds(await search('authoredon=2026-02')), [second])
    assert.deepEqual(matchIds(await search('authoredon=ge2026-02-10&authoredon=lt2026-03')), [second])
    assert.deepEqual(matchIds(await search('authoredon=gt2026-02-28T23:29:59Z')), [first])
    assert.deepEqual(matchIds(await search('authoredon=sa2026-02-10')), [first])
    assert.deepEqual(matchIds(await search('authoredon=eb2026-02-11')), [second])
    assert.deepEqual(matchIds(await search('authoredon=ne2026-02-10')), [first])
    assert.deepEqual(matchIds(await search('authoredon=le2026-02-10')), [second])
  })

  it('S-10 finds by reference: Type/id, plain id, absolute URL, :Type and :identifier', async () => {
    for (const value of [
      `patient=Patient/${kariId}`,
      `patient=${kariId}`,
      `subject=Patient/${kariId}`,
      `patient=https://hub.test/fhir/Patient/${kariId}`,
      `subject:Patient=${kariId}`,
    ])
      assert.deepEqual(matchIds(await search(value)), [first], value)
    assert.deepEqual(matchIds(await search('requester:identifier=urn:oid:2.16.578.1.12.4.1.4.4|9144889')), [
      first,
    ])
    assert.deepEqual(matchIds(await search('patient=https://elsewhere.test/Patient/1')), [])
  })

  it('S-11 finds names by their start, without case and accents, å and ø being letters of their own', async () => {
    const people = (query: string): Promise<unknown[]> =>
      server.get(`/fhir/Patient?${query}`).then((reply) => matchIds(reply))
    assert.deepEqual(await people('family=%C3%98STB'), [kariId])
    assert.deepEqual(await people('family=ost'), [])
    assert.deepEqual(await people('given=%C3%A5se'), [kariId])
    assert.deepEqual(await people('given=ase'), [])
    assert.deepEqual(await people('name=andresen'), [olaId])
    assert.deepEqual(await people('family:exact=Andr%C3%A9sen'), [olaId])
    assert.deepEqual(await people('family:exact=Andresen'), [])
    assert.deepEqual(await people('birthdate=1990-05-12'), [kariId, olaId])
    const long = await server.get(`/fhir/Patient?name=${'x'.repeat(41)}`)
    assert.deepEqual(refusal(long), refused(400, 'QUERY_INVALID', 'value'))
  })

  it('S-12 finds by the identifier of the patient, by POST', async () => {
    const found = await form('MedicationRequest', `patient.identifier=${FNR}|${KARI_FNR}`)
    assert.deepEqual(matchIds(found), [first])
    assert.deepEqual(matchIds(await form('MedicationRequest', `patient:identifier=${FNR}|${OLA_FNR}`)), [
      second,
    ])
    assert.deepEqual(matchIds(await form('MedicationRequest', `patient.identifier=${FNR}|nobody`)), [])
  })

  it('S-14 finds by _lastUpdated, _tag and _profile', async () => {
    assert.equal(
      matchIds(await search('_tag=http://stafett.internal/fhir/CodeSystem/medlist-layer|fact')).length,
      2,
    )
    assert.deepEqual(matchIds(await search('_tag=line')), [])
    assert.deepEqual(matchIds(await search('_lastUpdated=lt2026')), [])
    assert.equal(matchIds(await search('_lastUpdated=ge2026-03-01')).length, 2)
    assert.deepEqual(matchIds(await search('_profile=urn:none')), [])
  })
})
