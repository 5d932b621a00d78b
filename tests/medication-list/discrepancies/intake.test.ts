import assert from 'node:assert/strict'
import type { Encounter } from 'fhir/r4.js'
import type { Fact } from '../../../src/medication-list/contract.js'
import { numbersOf } from '../../../src/medication-list/discrepancies/explanation.js'
import { dispenser, packed, program, sachet, travel } from '../../support/chain-facts.js'
import {
  asPrevious,
  type DeriveOptions,
  derive,
  fact,
  fixed,
  type IntakeOptions,
  intake,
  issueOf,
  PATIENT,
  prescription,
  type RowOptions,
  row,
} from '../../support/clinical-facts.js'

const AT = '2026-11-21T11:00:00.000Z'
const told = (facts: Fact[], code: string, options: DeriveOptions = {}) =>
  issueOf(derive(facts, { at: AT, ...options }), code)
const numbers = (facts: Fact[], code: string, options: DeriveOptions = {}) => {
  const issue = told(facts, code, options)
  return issue === undefined ? undefined : numbersOf(issue)
}
const tablets = (value: number): NonNullable<IntakeOptions['more']> => ({
  dosage: { dose: { value, unit: 'tablett' } },
})
const took = (id: string, at: string, brand = 'ID_METOTAB', more: IntakeOptions = {}) =>
  intake(id, at, { brand, ...more, more: { ...tablets(1), ...more.more } })
const since = '2026-10-01T09:00:00+02:00'
const line = (more: RowOptions = {}) => row('r', { asserted: since, ...more })

describe('taken after a stop or in a pause', () => {
  const warfarin: RowOptions = { brand: 'ID_WARFARIN', dosage: [fixed(1, { when: ['EVE'] })] }
  const stop = row('r', {
    ...warfarin,
    status: 'stopped',
    asserted: '2026-11-24T14:00:00+01:00',
    period: { start: '2026-11-01', end: '2026-11-24T14:00:00+01:00' },
  })
  const inRoll = packed('d', {
    brand: 'ID_WARFARIN',
    from: '2026-11-23',
    to: '2026-12-06',
    row: 'r',
    dosage: [fixed(1, { when: ['EVE'] })],
  })

  it('no. 8: the pouch opened 20:04 on the day of the stop holds warfarin', () => {
    const opened = sachet('s', '2026-11-24T20:04:00+01:00', { scheduled: '2026-11-24T20:00:00+01:00' })
    const issue = told([stop, inRoll, opened], 'taken-after-stop', { at: '2026-11-24T19:04:10.000Z' })
    assert.equal(issue?.severity, 'high')
    assert.match(issue?.detail ?? '', /tatt 24\.11\.2026 kl\. 20\.04, etter stopp 24\.11\.2026 kl\. 14\.00/)
    const early = sachet('s', '2026-11-24T15:30:00+01:00', { scheduled: '2026-11-24T20:00:00+01:00' })
    assert.equal(
      told([stop, inRoll, early], 'taken-after-stop', { at: '2026-11-24T19:04:10.000Z' }),
      undefined,
      'within the two hours of grace',
    )
  })

  it('no. 8: heard of on Wednesday morning, it is identified then and marked as late evidence', () => {
    const opened = sachet('s', '2026-11-24T20:04:00+01:00', {
      scheduled: '2026-11-24T20:00:00+01:00',
      receivedAt: '2026-11-25T06:00:00.000Z',
    })
    const issue = told([stop, inRoll, opened], 'taken-after-stop', { at: '2026-11-25T06:00:00.000Z' })
    assert.equal(issue?.identifiedDateTime, '2026-11-25T06:00:00.000Z')
    assert.ok(issue?.meta?.tag?.some(({ code }) => code === 'late-evidence'))
  })

  it('is told apart for a pause', () => {
    const held = row('r', { ...warfarin, status: 'on-hold', asserted: '2026-11-20T09:00:00+01:00' })
    const facts = [held, took('a', '2026-11-20T20:00:00+01:00', 'ID_WARFARIN')]
    assert.equal(told(facts, 'taken-while-on-hold')?.severity, 'high')
    assert.equal(told(facts, 'taken-after-stop'), undefined)
    const within = [held, took('a', '2026-11-20T10:30:00+01:00', 'ID_WARFARIN')]
    assert.equal(told(within, 'taken-while-on-hold'), undefined)
  })
})

