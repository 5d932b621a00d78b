import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { Dosage, TimingRepeat } from 'fhir/r4.js'
import { readDosagePlan } from '../../../src/medication-list/dosage/plan.js'
import { dosageText } from '../../../src/medication-list/dosage/text.js'
import { textConflict } from '../../../src/medication-list/dosage/wording/text-conflict.js'
import { anyDosage } from '../../support/dosage-arbitrary.js'

const numRuns = process.env['STAFETT_TEST_DEEP'] ? 1000 : 100
const dose = (value: number, repeat: TimingRepeat, unit = 'tablett', more: Partial<Dosage> = {}): Dosage => ({
  timing: { repeat },
  doseAndRate: [{ doseQuantity: { value, unit } }],
  ...more,
})
const MORNING = [dose(1, { when: ['MORN'] })]
const TWICE = [dose(1, { when: ['MORN'] }), dose(1, { when: ['EVE'] })]
const DAILY = [dose(4, { frequency: 1, period: 1, periodUnit: 'd' })]
const MONDAY = [dose(4, { when: ['MORN'], dayOfWeek: ['mon'], period: 1, periodUnit: 'wk' })]
const THRICE = [dose(10, { frequency: 3, period: 1, periodUnit: 'd' }, 'ml')]

const AGREE: readonly (readonly [wording: string, dosage: Dosage[]])[] = [
  ['1 tablett morgen daglig', MORNING],
  ['1 tbl om morgenen', MORNING],
  ['1 tablett daglig', MORNING],
  ['1-0-0-0', MORNING],
  ['1+0+0', MORNING],
  ['1 tablett kl. 07.00', MORNING],
  ['1 tablett morgen og kveld', TWICE],
  ['1-0-1-0 tablett', TWICE],
  ['1 tablett x 2', TWICE],
  ['1x2', TWICE],
  ['1 tablett 2 ganger daglig', TWICE],
  ['1 tablet morgen og aften', TWICE],
  ['1 tablett morgon och kväll', TWICE],
  ['1 tablet in the morning and evening', TWICE],
  ['1 tabletti aamulla ja illalla', TWICE],
  ['2 kapsel morgen og 2 kapsel kveld i 34 dager', [dose(2, { when: ['MORN', 'EVE'] }, 'kapsel')]],
  [
    '2 tabletter morgen\n2 tabletter midt på dagen\n2 tabletter kveld daglig',
    [dose(2, { when: ['MORN', 'NOON', 'EVE'] })],
  ],
  ['10 ml 3 ganger daglig', THRICE],
  ['4 tabletter ukentlig', MONDAY],
  ['4 tabletter mandager', MONDAY],
  ['4 tabletter hver mandag', MONDAY],
  ['1 tablett annenhver dag', [dose(1, { when: ['MORN'], frequency: 1, period: 2, periodUnit: 'd' })]],
  // What is not read is not compared, but for amounts that are certain.
  ['MOT LEDDSMERTER\n10 ml 3-4 ganger daglig', THRICE],
  ['Etter avtale med lege', MORNING],
  ['1 tablett (50 mg) om morgenen, maks 2 tabletter i døgnet', MORNING],
  ['50 mg morgen', MORNING],
  ['1 stk morgen', MORNING],
]
const DISAGREE: readonly (readonly [what: string, wording: string, dosage: Dosage[]])[] = [
  ['number', '2 tabletter morgen', MORNING],
  ['number', '½ tablett morgen', MORNING],
  ['number', '4 tabletter ukentlig', DAILY],
  ['number', '4 tabletter daglig', MONDAY],
  ['number', '4 tabletter morgen', MONDAY],
  ['number', '1 tablett 3 ganger daglig', TWICE],
  ['number', '10 ml 2 ganger daglig', THRICE],
  ['number', '1-0-1-0', MORNING],
  ['number', 'Ta 2 tabletter slik det ble avtalt', MORNING],
  ['number', '1 tablett morgen og ½ tablett kveld', TWICE],
  ['unit', '1 kapsel morgen', MORNING],
  ['unit', '10 tabletter 3 ganger daglig', THRICE],
  ['slot', '1 tablett kveld', MORNING],
  ['slot', '1 tablett kl. 12.00', MORNING],
  ['slot', '4 tabletter torsdager', MONDAY],
]

describe('wording against structure', () => {
  for (const [wording, dosage] of AGREE)
    it(`finds no conflict in "${wording.replace('\n', ' / ')}"`, () => {
      assert.equal(textConflict(readDosagePlan(dosage), wording), undefined)
    })

  for (const [what, wording, dosage] of DISAGREE)
    it(`finds another ${what} in "${wording}"`, () => {
      assert.equal(textConflict(readDosagePlan(dosage), wording), what)
    })

  it('finds none in a text of ours about the same structure, in any language', () => {
    fc.assert(
      fc.property(
        anyDosage,
        fc.constantFrom('nb' as const, 'da' as const, 'en' as const, 'sv' as const, 'fi' as const),
        (dosage, language) => {
          const plan = readDosagePlan(dosage)
          const text = dosageText(plan, language)
          if (text !== undefined) assert.equal(textConflict(plan, text), undefined, text)
        },
      ),
      { numRuns, seed: 14 },
    )
  })

  it('finds each change of an amount in a text of ours', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('nb' as const, 'da' as const, 'en' as const, 'sv' as const, 'fi' as const),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 9 }),
        fc.constantFrom('MORN' as const, 'EVE' as const, 'NIGHT' as const),
        (language, a, b, slot) => {
          const text = dosageText(readDosagePlan([dose(a, { when: [slot] })]), language) ?? ''
          assert.equal(
            textConflict(readDosagePlan([dose(b, { when: [slot] })]), text),
            a === b ? undefined : 'number',
            text,
          )
        },
      ),
      { numRuns, seed: 15 },
    )
  })
})
