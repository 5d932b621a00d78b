import assert from 'node:assert/strict'
import nock from 'nock'
import { contentTypeOf, openHubClient } from '../../src/cli/hub-client.js'
import { FNR } from '../../src/core/canonical.js'

const BASE = 'http://hub.invalid'

describe('the command line as a client of the hub', () => {
  before(() => {
    // Another file of this process may have ended it.
    if (!nock.isActive()) nock.activate()
    nock.disableNetConnect()
  })
  afterEach(() => nock.cleanAll())
  after(() => {
    nock.enableNetConnect()
    nock.restore()
  })

  it('asks for a list by POST, so that no national number stands in a URL', async () => {
    const asked = nock(BASE)
      .post(
        '/fhir/Patient/$medication-list',
        (body: { parameter: { valueIdentifier: { value: string } }[] }) =>
          body.parameter[0]?.valueIdentifier.value === '15820012345',
      )
      .reply(200, { resourceType: 'Bundle', type: 'collection' })
    const bundle = await openHubClient(BASE).list(FNR, '15820012345')
    assert.equal(bundle?.type, 'collection')
    assert.ok(asked.isDone())
  })

  it('tells nobody from a failure', async () => {
    nock(BASE).post('/fhir/Patient/$medication-list').reply(404, { resourceType: 'OperationOutcome' })
    assert.equal(await openHubClient(BASE).list(FNR, '15820012345'), undefined)
    nock(BASE).post('/fhir/Patient/$medication-list').reply(503, 'later')
    await assert.rejects(openHubClient(BASE).list(FNR, '15820012345'), /503/)
  })

  it('waits until a message has its end', async () => {
    nock(BASE).get('/ops/messages/m-1').reply(200, { state: 'waiting' })
    nock(BASE).get('/ops/messages/m-1').reply(200, { state: 'done' })
    assert.equal(await openHubClient(BASE).settled('m-1', 1_000), 'done')
  })

  it('sends each channel with its content type', () => {
    assert.equal(contentTypeOf('hl7v2'), 'application/hl7-v2')
    assert.equal(contentTypeOf('eresept'), 'application/xml')
    assert.equal(contentTypeOf('devices/canonical'), 'application/json')
  })
})
