import assert from 'node:assert/strict'
import type { Dosage, TimingRepeat } from 'fhir/r4.js'
import { readDosagePlan } from '../../../src/medication-list/dosage/plan.js'
import { dosageText } from '../../../src/medication-list/dosage/text.js'

const UCUM = 'http://unitsofmeasure.org'
const dose = (value: number, unit: string, repeat: TimingRepeat, more: Partial<Dosage> = {}): Dosage => ({
  timing: { repeat },
  doseAndRate: [{ doseQuantity: { value, unit } }],
  ...more,
})
const days = (value: number) => ({ value, unit: 'd', system: UCUM, code: 'd' })

type Row = readonly [
  title: string,
  dosage: Dosage[],
  nb: string,
  da: string,
  en: string,
  sv: string,
  fi: string,
]
const ROWS: readonly Row[] = [
  [
    'one morning dose',
    [dose(1, 'tablett', { when: ['MORN'] })],
    '1 tablett morgen',
    '1 tablet morgen',
    '1 tablet in the morning',
    '1 tablett på morgonen',
    '1 tabletti aamulla',
  ],
  [
    'morning and evening',
    [dose(1, 'tablett', { when: ['MORN', 'EVE'] })],
    '1 tablett morgen og kveld',
    '1 tablet morgen og aften',
    '1 tablet in the morning and evening',
    '1 tablett på morgonen och kvällen',
    '1 tabletti aamulla ja illalla',
  ],
  [
    'equal doses of two entries',
    [dose(1, 'tablett', { when: ['EVE'] }), dose(1, 'tablett', { when: ['MORN'] })],
    '1 tablett morgen og kveld',
    '1 tablet morgen og aften',
    '1 tablet in the morning and evening',
    '1 tablett på morgonen och kvällen',
    '1 tabletti aamulla ja illalla',
  ],
  [
    'a split dose',
    [dose(1, 'tablett', { when: ['MORN'] }), dose(0.5, 'tablett', { when: ['EVE'] })],
    '1 tablett morgen og ½ tablett kveld',
    '1 tablet morgen og ½ tablet aften',
    '1 tablet in the morning and ½ tablet in the evening',
    '1 tablett på morgonen och ½ tablett på kvällen',
    '1 tabletti aamulla ja ½ tablettia illalla',
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
    '2 tabletter på morgonen, 1 tablett mitt på dagen, 2 tabletter på kvällen och 1 tablett till natten',
    '2 tablettia aamulla, 1 tabletti keskipäivällä, 2 tablettia illalla ja 1 tabletti yöksi',
  ],
  [
    'three times daily',
    [dose(1, 'tablett', { frequency: 3, period: 1, periodUnit: 'd' })],
    '1 tablett 3 ganger daglig',
    '1 tablet 3 gange dagligt',
    '1 tablet 3 times a day',
    '1 tablett 3 gånger dagligen',
    '1 tabletti 3 kertaa päivässä',
  ],
  [
    'clock times',
    [dose(5, 'ml', { timeOfDay: ['08:00:00', '20:00:00'] })],
    '5 ml kl. 08.00 og 20.00',
    '5 ml kl. 08.00 og 20.00',
    '5 ml at 08:00 and 20:00',
    '5 ml kl. 08.00 och 20.00',
    '5 ml klo 8.00 ja 20.00',
  ],
  [
    'every eight hours',
    [dose(1, 'kapsel', { frequency: 1, period: 8, periodUnit: 'h' })],
    '1 kapsel hver 8. time',
    '1 kapsel hver 8. time',
    '1 capsule every 8 hours',
    '1 kapsel var 8:e timme',
    '1 kapseli 8 tunnin välein',
  ],
  [
    'once a week',
    [dose(4, 'tablett', { when: ['MORN'], dayOfWeek: ['mon'], frequency: 1, period: 1, periodUnit: 'wk' })],
    '4 tabletter én gang i uken, mandag morgen',
    '4 tabletter én gang om ugen, mandag morgen',
    '4 tablets once a week, on Monday morning',
    '4 tabletter en gång i veckan, måndag morgon',
    '4 tablettia kerran viikossa, maanantaiaamuna',
  ],
  [
    'every other day',
    [dose(1, 'tablett', { when: ['MORN'], frequency: 1, period: 2, periodUnit: 'd' })],
    '1 tablett morgen annenhver dag',
    '1 tablet morgen hver anden dag',
    '1 tablet in the morning every other day',
    '1 tablett på morgonen varannan dag',
    '1 tabletti aamulla joka toinen päivä',
  ],
  [
    'a week long',
    [dose(1, 'tablett', { when: ['MORN'], boundsDuration: days(7) })],
    '1 tablett morgen i 7 dager',
    '1 tablet morgen i 7 dage',
    '1 tablet in the morning for 7 days',
    '1 tablett på morgonen i 7 dagar',
    '1 tabletti aamulla 7 päivän ajan',
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
    '2 tabletter på morgonen i 3 dagar, därefter 1 tablett på morgonen i 7 dagar',
    '2 tablettia aamulla 3 päivän ajan, sitten 1 tabletti aamulla 7 päivän ajan',
  ],
  [
    'once only',
    [dose(1, 'tablett', { count: 1 })],
    '1 tablett én gang (gjentas ikke)',
    '1 tablet én gang (gentages ikke)',
    '1 tablet once only',
    '1 tablett en gång (upprepas inte)',
    '1 tabletti kerran (ei toisteta)',
  ],
  [
    'a patch for 72 hours',
    [dose(1, 'plaster', { frequency: 1, period: 3, periodUnit: 'd', duration: 72, durationUnit: 'h' })],
    '1 plaster, skiftes hver 3. dag',
    '1 plaster, skiftes hver 3. dag',
    '1 patch, changed every 3 days',
    '1 plåster, byts var 3:e dag',
    '1 laastari, vaihdetaan joka 3. päivä',
  ],
  [
    'a volume below one',
    [dose(0.5, 'ml', { when: ['EVE'] })],
    '0,5 ml kveld',
    '0,5 ml aften',
    '0.5 ml in the evening',
    '0,5 ml på kvällen',
    '0,5 ml illalla',
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

const NEEDED = [
  ['nb', 'smerter', '1–2 tabletter ved behov mot smerter, høyst 8 tabletter per døgn'],
  ['da', 'smerter', '1–2 tabletter efter behov mod smerter, højst 8 tabletter i døgnet'],
  ['en', 'pain', '1–2 tablets when needed for pain, at most 8 tablets in 24 hours'],
  ['sv', 'smärta', '1–2 tabletter vid behov mot smärta, högst 8 tabletter per dygn'],
  ['fi', 'kipuun', '1–2 tablettia tarvittaessa kipuun, enintään 8 tablettia vuorokaudessa'],
] as const

describe('rows of the dosage texts', () => {
  for (const [title, dosage, ...texts] of ROWS)
    for (const [index, language] of (['nb', 'da', 'en', 'sv', 'fi'] as const).entries())
      it(`says ${title} (${language})`, () => {
        assert.equal(dosageText(readDosagePlan(dosage), language), texts[index])
      })

  for (const [language, reason, text] of NEEDED)
    it(`says a dose as needed with its maximum (${language})`, () => {
      assert.equal(dosageText(readDosagePlan([asNeeded(reason)]), language), text)
    })
})
