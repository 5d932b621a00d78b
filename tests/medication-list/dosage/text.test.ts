import assert from 'node:assert/strict'
import type { Dosage, TimingRepeat } from 'fhir/r4.js'
import { extensionUrl } from '../../../src/core/canonical.js'
import { equalDosages } from '../../../src/medication-list/dosage/equality.js'
import { expand } from '../../../src/medication-list/dosage/expand.js'
import { readDosagePlan } from '../../../src/medication-list/dosage/plan.js'
import { dosageText, notDailyWarning } from '../../../src/medication-list/dosage/text.js'

const UCUM = 'http://unitsofmeasure.org'
const dose = (value: number, unit: string, repeat: TimingRepeat, more: Partial<Dosage> = {}): Dosage => ({
  timing: { repeat },
  doseAndRate: [{ doseQuantity: { value, unit } }],
  ...more,
})
const days = (value: number) => ({ value, unit: 'd', system: UCUM, code: 'd' })

const ROWS: readonly (readonly [title: string, dosage: Dosage[], nb: string, da: string, en: string])[] = [
  [
    'one morning dose',
    [dose(1, 'tablett', { when: ['MORN'] })],
    '1 tablett morgen',
    '1 tablet morgen',
    '1 tablet in the morning',
  ],
  [
    'morning and evening',
    [dose(1, 'tablett', { when: ['MORN', 'EVE'] })],
    '1 tablett morgen og kveld',
    '1 tablet morgen og aften',
    '1 tablet in the morning and evening',
  ],
  [
    'equal doses of two entries',
    [dose(1, 'tablett', { when: ['EVE'] }), dose(1, 'tablett', { when: ['MORN'] })],
    '1 tablett morgen og kveld',
    '1 tablet morgen og aften',
    '1 tablet in the morning and evening',
  ],
  [
    'a split dose',
    [dose(1, 'tablett', { when: ['MORN'] }), dose(0.5, 'tablett', { when: ['EVE'] })],
    '1 tablett morgen og ½ tablett kveld',
    '1 tablet morgen og ½ tablet aften',
    '1 tablet in the morning and ½ tablet in the evening',
  ],
  [
    'four slots with different amounts',
    [
      dose(2, 'tablett', { when: ['MORN'] }),
      dose(1, 'tablett', { when: ['NOON'] }),
      dose(2, 'tablett', { when: ['EVE'] }),
      dose(1, 'tablett', { when: ['NIGHT'] }),
    ],
    '2 tabletter morgen, 1 tablett midt på dagen, 2 tabletter kveld og 1 tablett ved sengetid',
    '2 tabletter morgen, 1 tablet middag, 2 tabletter aften og 1 tablet før sengetid',
    '2 tablets in the morning, 1 tablet at midday, 2 tablets in the evening and 1 tablet at bedtime',
  ],
  [
    'three times daily',
    [dose(1, 'tablett', { frequency: 3, period: 1, periodUnit: 'd' })],
    '1 tablett 3 ganger daglig',
    '1 tablet 3 gange dagligt',
    '1 tablet 3 times a day',
  ],
  [
    'clock times',
    [dose(5, 'ml', { timeOfDay: ['08:00:00', '20:00:00'] })],
    '5 ml kl. 08.00 og 20.00',
    '5 ml kl. 08.00 og 20.00',
    '5 ml at 08:00 and 20:00',
  ],
  [
    'every eight hours',
    [dose(1, 'kapsel', { frequency: 1, period: 8, periodUnit: 'h' })],
    '1 kapsel hver 8. time',
    '1 kapsel hver 8. time',
    '1 capsule every 8 hours',
  ],
  [
    'once a week',
    [dose(4, 'tablett', { when: ['MORN'], dayOfWeek: ['mon'], frequency: 1, period: 1, periodUnit: 'wk' })],
    '4 tabletter én gang i uken, mandag morgen',
    '4 tabletter én gang om ugen, mandag morgen',
    '4 tablets once a week, on Monday morning',
  ],
  [
    'every other day',
    [dose(1, 'tablett', { when: ['MORN'], frequency: 1, period: 2, periodUnit: 'd' })],
    '1 tablett morgen annenhver dag',
    '1 tablet morgen hver anden dag',
    '1 tablet in the morning every other day',
  ],
  [
    'a week long',
    [dose(1, 'tablett', { when: ['MORN'], boundsDuration: days(7) })],
    '1 tablett morgen i 7 dager',
    '1 tablet morgen i 7 dage',
    '1 tablet in the morning for 7 days',
  ],
  [
    'a taper',
    [
      dose(2, 'tablett', { when: ['MORN'], boundsDuration: days(3) }, { sequence: 1 }),
      dose(1, 'tablett', { when: ['MORN'], boundsDuration: days(7) }, { sequence: 2 }),
    ],
    '2 tabletter morgen i 3 dager, deretter 1 tablett morgen i 7 dager',
    '2 tabletter morgen i 3 dage, derefter 1 tablet morgen i 7 dage',
    '2 tablets in the morning for 3 days, then 1 tablet in the morning for 7 days',
  ],
  [
    'once only',
    [dose(1, 'tablett', { count: 1 })],
    '1 tablett én gang (gjentas ikke)',
    '1 tablet én gang (gentages ikke)',
    '1 tablet once only',
  ],
  [
    'a patch for 72 hours',
    [dose(1, 'plaster', { frequency: 1, period: 3, periodUnit: 'd', duration: 72, durationUnit: 'h' })],
    '1 plaster, skiftes hver 3. dag',
    '1 plaster, skiftes hver 3. dag',
    '1 patch, changed every 3 days',
  ],
  [
    'a volume below one',
    [dose(0.5, 'ml', { when: ['EVE'] })],
    '0,5 ml kveld',
    '0,5 ml aften',
    '0.5 ml in the evening',
  ],
]

const asNeeded = (reason: string): Dosage => ({
  asNeededCodeableConcept: { text: reason },
  doseAndRate: [{ doseRange: { low: { value: 1, unit: 'tablett' }, high: { value: 2, unit: 'tablett' } } }],
  maxDosePerPeriod: {
    numerator: { value: 8, unit: 'tablett' },
    denominator: { value: 24, unit: 'h', system: UCUM, code: 'h' },
  },
})

describe('dosage text', () => {
  for (const [title, dosage, nb, da, en] of ROWS)
    it(`says ${title} in three languages`, () => {
      const plan = readDosagePlan(dosage)
      assert.equal(dosageText(plan, 'nb'), nb)
      assert.equal(dosageText(plan, 'da'), da)
      assert.equal(dosageText(plan, 'en'), en)
    })

  it('always prints the maximum of an as-needed dose', () => {
    assert.equal(
      dosageText(readDosagePlan([asNeeded('smerter')]), 'nb'),
      '1–2 tabletter ved behov mot smerter, høyst 8 tabletter per døgn',
    )
    assert.equal(
      dosageText(readDosagePlan([asNeeded('smerter')]), 'da'),
      '1–2 tabletter efter behov mod smerter, højst 8 tabletter i døgnet',
    )
    assert.equal(
      dosageText(readDosagePlan([asNeeded('pain')]), 'en'),
      '1–2 tablets when needed for pain, at most 8 tablets in 24 hours',
    )
  })

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
})
