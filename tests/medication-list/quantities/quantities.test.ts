import assert from 'node:assert/strict'
import type { Task } from 'fhir/r4.js'
import { codeSystemUrl } from '../../../src/core/canonical.js'
import type { Fact } from '../../../src/medication-list/contract.js'
import { decimalText } from '../../../src/medication-list/dosage/decimal.js'
import type { DayAmounts } from '../../../src/medication-list/quantities/day-amounts.js'
import { load, packed, program, programReceipt, sachet } from '../../support/chain-facts.js'
import { fact, fixed, intake, row, situation } from '../../support/clinical-facts.js'

const AT = '2026-11-22T11:00:00.000Z'
const TOMORROW = '2026-11-23'
const twice = (value: number, ...when: ('MORN' | 'EVE')[]) => [fixed(value, { when })]
const at = (time: string) => [fixed(1, { timeOfDay: [time] })]

const quantitiesOf = (facts: Fact[], instant = AT) => {
  const { lines, quantities } = situation(facts, { at: instant })
  const line = lines.find(({ group }) => group.facts.length > 0)
  assert.ok(line)
  return { line, quantities }
}
const told = (day: DayAmounts | undefined) =>
  day === undefined
    ? undefined
    : day.doses.map(({ minutes, amount }) => [
        minutes === undefined ? undefined : minutes / 60,
        amount === undefined ? undefined : `${decimalText(amount.low, '.')} ${amount.unit}`,
      ])

describe('packed', () => {
  const line = row('r', { dosage: twice(1, 'MORN') })
  const pack = (id: string, more: Partial<Parameters<typeof packed>[1]> = {}) =>
    packed(id, { brand: 'ID_METOTAB', from: '2026-11-16', to: '2026-11-29', row: 'r', ...more })

  it('adds what lies in the pouches of a day, and nothing outside of the roll’s days', () => {
    const { line: own, quantities } = quantitiesOf([
      line,
      pack('d'),
      pack('e', { brand: 'ID_METOTAB25', dosage: twice(2, 'EVE') }),
    ])
    assert.deepEqual(told(quantities.packed(own, '2026-11-29')), [
      [8, '1 tablet'],
      [20, '2 tablet'],
    ])
    assert.deepEqual(told(quantities.packed(own, '2026-11-30')), [])
  })

  it('takes the pharmacy’s own row where the supply states no dosage, else it is not known', () => {
    const rowOfPharmacy = { ...row('r', { dosage: twice(3, 'EVE') }), ref: 'MedicationStatement/ph' }
    const pharmacys: Fact = { ...rowOfPharmacy, source: { key: 'pharmacy|test', role: 'pharmacy' } }
    const bare = pack('d', { dosage: [] })
    const { line: own, quantities } = quantitiesOf([line, bare, pharmacys])
    assert.deepEqual(told(quantities.packed(own, TOMORROW)), [[20, '3 tablet']])
    const without = quantitiesOf([line, bare])
    assert.equal(without.quantities.packed(without.line, TOMORROW).known, false)
  })

  it('counts what was packed anew in place of what it replaces', () => {
    const anew = pack('e', {
      dosage: twice(2, 'MORN'),
      receivedAt: '2026-11-21T10:00:00Z',
      more: {
        extension: [
          {
            url: 'http://stafett.internal/fhir/StructureDefinition/roll-period',
            valuePeriod: { start: '2026-11-23', end: '2026-11-29' },
          },
          {
            url: 'http://stafett.internal/fhir/StructureDefinition/repacking-reason',
            valueCodeableConcept: { text: 'E' },
          },
        ],
      },
    })
    const { line: own, quantities } = quantitiesOf([line, pack('d'), anew])
    assert.deepEqual(told(quantities.packed(own, '2026-11-22')), [[8, '1 tablet']])
    assert.deepEqual(told(quantities.packed(own, '2026-11-23')), [[8, '2 tablet']])
  })

  it('leaves out a unit whose withholding is confirmed, and adds a confirmed supply outside the roll', () => {
    const facts = [line, pack('d')]
    const { id } = quantitiesOf(facts).line
    const task = (code: string, status: Task['status']): Fact =>
      fact(
        {
          resourceType: 'Task',
          status,
          intent: 'order',
          code: { coding: [{ system: codeSystemUrl('medlist-task'), code }] },
          focus: { reference: `MedicationStatement/${id}` },
          executionPeriod: { start: '2026-11-23', end: '2026-11-24' },
          lastModified: '2026-11-22T09:00:00Z',
        },
        code,
        'home-care',
      )
    const withTasks = (tasks: Fact[], day: string) => {
      const { line: own, quantities } = quantitiesOf([...facts, ...tasks])
      return told(quantities.packed(own, day))
    }
    assert.deepEqual(withTasks([task('withhold-unit', 'requested')], TOMORROW), [[8, '1 tablet']])
    assert.deepEqual(withTasks([task('withhold-unit', 'completed')], TOMORROW), [])
    assert.deepEqual(withTasks([task('withhold-unit', 'completed')], '2026-11-25'), [[8, '1 tablet']])
    assert.deepEqual(
      withTasks([task('withhold-unit', 'completed'), task('add-outside-roll', 'completed')], TOMORROW),
      [[8, '1 tablet']],
    )
  })
})

