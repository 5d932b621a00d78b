import assert from 'node:assert/strict'
import type { Dosage, Medication } from 'fhir/r4.js'
import { codeSystemUrl, extensionUrl, FEST_BRAND } from '../../../src/core/canonical.js'
import type { Fact, SourceFact } from '../../../src/medication-list/contract.js'
import {
  asPrevious,
  codesOf,
  derive,
  fact,
  fixed,
  GP,
  intake,
  issueOf,
  PATIENT,
  prescription,
  row,
  sourceList,
  stay,
  supply,
  WARD,
} from '../../support/clinical-facts.js'

const needed = (value: number, times: number): Dosage => ({
  asNeededBoolean: true,
  timing: { repeat: { frequency: times, period: 1, periodUnit: 'd' } },
  doseAndRate: [{ doseQuantity: { value, unit: 'tablett' } }],
})
const DEVICE: SourceFact = {
  key: 'device|test',
  role: 'device',
  name: 'Dispenser',
  lastHeard: '2026-11-22T10:59:00.000Z',
  waiting: 0,
}
const severities = (facts: Fact[], code: string, at?: string) =>
  issueOf(derive(facts, at === undefined ? {} : { at }), code)?.severity

describe('duplicate-substance', () => {
  const fixedAndNeeded = [
    prescription('p', {
      brand: 'ID_PARACET',
      dosage: [fixed(1, { when: ['MORN', 'NOON', 'EVE', 'NIGHT'] })],
    }),
    prescription('q', { brand: 'ID_PINEX', requester: WARD, role: 'hospital', dosage: [needed(1, 3)] }),
  ]

  it('sums fixed and as-needed amounts against the configured maximum, and says the numbers', () => {
    const issue = issueOf(derive(fixedAndNeeded), 'duplicate-substance')!
    assert.equal(issue.severity, 'high')
    assert.equal(
      issue.detail,
      'Paracetamol står to ganger: fast 2 g/døgn og inntil 3 g/døgn ved behov; samlet 5 g overstiger 4 g.',
    )
    assert.equal(
      issueOf(derive(fixedAndNeeded, { language: 'en' }), 'duplicate-substance')!.detail,
      'Paracetamol is listed twice: 2 g a day fixed and up to 3 g a day when needed; 5 g in all exceeds 4 g.',
    )
  })

  it('is moderate below the maximum, high for the same composition twice', () => {
    const dose = [fixed(1, { when: ['MORN'] })]
    const two = (first: string, second: string) => [
      prescription('p', { brand: first, dosage: dose }),
      prescription('q', { brand: second, dosage: [fixed(1, { when: ['EVE'] })], requester: WARD }),
    ]
    assert.equal(severities(two('ID_METODEPOT', 'ID_METOTAB'), 'duplicate-substance'), 'moderate')
    assert.equal(severities(two('ID_METOTAB', 'ID_METOTAB'), 'duplicate-substance'), 'high')
  })

  it('is low when one person decided both on one list', () => {
    const rows = [row('a', { brand: 'ID_METODEPOT' }), row('b', { brand: 'ID_METOTAB' })]
    assert.equal(
      severities([...rows, sourceList('l', '2026-11-20T09:00:00Z', rows)], 'duplicate-substance'),
      'low',
    )
  })

  it('looks at the route: eye drops beside tablets are none, suppositories are', () => {
    const two = (first: string, second: string) =>
      derive([row('a', { brand: first }), row('b', { brand: second })])
    assert.equal(issueOf(two('ID_TIMOLOL', 'ID_TIMOLOLTAB'), 'duplicate-substance'), undefined)
    assert.ok(issueOf(two('ID_PARACET', 'ID_PARACETSUPP'), 'duplicate-substance'))
  })

  it('does not hold for periods that do not meet, and closes by itself', () => {
    const apart = [
      row('a', { brand: 'ID_METODEPOT', period: { end: '2026-11-30' } }),
      row('b', { brand: 'ID_METOTAB', period: { start: '2026-12-01' } }),
    ]
    assert.equal(issueOf(derive(apart), 'duplicate-substance'), undefined)
    const first = derive([row('a', { brand: 'ID_METODEPOT' }), row('b')])
    const open = issueOf(first, 'duplicate-substance')!
    const second = derive([row('a', { brand: 'ID_METODEPOT' }), row('b', { status: 'stopped' })], {
      previous: asPrevious(first),
    })
    const closed = second.issues.find(({ id }) => id === open.id)!
    assert.equal(closed.status, 'final')
    assert.equal(closed.detail, open.detail)
    assert.equal(closed.identifiedDateTime, open.identifiedDateTime)
  })
})

