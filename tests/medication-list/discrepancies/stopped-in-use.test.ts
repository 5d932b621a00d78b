import assert from 'node:assert/strict'
import type { Medication } from 'fhir/r4.js'
import { FEST_BRAND } from '../../../src/core/canonical.js'
import type { Fact } from '../../../src/medication-list/contract.js'
import { derive, intake, issueOf, prescription, row, supply } from '../../support/clinical-facts.js'

const severities = (facts: Fact[], code: string, at?: string) =>
  issueOf(derive(facts, at === undefined ? {} : { at }), code)?.severity

describe('stopped-prescription-open', () => {
  const stopped = row('r', {
    prescription: 'p',
    status: 'stopped',
    asserted: '2026-11-22T10:00:00+01:00',
    period: { end: '2026-11-22T10:00:00+01:00' },
  })

  it('opens an hour after the stop while the prescription can be dispensed', () => {
    const early = derive([prescription('p'), stopped], { at: '2026-11-22T09:30:00.000Z' })
    assert.equal(issueOf(early, 'stopped-prescription-open'), undefined)
    assert.equal(early.nextChangeAt, '2026-11-22T10:00:00.000Z')
    assert.equal(
      severities([prescription('p'), stopped], 'stopped-prescription-open', '2026-11-22T10:00:00.000Z'),
      'high',
    )
  })

  it('does not open once the prescription is recalled, finished or expired', () => {
    for (const more of [{ status: 'cancelled' as const }, { status: 'completed' as const }])
      assert.equal(
        issueOf(derive([prescription('p', { more }), stopped]), 'stopped-prescription-open'),
        undefined,
      )
    assert.equal(
      issueOf(derive([prescription('p', { validTo: '2026-11-20' }), stopped]), 'stopped-prescription-open'),
      undefined,
    )
  })
})

describe('stopped-prescription-open of a row in error', () => {
  const wrong = row('r', {
    prescription: 'p',
    status: 'entered-in-error',
    receivedAt: '2026-11-22T09:00:00Z',
  })
  const CODE = 'stopped-prescription-open'

  it('opens an hour after the row was taken back, unless another row stands for the prescription', () => {
    assert.equal(severities([prescription('p'), wrong], CODE, '2026-11-22T09:59:59.999Z'), undefined)
    assert.equal(severities([prescription('p'), wrong], CODE, '2026-11-22T10:00:00.000Z'), 'high')
    assert.equal(severities([prescription('p'), wrong, row('s', { prescription: 'p' })], CODE), undefined)
    const recalled = prescription('p', { more: { status: 'cancelled' } })
    assert.equal(severities([recalled, wrong], CODE), undefined)
  })
})

describe('stopped-still-dispensed', () => {
  const stop = row('r', {
    brand: 'ID_WARFARIN',
    prescription: 'p',
    status: 'stopped',
    asserted: '2026-11-17T14:00:00+01:00',
    period: { end: '2026-11-17T14:00:00+01:00' },
    receivedAt: '2026-11-17T13:03:00Z',
  })
  const prescribed = prescription('p', { brand: 'ID_WARFARIN' })
  const handOut = (time: string) =>
    severities([prescribed, stop, supply('d', time, 'ID_WARFARIN', 'p')], 'stopped-still-dispensed')

  it('holds for a hand-out after the stop was to be seen, not for one before', () => {
    assert.equal(handOut('2026-11-18T10:00:00+01:00'), 'high')
    assert.equal(handOut('2026-11-17T13:50:00+01:00'), undefined)
    assert.equal(handOut('2026-11-17T14:02:00+01:00'), undefined, 'the stop had not reached the list')
  })

  it('gives a hand-out known by its day the benefit of that day', () => {
    assert.equal(handOut('2026-11-17'), undefined)
    assert.equal(handOut('2026-11-18'), 'high')
  })
})

describe('taken-after-stop', () => {
  const stop = row('r', {
    brand: 'ID_WARFARIN',
    status: 'stopped',
    asserted: '2026-11-17T14:00:00+01:00',
    period: { end: '2026-11-17T14:00:00+01:00' },
  })
  const taken = (time: string, more = {}) =>
    derive([stop, intake('i', time, { brand: 'ID_WARFARIN', ...more })])

  it('holds after the grace, with the intake as evidence', () => {
    const issue = issueOf(taken('2026-11-17T20:04:00+01:00'), 'taken-after-stop')!
    assert.equal(issue.severity, 'high')
    assert.equal(issue.evidence?.[0]?.detail?.[0]?.reference, 'MedicationAdministration/i/_history/1')
    assert.equal(issue.meta?.tag?.length, 1)
    assert.equal(issueOf(taken('2026-11-17T15:59:00+01:00'), 'taken-after-stop'), undefined)
  })

  it('marks evidence that came late', () => {
    const issue = issueOf(
      taken('2026-11-17T20:04:00+01:00', { receivedAt: '2026-11-18T06:00:00Z' }),
      'taken-after-stop',
    )!
    assert.ok(issue.meta?.tag?.some(({ code }) => code === 'late-evidence'))
  })

  it('does not count a dose of nothing, a refused or a missed one', () => {
    const nothing = { more: { dosage: { dose: { value: 0, unit: 'tablett' } } } }
    assert.equal(issueOf(taken('2026-11-17T20:04:00+01:00', nothing), 'taken-after-stop'), undefined)
    assert.equal(
      issueOf(taken('2026-11-17T20:04:00+01:00', { status: 'not-done' }), 'taken-after-stop'),
      undefined,
    )
  })

  it('finds the stopped medicine in a sachet of known content', () => {
    const content: Medication = {
      resourceType: 'Medication',
      id: 's',
      code: { text: 'multidose sachet' },
      ingredient: ['ID_PARACET', 'ID_WARFARIN'].map((code) => ({
        itemCodeableConcept: { coding: [{ system: FEST_BRAND, code }] },
      })),
    }
    const sachet = {
      medicationCodeableConcept: undefined,
      medicationReference: { reference: '#s' },
      contained: [content],
    }
    const result = derive([
      stop,
      row('q', { brand: 'ID_PARACET' }),
      intake('i', '2026-11-17T20:04:00+01:00', { more: sachet }),
    ])
    assert.ok(issueOf(result, 'taken-after-stop'))
    assert.equal(result.lines.filter(({ facts }) => facts.includes('MedicationAdministration/i')).length, 2)
  })
})
