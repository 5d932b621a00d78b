import assert from 'node:assert/strict'
import type { FhirResource } from 'fhir/r4.js'
import { addDecimals } from '../../../../mappings/kith/query/add-decimals.js'
import { kithQueries } from '../../../../mappings/kith/query/protocol.js'
import { DNR } from '../../../../src/core/canonical.js'
import { messageId } from '../../../../src/core/ids.js'
import type { Known } from '../../../../src/core/query.js'
import type { StoredResource } from '../../../../src/core/stored.js'
import { bytes, MSG_ID } from '../../../support/kith-fixtures.js'
import { inger, liis } from '../../../support/kith-people.js'
import { m91, m93, m95, m97, m911, m921 } from '../../../support/kith-query-fixtures.js'
import { check } from '../../../support/kith-run.js'

const CONTEXT = {
  newId: 'a1b2c3d4-0000-4000-8000-0000000000ff',
  now: '2026-11-20T10:00:00.000Z',
  zone: 'Europe/Oslo',
}

const envelopeOf = (xml: string) => {
  const door = check(xml)
  assert.ok(door.kind === 'accept', JSON.stringify(door))
  return door.items[0]!
}
const ask = (xml: string) => kithQueries.ask(bytes(xml), envelopeOf(xml), CONTEXT)

const stored = (resource: FhirResource, row: string): StoredResource => ({
  type: resource.resourceType,
  id: row,
  version: 1,
  key: row,
  order: row,
  layer: 'fact',
  resource,
  sourceKey: 'eresept|8900001',
  messageId: messageId(row),
  lastUpdated: CONTEXT.now,
})
const known = (resources: readonly StoredResource[]): Known => ({
  identities: [{ system: DNR, value: liis.id, use: 'official' }],
  resources,
  complete: true,
})

describe('what a query asks for', () => {
  it('is a person by number, whichever kind of number it is', () => {
    assert.deepEqual(ask(m911(liis.id)), { by: 'person', identifiers: [{ system: DNR, value: liis.id }] })
    for (const xml of [m91({ fnr: inger.id }), m95({ fnr: inger.id })]) assert.equal(ask(xml).by, 'person')
  })

  it('is whoever has the prescription, by its id or its reference number', () => {
    const byId = {
      by: 'resource',
      types: ['MedicationRequest', 'DeviceRequest'],
      identifiers: [{ system: 'urn:ietf:rfc:3986', value: `urn:uuid:${MSG_ID}` }],
    }
    for (const xml of [m93(), m97()]) assert.deepEqual(ask(xml), byId)
    const byNumber = ask(m95({ refNr: '900000017' }))
    assert.deepEqual(byNumber.by === 'resource' && byNumber.identifiers, [
      { system: '*', value: '900000017' },
    ])
  })

  it('is nobody where a pharmacy searches by name: persons are not searched so', () => {
    assert.deepEqual(ask(m91({ byName: true })), { by: 'nobody' })
  })

  it('is the patients of the sender that changed since, read in the hub’s zone', () => {
    const asked = ask(m921('2026-11-01T00:00:00'))
    assert.ok(asked.by === 'member')
    assert.equal(asked.since, '2026-10-31T23:00:00.000Z')
    assert.ok(asked.identifiers.some(({ value }) => value === '9901'))
  })
})

describe('the bytes that an answer passes on', () => {
  it('are those of rows and of the newest question, never of every list that a patient ever had', () => {
    const lists = Array.from({ length: 1_000 }, (_, n): StoredResource => {
      const code = n % 2 === 0 ? 'M25.1' : 'M25.2'
      const date = `20${String(10 + Math.floor(n / 100)).padStart(2, '0')}-01-01`
      return stored(
        { resourceType: 'List', status: 'retired', mode: 'snapshot', date, code: { coding: [{ code }] } },
        `list-${n}`,
      )
    })
    const row = stored(
      { resourceType: 'MedicationStatement', status: 'active', subject: {}, medicationCodeableConcept: {} },
      'row-1',
    )
    const xml = m911(liis.id)
    const wanted = kithQueries.originals(bytes(xml), envelopeOf(xml), [known([...lists, row])], CONTEXT)
    assert.deepEqual(
      wanted.map(({ key }) => key),
      ['row-1', 'list-999'],
    )
  })
})

describe('an answer about a patient', () => {
  it('that cannot be given as a list is refused, never given as empty', () => {
    const list: FhirResource = {
      resourceType: 'List',
      status: 'current',
      mode: 'working',
      meta: { tag: [{ system: 'http://stafett.internal/fhir/CodeSystem/medlist-layer', code: 'line' }] },
    }
    const nameless: FhirResource = { resourceType: 'Patient' }
    const xml = m911(liis.id)
    const found = [known([{ ...stored(list, 'l'), layer: 'line' }, stored(nameless, 'p')])]
    const reply = kithQueries.answer(bytes(xml), envelopeOf(xml), found, new Map(), CONTEXT)
    assert.equal(reply.status, 422)
    assert.ok(reply.body.includes('<Status V="2"') && reply.body.includes('V="X99"'))
    assert.ok(!reply.body.includes(liis.id))
  })
})

describe('sums of counts', () => {
  it('are exact', () => {
    assert.equal(addDecimals([0.1, 0.2]), '0.3')
    assert.equal(addDecimals([1, 1.5, 2.25]), '4.75')
    assert.equal(addDecimals([3]), '3')
    for (const none of [[undefined], [-1], [1e21]]) assert.equal(addDecimals(none), undefined)
  })
})
