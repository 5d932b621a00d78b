import assert from 'node:assert/strict'
import { LAYER_SYSTEM } from '../../../src/core/canonical.js'
import { HubError, type Problem } from '../../../src/core/errors.js'
import { KARI_FNR, kari, ola, prescription } from '../support/people.js'
import { list, pick, refusal, refused, startTestServer, type TestServer } from '../support/server.js'

const RECIPE = 'urn:test:recipe'
const withRecipe = (patient: string, value: string) =>
  prescription(patient, { identifier: [{ system: RECIPE, value }] })

describe('create, update and their conditions', () => {
  let server: TestServer
  let patient: string
  before(async () => {
    server = await startTestServer()
    patient = server.hub.put(kari())
  })
  after(() => server.close())

  it('W-01 answers a create with 201, Location of the version, ETag and Last-Modified', async () => {
    const reply = await server.post('/fhir/MedicationRequest', prescription(patient))
    assert.equal(reply.status, 201)
    const id = String(pick(reply.json, 'id'))
    assert.equal(reply.headers['location'], `https://hub.test/fhir/MedicationRequest/${id}/_history/1`)
    assert.equal(reply.headers['etag'], 'W/"1"')
    assert.ok(reply.headers['last-modified'])
    assert.deepEqual((await server.get(`/fhir/MedicationRequest/${id}`)).json, reply.json)
  })

  it('W-02 ignores id, versionId, lastUpdated, source and layer of the client, and keeps its other meta', async () => {
    const reply = await server.post('/fhir/MedicationRequest', {
      ...prescription(patient),
      id: 'chosen',
      meta: {
        versionId: '77',
        lastUpdated: '1999-01-01T00:00:00Z',
        source: 'urn:me',
        profile: ['http://stafett.internal/fhir/StructureDefinition/hub-prescription'],
        tag: [
          { system: LAYER_SYSTEM, code: 'line' },
          { system: 'urn:test', code: 'mine' },
        ],
      },
    })
    assert.equal(reply.status, 201)
    assert.notEqual(pick(reply.json, 'id'), 'chosen')
    assert.equal(pick(reply.json, 'meta.versionId'), '1')
    assert.ok(String(pick(reply.json, 'meta.lastUpdated')).startsWith('2026'))
    assert.equal(pick(reply.json, 'meta.source'), undefined)
    assert.deepEqual(pick(reply.json, 'meta.tag'), [
      { system: 'urn:test', code: 'mine' },
      { system: LAYER_SYSTEM, code: 'fact' },
    ])
    assert.ok(Array.isArray(pick(reply.json, 'meta.profile')))
  })

  it('N-08 answers 400 when any issue is one of structure, 422 when only rules are broken', async () => {
    const rule: Problem = { at: 'MedicationRequest.status', text: 'required', code: 'RESOURCE_INVALID' }
    const property: Problem = { at: 'MedicationRequest.x', text: 'unknown', code: 'RESOURCE_STRUCTURE' }
    for (const [issues, status] of [
      [[rule, property], 400],
      [[rule], 422],
    ] as const) {
      server.hub.failWith = new HubError('RESOURCE_INVALID', 'broken rules', { issues })
      const reply = await server.post('/fhir/MedicationRequest', prescription(patient))
      server.hub.failWith = undefined
      assert.equal(reply.status, status)
      assert.deepEqual(
        list(reply.json, 'issue').map((issue) => pick(issue, 'details.coding.0.code')),
        issues.map(({ code }) => code),
      )
    }
  })

  it('W-03 answers 400 for a wrong type or broken JSON, 404 for an unknown type, 422 for a broken rule', async () => {
    const wrong = await server.post('/fhir/MedicationRequest', kari())
    assert.deepEqual(refusal(wrong), refused(400, 'RESOURCE_STRUCTURE', 'structure'))
    for (const body of [
      '{"resourceType":',
      '[]',
      '',
      '{"resourceType":"Patient"} x',
      "{'a':1}",
      '{"resourceType":"Patient",}',
    ]) {
      const reply = await server.send('POST', '/fhir/Patient', {
        headers: { 'content-type': 'application/json' },
        body,
      })
      assert.deepEqual(refusal(reply), refused(400, 'RESOURCE_STRUCTURE', 'structure'), body)
    }
    assert.deepEqual(refusal(await server.post('/fhir/Foo', {})), refused(404, 'NOT_FOUND', 'not-found'))
    const { status: _status, ...incomplete } = prescription(patient)
    const invalid = await server.post('/fhir/MedicationRequest', incomplete)
    assert.deepEqual(refusal(invalid), refused(422, 'RESOURCE_INVALID', 'invariant'))
    assert.equal(pick(invalid.json, 'issue.0.expression.0'), 'MedicationRequest.status')
  })

  it('W-04 refuses an update whose body has another id or none, and answers 200 else', async () => {
    const id = server.hub.put(prescription(patient))
    for (const body of [prescription(patient), { ...prescription(patient), id: 'other' }])
      assert.deepEqual(
        refusal(await server.put(`/fhir/MedicationRequest/${id}`, body)),
        refused(400, 'RESOURCE_STRUCTURE', 'structure'),
      )
    const reply = await server.put(`/fhir/MedicationRequest/${id}`, { ...prescription(patient), id })
    assert.equal(reply.status, 200)
    assert.equal(reply.headers['etag'], 'W/"2"')
  })

  it('W-05 answers 405 with Allow to a PUT of an id that does not exist', async () => {
    const reply = await server.put('/fhir/MedicationRequest/new-one', {
      ...prescription(patient),
      id: 'new-one',
    })
    assert.deepEqual(refusal(reply), refused(405, 'METHOD_NOT_ALLOWED', 'not-supported'))
    assert.equal(reply.headers['allow'], 'GET, HEAD')
  })

  it('answers 405 to an update of a line of the shared list', async () => {
    const id = server.hub.put(
      { resourceType: 'MedicationStatement', status: 'active', subject: { reference: `Patient/${patient}` } },
      'line',
    )
    const reply = await server.put(`/fhir/MedicationStatement/${id}`, {
      resourceType: 'MedicationStatement',
      id,
      status: 'completed',
      subject: { reference: `Patient/${patient}` },
    })
    assert.deepEqual(refusal(reply), refused(405, 'METHOD_NOT_ALLOWED', 'not-supported'))
  })

  it('W-06 answers 412 to a stale If-Match, and succeeds when one of several matches', async () => {
    const id = server.hub.put(prescription(patient))
    const body = { ...prescription(patient), id }
    const path = `/fhir/MedicationRequest/${id}`
    for (const tag of ['W/"7"', '"7"', 'W/"abc"', 'garbage'])
      assert.deepEqual(
        refusal(await server.put(path, body, { 'if-match': tag })),
        refused(412, 'VERSION_STALE', 'conflict'),
        tag,
      )
    assert.equal((await server.get(`${path}/_history/2`)).status, 404)
    assert.equal((await server.put(path, body, { 'if-match': 'W/"7", W/"1"' })).status, 200)
    assert.equal((await server.put(path, body, { 'if-match': '*' })).status, 200)
  })

  it('W-08 answers 412 to If-None-Match: * on what exists', async () => {
    const id = server.hub.put(prescription(patient))
    const reply = await server.put(
      `/fhir/MedicationRequest/${id}`,
      { ...prescription(patient), id },
      { 'if-none-match': '*' },
    )
    assert.deepEqual(refusal(reply), refused(412, 'VERSION_STALE', 'conflict'))
  })

  it('W-14 gives the body that Prefer asks for', async () => {
    const path = '/fhir/MedicationRequest'
    const ask = (prefer: string) => server.post(path, prescription(patient), { prefer })
    const minimal = await ask('return=minimal')
    assert.equal(minimal.status, 201)
    assert.equal(minimal.text, '')
    assert.ok(minimal.headers['location'])
    assert.equal(pick((await ask('return=OperationOutcome')).json, 'resourceType'), 'OperationOutcome')
    assert.equal(pick((await ask('return=representation')).json, 'resourceType'), 'MedicationRequest')
  })

  it('C-01 creates when nothing matches, answers 200 with the one that does, 412 for several', async () => {
    const header = { 'if-none-exist': `identifier=${RECIPE}|c01` }
    const first = await server.post('/fhir/MedicationRequest', withRecipe(patient, 'c01'), header)
    assert.equal(first.status, 201)
    const again = await server.post('/fhir/MedicationRequest', withRecipe(patient, 'c01'), header)
    assert.equal(again.status, 200)
    assert.equal(pick(again.json, 'id'), pick(first.json, 'id'))
    assert.equal(again.headers['etag'], 'W/"1"')
    server.hub.put(withRecipe(patient, 'c01'))
    const several = await server.post('/fhir/MedicationRequest', withRecipe(patient, 'c01'), header)
    assert.deepEqual(refusal(several), refused(412, 'MULTIPLE_MATCHES', 'multiple-matches'))
  })

  it('C-03 updates by identifier: 201, then 200, 400 for another id', async () => {
    const path = `/fhir/MedicationRequest?identifier=${RECIPE}%7Cc03`
    const withId = await server.put(path, { ...withRecipe(patient, 'c03'), id: 'mine' })
    assert.deepEqual(refusal(withId), refused(400, 'RESOURCE_STRUCTURE', 'structure'))
    assert.equal((await server.put(path, withRecipe(patient, 'c03'))).status, 201)
    const second = await server.put(path, withRecipe(patient, 'c03'))
    assert.equal(second.status, 200)
    assert.equal(second.headers['etag'], 'W/"2"')
    const other = await server.put(path, { ...withRecipe(patient, 'c03'), id: 'other' })
    assert.deepEqual(refusal(other), refused(400, 'RESOURCE_STRUCTURE', 'structure'))
    const stale = await server.put(path, withRecipe(patient, 'c03'), { 'if-match': 'W/"1"' })
    assert.deepEqual(refusal(stale), refused(412, 'VERSION_STALE', 'conflict'))
  })

  it('C-05 C-06 refuses empty, unknown and unselective conditions, never matching all', async () => {
    const conditions = [
      '',
      'foo=bar',
      'identifier=',
      'identifier=c01',
      'identifier=|c01',
      `identifier=${RECIPE}|`,
      'status=active',
      '_id=',
      `identifier=${RECIPE}|a&status=active`,
      'identifier=%C3%28|x',
    ]
    for (const condition of conditions) {
      const reply = await server.post('/fhir/MedicationRequest', prescription(patient), {
        'if-none-exist': condition,
      })
      assert.deepEqual(refusal(reply), refused(412, 'CONDITION_INVALID', 'business-rule'), condition)
    }
    for (const query of ['', '?', '?foo=bar', '?status=active', '?identifier=c01']) {
      const reply = await server.put(`/fhir/MedicationRequest${query}`, prescription(patient))
      assert.deepEqual(refusal(reply), refused(412, 'CONDITION_INVALID', 'business-rule'), query)
    }
  })

  it('takes a national number in If-None-Exist and refuses it in the URL of a conditional update', async () => {
    const condition = `identifier=urn:oid:2.16.578.1.12.4.1.4.1|${KARI_FNR}`
    const header = await server.post('/fhir/Patient', kari(), { 'if-none-exist': condition })
    assert.equal(header.status, 200)
    const url = await server.put(`/fhir/Patient?${encodeURI(condition)}`, ola())
    assert.deepEqual(refusal(url), refused(400, 'NATIONAL_ID_IN_URL', 'business-rule'))
    assert.ok(!url.text.includes(KARI_FNR))
  })

  it('refuses properties that would reach the prototype', async () => {
    const reply = await server.send('POST', '/fhir/Patient', {
      headers: { 'content-type': 'application/fhir+json' },
      body: '{"resourceType":"Patient","__proto__":{"active":true}}',
    })
    assert.deepEqual(refusal(reply), refused(400, 'RESOURCE_STRUCTURE', 'structure'))
  })
})
