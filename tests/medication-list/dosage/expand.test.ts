import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { Dosage, TimingRepeat } from 'fhir/r4.js'
import { extensionUrl } from '../../../src/core/canonical.js'
import { dueInstant, expand } from '../../../src/medication-list/dosage/expand.js'
import { readDosagePlan } from '../../../src/medication-list/dosage/plan.js'

const UCUM = 'http://unitsofmeasure.org'
const OSLO = 'Europe/Oslo'
const ZONES = [
  OSLO,
  'Europe/Copenhagen',
  'Europe/Stockholm',
  'Europe/Helsinki',
  'Atlantic/Reykjavik',
  'Atlantic/Faroe',
]
const numRuns = process.env['STAFETT_TEST_DEEP'] ? 1000 : 50

const dose = (repeat: TimingRepeat, more: Partial<Dosage> = {}): Dosage => ({
  timing: { repeat },
  doseAndRate: [{ doseQuantity: { value: 1, unit: 'tablett' } }],
  ...more,
})
const days = (value: number) => ({ value, unit: 'd', system: UCUM, code: 'd' })
const show = (dosage: Dosage[], from: string, to: string, start?: string, zone = OSLO) => {
  const { doses, complete } = expand(readDosagePlan(dosage), from, to, { zone, start })
  return complete ? doses.map(({ date, slot, minutes }) => `${date} ${slot ?? minutes ?? '-'}`) : 'incomplete'
}
const instants = (dosage: Dosage[], from: string, to: string, start: string, zone = OSLO) =>
  expand(readDosagePlan(dosage), from, to, { zone, start }).doses.map((one) =>
    new Date(dueInstant(one, zone) ?? 0).toISOString(),
  )

