import assert from 'node:assert/strict'
import fc from 'fast-check'
import { parseDosageText } from '../../../src/medication-list/dosage/parse/parse-text.js'
import { readDosagePlan } from '../../../src/medication-list/dosage/plan.js'
import { dosageText } from '../../../src/medication-list/dosage/text.js'
import { anyDosage } from '../../support/dosage-arbitrary.js'
import { canonical } from '../../support/dosage-canonical.js'

const numRuns = process.env['STAFETT_TEST_DEEP'] ? 1000 : 100
const LANGUAGES = ['nb', 'da', 'en', 'sv', 'fi'] as const

describe('our own texts read back', () => {
  for (const language of LANGUAGES)
    it(`give the same structure for all shapes, for patients and professionals (${language})`, () => {
      let said = 0
      fc.assert(
        fc.property(
          anyDosage,
          fc.constantFrom('patient' as const, 'professional' as const),
          (dosage, style) => {
            const plan = readDosagePlan(dosage)
            const text = dosageText(plan, language, style)
            if (text === undefined) return
            said += 1
            const back = parseDosageText(text, language)
            assert.ok(back !== undefined, `not read: ${text}`)
            const read = readDosagePlan(back)
            assert.equal(canonical(read), canonical(plan), text)
            assert.equal(dosageText(read, language, style), text)
          },
        ),
        { numRuns, seed: 12 },
      )
      assert.ok(said > numRuns * 0.85, `${said} of ${numRuns} were said`)
    })
})