describe('prescribed-not-on-list', () => {
  const emergency = { ...GP, identifier: { ...GP.identifier, value: '1000077' } }
  const listed = row('r', { prescription: 'p' })
  const base = [prescription('p'), listed, sourceList('l', '2026-11-20T08:00:00Z', [listed])]
  const acute = prescription('q', {
    brand: 'ID_APOCILLIN',
    authoredOn: '2026-11-21T21:10:00+01:00',
    requester: emergency,
  })

  it('opens at once for a prescription of another, and shows the line unconfirmed', () => {
    const result = derive([...base, acute], { at: '2026-11-21T20:10:05.000Z' })
    const issue = issueOf(result, 'prescribed-not-on-list')!
    assert.equal(issue.severity, 'high', 'an antibiotic is critical')
    assert.match(issue.detail ?? '', /Apocillin 660 mg ble forskrevet 21\.11\.2026 kl\. 21\.10/)
    assert.ok(result.lines.some(({ facts }) => facts.includes('MedicationRequest/q')))
  })

  it('closes when the holder continues or stops the treatment', () => {
    for (const status of ['active', 'stopped'] as const) {
      const decided = row('s', {
        brand: 'ID_APOCILLIN',
        prescription: 'q',
        status,
        asserted: '2026-11-22T09:00:00+01:00',
      })
      const facts = [...base, acute, decided, sourceList('m', '2026-11-22T08:00:00Z', [listed, decided])]
      assert.equal(issueOf(derive(facts), 'prescribed-not-on-list'), undefined)
    }
  })

  it('gives the holder a day for listing an own prescription', () => {
    const own = prescription('o', { brand: 'ID_METFORMIN', authoredOn: '2026-11-21T15:00:00+01:00' })
    const early = derive([...base, own])
    assert.equal(issueOf(early, 'prescribed-not-on-list'), undefined)
    assert.equal(early.nextChangeAt, '2026-11-22T14:00:00.000Z')
    assert.equal(severities([...base, own], 'prescribed-not-on-list', '2026-11-22T14:00:00.000Z'), 'moderate')
  })

  it('opens for every prescription while there is no holder, and never for one that is not valid', () => {
    assert.deepEqual(codesOf(derive([prescription('p'), prescription('q', { brand: 'ID_PARACET' })])), [
      'prescribed-not-on-list',
      'prescribed-not-on-list',
    ])
    for (const more of [{ status: 'cancelled' as const }, { status: 'completed' as const }])
      assert.deepEqual(codesOf(derive([prescription('p', { more })])), [])
    assert.deepEqual(codesOf(derive([prescription('p', { validTo: '2026-11-21' })])), [])
  })

  it('is high for a person with a dispenser', () => {
    assert.equal(
      severities([prescription('p', { brand: 'ID_PARACET' })], 'prescribed-not-on-list'),
      'moderate',
    )
    const helped = derive([prescription('p', { brand: 'ID_PARACET' })], { sources: [DEVICE] })
    assert.equal(issueOf(helped, 'prescribed-not-on-list')?.severity, 'high')
  })
})

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

