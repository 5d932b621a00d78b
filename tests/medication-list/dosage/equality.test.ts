import assert from 'node:assert/strict'
import type { Dosage, TimingRepeat } from 'fhir/r4.js'
import { equalDosages } from '../../../src/medication-list/dosage/equality.js'
import { readDosagePlan } from '../../../src/medication-list/dosage/plan.js'

const dose = (repeat: TimingRepeat, value = 1, more: Partial<Dosage> = {}): Dosage => ({
  timing: { repeat },
  doseAndRate: [{ doseQuantity: { value, unit: 'tablett' } }],
  ...more,
})
const equal = (a: Dosage[], b: Dosage[], start?: string, laterStart?: string): boolean =>
  equalDosages(
    { plan: readDosagePlan(a), start, decided: Date.parse('2026-01-05T10:00:00Z') },
    { plan: readDosagePlan(b), start: laterStart, decided: Date.parse('2026-11-05T10:00:00Z') },
    'Europe/Oslo',
  )

describe('dosage equality', () => {
  it('ignores wording and the way of writing slots', () => {
    const split = [dose({ when: ['MORN'] }), dose({ when: ['EVE'] }, 1, { text: 'kveld' })]
    assert.ok(equal(split, [dose({ when: ['MORN', 'EVE'] })]))
    assert.ok(equal([dose({ when: ['MORN'] })], [dose({ timeOfDay: ['08:30:00'] })]))
  })

  it('tells amounts, slots and units apart', () => {
    assert.ok(!equal([dose({ when: ['MORN'] })], [dose({ when: ['MORN'] }, 2)]))
    assert.ok(!equal([dose({ when: ['EVE'] })], [dose({ when: ['NIGHT'] })]))
    assert.ok(!equal([dose({ timeOfDay: ['08:00:00'] })], [dose({ timeOfDay: ['09:01:00'] })]))
    const ml = {
      timing: { repeat: { when: ['MORN' as const] } },
      doseAndRate: [{ doseQuantity: { value: 1, unit: 'ml' } }],
    }
    assert.ok(!equal([dose({ when: ['MORN'] })], [ml]))
  })

  it('compares n times daily by the sum of the day', () => {
    const twice = dose({ frequency: 2, period: 1, periodUnit: 'd' })
    assert.ok(equal([twice], [dose({ when: ['MORN', 'EVE'] })]))
    assert.ok(!equal([twice], [dose({ when: ['MORN'] })]))
  })

  it('never holds weekly and daily for equal', () => {
    const weekly = dose({ when: ['MORN'], dayOfWeek: ['mon'], frequency: 1, period: 1, periodUnit: 'wk' })
    assert.ok(!equal([weekly], [dose({ when: ['MORN'] })]))
    assert.ok(equal([weekly], [dose({ when: ['MORN'], dayOfWeek: ['mon'] })]))
  })

  it('lets a renewal take the phase of what it renews, unless it states another', () => {
    const everyOther = dose({ when: ['MORN'], frequency: 1, period: 2, periodUnit: 'd' })
    assert.ok(equal([everyOther], [everyOther], '2026-01-05'))
    assert.ok(equal([everyOther], [everyOther], '2026-01-05', '2026-11-05'), 'the same days')
    assert.ok(!equal([everyOther], [everyOther], '2026-01-05', '2026-11-06'), 'the days between')
  })

  it('holds as-needed doses apart by reason, maximum and route', () => {
    const needed = (reason: string, max: number): Dosage => ({
      asNeededCodeableConcept: { text: reason },
      doseAndRate: [{ doseQuantity: { value: 1, unit: 'tablett' } }],
      maxDosePerPeriod: {
        numerator: { value: max, unit: 'tablett' },
        denominator: { value: 24, unit: 'h', code: 'h' },
      },
    })
    assert.ok(equal([needed('smerter', 4)], [needed('Smerter', 4)]))
    assert.ok(!equal([needed('smerter', 4)], [needed('feber', 4)]))
    assert.ok(!equal([needed('smerter', 4)], [needed('smerter', 8)]))
    const eye = (code: string) => dose({ when: ['MORN'] }, 1, { site: { coding: [{ code }] } })
    assert.ok(!equal([eye('left')], [eye('right')]))
  })

  it('lets a dosage in words, an unknown one and one without amount equal nothing', () => {
    const words = [{ text: '1 tablett daglig' }]
    assert.ok(!equal(words, words))
    assert.ok(!equal([], []))
    const bare = [{ timing: { repeat: { when: ['MORN' as const] } } }]
    assert.ok(!equal(bare, bare))
  })
})
