/** As of T the grouping knows only what persons had said of it by then (medication-list.md 3.3, 10). */
import assert from 'node:assert/strict'
import type { Provenance } from 'fhir/r4.js'
import { codeSystemUrl } from '../../../src/core/canonical.js'
import type { Fact } from '../../../src/medication-list/contract.js'
import { derive, fact, GP, MORNING, prescription } from '../../support/clinical-facts.js'

const MERGED = '2026-11-20T09:00:00.000Z'
const PARTED = '2026-11-21T09:00:00.000Z'
const act = (
  activity: 'merge' | 'split',
  at: string,
  entities: readonly (readonly ['source' | 'removal', string])[],
): Fact => {
  const provenance: Provenance = {
    resourceType: 'Provenance',
    activity: { coding: [{ system: codeSystemUrl('medlist-activity'), code: activity }] },
    occurredDateTime: at,
    recorded: at,
    agent: [{ who: GP }],
    target: [{ reference: 'MedicationStatement/x' }],
    entity: entities.map(([role, reference]) => ({ role, what: { reference } })),
  }
  return fact(provenance, activity, 'prescriber')
}
const facts = [
  prescription('a', { dosage: MORNING, authoredOn: '2026-11-01T09:00:00+01:00' }),
  prescription('b', { brand: 'ID_PARACET', dosage: MORNING, authoredOn: '2026-11-01T09:00:00+01:00' }),
  act('merge', MERGED, [
    ['source', 'MedicationRequest/a'],
    ['source', 'MedicationRequest/b'],
  ]),
  act('split', PARTED, [
    ['removal', 'MedicationRequest/b'],
    ['source', 'MedicationRequest/a'],
  ]),
]
const justBefore = (instant: string): string => new Date(Date.parse(instant) - 1).toISOString()
const linesAt = (at: string) => derive(facts, { at }).lines.map((line) => line.facts.filter(isDecision))
const isDecision = (ref: string): boolean => ref.startsWith('MedicationRequest/')
const [A, B] = ['MedicationRequest/a', 'MedicationRequest/b']

describe('merges and splits as of an instant', () => {
  it('count from when they were done, whatever else is known by now', () => {
    assert.deepEqual(linesAt(justBefore(MERGED)).sort(), [[A], [B]])
    assert.deepEqual(linesAt(MERGED), [[A, B]])
    assert.deepEqual(linesAt(justBefore(PARTED)), [[A, B]])
    assert.deepEqual(linesAt(PARTED).sort(), [[A], [B]])
  })

  it('are named as the instants at which the list changes, as long as they lie ahead', () => {
    const next = (at: string): string => derive(facts, { at }).nextChangeAt ?? '9'
    assert.ok(next(justBefore(MERGED)) <= MERGED)
    assert.ok(next(MERGED) <= PARTED)
  })
})