describe('missed-dose', () => {
  const line = (brand: string) =>
    row('r', { brand, dosage: [fixed(1, { when: ['MORN'] })], asserted: '2026-11-01T09:00:00+01:00' })
  const record = (id: string, day: string, options = {}) =>
    intake(id, `2026-11-${day}T08:05:00+01:00`, { brand: 'ID_MULTIVITAMIN', ...options })
  const missing = (facts: Fact[], at: string, lastHeard = at) =>
    derive(facts, { at, sources: [{ ...DEVICE, lastHeard }] })

  it('holds for a dose told as not taken, high from the third in two days', () => {
    const missed = (id: string, day: string) => record(id, day, { status: 'not-done' })
    assert.equal(severities([line('ID_MULTIVITAMIN'), missed('a', '22')], 'missed-dose'), 'moderate')
    assert.equal(
      severities(
        [
          line('ID_MULTIVITAMIN'),
          missed('a', '22'),
          missed('b', '21'),
          intake('c', '2026-11-21T20:00:00+01:00', { brand: 'ID_MULTIVITAMIN', status: 'not-done' }),
        ],
        'missed-dose',
      ),
      'high',
    )
  })

  it('holds when nothing was recorded and the recorder was heard of after the window', () => {
    const facts = [line('ID_MULTIVITAMIN'), record('a', '20'), record('b', '21')]
    const before = missing(facts, '2026-11-22T10:59:00.000Z')
    assert.equal(issueOf(before, 'missed-dose'), undefined)
    assert.equal(before.nextChangeAt, '2026-11-22T11:00:00.000Z')
    assert.equal(issueOf(missing(facts, '2026-11-22T11:00:00.000Z'), 'missed-dose')?.severity, 'moderate')
    assert.equal(
      issueOf(missing(facts, '2026-11-22T11:00:00.000Z', '2026-11-22T06:00:00.000Z'), 'missed-dose'),
      undefined,
      'a silent device',
    )
  })

  it('waits an hour for a critical medicine and is high', () => {
    const facts = [line('ID_LEVODOPA'), intake('a', '2026-11-21T08:05:00+01:00', { brand: 'ID_LEVODOPA' })]
    assert.equal(issueOf(missing(facts, '2026-11-22T08:00:00.000Z'), 'missed-dose')?.severity, 'high')
    assert.equal(issueOf(missing(facts, '2026-11-22T07:59:00.000Z'), 'missed-dose'), undefined)
  })

  it('is explained by a stay, a pause or a refusal, and closes when the dose turns out taken', () => {
    const missed = record('a', '22', { status: 'not-done' })
    const open = derive([line('ID_MULTIVITAMIN'), missed])
    assert.ok(issueOf(open, 'missed-dose'))
    assert.equal(
      issueOf(derive([line('ID_MULTIVITAMIN'), missed, stay('e', '2026-11-21')]), 'missed-dose'),
      undefined,
    )
    for (const reason of ['paused', 'refused'])
      assert.equal(
        issueOf(
          derive([line('ID_MULTIVITAMIN'), record('a', '22', { status: 'not-done', reason })]),
          'missed-dose',
        ),
        undefined,
      )
    const taken = derive([line('ID_MULTIVITAMIN'), record('a', '22')], { previous: asPrevious(open) })
    assert.deepEqual(codesOf(taken), [])
    assert.equal(taken.issues[0]!.status, 'final')
  })

  it('shows a missed sachet of unknown content at the packed lines of its slot, else at the device', () => {
    const unknown: Medication = { resourceType: 'Medication', id: 's', code: { text: 'multidose sachet' } }
    const sachet = intake('s', '2026-11-22T08:00:00+01:00', {
      status: 'not-done',
      more: {
        medicationCodeableConcept: undefined,
        medicationReference: { reference: '#s' },
        contained: [unknown],
      },
    })
    const packed = row('r', {
      brand: 'ID_MULTIVITAMIN',
      more: { extension: [{ url: extensionUrl('multidose'), valueBoolean: true }] },
    })
    const told = issueOf(derive([packed, sachet]), 'missed-dose')!
    assert.match(told.detail ?? '', /Multivitamin/)
    const alone = issueOf(derive([line('ID_MULTIVITAMIN'), sachet]), 'missed-dose')!
    assert.match(alone.detail ?? '', /multidosepose/)
  })
})

describe('wrong-roll', () => {
  const alert = (status: 'preliminary' | 'final') =>
    fact(
      {
        resourceType: 'DetectedIssue',
        identifier: [{ system: 'urn:example', value: 'e1' }],
        status,
        patient: { reference: PATIENT },
        code: { coding: [{ system: codeSystemUrl('device-event-kind'), code: 'supply.wrong-person' }] },
        identifiedDateTime: '2026-11-22T08:00:00+01:00',
      },
      'w',
      'device',
    )

  it('is an alarm until the alert is closed', () => {
    const open = derive([alert('preliminary')])
    assert.equal(issueOf(open, 'wrong-roll')?.severity, 'high')
    const closed = derive([alert('final')], { previous: asPrevious(open) })
    assert.deepEqual(codesOf(closed), [])
    assert.equal(closed.issues[0]!.status, 'final')
  })
})
