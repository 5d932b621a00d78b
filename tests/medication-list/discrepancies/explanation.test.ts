import assert from 'node:assert/strict'
import type { DetectedIssue } from 'fhir/r4.js'
import { explanationOf, numbersOf } from '../../../src/medication-list/discrepancies/explanation.js'
import { DISCREPANCIES } from '../../../src/medication-list/discrepancies/registry.js'
import { retell } from '../../../src/medication-list/discrepancies/retell.js'

const ZONE = 'Europe/Oslo'
const stopped = {
  medicine: 'Marevan 2,5 mg',
  taken: '2026-11-24T19:04:00.000Z',
  stopped: '2026-11-24T13:00:00.000Z',
  count: 2,
}

const issueWith = (code: 'taken-after-stop', numbers: Parameters<typeof explanationOf>[1]): DetectedIssue =>
  ({
    resourceType: 'DetectedIssue',
    status: 'preliminary',
    code: { coding: [{ code }] },
    patient: {},
    detail: 'as it was stored',
    extension: [explanationOf(code, numbers)],
  }) as DetectedIssue

describe('explanation of a discrepancy', () => {
  it('gives its numbers back as they were found', () => {
    const numbers = {
      ...stopped,
      known: true,
      pouches: ['2026-11-24 EVE', '2026-11-25 MORN'],
      one: ['x'],
      none: [],
      day: '2026-11-24',
    }
    assert.deepEqual(numbersOf(issueWith('taken-after-stop', numbers)), numbers)
  })

  it('leaves out what is not known', () => {
    assert.deepEqual(numbersOf(issueWith('taken-after-stop', { medicine: undefined, count: 1 })), {
      count: 1,
    })
  })

  it('carries instants as dateTime and days as date', () => {
    const values = explanationOf('taken-after-stop', {
      at: '2026-11-24T19:04:00.000Z',
      day: '2026-11-24',
    }).extension
    assert.equal(values?.[1]?.extension?.[1]?.valueDateTime, '2026-11-24T19:04:00.000Z')
    assert.equal(values?.[2]?.extension?.[1]?.valueDate, '2026-11-24')
  })

  it('tells the stored discrepancy in the language of its reader', () => {
    const issue = issueWith('taken-after-stop', stopped)
    const told = (['nb', 'da', 'en', 'sv', 'fi'] as const).map(
      (language) => retell(issue, language, ZONE).detail,
    )
    assert.deepEqual(told, [
      'Marevan 2,5 mg ble tatt 24.11.2026 kl. 20.04, etter stopp 24.11.2026 kl. 14.00 (2 ganger i alt).',
      'Marevan 2,5 mg blev taget 24.11.2026 kl. 20.04, efter stop 24.11.2026 kl. 14.00 (2 gange i alt).',
      'Marevan 2,5 mg was taken 2026-11-24 20:04, after its stop 2026-11-24 14:00 (2 times in all).',
      'Marevan 2,5 mg togs 2026-11-24 kl. 20.04, efter utsättning 2026-11-24 kl. 14.00 (2 gånger totalt).',
      'Marevan 2,5 mg otettiin 24.11.2026 klo 20.04, lopetuksen 24.11.2026 klo 14.00 jälkeen (yhteensä 2 kertaa).',
    ])
  })

  it('leaves a discrepancy without numbers as it is', () => {
    const { extension: _extension, ...bare } = issueWith('taken-after-stop', stopped)
    assert.equal(retell(bare, 'en', ZONE).detail, 'as it was stored')
  })

  it('has each rule once', () => {
    const codes = DISCREPANCIES.map(({ code }) => code)
    assert.deepEqual(codes, [...new Set(codes)])
  })
})
