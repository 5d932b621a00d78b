/** The sentence of a stored discrepancy in another language, from its numbers (medication-list.md 6.1). */
import type { DetectedIssue } from 'fhir/r4.js'
import type { Language } from '../dosage/units.js'
import { numbersOf } from './explanation.js'
import { DISCREPANCIES } from './registry.js'
import { wordsOf } from './words.js'

const BY_CODE = new Map<string, (typeof DISCREPANCIES)[number]>(DISCREPANCIES.map((one) => [one.code, one]))

/** The issue with its `detail` in the language; as it is where it carries no numbers or its rule is not known. */
export function retell(issue: DetectedIssue, language: Language, zone: string): DetectedIssue {
  const numbers = numbersOf(issue)
  const rule = BY_CODE.get(issue.code?.coding?.[0]?.code ?? '')
  return numbers === undefined || rule === undefined
    ? issue
    : { ...issue, detail: rule.sentences[language](numbers, wordsOf(language, zone)) }
}
