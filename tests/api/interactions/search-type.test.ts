import assert from 'node:assert/strict'
import { prescription } from '../support/people.js'
import { FORM, startSearchServer } from '../support/search-server.js'
import {
  links,
  list,
  matchIds,
  pick,
  type Reply,
  refusal,
  refused,
  type TestServer,
} from '../support/server.js'

describe('search', () => {
  let server: TestServer
  let kariId: string
  let first: string
  let second: string

  const search = (query: string, headers: Record<string, string> = {}): Promise<Reply> =>
    server.get(`/fhir/MedicationRequest?${query}`, headers)
  const form = (type: string, body: string, query = ''): Promise<Reply> =>
    server.send('POST', `/fhir/${type}/_search${query}`, { headers: FORM, body })

  before(async () => {
    ;({ server, kariId, first, second } = await startSearchServer())
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

  it('S-02 adds what _include leads to, each once, as include, and pages only matches', async () => {
    const reply = await search(
      '_include=MedicationRequest:subject&_include=MedicationRequest:subject:Patient',
    )
    const modes = list(reply.json, 'entry').map(
      (entry) => `${pick(entry, 'resource.resourceType')} ${pick(entry, 'search.mode')}`,
    )
    assert.deepEqual(modes.sort(), [
      'MedicationRequest match',
      'MedicationRequest match',
      'Patient include',
      'Patient include',
    ])
    const page = await search('_include=MedicationRequest:subject&_count=1')
    assert.equal(list(page.json, 'entry').length, 2)
    assert.ok(links(page)['next'] !== undefined)
  })

  it('S-03 shows in the self link what was applied, and not what was ignored', async () => {
    const reply = await search('status=active&foo=bar&_count=5000', { prefer: 'handling=lenient' })
    assert.equal(links(reply)['self'], '/fhir/MedicationRequest?status=active&_count=1000')
  })

  it('S-04 S-05 refuses what is unknown by default and when strict, naming it', async () => {
    const unknown = [
      'foo=bar',
      '_include=MedicationRequest:nothing',
      '_include=MedicationRequest:medication:Patient',
      '_include=Patient:link',
      '_list=$current-medications',
      '_summary=true',
      '_elements=id',
      '_sort=status',
      '_sort=-_lastUpdated',
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

  it('S-06 refuses control characters in URL, form and condition, naming the parameter', async () => {
    for (const pair of [
      'status=%00',
      'identifier=%7C%00',
      '_id=a%00',
      'patient=%01',
      'code=a%0Ab',
      '_count=%7F',
    ]) {
      const [name = ''] = pair.split('=')
      for (const reply of [await search(pair), await form('MedicationRequest', pair)]) {
        assert.deepEqual(refusal(reply), refused(400, 'QUERY_INVALID', 'value'), pair)
        assert.ok(String(pick(reply.json, 'issue.0.diagnostics')).startsWith(`${name}: control`), pair)
      }
    }
    const update = await server.put('/fhir/MedicationRequest?identifier=urn:x%7C%00', {})
    assert.deepEqual(refusal(update), refused(400, 'QUERY_INVALID', 'value'))
    const create = await server.post('/fhir/MedicationRequest', prescription(kariId), {
      'if-none-exist': 'identifier=urn:x%7C%00',
    })
    assert.deepEqual(refusal(create), refused(412, 'CONDITION_INVALID', 'business-rule'))
  })

  it('S-07 reads repeated parameters as AND, commas as OR, and escapes', async () => {
    assert.deepEqual(matchIds(await search('status=active,stopped')), [first, second])
    assert.deepEqual(matchIds(await search('status=active&status=stopped')), [])
    assert.deepEqual(matchIds(await search('identifier=urn:test:recipe|a%5C|1')), [first])
    const many = Array.from({ length: 101 }, (_, index) => `s${index}`).join(',')
    assert.deepEqual(refusal(await search(`status=${many}`)), refused(400, 'TOO_COSTLY', 'too-costly'))
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
})