describe('missed-dose, as it is explained', () => {
  const noon = { dosage: [fixed(1, { timeOfDay: ['12:00'] })] }

  it('no. 13: levodopa 12:00 not opened 13:00 is high; a multivitamin 12:00 is moderate at 16:00', () => {
    const facts = (brand: string) => [
      line({ brand, ...noon }),
      program('p', { brand, ...noon, made: '2026-11-20T13:00:00+01:00' }),
    ]
    const at = (brand: string, instant: string) =>
      told(facts(brand), 'missed-dose', { at: instant, sources: [dispenser(instant)] })?.severity
    assert.equal(at('ID_LEVODOPA', '2026-11-21T11:59:59.000Z'), undefined)
    assert.equal(at('ID_LEVODOPA', '2026-11-21T12:00:00.000Z'), 'high')
    assert.equal(at('ID_MULTIVITAMIN', '2026-11-21T14:59:59.000Z'), undefined)
    assert.equal(at('ID_MULTIVITAMIN', '2026-11-21T15:00:00.000Z'), 'moderate')
  })

  it('is unknown, not missed, while the dispenser is silent', () => {
    const facts = [line({ ...noon }), program('p', { brand: 'ID_METOTAB', ...noon })]
    const at = '2026-11-22T15:00:00.000Z'
    assert.equal(told(facts, 'missed-dose', { at, sources: [dispenser(at)] })?.severity, 'moderate')
    const silent = dispenser('2026-11-20T11:30:00.000Z')
    assert.equal(told(facts, 'missed-dose', { at, sources: [silent] }), undefined)
  })

  it('is explained by days away and by a visit', () => {
    const missed = intake('m', '2026-11-21T12:00:00+01:00', { brand: 'ID_METOTAB', status: 'not-done' })
    const away = travel('v', '2026-11-20T12:00:00+01:00', '2026-11-21', '2026-11-22', 2)
    const visit: Encounter = {
      resourceType: 'Encounter',
      status: 'finished',
      class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB' },
      subject: { reference: PATIENT },
      period: { start: '2026-11-21T10:00:00+01:00', end: '2026-11-21T13:00:00+01:00' },
    }
    assert.equal(told([line(noon), missed], 'missed-dose')?.severity, 'moderate')
    assert.equal(told([line(noon), missed, away], 'missed-dose'), undefined)
    assert.equal(told([line(noon), missed, fact(visit, 'v', 'hospital')], 'missed-dose'), undefined)
  })

  it('holds for the medicines that were packed in a pouch that was left', () => {
    const inRoll = packed('d', { brand: 'ID_METOTAB', from: '2026-11-16', to: '2026-11-29', row: 'r' })
    const left = sachet('s', '2026-11-21T08:00:00+01:00', {
      scheduled: '2026-11-21T08:00:00+01:00',
      status: 'not-done',
    })
    const issue = told([line(), inRoll, left], 'missed-dose')
    assert.match(issue?.detail ?? '', /Metoprolol/)
  })
})

describe('extra-dose', () => {
  it('is high where more was taken on a day than intended', () => {
    const facts = [line(), took('a', '2026-11-20T08:00:00+01:00'), took('b', '2026-11-20T11:30:00+01:00')]
    const issue = told(facts, 'extra-dose')
    assert.equal(issue?.severity, 'high')
    assert.match(issue?.detail ?? '', /100 mg tatt 20\.11\.2026, høyst 50 mg/)
  })

  it('counts a dose once that device and carer both tell of, and one after midnight for its evening', () => {
    const both = [
      line(),
      took('a', '2026-11-20T08:00:00+01:00'),
      took('b', '2026-11-20T08:20:00+01:00', 'ID_METOTAB', { role: 'home-care' }),
    ]
    assert.equal(told(both, 'extra-dose'), undefined)
    const night = [
      line({ dosage: [fixed(1, { timeOfDay: ['22:00'] })] }),
      took('a', '2026-11-20T00:30:00+01:00'),
      took('b', '2026-11-20T22:05:00+01:00'),
    ]
    assert.equal(told(night, 'extra-dose'), undefined)
  })

  it('allows what may be taken as needed beside it', () => {
    const dosage = [
      fixed(1, { when: ['MORN'] }),
      {
        asNeededBoolean: true,
        doseAndRate: [{ doseQuantity: { value: 1, unit: 'tablett' } }],
        maxDosePerPeriod: {
          numerator: { value: 1, unit: 'tablett' },
          denominator: { value: 24, unit: 'h', code: 'h', system: 'http://unitsofmeasure.org' },
        },
      },
    ]
    const two = [took('a', '2026-11-20T08:00:00+01:00'), took('b', '2026-11-20T15:00:00+01:00')]
    assert.equal(told([line({ dosage }), ...two], 'extra-dose'), undefined)
    const three = [...two, took('c', '2026-11-20T18:00:00+01:00')]
    assert.equal(told([line({ dosage }), ...three], 'extra-dose')?.severity, 'high')
    assert.equal(told([line({ dosage }), ...three], 'prn-over-max')?.severity, 'high')
  })

  it('holds for two doses closer than the stated interval', () => {
    const dosage = [
      {
        ...fixed(1, { when: ['MORN', 'EVE'] }),
        extension: [
          {
            url: 'http://stafett.internal/fhir/StructureDefinition/min-interval',
            valueDuration: { value: 6, unit: 'h', code: 'h', system: 'http://unitsofmeasure.org' },
          },
        ],
      },
    ]
    const facts = (second: string) => [
      line({ dosage }),
      took('a', '2026-11-20T11:00:00+01:00'),
      took('b', second),
    ]
    assert.equal(numbers(facts('2026-11-20T16:30:00+01:00'), 'extra-dose')?.['minutes'], 330)
    assert.equal(told(facts('2026-11-20T17:00:00+01:00'), 'extra-dose'), undefined)
  })

  it('leaves the view after a week', () => {
    const facts = [line(), took('a', '2026-11-14T08:00:00+01:00'), took('b', '2026-11-14T11:30:00+01:00')]
    const open = derive(facts, { at: '2026-11-21T22:59:59.999Z' })
    assert.equal(issueOf(open, 'extra-dose')?.severity, 'high')
    assert.equal(open.nextChangeAt, '2026-11-21T23:00:00.000Z')
    const later = derive(facts, { at: '2026-11-21T23:00:00.000Z', previous: asPrevious(open) })
    assert.equal(issueOf(later, 'extra-dose'), undefined)
  })
})

