import assert from 'node:assert/strict'
import type { Fact } from '../../../src/medication-list/contract.js'
import { numbersOf } from '../../../src/medication-list/discrepancies/explanation.js'
import { load, packed, program, programReceipt } from '../../support/chain-facts.js'
import {
  asPrevious,
  type DeriveOptions,
  derive,
  fixed,
  issueOf,
  type RowOptions,
  row,
  stay,
} from '../../support/clinical-facts.js'

const AT = '2026-11-21T11:00:00.000Z'
const told = (facts: Fact[], code: string, options: DeriveOptions = {}) =>
  issueOf(derive(facts, { at: AT, ...options }), code)
const at = (...times: string[]) => [fixed(1, { timeOfDay: times })]

const line = (more: RowOptions = {}) => row('r', { dosage: at('08:00', '20:00'), ...more })
const roll = (more: Partial<Parameters<typeof packed>[1]> = {}) =>
  packed('d', {
    brand: 'ID_METOTAB',
    from: '2026-11-16',
    to: '2026-11-29',
    row: 'r',
    roll: 'R1',
    dosage: at('08:00', '20:00'),
    ...more,
  })
const loaded = load('l', '2026-11-16T07:00:00+01:00', { roll: 'R1' })

describe('dose-mismatch-device', () => {
  const programmed = (...times: string[]) => program('p', { brand: 'ID_METOTAB', dosage: at(...times) })

  it('no. 5: intended and packed 08:00 and 20:00, programmed 08:00 and 22:00, is high', () => {
    const facts = [line(), roll(), programmed('08:00', '22:00')]
    const issue = told(facts, 'dose-mismatch-device')
    assert.equal(issue?.severity, 'high')
    assert.match(issue?.detail ?? '', /kl\. 08\.00, 22\.00, ordinert kl\. 08\.00, 20\.00/)
    assert.equal(told(facts, 'pack-device-mismatch'), undefined, 'the roll is not in the device')
  })

  it('no. 5: with the roll in the device, it differs from the roll too', () => {
    const facts = [line(), roll(), loaded, programmed('08:00', '22:00')]
    assert.equal(told(facts, 'dose-mismatch-device')?.severity, 'high')
    const issue = told(facts, 'pack-device-mismatch')
    assert.equal(issue?.severity, 'high')
    assert.match(issue?.detail ?? '', /2 tabletter|100 mg/)
  })

  it('no. 5: programmed 20:30 is the same slot', () => {
    const facts = [line(), roll(), loaded, programmed('08:00', '20:30')]
    assert.equal(told(facts, 'dose-mismatch-device'), undefined)
    assert.equal(told(facts, 'pack-device-mismatch'), undefined)
  })

  it('no. 5: the same for a dispenser that is set to times of sachets', () => {
    const sachets = program('p', { dosage: at('08:00', '22:00') })
    const facts = [line(), roll(), loaded, sachets]
    assert.equal(told(facts, 'dose-mismatch-device')?.severity, 'high')
    assert.equal(told(facts, 'pack-device-mismatch')?.severity, 'high')
  })

  it('keeps a time-critical medicine to the minute', () => {
    const levodopa = row('r', { brand: 'ID_LEVODOPA', dosage: at('12:00') })
    const late = (time: string) =>
      told([levodopa, program('p', { brand: 'ID_LEVODOPA', dosage: at(time) })], 'dose-mismatch-device')
    assert.equal(late('12:00'), undefined)
    assert.equal(late('12:10')?.severity, 'high')
  })

  it('looks eight days ahead for a line that is not daily, and two days for others', () => {
    const weekly = (days: ('mon' | 'thu')[]) => [fixed(1, { dayOfWeek: days, timeOfDay: ['08:00'] })]
    // Saturday 21 November.
    const facts = [
      row('r', { dosage: weekly(['mon']) }),
      program('p', { brand: 'ID_METOTAB', dosage: weekly(['mon', 'thu']) }),
    ]
    assert.equal(told(facts, 'dose-mismatch-device')?.severity, 'high')
  })

  it('tells of a medicine in the device that stands on no line', () => {
    const issue = told(
      [line(), program('p', { brand: 'ID_PARACET', dosage: at('08:00') })],
      'dose-mismatch-device',
    )
    assert.match(issue?.detail ?? '', /Paracet 500 mg, som ikke står på listen/)
  })

  it('closes when the device has taken another version, and rests during a stay', () => {
    const old = program('p', {
      brand: 'ID_METOTAB',
      dosage: at('08:00', '22:00'),
      schedule: { id: 's', version: 1 },
    })
    const mended = program('q', {
      brand: 'ID_METOTAB',
      dosage: at('08:00', '20:00'),
      schedule: { id: 's', version: 2 },
    })
    const accepted = (version: number) =>
      programReceipt(`a${version}`, `2026-11-2${version - 1}T11:00:00Z`, 'completed', { id: 's', version })
    const open = derive([line(), old, accepted(1)], { at: AT })
    assert.equal(issueOf(open, 'dose-mismatch-device')?.severity, 'high')
    const closed = derive([line(), old, mended, accepted(1), accepted(2)], {
      at: AT,
      previous: asPrevious(open),
    })
    assert.deepEqual(
      closed.issues.filter(({ status }) => status === 'preliminary'),
      [],
    )
    assert.equal(told([line(), old, accepted(1), stay('e', '2026-11-20')], 'dose-mismatch-device'), undefined)
  })

  it('is asked again at midnight, when a further day comes into view', () => {
    const facts = [
      row('r', { dosage: [fixed(1, { timeOfDay: ['08:00'] })] }),
      program('p', {
        brand: 'ID_METOTAB',
        dosage: [
          fixed(1, { timeOfDay: ['08:00'], boundsPeriod: { end: '2026-11-23' } }),
          fixed(2, { timeOfDay: ['08:00'], boundsPeriod: { start: '2026-11-24' } }),
        ],
      }),
    ]
    const quiet = derive(facts, { at: AT })
    assert.equal(issueOf(quiet, 'dose-mismatch-device'), undefined)
    assert.equal(quiet.nextChangeAt, '2026-11-21T23:00:00.000Z')
    assert.equal(told(facts, 'dose-mismatch-device', { at: '2026-11-21T22:59:59.999Z' }), undefined)
    assert.equal(told(facts, 'dose-mismatch-device', { at: '2026-11-21T23:00:00.000Z' })?.severity, 'high')
  })
})

