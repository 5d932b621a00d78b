import assert from 'node:assert/strict'
import type { Dosage, TimingRepeat } from 'fhir/r4.js'
import { extensionUrl } from '../../../src/core/canonical.js'
import { equalDosages } from '../../../src/medication-list/dosage/equality.js'
import { expand } from '../../../src/medication-list/dosage/expand.js'
import { readDosagePlan } from '../../../src/medication-list/dosage/plan.js'
import { dosageShortText } from '../../../src/medication-list/dosage/short-text.js'
import { dosageText, notDailyWarning } from '../../../src/medication-list/dosage/text.js'

const UCUM = 'http://unitsofmeasure.org'
const dose = (value: number, unit: string, repeat: TimingRepeat, more: Partial<Dosage> = {}): Dosage => ({
  timing: { repeat },
  doseAndRate: [{ doseQuantity: { value, unit } }],
  ...more,
})

const asNeeded = (reason: string): Dosage => ({
  asNeededCodeableConcept: { text: reason },
  doseAndRate: [{ doseRange: { low: { value: 1, unit: 'tablett' }, high: { value: 2, unit: 'tablett' } } }],
  maxDosePerPeriod: {
    numerator: { value: 8, unit: 'tablett' },
    denominator: { value: 24, unit: 'h', system: UCUM, code: 'h' },
  },
})

