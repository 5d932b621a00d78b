import assert from 'node:assert/strict'
import { addDays } from '../../../src/core/zone.js'
import type { Fact } from '../../../src/medication-list/contract.js'
import { DEVICE_KEY, dispenser, load, packed } from '../../support/chain-facts.js'
import {
  type DeriveOptions,
  derive,
  fixed,
  type IntakeOptions,
  intake,
  issueOf,
  PATIENT,
  type RowOptions,
  row,
} from '../../support/clinical-facts.js'

const AT = '2026-11-21T11:00:00.000Z'
const told = (facts: Fact[], code: string, options: DeriveOptions = {}) =>
  issueOf(derive(facts, { at: AT, ...options }), code)
const tablets = (value: number): NonNullable<IntakeOptions['more']> => ({
  dosage: { dose: { value, unit: 'tablett' } },
})
const took = (id: string, at: string, brand = 'ID_METOTAB', more: IntakeOptions = {}) =>
  intake(id, at, { brand, ...more, more: { ...tablets(1), ...more.more } })
const since = '2026-10-01T09:00:00+02:00'
const line = (more: RowOptions = {}) => row('r', { asserted: since, ...more })

describe('not-as-agreed', () => {
  const days = Array.from({ length: 14 }, (_, index) => addDays('2026-11-07', index))
  const record = (day: string, taken: boolean) =>
    took(`i${day}`, `${day}T08:05:00+01:00`, 'ID_METOTAB', taken ? {} : { status: 'not-done' })

  it('is moderate below 80 % of the doses seen over two weeks', () => {
    const some = (taken: number) => days.map((day, index) => record(day, index < taken))
    const issue = told([line(), ...some(11)], 'not-as-agreed')
    assert.equal(issue?.severity, 'moderate')
    assert.match(issue?.detail ?? '', /11 av 14 observerte doser/)
    assert.equal(told([line(), ...some(12)], 'not-as-agreed'), undefined)
  })

  it('says nothing where fewer than 80 % of the doses were seen', () => {
    const seen = (count: number) => days.slice(0, count).map((day) => record(day, false))
    assert.equal(told([line(), ...seen(11)], 'not-as-agreed'), undefined)
    assert.equal(told([line(), ...seen(12)], 'not-as-agreed')?.severity, 'moderate')
  })

  it('is moderate for a report of another use than agreed', () => {
    const report = (more: RowOptions) =>
      row('p', {
        asserted: '2026-11-20T09:00:00+01:00',
        role: 'patient',
        ...more,
        more: { informationSource: { reference: PATIENT, type: 'Patient' }, ...more.more },
      })
    const reported = (more: RowOptions) => told([line(), report(more)], 'not-as-agreed')?.detail
    assert.match(reported({ dosage: [fixed(2, { when: ['MORN'] })] }) ?? '', /en annen dose/)
    assert.match(reported({ more: { status: 'not-taken' } }) ?? '', /at det ikke brukes/)
    assert.equal(reported({}), undefined, 'the same use')
    assert.equal(
      told([line({ asserted: '2026-11-21T09:00:00+01:00' }), report({ status: 'stopped' })], 'not-as-agreed'),
      undefined,
      'decided since',
    )
  })
})