describe('stopped-still-loaded', () => {
  const stopped = line({
    status: 'stopped',
    asserted: '2026-11-21T11:30:00+01:00',
    period: { start: '2026-11-01', end: '2026-11-21T11:30:00+01:00' },
  })

  it('is high with the coming slots while the roll of the stopped line is in the device', () => {
    const issue = told([stopped, roll(), loaded], 'stopped-still-loaded')
    assert.equal(issue?.severity, 'high')
    const { slots, count } = (issue === undefined ? undefined : numbersOf(issue)) ?? {}
    assert.equal(count, 17)
    assert.equal((slots as string[])[0], '2026-11-21 20:00')
    assert.equal(told([stopped, roll()], 'stopped-still-loaded'), undefined)
  })

  it('is high for a program of the paused medicine, and closes when it ends', () => {
    const held = line({ status: 'on-hold', asserted: '2026-11-21T11:30:00+01:00' })
    const of = (status: 'active' | 'stopped') =>
      program('p', { brand: 'ID_METOTAB', dosage: at('08:00', '20:00'), status })
    assert.equal(told([held, of('active')], 'stopped-still-loaded')?.severity, 'high')
    assert.equal(told([held, of('stopped')], 'stopped-still-loaded'), undefined)
  })

  it('closes when the roll is taken out', () => {
    const out = load('l', '2026-11-16T07:00:00+01:00', { roll: 'R1', removed: '2026-11-21T11:45:00+01:00' })
    assert.equal(told([stopped, roll(), out], 'stopped-still-loaded'), undefined)
  })
})

