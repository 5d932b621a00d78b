import assert from 'node:assert/strict'
import type { MedicationStatement } from 'fhir/r4.js'
import { ATC } from '../../src/core/canonical.js'
import { personInMemory, practitioner } from '../support/person-in-memory.js'

describe('a line that ended', () => {
  it('makes no further version of the list by leaving it: the ordination with its stop is still the newest', async function () {
    this.timeout(60_000)
    const person = await personInMemory('2026-03-02T09:00:00.000Z')
    const row = (text: string, more: Partial<MedicationStatement> = {}): MedicationStatement => ({
      resourceType: 'MedicationStatement',
      status: 'active',
      subject: { reference: person.patientRef },
      medicationCodeableConcept: { text, coding: [{ system: ATC, code: 'C07AB99' }] },
      effectivePeriod: { start: '2025-01-01' },
      dateAsserted: '2025-01-01T09:00:00Z',
      informationSource: practitioner(1),
      ...more,
    })
    await person.write(row('Prøvosartan', { medicationCodeableConcept: { text: 'Prøvosartan' } }))
    const id = await person.write(row('Prøvolol'))
    await person.update({
      ...row('Prøvolol', {
        status: 'stopped',
        effectivePeriod: { start: '2025-01-01', end: '2026-03-02T08:00:00Z' },
        dateAsserted: '2026-03-02T08:00:00Z',
      }),
      id,
    })
    const { entry, meta } = person.list()
    assert.ok(entry?.some(({ flag }) => flag?.coding?.[0]?.code === 'stopped'))
    await person.write({
      resourceType: 'Observation',
      status: 'final',
      code: { text: 'vekt' },
      subject: { reference: person.patientRef },
    })
    assert.equal(person.list().meta?.versionId, meta?.versionId)
  })
})
