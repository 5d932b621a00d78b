import assert from 'node:assert/strict'
import type { Dosage, TimingRepeat } from 'fhir/r4.js'
import { extensionUrl } from '../../../src/core/canonical.js'
import { dueInstant, expand } from '../../../src/medication-list/dosage/expand.js'
import { readDosagePlan } from '../../../src/medication-list/dosage/plan.js'
import type { DayClock } from '../../../src/medication-list/dosage/slots.js'

const OSLO = 'Europe/Oslo'
const dose = (repeat: TimingRepeat, more: Partial<Dosage> = {}): Dosage => ({
  timing: { repeat },
  doseAndRate: [{ doseQuantity: { value: 1, unit: 'tablett' } }],
  ...more,
})
const show = (dosage: Dosage[], from: string, to: string, start?: string, clock?: DayClock) => {
  const { doses, complete } = expand(readDosagePlan(dosage), from, to, { zone: OSLO, start, clock })
  return complete
    ? doses.map(({ date, slot, minutes }) => `${date} ${slot ?? '-'} ${minutes ?? '-'}`)
    : 'incomplete'
}
const day = (dosage: Dosage[], clock?: DayClock) =>
  show(dosage, '2026-11-23', '2026-11-23', '2026-11-23', clock)

describe('canonical form of a dosage', () => {
  it('plans nothing by two numbers at once', () => {
    const contradictions: TimingRepeat[] = [
      { when: ['MORN'], frequency: 3, period: 1, periodUnit: 'd' },
      { when: ['MORN'], frequency: 1, period: 8, periodUnit: 'h' },
      { when: ['MORN'], frequency: 1, period: 36, periodUnit: 'h' },
      { dayOfWeek: ['mon'], frequency: 1, period: 36, periodUnit: 'h' },
      { dayOfWeek: ['mon'], frequency: 2, period: 1, periodUnit: 'wk' },
      { dayOfWeek: ['mon'], when: ['MORN'], frequency: 1, period: 2, periodUnit: 'd' },
      { dayOfWeek: ['mon'], frequency: 1, period: 1, periodUnit: 'mo' },
      { when: ['MORN', 'EVE'], count: 1 },
      { when: ['ACM', 'PCM', 'MORN'] },
      { when: ['AC'] },
      { frequency: 1, period: 1, periodUnit: 'd', boundsRange: { low: { value: 3 }, high: { value: 5 } } },
    ]
    for (const repeat of contradictions)
      assert.equal(day([dose(repeat)]), 'incomplete', JSON.stringify(repeat))
  })

  it('takes what says the same twice for one', () => {
    const morning = ['2026-11-23 MORN 480', '2026-11-23 EVE 1200']
    for (const repeat of [
      { when: ['MORN', 'EVE'], frequency: 2, period: 1, periodUnit: 'd' },
      { when: ['MORN', 'EVE'], frequency: 1, period: 12, periodUnit: 'h' },
      { when: ['MORN', 'EVE'], dayOfWeek: ['mon', 'thu'], frequency: 4, period: 1, periodUnit: 'wk' },
    ] satisfies TimingRepeat[])
      assert.deepEqual(day([dose(repeat)]), morning, JSON.stringify(repeat))
    const twice = {
      dayOfWeek: ['mon', 'thu'],
      frequency: 2,
      period: 1,
      periodUnit: 'wk',
    } satisfies TimingRepeat
    assert.deepEqual(day([dose(twice)]), ['2026-11-23 - -'])
  })

  it('keeps a meal code as an additional code that counts no dose and shifts by its offset', () => {
    assert.deepEqual(day([dose({ when: ['MORN', 'AC'], offset: 30 })]), ['2026-11-23 MORN 450'])
    assert.deepEqual(day([dose({ when: ['MORN', 'PCM'], offset: 30 })]), ['2026-11-23 MORN 510'])
    assert.deepEqual(day([dose({ when: ['ACM'], offset: 30 })]), ['2026-11-23 ACM 450'])
    assert.deepEqual(day([dose({ when: ['AC'], frequency: 3, period: 1, periodUnit: 'd' })]), [
      '2026-11-23 - -',
      '2026-11-23 - -',
      '2026-11-23 - -',
    ])
  })

  it('lays parts of the day at the times of this person, a night after midnight on the date of its evening', () => {
    const clock: DayClock = { times: { MORN: '07:15', NIGHT: '00:30' }, timesDaily: {} }
    const plan = [dose({ when: ['MORN', 'NIGHT'] })]
    assert.deepEqual(day(plan, clock), ['2026-11-23 MORN 435', '2026-11-23 NIGHT 1470'])
    const { doses } = expand(readDosagePlan(plan), '2026-11-23', '2026-11-23', {
      zone: OSLO,
      start: undefined,
      clock,
    })
    assert.equal(new Date(dueInstant(doses[1]!, OSLO) ?? 0).toISOString(), '2026-11-23T23:30:00.000Z')
    const bounded = [dose({ when: ['NIGHT'], boundsPeriod: { start: '2026-11-23', end: '2026-11-23' } })]
    assert.deepEqual(show(bounded, '2026-11-20', '2026-11-30', undefined, clock), ['2026-11-23 NIGHT 1470'])
    const stopped = [dose({ when: ['NIGHT'], boundsPeriod: { end: '2026-11-24T00:00:00+01:00' } })]
    assert.deepEqual(show(stopped, '2026-11-23', '2026-11-24', undefined, clock), [])
    const begun = [dose({ when: ['NIGHT'], boundsPeriod: { start: '2026-11-24T00:00:00+01:00' } })]
    assert.deepEqual(show(begun, '2026-11-23', '2026-11-23', undefined, clock), ['2026-11-23 NIGHT 1470'])
  })

  it('gives n times daily no slots but those that somebody named at least four hours apart', () => {
    const thrice = [dose({ frequency: 3, period: 1, periodUnit: 'd' })]
    assert.deepEqual(day(thrice), ['2026-11-23 - -', '2026-11-23 - -', '2026-11-23 - -'])
    const named = { times: {}, timesDaily: { 3: ['MORN', 'NOON', 'EVE'] } }
    assert.deepEqual(day(thrice, named), [
      '2026-11-23 MORN 480',
      '2026-11-23 NOON 840',
      '2026-11-23 EVE 1200',
    ])
    const close = { times: {}, timesDaily: { 3: ['MORN', 'EVE', 'NIGHT'] } }
    assert.deepEqual(day(thrice, close), ['2026-11-23 - -', '2026-11-23 - -', '2026-11-23 - -'])
  })

  it('reads a chart kept elsewhere, and knows its doses on the dated days alone', () => {
    const chart = {
      url: extensionUrl('dose-chart'),
      extension: [
        { url: 'code', valueCode: 'anticoagulation' },
        { url: 'pointer', valueReference: { display: 'INR-kort' } },
      ],
    }
    const pointer: Dosage = { extension: [chart], text: 'Etter INR-kort' }
    assert.equal(readDosagePlan([pointer]).kind, 'chart')
    const dated: Dosage = { ...pointer, ...dose({}), timing: { event: ['2026-11-23', '2026-11-24'] } }
    assert.deepEqual(show([dated], '2026-11-23', '2026-11-24'), ['2026-11-23 - -', '2026-11-24 - -'])
    assert.equal(show([dated], '2026-11-23', '2026-11-25'), 'incomplete')
  })

  it('never leaves the days of a cycle that it cannot read as daily ones', () => {
    for (const parts of [
      [],
      [{ url: 'on', valueInteger: 21 }],
      [
        { url: 'on', valueInteger: 0 },
        { url: 'off', valueInteger: 7 },
      ],
    ])
      assert.equal(
        day([dose({ when: ['MORN'] }, { extension: [{ url: extensionUrl('cycle'), extension: parts }] })]),
        'incomplete',
      )
  })
})
