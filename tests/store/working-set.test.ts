import assert from 'node:assert/strict'
import type { FhirResource } from 'fhir/r4.js'
import { personId } from '../../src/core/ids.js'
import { indexResource } from '../../src/core/search-parameters.js'
import type { StoredResource } from '../../src/core/stored.js'
import { availableBackends, describeStores } from '../support/backends.js'
import { effect, write } from './fixtures.js'

const ANNA = personId('00000000-0000-4000-8000-00000000a001')
const NOW = '2026-11-24T12:00:00.000Z'
const OLD = '2026-05-01T08:00:00Z'
const NEW = '2026-08-01T08:00:00Z'
const DEVICE = [{ actor: { reference: 'Device/d', type: 'Device' } }]
const PHARMACY = [{ actor: { type: 'Organization', display: 'Apoteket' } }]

/** Parts of resources, enough for what they are found by. */
const KEPT: readonly object[] = [
  { resourceType: 'AllergyIntolerance', id: 'allergy' },
  { resourceType: 'Basic', id: 'calendar' },
  { resourceType: 'DetectedIssue', id: 'issue', status: 'final', identifiedDateTime: OLD },
  { resourceType: 'List', id: 'current', status: 'current', date: OLD },
  { resourceType: 'List', id: 'new-retired', status: 'retired', date: NEW },
  { resourceType: 'MedicationAdministration', id: 'new', effectiveDateTime: NEW },
  { resourceType: 'MedicationAdministration', id: 'lasting', effectivePeriod: { start: OLD } },
  { resourceType: 'MedicationDispense', id: 'supply', performer: PHARMACY, whenHandedOver: OLD },
  { resourceType: 'MedicationDispense', id: 'new-hand-out', performer: DEVICE, whenHandedOver: NEW },
  { resourceType: 'MedicationDispense', id: 'undated', performer: DEVICE },
  { resourceType: 'MedicationRequest', id: 'request', authoredOn: OLD },
  { resourceType: 'MedicationStatement', id: 'row', dateAsserted: OLD },
  { resourceType: 'Observation', id: 'weight', effectiveDateTime: OLD },
  { resourceType: 'Patient', id: 'anna' },
  { resourceType: 'Provenance', id: 'act' },
  { resourceType: 'Task', id: 'task' },
]
const LEFT: readonly object[] = [
  { resourceType: 'List', id: 'retired', status: 'retired', date: OLD },
  { resourceType: 'MedicationAdministration', id: 'old', effectiveDateTime: OLD },
  { resourceType: 'MedicationDispense', id: 'hand-out', performer: DEVICE, whenHandedOver: OLD },
]
const RECORDS: readonly object[] = [
  { resourceType: 'AuditEvent', id: 'audit' },
  { resourceType: 'Provenance', id: 'provenance' },
]
const names = (resources: readonly object[]): string[] =>
  resources.map((one) => `${(one as FhirResource).resourceType}/${(one as FhirResource).id}`).sort()

describeStores('the working set', await availableBackends(), (current) => {
  const stored = async (resources: readonly object[]): Promise<void> => {
    const writes = resources.map((one) => {
      const resource = one as FhirResource
      const { resourceType: type, id = '' } = resource
      return write(ANNA, {
        type,
        id,
        key: `sys|${id}`,
        layer: RECORDS.includes(one) ? 'hub' : 'fact',
        text: JSON.stringify(resource),
        index: indexResource(resource),
      })
    })
    await current().store.commit(undefined, effect({ kind: 'none' }, ANNA, { writes, makesPerson: true }))
  }
  const refs = (resources: Iterable<StoredResource>): string[] =>
    [...resources].map(({ type, id }) => `${type}/${id}`).sort()

  it('holds every fact but intakes, hand-outs and replaced lists of long ago, and none of the records', async () => {
    const { store } = current()
    await stored([...KEPT, ...LEFT, ...RECORDS])
    const working = await store.loadPerson(ANNA, NOW)
    assert.deepEqual(refs(working.resources.values()), names(KEPT))
    assert.equal(working.partial, true)
    const whole = await store.loadPerson(ANNA)
    assert.deepEqual(refs(whole.resources.values()), names([...KEPT, ...LEFT]))
    assert.equal(whole.partial, false)
  })

  it('is everything while nothing is old', async () => {
    await stored(KEPT)
    const { partial, resources } = await current().store.loadPerson(ANNA, NOW)
    assert.equal(partial, false)
    assert.equal(resources.size, KEPT.length)
  })

  it('does not hide what a message names, by natural key or by id', async () => {
    const { store } = current()
    await stored([...KEPT, ...LEFT])
    const named = await store.loadNamed(ANNA, [
      { type: 'MedicationAdministration', key: 'sys|old' },
      { type: 'MedicationDispense', key: 'hand-out' },
      { type: 'List', key: 'nothing' },
    ])
    assert.deepEqual(refs(named), ['MedicationAdministration/old', 'MedicationDispense/hand-out'])
    assert.deepEqual(await store.loadNamed(personId('other'), [{ type: 'List', key: 'retired' }]), [])
  })
})