describe('evidence-stale', () => {
  const facts = [
    line({ dosage: [fixed(1, { timeOfDay: ['08:00'] })] }),
    { ...took('a', '2026-11-20T08:05:00+01:00'), source: { key: DEVICE_KEY, role: 'device' as const } },
  ]
  const at = (instant: string, lastHeard: string, all: Fact[] = facts) =>
    told(all, 'evidence-stale', { at: instant, sources: [dispenser(lastHeard)] })

  it('holds after 24 hours without contact', () => {
    const heard = '2026-11-20T08:00:00.000Z'
    assert.equal(at('2026-11-21T08:00:00.000Z', heard), undefined)
    assert.equal(at('2026-11-21T08:00:00.001Z', heard)?.severity, 'moderate')
  })

  it('holds earlier after more than two slots, high when a critical one is among them', () => {
    const often = (brand: string) => [
      row('r', { brand, asserted: since, dosage: [fixed(1, { timeOfDay: ['08:00', '12:00', '16:00'] })] }),
      {
        ...took('a', '2026-11-20T08:05:00+01:00', brand),
        source: { key: DEVICE_KEY, role: 'device' as const },
      },
    ]
    const heard = '2026-11-21T06:00:00.000Z'
    assert.equal(at('2026-11-21T15:00:00.000Z', heard, often('ID_METOTAB')), undefined)
    assert.equal(at('2026-11-21T15:00:00.001Z', heard, often('ID_METOTAB'))?.severity, 'moderate')
    assert.equal(at('2026-11-21T15:00:00.001Z', heard, often('ID_LEVODOPA'))?.severity, 'high')
  })

  it('speaks of no slots where none has passed, and of one as one', () => {
    const weekly = [
      line({ dosage: [fixed(1, { timeOfDay: ['08:00'], dayOfWeek: ['fri'], period: 1, periodUnit: 'wk' })] }),
      { ...took('a', '2026-11-20T08:05:00+01:00'), source: { key: DEVICE_KEY, role: 'device' as const } },
    ]
    const heard = '2026-11-20T08:00:00.000Z'
    assert.equal(
      at('2026-11-22T11:00:00.000Z', heard, weekly)?.detail,
      'Ingen kontakt med dispenseren siden 20.11.2026 kl. 09.00.',
    )
    assert.match(
      at('2026-11-21T11:00:00.000Z', heard)?.detail ?? '',
      /; 1 tidspunkt er passert uten å være sett\.$/,
    )
  })

  it('is not asked of a dispenser from which nothing is shown', () => {
    assert.equal(at('2026-11-25T08:00:00.000Z', '2026-11-20T08:00:00.000Z', [line()]), undefined)
  })

  it('is asked of one that holds the roll, though it has recorded nothing', () => {
    const carried = [
      line(),
      packed('d', { brand: 'ID_METOTAB', from: '2026-11-16', to: '2026-11-29', row: 'r', roll: 'R1' }),
      load('l', '2026-11-20T07:00:00+01:00', { roll: 'R1' }),
    ]
    assert.equal(at('2026-11-21T08:00:00.001Z', '2026-11-20T08:00:00.000Z', carried)?.severity, 'moderate')
  })
})

describe('clinic-dose-overdue', () => {
  const HOSPITAL = { key: 'hospital|test', role: 'hospital' as const, name: 'Sykehus', waiting: 0 }
  const depot = row('r', {
    brand: 'ID_METHOTREXATE',
    asserted: '2026-08-01T09:00:00+02:00',
    role: 'hospital',
    dosage: [fixed(1, { frequency: 1, period: 4, periodUnit: 'wk' })],
    more: {
      category: {
        coding: [
          { system: 'http://stafett.internal/fhir/CodeSystem/medlist-category', code: 'admin-by-clinic' },
        ],
      },
    },
  })
  const given = intake('g', '2026-10-20T10:00:00+02:00', {
    brand: 'ID_METHOTREXATE',
    role: 'hospital',
    more: tablets(1),
  })
  const at = (instant: string, facts = [depot, given]) =>
    told(facts, 'clinic-dose-overdue', { at: instant, sources: [{ ...HOSPITAL, lastHeard: instant }] })

  it('opens when a tenth of the interval has passed since the due day, high for a critical line', () => {
    // Due 17 November, three days of grace.
    assert.equal(at('2026-11-20T22:59:59.999Z'), undefined)
    const issue = at('2026-11-20T23:00:00.000Z')
    assert.equal(issue?.severity, 'high')
    assert.match(issue?.detail ?? '', /17\.11\.2026.*sist gitt 20\.10\.2026/)
  })

  it('is closed by the next dose, and not asked where nobody reports what is given', () => {
    const next = intake('n', '2026-11-18T10:00:00+01:00', {
      brand: 'ID_METHOTREXATE',
      role: 'hospital',
      more: tablets(1),
    })
    assert.equal(at('2026-11-20T23:00:00.000Z', [depot, given, next]), undefined)
    assert.equal(told([depot], 'clinic-dose-overdue', { at: '2026-12-20T23:00:00.000Z' }), undefined)
  })

  it('names the last dose among the facts of the line, however long the interval', () => {
    const { lines } = derive([depot, given], { at: '2026-11-19T23:00:00.000Z' })
    assert.equal(lines[0]?.statement.category?.coding?.[0]?.code, 'admin-by-clinic')
    assert.ok(lines[0]?.statement.derivedFrom?.some(({ reference }) => reference === given.ref))
  })
})
