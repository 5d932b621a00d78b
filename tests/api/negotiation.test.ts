import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import { kari, prescription } from './support/people.js'
import { pick, refusal, refused, startTestServer, type TestServer } from './support/server.js'

describe('FHIR requests, representations, negotiation', () => {
  let server: TestServer
  let patient: string
  before(async () => {
    server = await startTestServer()
    patient = server.hub.put(kari())
  })
  after(() => server.close())

  it('N-01 answers application/fhir+json in UTF-8 by default', async () => {
    for (const headers of [{}, { accept: '*/*' }, { accept: 'text/html,application/xml;q=0.9,*/*;q=0.8' }]) {
      const reply = await server.get(`/fhir/Patient/${patient}`, headers)
      assert.equal(reply.status, 200)
      assert.equal(reply.headers['content-type'], 'application/fhir+json; charset=utf-8')
    }
  })

  it('N-02 takes FHIR JSON, plain JSON and fhirVersion=4.0 as body types', async () => {
    for (const type of [
      'application/fhir+json',
      'application/json; charset=UTF-8',
      'application/fhir+json; fhirVersion=4.0',
    ]) {
      const reply = await server.post('/fhir/MedicationRequest', prescription(patient), {
        'content-type': type,
      })
      assert.equal(reply.status, 201)
    }
  })

  it('N-04 lets _format beat Accept, with + escaped or not', async () => {
    const path = `/fhir/Patient/${patient}`
    const xml = { accept: 'application/fhir+xml' }
    for (const format of ['json', 'application/json', 'application/fhir+json', 'application/fhir%2Bjson'])
      assert.equal((await server.get(`${path}?_format=${format}`, xml)).status, 200, format)
    const reply = await server.get(`${path}?_format=xml`, { accept: 'application/fhir+json' })
    assert.deepEqual(refusal(reply), refused(406, 'NOT_ACCEPTABLE', 'not-supported'))
  })

  it('N-05 answers 406 for another Accept or version, 415 for another Content-Type', async () => {
    const path = `/fhir/Patient/${patient}`
    for (const accept of [
      'application/fhir+xml',
      'application/fhir+json; fhirVersion=5.0',
      'application/fhir+json;q=0',
    ])
      assert.deepEqual(
        refusal(await server.get(path, { accept })),
        refused(406, 'NOT_ACCEPTABLE', 'not-supported'),
        accept,
      )
    for (const type of [
      'application/xml',
      'application/fhir+json; charset=iso-8859-1',
      'application/json; fhirVersion=3.0',
    ])
      assert.deepEqual(
        refusal(
          await server.post('/fhir/MedicationRequest', prescription(patient), { 'content-type': type }),
        ),
        refused(415, 'MEDIA_TYPE_UNSUPPORTED', 'not-supported'),
        type,
      )
  })

  it('N-06 refuses invalid UTF-8 in a body', async () => {
    const reply = await server.send('POST', '/fhir/Patient', {
      headers: { 'content-type': 'application/fhir+json' },
      body: Buffer.concat([
        Buffer.from('{"resourceType":"Patient","gender":"'),
        Buffer.from([0xc3, 0x28]),
        Buffer.from('"}'),
      ]),
    })
    assert.deepEqual(refusal(reply), refused(400, 'RESOURCE_STRUCTURE', 'structure'))
  })

  it('N-07 gives the same content pretty and compact, decimals with their digits', async () => {
    const compact = await server.get(`/fhir/Patient/${patient}`)
    const pretty = await server.get(`/fhir/Patient/${patient}?_pretty=true`)
    assert.deepEqual(pretty.json, compact.json)
    assert.ok(pretty.text.includes('\n  '))
    const list = await server.get(`/fhir/Patient/${patient}/$medication-list?_pretty=true`)
    assert.ok(list.text.includes('"total": 1.0'))
  })

  it('N-08 refuses duplicate keys, empty values and stray nulls with their places, all at once', async () => {
    const body =
      '{"resourceType":"MedicationRequest","status":"active","status":"draft","note":[],"subject":{},"priority":"","intent":null,"category":[{"text":"x"},null]}'
    const reply = await server.send('POST', '/fhir/MedicationRequest', {
      headers: { 'content-type': 'application/fhir+json' },
      body,
    })
    assert.deepEqual(refusal(reply), refused(400, 'RESOURCE_STRUCTURE', 'structure'))
    const issues = pick(reply.json, 'issue')
    assert.ok(Array.isArray(issues))
    assert.deepEqual(
      issues.map((issue) => pick(issue, 'expression.0')),
      [
        'MedicationRequest.status',
        'MedicationRequest.note',
        'MedicationRequest.subject',
        'MedicationRequest.priority',
        'MedicationRequest.intent',
        'MedicationRequest.category',
      ],
    )
  })

  it('N-09 refuses an id of 65 characters in URL and body', async () => {
    const id = 'a'.repeat(65)
    assert.deepEqual(refusal(await server.get(`/fhir/Patient/${id}`)), refused(400, 'QUERY_INVALID', 'value'))
    const reply = await server.post('/fhir/Patient', { ...kari(), id })
    assert.deepEqual(refusal(reply), refused(400, 'RESOURCE_STRUCTURE', 'structure'))
  })

  it('N-10 inflates a gzipped body, and refuses one that inflates over the limit', async () => {
    const headers = { 'content-type': 'application/fhir+json', 'content-encoding': 'gzip' }
    const small = await server.send('POST', '/fhir/MedicationRequest', {
      headers,
      body: gzipSync(JSON.stringify(prescription(patient))),
    })
    assert.equal(small.status, 201)
    const bomb = await server.send('POST', '/fhir/Patient', {
      headers,
      body: gzipSync(Buffer.alloc(10_000_000)),
    })
    assert.deepEqual(refusal(bomb), refused(413, 'MESSAGE_TOO_LARGE', 'too-long'))
    const broken = await server.send('POST', '/fhir/Patient', { headers, body: 'no gzip at all' })
    assert.deepEqual(refusal(broken), refused(400, 'MESSAGE_UNREADABLE', 'structure'))
  })

  it('N-11 answers HEAD with the headers of GET and no body', async () => {
    for (const path of [
      `/fhir/Patient/${patient}`,
      '/fhir/metadata',
      `/fhir/Patient/${patient}/$medication-list`,
    ]) {
      const get = await server.get(path)
      const head = await server.send('HEAD', path)
      assert.equal(head.status, 200)
      assert.equal(head.text, '')
      for (const name of ['content-type', 'content-length', 'etag', 'last-modified'])
        assert.equal(head.headers[name], get.headers[name], `${path} ${name}`)
    }
  })

  it('N-12 echoes X-Request-Id, or makes one, also on errors', async () => {
    const echoed = await server.get('/fhir/metadata', { 'x-request-id': 'abc-1' })
    assert.equal(echoed.headers['x-request-id'], 'abc-1')
    for (const path of ['/fhir/Foo', '/nowhere', '/fhir/metadata'])
      assert.match(String((await server.get(path)).headers['x-request-id']), /^[0-9a-f-]{36}$/)
    const strange = await server.get('/fhir/metadata', { 'x-request-id': '<script>' })
    assert.notEqual(strange.headers['x-request-id'], '<script>')
  })

  it('N-13 makes links from the configured base, whatever Host and forwarded headers say', async () => {
    const reply = await server.get('/fhir/Patient', { host: 'localhost', 'x-forwarded-host': 'evil.test' })
    assert.equal(pick(reply.json, 'link.0.url'), 'https://hub.test/fhir/Patient')
    assert.ok(!/evil|localhost/.test(reply.text))
  })

  it('N-14 answers 404 for unknown paths and types', async () => {
    for (const path of [
      '/fhir',
      '/fhir/Foo',
      '/fhir/toString',
      '/fhir/Patient/a/b',
      '/fhir/Patient/_history',
      '/fhir/Patient/$nothing',
      '/fhir/Patient/a/_history/1/2',
    ])
      assert.deepEqual(refusal(await server.get(path)), refused(404, 'NOT_FOUND', 'not-found'), path)
  })

  it('N-14 answers 405 with Allow for a method that a known path does not have', async () => {
    const cases: [string, string, string][] = [
      ['DELETE', '/fhir/Provenance/x', 'GET, HEAD'],
      ['POST', '/fhir/List', 'GET, HEAD'],
      ['PUT', '/fhir/List/x', 'GET, HEAD'],
      ['PUT', '/fhir/DetectedIssue?identifier=a|b', 'GET, HEAD'],
      ['PATCH', '/fhir/Patient/x', 'GET, HEAD, PUT'],
      ['GET', '/fhir/Patient/_search', 'POST'],
      ['POST', '/fhir/metadata', 'GET, HEAD'],
      ['GET', '/fhir/Provenance/x/_history', ''],
    ]
    for (const [method, path, allow] of cases) {
      const reply = await server.send(method, path)
      if (allow === '') assert.deepEqual(refusal(reply), refused(404, 'NOT_FOUND', 'not-found'), path)
      else {
        assert.deepEqual(
          refusal(reply),
          refused(405, 'METHOD_NOT_ALLOWED', 'not-supported'),
          `${method} ${path}`,
        )
        assert.equal(reply.headers['allow'], allow, `${method} ${path}`)
      }
    }
  })

  it('N-15 refuses a body over 1 MB with 413, told or not, and a URL over 8 KB with 414', async () => {
    const body = JSON.stringify({ ...kari(), text: 'x'.repeat(1_048_577) })
    const headers = { 'content-type': 'application/fhir+json' }
    const told = await server.send('POST', '/fhir/Patient', { headers, body })
    assert.deepEqual(refusal(told), refused(413, 'MESSAGE_TOO_LARGE', 'too-long'))
    const chunked = await server.send('POST', '/fhir/Patient', {
      headers: { ...headers, 'transfer-encoding': 'chunked' },
      body,
    })
    assert.deepEqual(refusal(chunked), refused(413, 'MESSAGE_TOO_LARGE', 'too-long'))
    const long = await server.get(`/fhir/Patient?name=${'x'.repeat(8_192)}`)
    assert.deepEqual(refusal(long), refused(414, 'URL_TOO_LONG', 'too-long'))
  })

  it('N-15 refuses JSON deeper than 64 levels', async () => {
    const body = `{"resourceType":"Patient","extension":${'['.repeat(64)}${']'.repeat(64)}}`
    const reply = await server.send('POST', '/fhir/Patient', {
      headers: { 'content-type': 'application/fhir+json' },
      body,
    })
    assert.deepEqual(refusal(reply), refused(400, 'RESOURCE_STRUCTURE', 'structure'))
  })

  it('E-01 answers what is no HTTP with an OperationOutcome', async () => {
    const text = await new Promise<string>((resolve, reject) => {
      const socket = connect(server.port, '127.0.0.1', () => socket.write('NONSENSE\r\n\r\n'))
      let received = ''
      socket.on('data', (chunk) => {
        received += String(chunk)
      })
      socket.on('close', () => resolve(received))
      socket.on('error', reject)
    })
    assert.match(text, /^HTTP\/1.1 400 /)
    assert.match(text, /"resourceType":"OperationOutcome"/)
  })

  it('E-02 names severity, issue type, own code and text in Norwegian and English', async () => {
    const reply = await server.get('/fhir/Patient/unknown')
    const issue = pick(reply.json, 'issue.0')
    assert.equal(pick(issue, 'severity'), 'error')
    assert.equal(pick(issue, 'details.coding.0.system'), 'http://stafett.internal/fhir/CodeSystem/error')
    assert.equal(pick(issue, 'details.text'), 'Not found')
    assert.ok(JSON.stringify(issue).includes('Finnes ikke'))
  })

  it('E-04 tells nothing of an unexpected error, and logs it', async () => {
    server.hub.failWith = new Error('select * from secret_table at /srv/hub')
    try {
      const reply = await server.get('/fhir/Patient')
      assert.deepEqual(refusal(reply), refused(500, 'UNEXPECTED', 'exception'))
      assert.ok(!reply.text.includes('secret'))
      assert.ok(server.hub.logged.length > 0)
    } finally {
      server.hub.failWith = undefined
    }
  })
})
