import assert from 'node:assert/strict'
import type { Provenance } from 'fhir/r4.js'
import { codeSystemUrl, extensionUrl } from '../../../src/core/canonical.js'
import { readFacts } from '../../../src/medication-list/facts/read-facts.js'
import { fact } from '../../support/clinical-facts.js'
import { productCatalogue } from '../../support/product-catalogue.js'

const attestation = (scope: string): Provenance => ({
  resourceType: 'Provenance',
  target: [{ reference: 'List/l/_history/1' }],
  recorded: '2026-11-20T10:00:00Z',
  activity: { coding: [{ system: codeSystemUrl('medlist-activity'), code: 'attest' }] },
  extension: [{ url: extensionUrl('attestation-scope'), valueCode: scope }],
  agent: [{ who: { type: 'Practitioner', identifier: { system: 'urn:example:hpr', value: '1' } } }],
})
const read = (scope: string): readonly string[] =>
  readFacts([fact(attestation(scope), 'a', 'client')], {
    zone: 'Europe/Oslo',
    products: productCatalogue,
  }).attestations.map((one) => one.scope)

describe('an attestation', () => {
  it('is of the scope that it states, and none where that is not known', () => {
    assert.deepEqual(['full', 'lines', 'supply-only'].flatMap(read), ['full', 'lines', 'supply-only'])
    assert.deepEqual(read('half'), [])
  })
})