describe('programmed', () => {
  const line = row('r', { dosage: at('08:00') })
  const pack = packed('d', {
    brand: 'ID_METOTAB',
    from: '2026-11-16',
    to: '2026-11-29',
    row: 'r',
    roll: 'R1',
    dosage: at('08:00'),
  })

  it('is what the device is set to, once it has taken the version', () => {
    const old = program('o', {
      brand: 'ID_METOTAB',
      dosage: at('09:00'),
      schedule: { id: 's', version: 1 },
    })
    const newer = program('n', {
      brand: 'ID_METOTAB',
      dosage: at('10:00'),
      schedule: { id: 's', version: 2 },
    })
    const accepted = (version: number) =>
      programReceipt(`a${version}`, `2026-11-2${version}T08:00:00+01:00`, 'completed', { id: 's', version })
    const one = quantitiesOf([line, old, newer, accepted(1)])
    assert.deepEqual(told(one.quantities.programmed(one.line, TOMORROW)), [[9, '1 tablet']])
    const two = quantitiesOf([line, old, newer, accepted(1), accepted(2)])
    assert.deepEqual(told(two.quantities.programmed(two.line, TOMORROW)), [[10, '1 tablet']])
  })

  it('is the content of the roll in the device, at the times that the device is set to', () => {
    const loaded = load('l', '2026-11-20T12:00:00+01:00', { roll: 'R1' })
    const as = quantitiesOf([line, pack, loaded])
    assert.deepEqual(told(as.quantities.programmed(as.line, TOMORROW)), [[8, '1 tablet']])
    const late = quantitiesOf([line, pack, loaded, program('s', { dosage: at('10:30') })])
    assert.deepEqual(told(late.quantities.programmed(late.line, TOMORROW)), [[10.5, '1 tablet']])
  })

  it('is not there without a device that carries the line, nor once the roll is out', () => {
    const none = quantitiesOf([line, pack])
    assert.equal(none.quantities.programmed(none.line, TOMORROW), undefined)
    const removed = load('l', '2026-11-20T12:00:00+01:00', {
      roll: 'R1',
      removed: '2026-11-21T12:00:00+01:00',
    })
    const out = quantitiesOf([line, pack, removed])
    assert.equal(out.quantities.programmed(out.line, TOMORROW), undefined)
  })

  it('finds the roll by its days where nobody states a number', () => {
    const anonymous = packed('d', { brand: 'ID_METOTAB', from: '2026-11-16', to: '2026-11-29', row: 'r' })
    const loaded = load('l', '2026-11-20T12:00:00+01:00', {
      from: '2026-11-16T08:00:00+01:00',
      to: '2026-11-29T08:00:00+01:00',
    })
    const { line: own, quantities } = quantitiesOf([line, anonymous, loaded])
    assert.deepEqual(told(quantities.programmed(own, TOMORROW)), [[8, '1 tablet']])
  })
})

