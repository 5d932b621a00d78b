import assert from 'node:assert/strict'
import type { Dosage } from 'fhir/r4.js'
import { m1 } from '../../support/kith-fixtures.js'
import { type BlockFixture, ibuprofen, type MedicineFixture } from '../../support/kith-prescribed.js'
import { extension, lost, only, run } from '../../support/kith-run.js'

const REQUEST = 'MedicationRequest'
const request = (medicine: MedicineFixture) => only(run(m1({ medicine })), REQUEST)
const dosages = (blocks: readonly BlockFixture[], more: Partial<MedicineFixture> = {}): Dosage[] =>
  request({ product: ibuprofen, blocks, ...more }).dosageInstruction ?? []
describe('M1 blocks of doses, doses as needed, words', () => {
  it('ends a dated block at the beginning of its end day, which has no dose any more', () => {
    const [dosage] = dosages([{ start: '2024-03-01', end: '2024-03-07', doses: [{ amount: '1' }] }])
    assert.deepEqual(dosage?.timing?.repeat?.boundsPeriod, {
      start: '2024-03-01',
      end: '2024-03-07T00:00:00+01:00',
    })
    const [oneDay] = dosages([{ start: '2024-03-01', end: '2024-03-01', doses: [{ amount: '1' }] }])
    assert.deepEqual(oneDay?.timing?.repeat?.boundsPeriod, { start: '2024-03-01', end: '2024-03-01' })
    const [timed] = dosages([{ end: '2024-07-07T14:00:00', doses: [{ amount: '1' }] }])
    assert.deepEqual(timed?.timing?.repeat?.boundsPeriod, { end: '2024-07-07T14:00:00+02:00' })
  })

  it('drops no start for an end that lies before it', () => {
    const ran = run(
      m1({
        medicine: {
          product: ibuprofen,
          blocks: [{ start: '2024-03-05', end: '2024-03-01', doses: [{ amount: '1' }] }],
        },
      }),
    )
    assert.deepEqual(only(ran, REQUEST).dosageInstruction?.[0]?.timing?.repeat?.boundsPeriod, {
      start: '2024-03-05',
    })
    assert.match(lost(ran)[0]!, /^invalid-value .*Sluttidspunkt$/)
  })

  it('numbers blocks that follow each other, and keeps simultaneous ones together', () => {
    const taper = dosages([
      { start: '2024-03-01', end: '2024-03-04', doses: [{ amount: '2', part: '1' }] },
      { start: '2024-03-04', end: '2024-03-11', doses: [{ amount: '1', part: '1' }] },
    ])
    assert.deepEqual(
      taper.map(({ sequence }) => sequence),
      [1, 2],
    )
    const together = dosages([
      { start: '2024-03-01', doses: [{ amount: '1', part: '1' }] },
      { needed: [NEEDED] },
    ])
    assert.deepEqual(
      together.map(({ sequence }) => sequence),
      [1, 1],
    )
  })

  it('does not guess the order of blocks without dates', () => {
    const ran = run(
      m1({
        medicine: {
          product: ibuprofen,
          text: '2 så 1',
          blocks: [{ doses: [{ amount: '2' }] }, { doses: [{ amount: '1' }] }],
        },
      }),
    )
    assert.deepEqual(only(ran, REQUEST).dosageInstruction, [{ sequence: 1, text: '2 så 1' }])
    assert.equal(lost(ran).length, 2)
  })

  it('maps doses as needed with both maxima and the shortest interval', () => {
    const [dosage] = dosages([{ needed: [NEEDED] }])
    assert.equal(dosage?.asNeededBoolean, true)
    assert.deepEqual(dosage?.maxDosePerPeriod, {
      numerator: { value: 8, unit: 'tablett' },
      denominator: { value: 1, unit: 'Døgn', system: 'http://unitsofmeasure.org', code: 'd' },
    })
    assert.deepEqual(extension(dosage, 'max-dose-per-period')?.valueRatio?.numerator, {
      value: 3,
      unit: 'tablett',
    })
    assert.equal(extension(dosage, 'max-dose-per-period')?.valueRatio?.denominator?.code, 'h')
    assert.equal(extension(dosage, 'min-interval')?.valueDuration?.value, 4)
  })

  it('marks every dose as needed when the use is', () => {
    const marks = dosages(
      [
        {
          doses: [
            { amount: '1', part: '1' },
            { amount: '1', part: '5' },
          ],
        },
      ],
      { use: '3' },
    )
    assert.deepEqual(
      marks.map(({ asNeededBoolean }) => asNeededBoolean),
      [true, true],
    )
    assert.deepEqual(dosages([], { use: '3', text: '1-2 tabletter inntil 3 ganger daglig' }), [
      { sequence: 1, text: '1-2 tabletter inntil 3 ganger daglig', asNeededBoolean: true },
    ])
  })

  it('keeps words alone as words, and nothing as nothing', () => {
    assert.deepEqual(dosages([], { text: 'Brukes som avtalt' }), [{ sequence: 1, text: 'Brukes som avtalt' }])
    assert.deepEqual(dosages([]), [])
  })

  it('says the words of a short dose where nothing else says the dose', () => {
    const [dosage] = dosages([], { shortDose: ['17', '0,5+0+0'] })
    assert.equal(dosage?.text, '0,5+0+0')
    const [worded] = dosages([], { shortDose: ['17', '0,5+0+0'], text: 'En halv om morgenen' })
    assert.equal(worded?.text, 'En halv om morgenen')
  })

  it('carries infusion rate, dosing rule and short dose', () => {
    const [dosage] = dosages(
      [{ rule: '44 kg', doses: [{ amount: '100', unit: 'ml', rate: ['100', 'ml', 'Døgn'] }] }],
      {
        shortDose: ['217', '1+1+1+1'],
      },
    )
    assert.equal(dosage?.doseAndRate?.[0]?.rateRatio?.denominator?.code, 'd')
    assert.equal(extension(dosage, 'dosing-rule')?.extension?.[1]?.valueString, '44 kg')
    assert.equal(extension(dosage, 'short-dose')?.valueCodeableConcept?.coding?.[0]?.code, '217')
  })
})

const NEEDED = {
  amount: '1',
  maxPerDay: '8',
  maxInWindow: '3',
  window: ['8', 'Time'],
  minInterval: ['4', 'Time'],
} as const
