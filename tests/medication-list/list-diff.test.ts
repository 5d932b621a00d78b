import assert from 'node:assert/strict'
import type { MedicationStatement } from 'fhir/r4.js'
import { listDiff } from '../../src/medication-list/history/list-diff.js'

const line = (id: string, more: Partial<MedicationStatement> = {}): MedicationStatement => ({
  resourceType: 'MedicationStatement',
  id,
  status: 'active',
  subject: { reference: 'Patient/p' },
  medicationCodeableConcept: { text: 'Metoprolol tablett 50 mg', coding: [{ code: 'C07AB02' }] },
  effectivePeriod: { start: '2026-01-01' },
  dosage: [{ text: '1 tablett morgen' }],
  ...more,
})
const none = () => undefined
const told = (
  before: MedicationStatement[],
  after: MedicationStatement[],
  ended = none as Parameters<typeof listDiff>[2],
) =>
  listDiff(before, after, ended).map(({ kind, line: { id }, fields }) => [
    kind,
    id,
    fields.map(({ path }) => path),
  ])

describe('what became of the lines between two lists', () => {
  it('is nothing where the lists are the same but for what no reader is told', () => {
    const before = line('a', {
      dateAsserted: '2026-01-01',
      derivedFrom: [{ reference: 'MedicationRequest/1' }],
    })
    const after = line('a', {
      dateAsserted: '2026-02-01',
      derivedFrom: [{ reference: 'MedicationRequest/2' }],
    })
    assert.deepEqual(told([before], [after]), [])
  })

  it('is told as started, stopped, changed, held, resumed and of another product, in that order', () => {
    const generic = { text: 'Metoprolol Sandoz 50 mg', coding: [{ code: 'C07AB02' }] }
    const before = [
      line('product'),
      line('resumed', { status: 'on-hold' }),
      line('held'),
      line('changed'),
      line('stopped'),
      line('same'),
      line('ended-before', { status: 'stopped' }),
    ]
    const after = [
      line('product', { medicationCodeableConcept: generic }),
      line('resumed'),
      line('held', { status: 'on-hold', statusReason: [{ text: 'Før CT' }] }),
      line('changed', { dosage: [{ text: '2 tabletter morgen' }] }),
      line('stopped', { status: 'stopped', effectivePeriod: { start: '2026-01-01', end: '2026-02-01' } }),
      line('same'),
      line('started'),
      line('ended-since', { status: 'completed' }),
    ]
    assert.deepEqual(told(before, after), [
      ['started', 'started', []],
      ['stopped', 'stopped', ['status', 'effectivePeriod.end']],
      ['changed', 'changed', ['dosage']],
      ['held', 'held', ['statusReason']],
      ['resumed', 'resumed', []],
      ['product', 'product', ['medication']],
    ])
  })

  it('says what each element was and is', () => {
    const after = line('a', {
      dosage: [{ text: '2 tabletter kveld' }],
      effectivePeriod: { start: '2026-01-01', end: '2026-03-01' },
    })
    assert.deepEqual(listDiff([line('a')], [after], none)[0]?.fields, [
      { path: 'effectivePeriod.end', from: undefined, to: '2026-03-01' },
      { path: 'dosage', from: '1 tablett morgen', to: '2 tabletter kveld' },
    ])
  })

  it('tells a change of the dosage that its text does not say', () => {
    const dosage = (value: number) => [{ text: 'etter avtale', doseAndRate: [{ doseQuantity: { value } }] }]
    assert.deepEqual(told([line('a', { dosage: dosage(1) })], [line('a', { dosage: dosage(2) })]), [
      ['changed', 'a', ['dosage']],
    ])
  })

  it('tells a pause and a change besides both, and another product with a change as a change', () => {
    const held = line('a', { status: 'on-hold', dosage: [{ text: '2 tabletter morgen' }] })
    assert.deepEqual(told([line('a')], [held]), [
      ['changed', 'a', ['dosage']],
      ['held', 'a', []],
    ])
    const other = line('a', {
      medicationCodeableConcept: { text: 'X' },
      dosage: [{ text: '2 tabletter morgen' }],
    })
    assert.deepEqual(told([line('a')], [other]), [['changed', 'a', ['medication', 'dosage']]])
  })

  it('tells a line that is gone by how it ended, and one that nobody had decided once somebody has', () => {
    const ended = line('a', { status: 'stopped', statusReason: [{ text: 'Bivirkning' }] })
    assert.deepEqual(
      told([line('a')], [], (id) => (id === 'a' ? ended : undefined)),
      [['stopped', 'a', ['status', 'statusReason']]],
    )
    assert.deepEqual(told([line('a', { status: 'unknown' })], [line('a')]), [['changed', 'a', ['status']]])
    assert.deepEqual(told([line('a', { status: 'intended' })], [line('a')]), [['changed', 'a', ['status']]])
  })
})
