/** The dosage of a line as its source stated it: what the hub wrote beside it is taken off again (12.1, 12.8). */
import type { Dosage } from 'fhir/r4.js'
import { extensionUrl } from '../../core/canonical.js'
import { readDosagePlan } from '../dosage/plan.js'
import { notDailyWarning } from '../dosage/text.js'
import type { Language } from '../dosage/units.js'

const LANGUAGES: readonly Language[] = ['nb', 'da', 'en', 'sv', 'fi']

export function statedDosage(dosage: Dosage): Dosage {
  const plan = readDosagePlan([dosage])
  if (plan.kind !== 'structured') return dosage
  const { additionalInstruction, extension, text: _generated, ...rest } = dosage
  const original = extension?.find(({ url }) => url === extensionUrl('original-text'))?.valueString
  const others = (extension ?? []).filter(({ url }) => url !== extensionUrl('original-text'))
  const [entry] = plan.entries
  const warnings = new Set(
    entry === undefined ? [] : LANGUAGES.map((language) => notDailyWarning(entry, language)),
  )
  const instructions = (additionalInstruction ?? []).filter(
    ({ coding, text }) => coding !== undefined || !warnings.has(text),
  )
  return {
    ...rest,
    ...(others.length === 0 ? {} : { extension: others }),
    ...(original === undefined ? {} : { text: original }),
    ...(instructions.length === 0 ? {} : { additionalInstruction: instructions }),
  }
}