describe('taken', () => {
  const line = row('r', { asserted: '2026-11-01T09:00:00+01:00', dosage: twice(1, 'MORN', 'EVE') })

  it('counts a dose for the slot that it answers, once however many tell of it, at its strongest grade', () => {
    const { line: own, quantities } = quantitiesOf([
      line,
      intake('a', '2026-11-21T08:10:00+01:00', { brand: 'ID_METOTAB' }),
      intake('b', '2026-11-21T09:00:00+01:00', {
        brand: 'ID_METOTAB',
        role: 'home-care',
        more: { extension: [], dosage: { dose: { value: 1, unit: 'tablett' } } },
      }),
    ])
    const { doses } = quantities.taken(own, '2026-11-21')
    assert.deepEqual(
      doses.map(({ grade, refs, minutes }) => [minutes, grade, refs.length]),
      [[480, 'device-confirmed', 2]],
    )
    assert.equal(told({ known: true, doses })?.[0]?.[1], '1 tablet')
  })

  it('reads a sachet of untold content as what was packed in its pouch', () => {
    const pack = packed('d', {
      brand: 'ID_METOTAB',
      from: '2026-11-16',
      to: '2026-11-29',
      row: 'r',
      dosage: twice(1, 'MORN', 'EVE'),
    })
    const opened = sachet('s', '2026-11-21T20:04:00+01:00', { scheduled: '2026-11-21T20:00:00+01:00' })
    const { line: own, quantities } = quantitiesOf([line, pack, opened])
    assert.deepEqual(told(quantities.taken(own, '2026-11-21')), [[20, '1 tablet']])
    assert.deepEqual([...quantities.explainedSachets()], ['MedicationAdministration/s'])
  })

  it('gives a dose taken after midnight to the evening that it answers', () => {
    const late = row('r', { asserted: '2026-11-01T09:00:00+01:00', dosage: at('22:00') })
    const { line: own, quantities } = quantitiesOf([
      late,
      intake('c', '2026-11-22T00:30:00+01:00', { brand: 'ID_METOTAB' }),
    ])
    assert.equal(quantities.taken(own, '2026-11-21').doses.length, 1)
    assert.equal(quantities.taken(own, '2026-11-22').doses.length, 0)
  })
})

describe('comparison of days', () => {
  const compare = (intended: Parameters<typeof fixed>[], inRoll: [string, Parameters<typeof fixed>][]) => {
    const { line, quantities } = quantitiesOf([
      row('r', { dosage: intended.map((dose) => fixed(...dose)) }),
      ...inRoll.map(([brand, dose], index) =>
        packed(`d${index}`, {
          brand,
          from: '2026-11-16',
          to: '2026-11-29',
          row: 'r',
          dosage: [fixed(...dose)],
        }),
      ),
    ])
    return quantities.compare(line, quantities.intended(line, TOMORROW), quantities.packed(line, TOMORROW))
  }

  it('is of active substance: two of half the strength are one', () => {
    assert.equal(compare([[1, { when: ['MORN'] }]], [['ID_METOTAB25', [2, { when: ['MORN'] }]]]), 'equal')
    assert.equal(compare([[1, { when: ['MORN'] }]], [['ID_METOTAB25', [1, { when: ['MORN'] }]]]), 'sum')
  })

  it('does not compare modified with immediate release', () => {
    assert.equal(compare([[1, { when: ['MORN'] }]], [['ID_METODEPOT', [1, { when: ['MORN'] }]]]), 'unknown')
  })

  it('takes clock times at most an hour apart, and equal parts of day, as one slot', () => {
    const other = (time: string) =>
      compare([[1, { timeOfDay: ['08:00', '20:00'] }]], [['ID_METOTAB', [1, { timeOfDay: ['08:00', time] }]]])
    assert.equal(other('20:30'), 'equal')
    assert.equal(other('21:00'), 'equal')
    assert.equal(other('21:01'), 'slots')
  })

  it('compares doses without a slot by their daily sum', () => {
    assert.equal(
      compare(
        [[1, { frequency: 2, period: 1, periodUnit: 'd' }]],
        [['ID_METOTAB', [1, { when: ['MORN', 'EVE'] }]]],
      ),
      'equal',
    )
  })
})
