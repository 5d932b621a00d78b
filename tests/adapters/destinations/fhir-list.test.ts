import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import nock from 'nock'
import { parseDestinationFile } from '../../../adapters/destinations/destination-file.js'
import { DESTINATION_KINDS } from '../../../adapters/destinations/registry.js'
import { HTTP_LIMITS } from '../../../adapters/transport/http.js'
import type { Change, Delivery, Destination } from '../../../src/core/delivery.js'
import { laneKey, personId } from '../../../src/core/ids.js'
import { NO_ORDINATIONS } from '../../support/destination-io.js'

const KEY = Buffer.alloc(32, 7)
const ENV = { TOKEN: 'Bearer t', SIGNING: `whsec_${KEY.toString('base64')}` }
const NOW = Date.parse('2026-03-01T12:00:00.000Z')
const CHANGE: Change = {
  lane: laneKey('p-1'),
  number: 7,
  personId: personId('1'),
  messageId: undefined,
  resources: [],
  listVersion: 3,
  at: '2026-03-01T11:59:59.000Z',
}
const DELIVERY: Delivery = {
  id: '7a0f7b1e-3f57-4f52-9d0e-5a1c2f0e9b01',
  destination: 'journal',
  number: 12,
  change: CHANGE,
  item: 'medication-list/3',
}

function open(): Destination {
  const entry = {
    id: 'journal',
    kind: 'fhir-list',
    url: 'https://journal.test/lists',
    headers: { Authorization: { env: 'TOKEN' } },
    signing: { env: 'SIGNING' },
  }
  const file = parseDestinationFile(JSON.stringify({ destinations: [entry] }), ENV, DESTINATION_KINDS)
  assert.deepEqual(file.faults, [])
  const listVersion = async (person: string, version: number) =>
    person === '1' && version === 3 ? '{"resourceType":"Bundle"}' : undefined
  const [destination] = file.open({ ...NO_ORDINATIONS, listVersion, limits: HTTP_LIMITS, clock: () => NOW })
  assert.ok(destination !== undefined)
  return destination
}

// Importing it takes HTTP over, also that of other tests in this process.
nock.restore()

describe('destination of the medication list', () => {
  before(() => nock.activate())
  after(() => {
    nock.cleanAll()
    nock.restore()
  })

  it('wants each new version of a person list, and nothing else', async () => {
    const { wants } = open()
    assert.deepEqual(await wants(CHANGE), ['medication-list/3'])
    assert.deepEqual(await wants({ ...CHANGE, listVersion: undefined }), [])
    assert.deepEqual(await wants({ ...CHANGE, personId: '' }), [])
  })

  it('posts the version of its change with id, number, attempt and signature', async () => {
    const { render, send } = open()
    const rendered = await render(DELIVERY)
    assert.ok(rendered.kind === 'message')
    const seen: Record<string, string | undefined> = {}
    nock('https://journal.test')
      .post('/lists', '{"resourceType":"Bundle"}')
      .reply(function () {
        for (const [name, value] of Object.entries(this.req.headers)) seen[name] = String(value)
        return [204]
      })
    assert.deepEqual(await send({ delivery: DELIVERY, message: rendered, attempt: 2 }), {
      kind: 'delivered',
      status: 204,
    })
    const seconds = String(NOW / 1_000)
    const mac = createHmac('sha256', KEY).update(`${DELIVERY.id}.${seconds}.{"resourceType":"Bundle"}`)
    const { host, connection, ...own } = seen
    assert.deepEqual(own, {
      authorization: 'Bearer t',
      'content-type': 'application/fhir+json; charset=utf-8',
      'content-length': '25',
      'idempotency-key': `"${DELIVERY.id}"`,
      'stafett-attempt': '2',
      'stafett-event-number': '12',
      'stafett-list-version': '3',
      'webhook-id': DELIVERY.id,
      'webhook-timestamp': seconds,
      'webhook-signature': `v1,${mac.digest('base64')}`,
    })
  })

  it('cannot render a version that is not there', async () => {
    await assert.rejects(open().render({ ...DELIVERY, change: { ...CHANGE, listVersion: 4 } }), {
      code: 'NOT_FOUND',
    })
  })
})
