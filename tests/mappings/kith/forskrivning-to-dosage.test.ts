import assert from 'node:assert/strict'
import type { Dosage } from 'fhir/r4.js'
import { m1 } from '../../support/kith-fixtures.js'
import {
  type BlockFixture,
  ibuprofen,
  type MedicineFixture,
  methotrexate,
} from '../../support/kith-prescribed.js'
import { extension, lost, only, run } from '../../support/kith-run.js'
import { validateR4 } from '../../support/r4-validator.js'

const REQUEST = 'MedicationRequest'
const request = (medicine: MedicineFixture) => only(run(m1({ medicine })), REQUEST)
const dosages = (blocks: readonly BlockFixture[], more: Partial<MedicineFixture> = {}): Dosage[] =>
  request({ product: ibuprofen, blocks, ...more }).dosageInstruction ?? []
describe('M1 dosing to Dosage', () => {
  it('gives one Dosage for each dose, the wording on the first', () => {
    const [first, second, ...rest] = dosages(
      [
        {
          start: '2024-03-01',
          doses: [
            { amount: '1', part: '1' },
            { amount: '0.5', part: '5' },
          ],
        },
      ],
      { text: '1 tablett morgen og ½ tablett kveld', use: '1' },
    )
    assert.deepEqual(rest, [])
    assert.equal(first?.text, '1 tablett morgen og ½ tablett kveld')
    assert.equal(second?.text, undefined)
    assert.equal(first?.sequence, second?.sequence)
    assert.deepEqual(first?.timing?.repeat, {
      boundsPeriod: { start: '2024-03-01' },
      frequency: 1,
      period: 1,
      periodUnit: 'd',
      when: ['MORN'],
    })
    assert.deepEqual(second?.doseAndRate?.[0]?.doseQuantity, { value: 0.5, unit: 'tablett' })
  })

  it('keeps what is no amount to be given as words, says so, and guesses nothing', () => {
    for (const amount of ['-1', '0', '1e9', '5.0E-4', '100001', '0.0000001']) {
      const ran = run(
        m1({
          medicine: {
            product: ibuprofen,
            blocks: [
              {
                doses: [
                  { amount, part: '1' },
                  { amount: '1', part: '5' },
                ],
              },
            ],
          },
        }),
      )
      const [first, second] = only(ran, REQUEST).dosageInstruction ?? []
      assert.equal(first?.text, `${amount} tablett per 1 Døgn Morgen`)
      assert.equal(extension(first?.doseAndRate?.[0], 'original-text')?.valueString, `${amount} tablett`)
      assert.equal(first?.doseAndRate?.[0]?.doseQuantity, undefined, amount)
      assert.deepEqual(first?.timing?.repeat?.when, ['MORN'])
      assert.equal(second?.doseAndRate?.[0]?.doseQuantity?.value, 1)
      assert.equal(lost(ran).length, 1)
      assert.match(lost(ran)[0]!, /^invalid-value .*DoseFastTidspunkt(\[1\])?\/Mengde$/)
      assert.deepEqual(validateR4(only(ran, REQUEST)), [])
    }
  })

  it('lets the sender’s own wording stand before an amount in words', () => {
    const [dosage] = dosages([{ doses: [{ amount: '-1', part: '1' }] }], { text: 'Etter avtale' })
    assert.equal(dosage?.text, 'Etter avtale')
    assert.equal(extension(dosage?.doseAndRate?.[0], 'original-text')?.valueString, '-1 tablett')
  })

  it('keeps rates and maxima that nobody can be given as words too', () => {
    const ran = run(
      m1({
        medicine: {
          product: ibuprofen,
          blocks: [
            {
              doses: [{ amount: '5', unit: 'ml', rate: ['-3', 'ml', 'Time'] }],
            },
            {
              needed: [
                {
                  amount: '1',
                  maxPerDay: '-4',
                  maxInWindow: '2',
                  window: ['-6', 'Time'],
                  minInterval: ['4', 'Time'],
                },
              ],
            },
          ],
        },
      }),
    )
    const [fixed, needed] = only(ran, REQUEST).dosageInstruction ?? []
    assert.equal(fixed?.doseAndRate?.[0]?.rateRatio, undefined)
    assert.equal(fixed?.doseAndRate?.[0]?.doseQuantity?.value, 5)
    assert.match(fixed?.text ?? '', /^-3 ml per Time/)
    assert.equal(extension(needed?.maxDosePerPeriod, 'original-text')?.valueString, '-4 tablett')
    assert.equal(extension(needed, 'max-dose-per-period'), undefined)
    assert.deepEqual(
      lost(ran).map((one) => one.replace(/^(\S+) .*\//, '$1 ')),
      [
        'invalid-value Volum',
        'invalid-value Tidsrom',
        'no-element DoseTidsromMaks',
        'invalid-value DoseDognMaks',
      ],
    )
    assert.deepEqual(validateR4(only(ran, REQUEST)), [])
  })

  it('gives no timing to an interval that nothing can be planned by', () => {
    for (const interval of [
      ['-1', 'Døgn'],
      ['1e9', 'Måned'],
      ['99999', 'År'],
    ] as const) {
      const ran = run(
        m1({ medicine: { product: ibuprofen, blocks: [{ doses: [{ amount: '1', interval, part: '1' }] }] } }),
      )
      assert.equal(only(ran, REQUEST).dosageInstruction?.[0]?.timing, undefined)
      assert.match(lost(ran)[0] ?? '', /^invalid-value /)
    }
  })

  it('writes UCUM codes only for units that are beyond doubt', () => {
    const unitOf = (unit: string) =>
      dosages([{ doses: [{ amount: '1', unit }] }])[0]?.doseAndRate?.[0]?.doseQuantity
    const coded = (unit: string, code: string) => ({
      value: 1,
      unit,
      system: 'http://unitsofmeasure.org',
      code,
    })
    assert.deepEqual(unitOf('ml'), coded('ml', 'mL'))
    assert.deepEqual(unitOf('mikrog'), coded('mikrog', 'ug'))
    assert.deepEqual(unitOf('IE'), coded('IE', '[iU]'))
    for (const unit of ['tablett', 'dose', 'sprøyte', 'E', 'Mg'])
      assert.deepEqual(unitOf(unit), { value: 1, unit })
  })

  it('maps all parts of the day', () => {
    const when = ['1', '2', '3', '4', '5', '6'].map(
      (part) => dosages([{ doses: [{ amount: '1', part }] }])[0]?.timing?.repeat?.when?.[0],
    )
    assert.deepEqual(when, ['MORN', 'MORN.late', 'NOON', 'AFT', 'EVE', 'NIGHT'])
  })

  it('maps all units of the interval', () => {
    const units = ['Sekund', 'Minutt', 'Time', 'Døgn', 'Måned', 'År'].map((unit) => {
      const repeat = dosages([{ doses: [{ amount: '1', interval: ['8', unit] }] }])[0]?.timing?.repeat
      return `${repeat?.frequency} ${repeat?.period} ${repeat?.periodUnit}`
    })
    assert.deepEqual(units, ['1 8 s', '1 8 min', '1 8 h', '1 8 d', '1 8 mo', '1 8 a'])
  })

  it('never reads a weekday as daily, whatever the interval says', () => {
    const [dosage] = dosages([{ doses: [{ amount: '4', part: '1', weekdays: ['1', '4'] }] }], {
      product: methotrexate,
    })
    assert.deepEqual(dosage?.timing?.repeat, {
      period: 1,
      periodUnit: 'wk',
      dayOfWeek: ['mon', 'thu'],
      when: ['MORN'],
    })
    assert.equal(extension(dosage, 'stated-interval')?.valueQuantity?.value, 1)
  })

  it('gives no timing at all rather than one without its unknown weekday or unit', () => {
    for (const dose of [{ weekdays: ['9'] }, { interval: ['1', 'Uke'] as const }]) {
      const ran = run(
        m1({
          medicine: {
            product: methotrexate,
            text: '4 tabletter hver mandag',
            blocks: [{ doses: [{ amount: '4', ...dose }] }],
          },
        }),
      )
      const [dosage] = only(ran, REQUEST).dosageInstruction ?? []
      assert.equal(dosage?.timing, undefined)
      assert.equal(dosage?.text, '4 tabletter hver mandag')
      assert.equal(dosage?.doseAndRate?.[0]?.doseQuantity?.value, 4)
      assert.equal(lost(ran).length, 1)
      assert.match(lost(ran)[0]!, /^unknown-code .*DoseFastTidspunkt$/)
    }
  })

  it('carries days on and off as a cycle', () => {
    const [dosage] = dosages([{ start: '2024-03-01', doses: [{ amount: '1', daysOn: 21, daysOff: 7 }] }])
    assert.deepEqual(
      extension(dosage, 'cycle')?.extension?.map(({ url, valueInteger }) => [url, valueInteger]),
      [
        ['on', 21],
        ['off', 7],
      ],
    )
  })

  it('gives no timing to half a cycle', () => {
    const ran = run(
      m1({ medicine: { product: ibuprofen, blocks: [{ doses: [{ amount: '1', daysOn: 21 }] }] } }),
    )
    assert.equal(only(ran, REQUEST).dosageInstruction?.[0]?.timing, undefined)
    assert.match(lost(ran)[0]!, /^invalid-value .*FastDose$/)
  })

  it('takes a clock time before a part of the day, and keeps both', () => {
    const [dosage] = dosages([{ doses: [{ amount: '1', clock: '08:30:00', part: '1', exact: true }] }])
    assert.deepEqual(dosage?.timing?.repeat?.timeOfDay, ['08:30:00'])
    assert.equal(dosage?.timing?.repeat?.when, undefined)
    assert.equal(extension(dosage, 'part-of-day')?.valueCodeableConcept?.coding?.[0]?.code, '1')
    assert.equal(extension(dosage, 'exact-time')?.valueBoolean, true)
  })
})