describe('program-outdated', () => {
  const made = '2026-11-20T10:00:00+01:00'
  const old = program('p', { brand: 'ID_METOTAB', dosage: [fixed(2, { timeOfDay: ['08:00'] })], made })
  const changed = (value: number, receivedAt: string) =>
    row('r', {
      asserted: receivedAt,
      receivedAt,
      period: { start: '2026-11-01' },
      dosage: [fixed(value, { timeOfDay: ['08:00'] })],
    })

  it('opens two hours after the change, high for a decrease and moderate for an increase', () => {
    const decrease = [changed(1, '2026-11-21T10:00:00Z'), old]
    assert.equal(told(decrease, 'program-outdated', { at: '2026-11-21T11:59:59.999Z' }), undefined)
    const issue = told(decrease, 'program-outdated', { at: '2026-11-21T12:00:00.000Z' })
    assert.equal(issue?.severity, 'high')
    assert.match(
      issue?.detail ?? '',
      /program er fra 20\.11\.2026 kl\. 10\.00.*redusert 21\.11\.2026 kl\. 11\.00/,
    )
    const increase = [changed(3, '2026-11-21T10:00:00Z'), old]
    assert.equal(told(increase, 'program-outdated', { at: '2026-11-21T12:00:00.000Z' })?.severity, 'moderate')
  })

  it('opens an hour before the next slot, if that is sooner', () => {
    const facts = [changed(1, '2026-11-22T05:45:00Z'), old]
    assert.equal(told(facts, 'program-outdated', { at: '2026-11-22T05:59:59.999Z' }), undefined)
    assert.equal(told(facts, 'program-outdated', { at: '2026-11-22T06:00:00.000Z' })?.severity, 'high')
  })

  it('does not hold for a program that does what is intended, nor for one made after the change', () => {
    const later = program('p', {
      brand: 'ID_METOTAB',
      dosage: [fixed(2, { timeOfDay: ['08:00'] })],
      made: '2026-11-21T11:00:00+01:00',
    })
    const at = '2026-11-21T14:00:00.000Z'
    assert.equal(told([changed(2, '2026-11-21T09:00:00Z'), old], 'program-outdated', { at }), undefined)
    assert.equal(told([changed(1, '2026-11-21T09:00:00Z'), later], 'program-outdated', { at }), undefined)
  })

  it('is high for a stop', () => {
    const stopped = row('r', {
      status: 'stopped',
      asserted: '2026-11-21T10:00:00+01:00',
      receivedAt: '2026-11-21T09:00:00Z',
      period: { start: '2026-11-01', end: '2026-11-21T10:00:00+01:00' },
    })
    assert.equal(told([stopped, old], 'program-outdated')?.severity, 'high')
  })
})

describe('wrong-roll', () => {
  it('holds for a roll that was over when it was put in', () => {
    const over = load('l', '2026-11-20T07:00:00+01:00', { from: '2026-11-02', to: '2026-11-15' })
    assert.equal(told([line(), over], 'wrong-roll')?.severity, 'high')
    const right = load('l', '2026-11-20T07:00:00+01:00', { from: '2026-11-16', to: '2026-11-29' })
    assert.equal(told([line(), right], 'wrong-roll'), undefined)
  })

  it('holds for a roll that was packed anew after it was put in', () => {
    const anew = packed('e', {
      brand: 'ID_METOTAB',
      from: '2026-11-16',
      to: '2026-11-29',
      row: 'r',
      roll: 'R2',
      dosage: at('08:00'),
      receivedAt: '2026-11-21T09:00:00Z',
    })
    const repacked = {
      ...anew,
      resource: {
        ...anew.resource,
        extension: [
          ...(('extension' in anew.resource && anew.resource.extension) || []),
          {
            url: 'http://stafett.internal/fhir/StructureDefinition/repacking-reason',
            valueCodeableConcept: { text: 'E' },
          },
        ],
      },
    } as Fact
    assert.equal(told([line(), roll(), loaded], 'wrong-roll'), undefined)
    assert.equal(told([line(), roll(), loaded, repacked], 'wrong-roll')?.severity, 'high')
  })
})
