import assert from 'node:assert/strict'
import type { Medication, Patient } from 'fhir/r4.js'
import { FNR } from '../../../src/core/canonical.js'
import { KARI_FNR, kari, OLA_FNR, ola, prescription } from '../support/people.js'
import {
  links,
  list,
  matchIds,
  pick,
  type Reply,
  refusal,
  refused,
  startTestServer,
  type TestServer,
} from '../support/server.js'

const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

describe('search', () => {
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
    server = await startTestServer()
    kariId = server.hub.put(kari())
    olaId = server.hub.put(ola())
    first = server.hub.put(
      prescription(kariId, {
        identifier: [{ system: 'urn:test:recipe', value: 'a|1' }],
        authoredOn: '2026-02-28T23:30:00Z',
        category: [{ coding: [{ code: 'community' }] }],
        requester: {
          type: 'Practitioner',
          identifier: { system: 'urn:oid:2.16.578.1.12.4.1.4.4', value: '9144889' },
        },
      }),
    )
    second = server.hub.put(prescription(olaId, { status: 'stopped', authoredOn: '2026-02-10' }))
  })
  after(() => server.close())

  it('S-01 gives the same by GET and by POST, with the parameters of URL and form together', async () => {
    const get = matchIds(await search(`patient=${kariId}&status=active`))
    assert.deepEqual(get, [first])
    assert.deepEqual(matchIds(await form('MedicationRequest', `patient=${kariId}&status=active`)), get)
    assert.deepEqual(matchIds(await form('MedicationRequest', 'status=active', `?patient=${kariId}`)), get)
    const other = await server.send('POST', '/fhir/MedicationRequest/_search', {
      headers: { 'content-type': 'application/json' },
      body: '{}',
    })
    assert.deepEqual(refusal(other), refused(415, 'MEDIA_TYPE_UNSUPPORTED', 'not-supported'))
  })

  it('S-02 answers a searchset with self link, fullUrl and mode', async () => {
    const reply = await search(`_id=${first}`)
    assert.equal(reply.status, 200)
    assert.equal(pick(reply.json, 'type'), 'searchset')
    assert.equal(pick(reply.json, 'link.0.relation'), 'self')
    assert.equal(pick(reply.json, 'entry.0.fullUrl'), `https://hub.test/fhir/MedicationRequest/${first}`)
    assert.equal(pick(reply.json, 'entry.0.search.mode'), 'match')
  })

  it('S-03 shows in the self link what was applied, and not what was ignored', async () => {
    const reply = await search('status=active&foo=bar&_count=5000', { prefer: 'handling=lenient' })
    assert.equal(links(reply)['self'], '/fhir/MedicationRequest?status=active&_count=1000')
  })

  it('S-04 S-05 refuses what is unknown by default and when strict, naming it', async () => {
    const unknown = [
      'foo=bar',
      '_include=MedicationRequest:medication',
      '_summary=true',
      '_elements=id',
      '_sort=status',
      'status:not=active',
      'code:missing=true',
      'authoredon=ap2026',
      'medication.code=x',
      '_has:Provenance:target:agent=x',
      '_id:x=y',
      '__proto__=x',
      'patient:Group=x',
    ]
    for (const query of unknown)
      for (const headers of [{}, { prefer: 'handling=strict' }]) {
        const reply = await search(query, headers)
        assert.deepEqual(refusal(reply), refused(400, 'QUERY_INVALID', 'value'), query)
        assert.ok(
          String(pick(reply.json, 'issue.0.diagnostics')).startsWith(query.split('=')[0] ?? ''),
          query,
        )
      }
  })

  it('S-04 leaves out what is unknown when lenient, and says so in an outcome entry', async () => {
    const reply = await search(`_id=${first}&foo=bar`, { prefer: 'handling=lenient' })
    const [match, outcome] = list(reply.json, 'entry')
    assert.equal(pick(match, 'resource.id'), first)
    assert.equal(pick(outcome, 'search.mode'), 'outcome')
    assert.equal(pick(outcome, 'resource.issue.0.severity'), 'warning')
    assert.equal(pick(outcome, 'resource.issue.0.code'), 'not-supported')
  })

  it('S-06 refuses malformed values also when lenient', async () => {
    const malformed = [
      'authoredon=ge20x6',
      'authoredon=2026-02-30',
      '_count=x',
      '_count=-1',
      '_total=maybe',
      'status=',
      'status=a,',
      'status=a|b|c',
      'status=a\\b',
      '_id=a/b',
      'patient=a%20b',
      'requester=plain-id',
      'patient.identifier=x',
      'patient:identifier=|x',
      '_lastUpdated=x',
      '%C3%28=x',
      'status=%C3%28',
    ]
    for (const query of malformed) {
      const reply = await search(query, { prefer: 'handling=lenient' })
      assert.deepEqual(refusal(reply), refused(400, 'QUERY_INVALID', 'value'), query)
    }
  })

  it('S-07 reads repeated parameters as AND, commas as OR, and escapes', async () => {
    assert.deepEqual(matchIds(await search('status=active,stopped')), [second, first])
    assert.deepEqual(matchIds(await search('status=active&status=stopped')), [])
    assert.deepEqual(matchIds(await search('identifier=urn:test:recipe|a%5C|1')), [first])
    const many = Array.from({ length: 101 }, (_, index) => `s${index}`).join(',')
    assert.deepEqual(refusal(await search(`status=${many}`)), refused(400, 'TOO_COSTLY', 'too-costly'))
  })

  it('S-08 finds tokens by system and code, code, no system, and system', async () => {
    const atc = 'http://www.whocc.no/atc'
    for (const value of [`${atc}|C07AB02`, 'C07AB02', `${atc}|`])
      assert.deepEqual(matchIds(await search(`code=${value}`)), [second, first], value)
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
    assert.deepEqual(await people('birthdate=1990-05-12'), [olaId, kariId])
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

  it('S-17 S-18 counts without entries, and gives a total only when asked', async () => {
    const counted = await search('_count=0')
    assert.equal(pick(counted.json, 'total'), 2)
    assert.equal(pick(counted.json, 'entry'), undefined)
    assert.equal(pick((await search('status=active')).json, 'total'), undefined)
    for (const mode of ['accurate', 'estimate'])
      assert.equal(pick((await search(`status=active&_total=${mode}`)).json, 'total'), 1)
  })

  it('S-21 answers an empty result with 200 and no entries', async () => {
    const reply = await search('status=draft')
    assert.equal(reply.status, 200)
    assert.equal(pick(reply.json, 'entry'), undefined)
  })

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
    ])
      assert.deepEqual(
        refusal(await search(query)),
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

describe('search pages', () => {
  let server: TestServer
  const patient = (index: number): Patient => ({
    resourceType: 'Patient',
    identifier: [{ system: FNR, value: KARI_FNR }],
    multipleBirthInteger: index,
  })
  beforeEach(async () => {
    server = await startTestServer()
    for (let index = 0; index < 7; index++) server.hub.put(patient(index))
  })
  afterEach(() => server.close())

  it('S-20 walks all rows once by opaque next links, while others write', async () => {
    const existing = matchIds(await server.get('/fhir/Patient'))
    let reply = await server.send('POST', '/fhir/Patient/_search', {
      headers: FORM,
      body: `identifier=${FNR}|${KARI_FNR}&_count=3&_total=accurate`,
    })
    const seen: unknown[] = []
    for (;;) {
      seen.push(...matchIds(reply))
      assert.equal(pick(reply.json, 'total'), 7)
      const next = links(reply)['next']
      if (next === undefined) break
      assert.match(next, /^\/fhir\/Patient\?_page=[\w-]+$/)
      assert.ok(
        !Buffer.from(next.split('=')[1] ?? '', 'base64url')
          .toString('latin1')
          .includes(KARI_FNR),
      )
      server.hub.put(patient(99))
      reply = await server.get(next)
      assert.equal(reply.status, 200)
    }
    assert.deepEqual(seen, existing)
  })

  it('S-20 answers 410 after an hour, and 400 to a link that was altered, moved or taken over', async () => {
    const first = await server.get('/fhir/Patient?_count=3')
    const next = String(links(first)['next'])
    const token = next.split('=')[1] ?? ''
    const altered = `${token.slice(0, 20)}${token[20] === 'A' ? 'B' : 'A'}${token.slice(21)}`
    for (const path of [
      `/fhir/Patient?_page=${altered}`,
      '/fhir/Patient?_page=x',
      `/fhir/Device?_page=${token}`,
      `${next}&status=active`,
    ])
      assert.deepEqual(refusal(await server.get(path)), refused(400, 'QUERY_INVALID', 'value'), path)
    assert.deepEqual(
      refusal(await server.get(next, { authorization: 'other' })),
      refused(400, 'QUERY_INVALID', 'value'),
    )
    server.hub.now += 3_600_000
    assert.equal((await server.get(next)).status, 200)
    server.hub.now += 2
    assert.deepEqual(refusal(await server.get(next)), refused(410, 'GONE', 'deleted'))
  })
})