describe('dosage text', () => {
  it('says nothing rather than a dose without the maximum that stands beside it in words', () => {
    const extension = [{ url: extensionUrl('original-text'), valueString: '-8 tablett' }]
    const { maxDosePerPeriod: _maximum, ...rest } = asNeeded('smerter')
    assert.equal(dosageText(readDosagePlan([rest]), 'nb'), '1–2 tabletter ved behov mot smerter')
    const dosage: Dosage = { ...rest, maxDosePerPeriod: { extension } }
    assert.equal(dosageText(readDosagePlan([dosage]), 'nb'), undefined)
  })

  it('never lets a weekday sound like a daily dose', () => {
    const weekly = readDosagePlan([
      dose(1, 'tablett', { frequency: 1, period: 1, periodUnit: 'd', dayOfWeek: ['mon'] }),
    ])
    assert.equal(dosageText(weekly, 'nb'), '1 tablett én gang i uken, mandag')
    const twice = readDosagePlan([dose(1, 'tablett', { when: ['MORN'], dayOfWeek: ['mon', 'thu'] })])
    assert.equal(dosageText(twice, 'nb'), '1 tablett morgen, bare mandag og torsdag')
    assert.equal(dosageText(twice, 'en'), '1 tablet in the morning, only on Monday and Thursday')
    assert.ok(twice.kind === 'structured')
    assert.equal(
      notDailyWarning(twice.entries[0]!, 'nb'),
      'Tas bare på mandager og torsdager – ikke hver dag.',
    )
  })

  it('warns in each language that a weekly dose is not daily', () => {
    const plan = readDosagePlan([dose(4, 'tablett', { when: ['MORN'], dayOfWeek: ['mon'] })])
    assert.ok(plan.kind === 'structured')
    const warnings = {
      nb: 'Tas bare på mandager – ikke hver dag.',
      da: 'Tages kun om mandagen – ikke hver dag.',
      en: 'Take on Mondays only – not every day.',
      sv: 'Tas endast på måndagar – inte varje dag.',
      fi: 'Otetaan vain maanantaisin – ei joka päivä.',
    }
    for (const language of ['nb', 'da', 'en', 'sv', 'fi'] as const)
      assert.equal(notDailyWarning(plan.entries[0]!, language), warnings[language])
  })

  it('says nothing for a range without an upper value, for words only and for missing amounts', () => {
    const open: Dosage = {
      timing: { repeat: { when: ['MORN'] } },
      doseAndRate: [{ doseRange: { low: { value: 1, unit: 'tablett' } } }],
    }
    assert.equal(dosageText(readDosagePlan([open]), 'nb'), undefined)
    assert.equal(dosageText(readDosagePlan([{ text: 'Brukes som avtalt' }]), 'nb'), undefined)
    assert.equal(dosageText(readDosagePlan([{ timing: { repeat: { when: ['MORN'] } } }]), 'nb'), undefined)
  })

  it('says the timing beside an amount that the source has in words', () => {
    const words = (text: string): Dosage['doseAndRate'] => [
      { extension: [{ url: extensionUrl('original-text'), valueString: text }] },
    ]
    const morning = { timing: { repeat: { when: ['MORN'] } } } satisfies Dosage
    const kept: Dosage = { ...morning, text: '1,5 tablett QAM', doseAndRate: words('1,5 tablett') }
    assert.equal(dosageText(readDosagePlan([kept]), 'nb'), '1,5 tablett morgen')
    assert.equal(dosageText(readDosagePlan([kept]), 'en'), '1,5 tablett in the morning')
    const evening: Dosage = {
      timing: { repeat: { when: ['EVE'] } },
      doseAndRate: [{ doseQuantity: { value: 2, unit: 'tablett' } }],
    }
    assert.equal(dosageText(readDosagePlan([kept, evening]), 'nb'), '1,5 tablett morgen og 2 tabletter kveld')
    assert.equal(
      dosageText(readDosagePlan([{ ...morning, text: '1,5 tablett' }]), 'nb'),
      '1,5 tablett morgen',
    )
    assert.equal(dosageText(readDosagePlan([{ ...morning, text: 'Som avtalt' }]), 'nb'), undefined)
    assert.equal(dosageText(readDosagePlan([{ doseAndRate: words('1,5 tablett') }]), 'nb'), undefined)
  })

  it('tells amounts in words apart, and equals none of them to any other', () => {
    const entry = (text: string): Dosage => ({ timing: { repeat: { when: ['MORN'] } }, text })
    const [one, other] = ['1,5 tablett', '2,5 tablett'].map((text) => readDosagePlan([entry(text)]))
    assert.ok(one?.kind === 'structured' && other?.kind === 'structured')
    assert.notEqual(one.rhythm, other.rhythm)
    const dated = { plan: one, start: undefined, decided: 0 }
    assert.equal(equalDosages(dated, dated, 'Europe/Oslo'), false)
  })

  it('says nothing rather than digits that are not the amount', () => {
    for (const value of [1e-26, 0.0000001, 1.23456789, -1])
      assert.equal(dosageText(readDosagePlan([dose(value, 'tablett', { when: ['MORN'] })]), 'nb'), undefined)
    assert.equal(
      dosageText(readDosagePlan([dose(0.000001, 'mg', { when: ['MORN'] })]), 'nb'),
      '0,000001 mg morgen',
    )
  })

  it('plans nothing by lengths beyond all courses, and never takes their slots for daily', () => {
    const bounds = { value: 1e9, unit: 'mo', system: UCUM, code: 'mo' }
    for (const repeat of [
      { when: ['MORN'], period: 1e9, periodUnit: 'mo' },
      { when: ['MORN'], boundsDuration: bounds },
      { frequency: 1e9, period: 1, periodUnit: 'd' },
    ] satisfies TimingRepeat[]) {
      const plan = readDosagePlan([dose(1, 'tablett', repeat)])
      assert.equal(dosageText(plan, 'nb'), undefined)
      const dated = { plan, start: '2026-01-01', decided: 0 }
      assert.equal(equalDosages(dated, dated, 'Europe/Oslo'), false)
      const { doses, complete } = expand(plan, '2026-01-01', '2026-02-01', {
        zone: 'Europe/Oslo',
        start: '2026-01-01',
      })
      assert.deepEqual([doses, complete], [[], false])
    }
  })

  it('writes units that are easily misread in full, and decimals in professional text', () => {
    const units = dose(12, 'E', { when: ['NIGHT'] })
    assert.equal(dosageText(readDosagePlan([units]), 'nb'), '12 enheter ved sengetid')
    assert.equal(
      dosageText(readDosagePlan([dose(75, 'µg', { when: ['MORN'] })]), 'nb'),
      '75 mikrogram morgen',
    )
    const half = readDosagePlan([dose(1.5, 'tablett', { when: ['MORN'] })])
    assert.equal(dosageText(half, 'nb'), '1½ tabletter morgen')
    assert.equal(dosageText(half, 'nb', 'professional'), '1,5 tabletter morgen')
  })

  it('has a short form of at most 70 characters, else the long one', () => {
    const morning = readDosagePlan([dose(1, 'tablett', { when: ['MORN'] })])
    assert.equal(dosageShortText(morning, 'nb'), '1 tablett morgen')
    const four = [
      dose(2, 'tablett', { when: ['MORN'] }),
      dose(0.5, 'tablett', { when: ['NOON'] }),
      dose(2, 'tablett', { when: ['EVE'] }),
      dose(1, 'tablett', { when: ['NIGHT'] }),
    ]
    assert.equal(dosageShortText(readDosagePlan(four), 'nb'), '2-½-2-1 tabletter')
    assert.equal(dosageShortText(readDosagePlan(four), 'fi'), '2-½-2-1 tablettia')
    const weekly = readDosagePlan(
      four.map(
        (one) => ({ ...one, timing: { repeat: { ...one.timing?.repeat, dayOfWeek: ['mon'] } } }) as Dosage,
      ),
    )
    assert.equal(dosageShortText(weekly, 'nb'), dosageText(weekly, 'nb'))
    assert.equal(dosageShortText(readDosagePlan([{ text: 'Som avtalt' }]), 'nb'), undefined)
  })

  it('says dates in the zone of the patient, and the last day of what ends at midnight', () => {
    const until = (end: string) =>
      readDosagePlan([dose(1, 'tablett', { when: ['MORN'], boundsPeriod: { end } })])
    assert.equal(dosageText(until('2026-12-20'), 'nb'), '1 tablett morgen til og med 20.12.2026')
    assert.equal(
      dosageText(until('2026-12-20T23:00:00Z'), 'nb', 'patient', 'Europe/Oslo'),
      '1 tablett morgen til og med 20.12.2026',
    )
    assert.equal(dosageText(until('2026-12-20T23:00:00Z'), 'nb'), undefined)
    assert.equal(
      dosageText(until('2026-12-20T14:30:00+01:00'), 'nb', 'patient', 'Europe/Oslo'),
      '1 tablett morgen til 20.12.2026 kl. 14.30',
    )
  })

  it('says a rate, a maximum of one dose and two doses in one slot in no text that leaves half out', () => {
    const morning = dose(1, 'tablett', { when: ['MORN'] })
    const maximum = { maxDosePerAdministration: { value: 2, unit: 'tablett' } }
    assert.equal(dosageText(readDosagePlan([{ ...morning, ...maximum }]), 'nb'), undefined)
    const rate = { rateQuantity: { value: 5, unit: 'ml/t' } }
    const infusion = { ...morning, doseAndRate: [{ ...morning.doseAndRate?.[0], ...rate }] }
    assert.equal(dosageText(readDosagePlan([infusion]), 'nb'), undefined)
    assert.equal(dosageText(readDosagePlan([morning, morning]), 'nb'), undefined)
  })
})
