/** Worked examples of medication-list.md 6.3 about decisions: 1, 2, 10, 14, 15. The others stand with their code. */
import assert from 'node:assert/strict'
import type { Dosage } from 'fhir/r4.js'
import {
  asPrevious,
  codesOf,
  derive,
  fixed,
  GP,
  issueOf,
  prescription,
  row,
  sourceList,
  WARD,
} from '../support/clinical-facts.js'

const prescriber = (value: string, display: string) => ({
  ...GP,
  identifier: { ...GP.identifier, value },
  display,
})
const CLINIC = prescriber('1000077', 'Legevakt')
const DENTIST = prescriber('1000078', 'Tannlege')
const needed = (value: number, times: number, maximum?: number): Dosage => ({
  asNeededBoolean: true,
  timing: { repeat: { frequency: times, period: 1, periodUnit: 'd' } },
  doseAndRate: [{ doseQuantity: { value, unit: 'tablett' } }],
  ...(maximum === undefined
    ? {}
    : {
        maxDosePerPeriod: {
          numerator: { value: maximum, unit: 'tablett' },
          denominator: { value: 24, unit: 'h', system: 'http://unitsofmeasure.org', code: 'h' },
        },
      }),
})

describe('worked examples of decisions', () => {
  it('1 duplicate-substance: Paracet four times and Pinex as needed exceed the maximum', () => {
    const facts = [
      prescription('p', {
        brand: 'ID_PARACET',
        dosage: [fixed(1, { when: ['MORN', 'NOON', 'EVE', 'NIGHT'] })],
      }),
      // The maximum that the line itself states: 4 tablets of 1 g.
      prescription('q', { brand: 'ID_PINEX', requester: WARD, role: 'hospital', dosage: [needed(1, 3, 4)] }),
    ]
    const said = (language: 'nb' | 'en') => issueOf(derive(facts, { language }), 'duplicate-substance')
    assert.equal(said('nb')?.severity, 'high')
    assert.match(
      said('nb')?.detail ?? '',
      /^Paracetamol står to ganger: fast 2 g\/døgn og inntil 4 g\/døgn ved behov/,
    )
    const three = [
      facts[0]!,
      prescription('q', { brand: 'ID_PINEX', requester: WARD, dosage: [needed(1, 3)] }),
    ]
    const detail = (language: 'nb' | 'en') =>
      issueOf(derive(three, { language }), 'duplicate-substance')?.detail
    assert.equal(
      detail('nb'),
      'Paracetamol står to ganger: fast 2 g/døgn og inntil 3 g/døgn ved behov; samlet 5 g overstiger 4 g.',
    )
    assert.equal(
      detail('en'),
      'Paracetamol is listed twice: 2 g a day fixed and up to 3 g a day when needed; 5 g in all exceeds 4 g.',
    )
  })

  it('2 prescribed-not-on-list: an evening prescription is on the list at once, and the GP is asked', () => {
    const listed = row('r')
    const morning = sourceList('l', '2026-11-21T09:00:00+01:00', [listed])
    const apocillin = prescription('q', {
      brand: 'ID_APOCILLIN',
      authoredOn: '2026-11-21T21:10:00+01:00',
      receivedAt: '2026-11-21T20:10:03Z',
      requester: CLINIC,
      dosage: [
        fixed(1, {
          when: ['MORN', 'NOON', 'EVE', 'NIGHT'],
          boundsPeriod: { start: '2026-11-21T21:10:00+01:00', end: '2026-11-28' },
        }),
      ],
    })
    const at = '2026-11-21T20:10:05.000Z'
    const night = derive([listed, morning, apocillin], { at })
    const line = night.lines.find(({ facts }) => facts.includes('MedicationRequest/q'))!
    assert.equal(line.statement.status, 'active')
    assert.ok(line.statement.extension?.some(({ url }) => url.endsWith('/not-confirmed')))
    assert.equal(issueOf(night, 'prescribed-not-on-list')?.severity, 'high')
    assert.equal(
      issueOf(derive([listed, morning, apocillin], { at, language: 'en' }), 'prescribed-not-on-list')?.detail,
      'Apocillin 660 mg was prescribed 2026-11-21 21:10, but whoever holds the list has not decided on it.',
    )
    for (const status of ['active', 'stopped'] as const) {
      const decided = row('s', {
        brand: 'ID_APOCILLIN',
        prescription: 'q',
        status,
        asserted: '2026-11-22T09:00:00+01:00',
        ...(status === 'stopped' ? { period: { end: '2026-11-22T09:00:00+01:00' } } : {}),
      })
      const list = sourceList('m', '2026-11-22T09:05:00+01:00', [listed, decided])
      const after = derive([listed, list, apocillin, decided], {
        at: '2026-11-22T09:00:00.000Z',
        previous: asPrevious(night),
      })
      const id = issueOf(night, 'prescribed-not-on-list')?.id
      assert.equal(after.issues.find((issue) => issue.id === id)?.status, 'final', status)
    }
  })

  it('10 interaction-split: the dentist had not seen warfarin, so both are told; else it is an interaction', () => {
    const warfarin = prescription('w', {
      brand: 'ID_WARFARIN',
      authoredOn: '2026-11-01T09:00:00+01:00',
      receivedAt: '2026-11-12T08:00:00Z',
    })
    const metronidazole = (authoredOn: string, receivedAt: string) =>
      prescription('m', { brand: 'ID_METRONIDAZOLE', authoredOn, receivedAt, requester: DENTIST })
    const unseen = [warfarin, metronidazole('2026-11-10T12:00:00+01:00', '2026-11-10T11:01:00Z')]
    const split = issueOf(derive(unseen), 'interaction-split')
    assert.equal(split?.severity, 'high')
    assert.deepEqual(split?.implicated?.length, 4, 'both lines and both decisions')
    assert.match(split?.detail ?? '', /^Marevan 2,5 mg og Metronidazol 200 mg: Økt blødningsrisiko\.$/)
    assert.match(
      issueOf(derive(unseen, { language: 'en' }), 'interaction-split')?.detail ?? '',
      /^Marevan 2,5 mg and Metronidazol 200 mg: /,
    )
    // Written again by the GP after both were known.
    const seen = derive([
      ...unseen,
      row('r', { brand: 'ID_WARFARIN', prescription: 'w', asserted: '2026-11-14T09:00:00+01:00' }),
    ])
    assert.ok(!codesOf(seen).includes('interaction-split'))
    assert.equal(issueOf(seen, 'interaction')?.severity, 'high')
  })

  it('14 nilknown broken: a prescription after an empty list gives a line, no reason, and an issue', () => {
    const empty = sourceList('l', '2026-11-20T09:00:00+01:00', [])
    assert.notEqual(derive([empty]).emptyReason, undefined)
    const amoxicillin = prescription('a', {
      brand: 'ID_APOCILLIN',
      authoredOn: '2026-11-21T12:00:00+01:00',
      requester: DENTIST,
    })
    const result = derive([empty, amoxicillin])
    assert.equal(result.lines.length, 1)
    assert.equal(result.lines[0]?.statement.status, 'active')
    assert.ok(result.lines[0]?.statement.extension?.some(({ url }) => url.endsWith('/not-confirmed')))
    assert.equal(result.emptyReason, undefined)
    assert.equal(issueOf(result, 'prescribed-not-on-list')?.severity, 'high')
  })
})