describe('prn-over-max', () => {
  const asNeeded = (most: number, hours: number) => [
    {
      asNeededBoolean: true,
      doseAndRate: [{ doseQuantity: { value: 1, unit: 'tablett' } }],
      maxDosePerPeriod: {
        numerator: { value: most, unit: 'tablett' },
        denominator: { value: hours, unit: 'h', code: 'h', system: 'http://unitsofmeasure.org' },
      },
    },
  ]
  const paracet = row('r', { brand: 'ID_PARACET', asserted: since, dosage: asNeeded(2, 24) })
  const dose = (id: string, at: string, value = 1) =>
    took(id, at, 'ID_PARACET', { role: 'home-care', more: tablets(value) })

  it('counts any window of the stated length, not the calendar day', () => {
    const facts = [
      paracet,
      dose('a', '2026-11-19T20:00:00+01:00'),
      dose('b', '2026-11-20T08:00:00+01:00'),
      dose('c', '2026-11-20T19:00:00+01:00'),
    ]
    const issue = told(facts, 'prn-over-max')
    assert.equal(issue?.severity, 'high')
    assert.match(
      issue?.detail ?? '',
      /1,5 g tatt ved behov i de 24 timene før 20\.11\.2026 kl\. 19\.00; høyst 1 g/,
    )
    const apart = [...facts.slice(0, 3), dose('c', '2026-11-20T20:00:00+01:00')]
    assert.equal(told(apart, 'prn-over-max'), undefined)
  })

  it('adds what was taken of a substance over all lines', () => {
    const facts = [
      row('r', { brand: 'ID_PARACET', asserted: since, dosage: [fixed(2, { when: ['MORN', 'EVE'] })] }),
      row('s', { brand: 'ID_PINEX', asserted: since, dosage: asNeeded(4, 24) }),
      dose('a', '2026-11-20T08:00:00+01:00', 2),
      took('b', '2026-11-20T12:00:00+01:00', 'ID_PINEX', { more: tablets(2) }),
      took('c', '2026-11-20T16:00:00+01:00', 'ID_PINEX', { more: tablets(2) }),
    ]
    assert.match(told(facts, 'prn-over-max')?.detail ?? '', /Paracetamol: 5 g tatt i alt/)
  })
})

describe('unplanned-intake', () => {
  it('is moderate for an intake that belongs to no line', () => {
    const facts = [took('a', '2026-11-20T08:00:00+01:00', 'ID_PARACET')]
    assert.equal(told(facts, 'unplanned-intake')?.severity, 'moderate')
    assert.equal(told([...facts, prescription('p', { brand: 'ID_PARACET' })], 'unplanned-intake'), undefined)
  })

  it('is moderate for one whose text alone hints at a line', () => {
    const hinted = intake('a', '2026-11-20T08:00:00+01:00', {
      role: 'client',
      more: { medicationCodeableConcept: { text: 'Metoprolol 50' }, ...tablets(1) },
    })
    assert.match(told([line(), hinted], 'unplanned-intake')?.detail ?? '', /^Metoprolol 50 ble tatt/)
  })

  it('is not raised for a sachet of untold content that a roll or a planned dose explains', () => {
    const inRoll = packed('d', { brand: 'ID_METOTAB', from: '2026-11-16', to: '2026-11-29', row: 'r' })
    const at = (time: string) =>
      sachet('s', `2026-11-20T${time}:00+01:00`, { scheduled: `2026-11-20T${time}:00+01:00` })
    assert.equal(told([line(), inRoll, at('08:00')], 'unplanned-intake'), undefined)
    assert.equal(told([line(), at('08:00')], 'unplanned-intake'), undefined)
    assert.equal(told([line(), inRoll, at('15:00')], 'unplanned-intake')?.severity, 'moderate')
  })
})
