import assert from 'node:assert/strict'
import type { MedicationRequest, Observation, Patient, Provenance } from 'fhir/r4.js'
import { SEARCH_PARAMETERS } from '../../src/core/search-parameter-table.js'
import { indexResource, searchParameter } from '../../src/core/search-parameters.js'

const request: MedicationRequest = {
  resourceType: 'MedicationRequest',
  meta: { tag: [{ system: 'urn:layer', code: 'fact' }], profile: ['urn:profile'] },
  status: 'active',
  intent: 'order',
  identifier: [{ system: 'urn:a', value: '1' }, { value: '2' }],
  subject: { reference: 'Patient/p1' },
  medicationReference: { reference: '#medication' },
  contained: [
    {
      resourceType: 'Medication',
      id: 'medication',
      code: { coding: [{ system: 'urn:atc', code: 'N05' }] },
    } as never,
    {
      resourceType: 'Medication',
      id: 'other',
      code: { coding: [{ system: 'urn:atc', code: 'X' }] },
    } as never,
  ],
  requester: { reference: 'Practitioner/7/_history/2', identifier: { system: 'urn:hpr', value: '9' } },
  authoredOn: '2026-01-01T10:00:00Z',
}

describe('search index of a resource', () => {
  const { tokens, dates } = indexResource(request)

  it('has identifiers with, without and with any system', () => {
    for (const token of [
      'identifier=urn:a|1',
      'identifier=*|1',
      'identifier=urn:a|',
      'identifier=|2',
      'identifier=*|2',
    ])
      assert.ok(tokens.includes(token), token)
    assert.ok(!tokens.includes('identifier=|1'))
  })

  it('has codes with the system that FHIR gives them', () => {
    for (const token of [
      'status=*|active',
      'status=http://hl7.org/fhir/CodeSystem/medicationrequest-status|active',
      '_tag=urn:layer|fact',
      '_profile=urn:profile',
    ])
      assert.ok(tokens.includes(token), token)
  })

  it('has the code of the contained product that is referred to, and of no other', () => {
    assert.ok(tokens.includes('code=urn:atc|N05'))
    assert.ok(!tokens.includes('code=urn:atc|X'))
  })

  it('has references without version and by identifier, the patient left to the store', () => {
    for (const token of ['requester=Practitioner/7', 'requester:identifier=urn:hpr|9'])
      assert.ok(tokens.includes(token), token)
    assert.ok(
      !tokens.some(
        (token) =>
          token.startsWith('subject=') || token.startsWith('patient=') || token.startsWith('medication='),
      ),
    )
  })

  it('has dates as ranges', () => {
    assert.deepEqual(dates, { authoredon: ['2026-01-01T10:00:00.000Z', '2026-01-01T10:00:01.000Z'] })
  })

  it('has names by each of their starts', () => {
    const patient: Patient = {
      resourceType: 'Patient',
      name: [{ family: 'Åsén' }],
      active: false,
      birthDate: '1990-05-12',
    }
    const index = indexResource(patient)
    for (const token of [
      'family=å',
      'family=ås',
      'family=åse',
      'family=åsen',
      'name=åsen',
      'family:exact=Åsén',
      'active=*|false',
    ])
      assert.ok(index.tokens.includes(token), token)
    assert.ok(!index.tokens.includes('family=asen'))
    assert.deepEqual(index.dates['birthdate'], ['1990-05-11T22:00:00.000Z', '1990-05-12T22:00:00.000Z'])
  })

  it('reads periods and timings from their first to their last instant', () => {
    const observation = (more: Partial<Observation>): Observation => ({
      resourceType: 'Observation',
      status: 'final',
      code: { text: 'x' },
      ...more,
    })
    assert.deepEqual(
      indexResource(observation({ effectivePeriod: { start: '2026-01-02T00:00:00Z' } })).dates['date'],
      ['2026-01-02T00:00:00.000Z', '9999-12-31T23:59:59.999Z'],
    )
    assert.deepEqual(
      indexResource(
        observation({ effectiveTiming: { event: ['2026-01-05T00:00:00Z', '2026-01-02T00:00:00Z'] } }),
      ).dates['date'],
      ['2026-01-02T00:00:00.000Z', '2026-01-05T00:00:01.000Z'],
    )
  })

  it('keeps long values apart within the length that an index takes', () => {
    const patient = (value: string): Patient => ({
      resourceType: 'Patient',
      identifier: [{ system: 'urn:a', value }],
    })
    const long = 'x'.repeat(5_000)
    const one = indexResource(patient(`${long}1`)).tokens
    const two = indexResource(patient(`${long}2`)).tokens
    assert.ok(one.every((token) => token.length <= 512))
    assert.notDeepEqual(one, two)
  })

  it('indexes what Provenance speaks of', () => {
    const provenance: Provenance = {
      resourceType: 'Provenance',
      target: [{ reference: 'MedicationRequest/1/_history/3' }, { reference: 'Patient/p1' }],
      recorded: '2026-01-01T10:00:00Z',
      agent: [{ who: { display: 'x' } }],
    }
    const index = indexResource(provenance)
    assert.ok(index.tokens.includes('target=MedicationRequest/1'))
    assert.ok(index.tokens.includes('target=Patient/p1'))
  })

  it('ignores types that are not searched and values of a wrong shape', () => {
    assert.deepEqual(indexResource({ resourceType: 'Account' }), { tokens: [], dates: {} })
    assert.deepEqual(
      indexResource({ resourceType: 'Patient', name: 'x', identifier: 7, birthDate: 'soon' } as never),
      { tokens: [], dates: {} },
    )
  })

  it('knows no parameter by a name of Object.prototype', () => {
    assert.equal(searchParameter('Patient', 'toString'), undefined)
    assert.equal(SEARCH_PARAMETERS.get('constructor'), undefined)
  })

  it('names each parameter of a type once', () => {
    for (const [type, parameters] of SEARCH_PARAMETERS)
      assert.equal(new Set(parameters.map(({ name }) => name)).size, parameters.length, type)
  })
})
