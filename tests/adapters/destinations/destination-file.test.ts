import assert from 'node:assert/strict'
import { parseDestinationFile } from '../../../adapters/destinations/destination-file.js'
import { DESTINATION_KINDS } from '../../../adapters/destinations/registry.js'
import { HTTP_LIMITS } from '../../../adapters/transport/http.js'
import { NO_ORDINATIONS } from '../../support/destination-io.js'

const ENV = { TOKEN: 'Bearer secret-token', SIGNING: `whsec_${Buffer.alloc(32, 7).toString('base64')}` }
const JOURNAL = { id: 'journal', kind: 'fhir-list', url: 'https://journal.example.no/lists' }

const parse = (text: string) => parseDestinationFile(text, ENV, DESTINATION_KINDS)
const faultsOf = (...destinations: unknown[]) => parse(JSON.stringify({ destinations })).faults

describe('destinations file', () => {
  it('opens what it names', () => {
    const file = parse(
      JSON.stringify({
        destinations: [
          {
            ...JOURNAL,
            headers: { Authorization: { env: 'TOKEN' }, 'X-Client': 'stafett' },
            signing: { env: 'SIGNING' },
            allow: ['10.20.0.0/16'],
            ambiguous: 'stop',
            expiresAfterS: 3600,
          },
          { ...JOURNAL, id: 'local', url: 'http://localhost:8080/x' },
        ],
      }),
    )
    assert.deepEqual(file.faults, [])
    const opened = file.open({
      ...NO_ORDINATIONS,
      listVersion: async () => '{}',
      limits: HTTP_LIMITS,
      clock: Date.now,
    })
    assert.deepEqual(
      opened.map(({ id, kind, ambiguous, expiresAfterMs }) => [id, kind, ambiguous, expiresAfterMs]),
      [
        ['journal', 'fhir-list', 'stop', 3_600_000],
        ['local', 'fhir-list', 'retry', undefined],
      ],
    )
  })

  it('lists all faults at once, with their places and without values', () => {
    const faults = faultsOf(
      { id: 'A b', kind: 'fax', url: 'x' },
      { ...JOURNAL, url: 'http://journal.example.no', colour: 'red', ambiguous: 'maybe', expiresAfterS: 0 },
      {
        ...JOURNAL,
        headers: {
          Authorization: 'Bearer literal-secret',
          Host: 'x',
          'Bad Name': 'x',
          'X-B': { env: 'NOT_SET' },
        },
        signing: { env: 'TOKEN' },
        allow: ['everything'],
        tls: { ca: '/does/not/exist', cert: '/nor/this' },
      },
      7,
    )
    assert.deepEqual([...faults].sort(), [
      'destinations: journal stands there twice',
      'destinations[0].id must be lower-case letters, digits and hyphens, at most 63',
      'destinations[0].kind must be one of eresept, fhir-list',
      'destinations[1].ambiguous must be one of retry, stop',
      'destinations[1].colour is not known here',
      'destinations[1].expiresAfterS must be a whole number from 1 to 2592000',
      'destinations[1].url must be an https URL without credentials, or http to loopback',
      'destinations[2].allow must be a list of networks, for example ["10.20.0.0/16"]',
      'destinations[2].headers.Authorization must name a variable of the environment, for example {"env": "JOURNAL_TOKEN"}',
      'destinations[2].headers.Bad Name is no name of a header',
      'destinations[2].headers.Host is set by the hub',
      'destinations[2].headers.X-B names NOT_SET, which is not set',
      'destinations[2].signing must name a secret of 24 to 64 bytes in base64',
      'destinations[2].tls.ca cannot be read',
      'destinations[2].tls.cert cannot be read',
      'destinations[3] must be an object',
      'destinations[3].id is missing: must be lower-case letters, digits and hyphens, at most 63',
      'destinations[3].kind is missing: must be one of eresept, fhir-list',
    ])
    assert.ok(!faults.join().includes('literal-secret'))
  })

  it('refuses URLs with credentials, fragments and other schemes', () => {
    for (const url of [
      'https://user:pw@journal.example.no/',
      'https://journal.example.no/#x',
      'ftp://journal.example.no/',
      'http://10.0.0.1/',
      'http://localhost.example.no/',
      'no url',
    ])
      assert.equal(faultsOf({ ...JOURNAL, url }).length, 1, url)
  })

  it('refuses a file that is none', () => {
    for (const text of ['', '{', '[]', 'null', '{"destinations": {}}'])
      assert.equal(parse(text).faults.length, 1)
    const many = Array.from({ length: 201 }, (_, index) => ({ ...JOURNAL, id: `d${index}` }))
    assert.deepEqual(faultsOf(...many), ['destinations: at most 200'])
  })
})
