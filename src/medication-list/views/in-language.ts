/** The list in the language of its reader: texts that the hub made are made anew, words of sources stay as they are. */
import type { Bundle, Dosage, Extension, FhirResource, MedicationStatement } from 'fhir/r4.js'
import { extensionUrl } from '../../core/canonical.js'
import { retell } from '../discrepancies/retell.js'
import { readDosagePlan } from '../dosage/plan.js'
import { dosageShortText } from '../dosage/short-text.js'
import { dosageText, notDailyWarning } from '../dosage/text.js'
import type { Language } from '../dosage/units.js'
import { isIssue, isLine } from './shown-resource.js'
import type { ViewContext } from './view-context.js'

const DOSAGE_TEXT = extensionUrl('dosage-text')

/** @param stored language of the texts as they are stored */
export function inLanguage(
  bundle: Bundle<FhirResource>,
  stored: Language,
  context: ViewContext,
): Bundle<FhirResource> {
  if (context.language === stored) return bundle
  return {
    ...bundle,
    language: context.language,
    entry: (bundle.entry ?? []).map((entry) => {
      const { resource } = entry
      if (isIssue(resource))
        return {
          ...entry,
          resource: { ...retell(resource, context.language, context.zone), language: context.language },
        }
      if (isLine(resource)) return { ...entry, resource: lineIn(resource, stored, context) }
      return entry
    }),
  }
}

function lineIn(
  line: MedicationStatement,
  stored: Language,
  { language, zone }: ViewContext,
): MedicationStatement {
  const dosage = line.dosage?.map((one) => dosageIn(one, stored, language, zone))
  const plan = readDosagePlan(line.dosage)
  const texts = new Map([
    [DOSAGE_TEXT, dosageText(plan, language, 'patient', zone)],
    [extensionUrl('dosage-short-text'), dosageShortText(plan, language, zone)],
  ])
  const extension = line.extension?.map((one) => {
    const text = texts.get(one.url)
    return text === undefined ? one : { url: one.url, valueString: text }
  })
  return {
    ...line,
    language,
    ...(extension === undefined ? {} : { extension }),
    ...(dosage === undefined ? {} : { dosage }),
  }
}

/** A text that does not follow from the structure is a source's own. */
function dosageIn(dosage: Dosage, stored: Language, language: Language, zone: string): Dosage {
  const plan = readDosagePlan([dosage])
  if (
    plan.kind === 'none' ||
    plan.kind === 'text' ||
    dosage.text === undefined ||
    dosage.text !== dosageText(plan, stored, 'patient', zone)
  )
    return dosage
  const [entry] = plan.kind === 'structured' ? plan.entries : []
  const warning = entry && notDailyWarning(entry, stored)
  const warned = entry && notDailyWarning(entry, language)
  const text = dosageText(plan, language, 'patient', zone)
  const instructions = dosage.additionalInstruction?.map((one) =>
    warning !== undefined && warned !== undefined && one.text === warning ? { text: warned } : one,
  )
  return {
    ...dosage,
    ...(text === undefined ? {} : { text }),
    ...(instructions === undefined ? {} : { additionalInstruction: instructions }),
  }
}

export const dosageTextOf = (extensions: readonly Extension[] | undefined): string | undefined =>
  extensions?.find(({ url }) => url === DOSAGE_TEXT)?.valueString