describe('dosage expansion', () => {
  it('gives each slot of each day', () => {
    assert.deepEqual(show([dose({ when: ['EVE', 'MORN'] })], '2026-12-31', '2027-01-01'), [
      '2026-12-31 MORN',
      '2026-12-31 EVE',
      '2027-01-01 MORN',
      '2027-01-01 EVE',
    ])
  })

  it('names no slot for n times daily', () => {
    assert.deepEqual(show([dose({ frequency: 3, period: 1, periodUnit: 'd' })], '2026-11-22', '2026-11-22'), [
      '2026-11-22 -',
      '2026-11-22 -',
      '2026-11-22 -',
    ])
  })

  it('takes a weekday as a restriction, whatever period stands beside it', () => {
    const expected = ['2026-11-23 MORN', '2026-11-26 MORN', '2026-11-30 MORN']
    for (const periodUnit of ['d', 'wk'] as const)
      assert.deepEqual(
        show(
          [dose({ when: ['MORN'], dayOfWeek: ['mon', 'thu'], frequency: 1, period: 1, periodUnit })],
          '2026-11-22',
          '2026-12-01',
        ),
        expected,
      )
    assert.deepEqual(
      show([dose({ when: ['MORN'], dayOfWeek: ['mon', 'thu'] })], '2026-11-22', '2026-12-01'),
      expected,
    )
  })

  it('places an interval of days only from an anchor, over leap days and year ends', () => {
    const everyOther = [dose({ when: ['MORN'], frequency: 1, period: 2, periodUnit: 'd' })]
    assert.equal(show(everyOther, '2028-02-27', '2028-03-02'), 'incomplete')
    assert.deepEqual(show(everyOther, '2028-02-27', '2028-03-02', '2028-02-27'), [
      '2028-02-27 MORN',
      '2028-02-29 MORN',
      '2028-03-02 MORN',
    ])
    assert.deepEqual(
      show([dose({ frequency: 1, period: 12, periodUnit: 'wk' })], '2026-01-01', '2026-12-31', '2026-02-02'),
      ['2026-02-02 -', '2026-04-27 -', '2026-07-20 -', '2026-10-12 -'],
    )
    assert.deepEqual(
      show([dose({ frequency: 1, period: 1, periodUnit: 'mo' })], '2027-01-01', '2027-04-01', '2026-12-31'),
      ['2027-01-31 -', '2027-02-28 -', '2027-03-31 -'],
    )
  })

  it('places a cycle only from an anchor', () => {
    const cycle: Dosage = dose(
      { when: ['MORN'] },
      {
        extension: [
          {
            url: extensionUrl('cycle'),
            extension: [
              { url: 'on', valueInteger: 2 },
              { url: 'off', valueInteger: 1 },
            ],
          },
        ],
      },
    )
    assert.equal(show([cycle], '2026-11-01', '2026-11-06'), 'incomplete')
    assert.deepEqual(show([cycle], '2026-11-01', '2026-11-06', '2026-11-01'), [
      '2026-11-01 MORN',
      '2026-11-02 MORN',
      '2026-11-04 MORN',
      '2026-11-05 MORN',
    ])
  })

  it('keeps the clock for intervals that divide the day, also when the clocks change', () => {
    const every8 = [dose({ frequency: 1, period: 8, periodUnit: 'h' })]
    assert.deepEqual(instants(every8, '2026-10-25', '2026-10-25', '2026-10-01T06:00:00+02:00'), [
      '2026-10-25T05:00:00.000Z',
      '2026-10-25T13:00:00.000Z',
      '2026-10-25T21:00:00.000Z',
    ])
    assert.deepEqual(show(every8, '2026-11-22', '2026-11-22'), [
      '2026-11-22 0',
      '2026-11-22 480',
      '2026-11-22 960',
    ])
  })

  it('runs other intervals on the UTC line', () => {
    assert.deepEqual(
      instants(
        [dose({ frequency: 1, period: 36, periodUnit: 'h' })],
        '2026-10-24',
        '2026-10-27',
        '2026-10-24T08:00:00+02:00',
      ),
      ['2026-10-24T06:00:00.000Z', '2026-10-25T18:00:00.000Z', '2026-10-27T06:00:00.000Z'],
    )
  })

  it('gives n days of doses for a duration that begins within a day', () => {
    const course = [dose({ when: ['MORN', 'EVE'], boundsDuration: days(2) })]
    assert.deepEqual(show(course, '2026-11-20', '2026-11-30', '2026-11-22T18:00:00+01:00'), [
      '2026-11-22 EVE',
      '2026-11-23 MORN',
      '2026-11-23 EVE',
      '2026-11-24 MORN',
    ])
    assert.equal(show(course, '2026-11-20', '2026-11-30'), 'incomplete')
  })

  it('includes both ends of bounds given as dates, and nothing from a stated end time', () => {
    const bounded = [dose({ when: ['MORN'], boundsPeriod: { start: '2026-11-22', end: '2026-11-23' } })]
    assert.deepEqual(show(bounded, '2026-11-01', '2026-12-01'), ['2026-11-22 MORN', '2026-11-23 MORN'])
    const timed = [dose({ when: ['MORN', 'EVE'], boundsPeriod: { end: '2026-11-22T14:00:00+01:00' } })]
    assert.deepEqual(show(timed, '2026-11-22', '2026-11-24'), ['2026-11-22 MORN'])
  })

  it('lets the steps of a taper follow each other', () => {
    const taper = [
      dose({ when: ['MORN'], boundsDuration: days(2) }, { sequence: 1 }),
      dose({ when: ['EVE'], boundsDuration: days(1) }, { sequence: 2 }),
    ]
    assert.deepEqual(show(taper, '2026-11-20', '2026-11-30', '2026-11-22'), [
      '2026-11-22 MORN',
      '2026-11-23 MORN',
      '2026-11-24 EVE',
    ])
  })

  it('gives one dose for once only, none for as needed, and does not guess the rest', () => {
    assert.deepEqual(show([dose({ count: 1 })], '2026-11-20', '2026-11-30', '2026-11-22'), ['2026-11-22 -'])
    assert.deepEqual(show([{ asNeededBoolean: true }], '2026-11-20', '2026-11-30'), [])
    assert.equal(
      show([dose({ frequency: 2, period: 3, periodUnit: 'd' })], '2026-11-20', '2026-11-30', '2026-11-22'),
      'incomplete',
    )
    assert.equal(
      show([dose({ frequency: 1, frequencyMax: 3, period: 1, periodUnit: 'd' })], '2026-11-20', '2026-11-20'),
      'incomplete',
    )
    assert.equal(show([{ text: '1 tablett daglig' }], '2026-11-20', '2026-11-20'), 'incomplete')
  })

  it('has each daily slot once on every day of every zone, both clock changes included', () => {
    fc.assert(
      fc.property(fc.constantFrom(...ZONES), fc.integer({ min: 0, max: 1500 }), (zone, offset) => {
        const from = new Date(Date.UTC(2026, 0, 1 + offset)).toISOString().slice(0, 10)
        const to = new Date(Date.UTC(2026, 0, 31 + offset)).toISOString().slice(0, 10)
        const { doses } = expand(readDosagePlan([dose({ when: ['MORN', 'NIGHT'] })]), from, to, {
          zone,
          start: undefined,
        })
        assert.equal(doses.length, 62)
        const due = doses.map((one) => dueInstant(one, zone) ?? 0)
        assert.ok(due.every((instant, index) => index === 0 || instant > (due[index - 1] ?? 0)))
      }),
      { numRuns, seed: 5 },
    )
  })
})
