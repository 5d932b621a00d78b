/** The order in which a list shows its lines (medication-list.md 5 and 12.7). */
import type { MedicationStatement } from 'fhir/r4.js'
import { extensionUrl } from '../core/canonical.js'
import type { Line } from './contract.js'
import { CATEGORIES } from './lines/category.js'

/**
 * Current lines by kind, then provisional ones in their own section, then those that end on this version. Lines of one
 * family stand together, where the first of them stands.
 */
export function sortLines(lines: readonly Line[]): Line[] {
  return byFamily(inOrder(lines))
}

function byFamily(lines: readonly Line[]): Line[] {
  const members = new Map<string, Line[]>()
  for (const line of lines) {
    const name = familyOf(line) ?? line.id
    members.set(name, [...(members.get(name) ?? []), line])
  }
  return [...members.values()].flat()
}

/** Within a section: what ended stands with what ended. */
function familyOf({ statement }: Line): string | undefined {
  const family = statement.extension?.find(({ url }) => url === FAMILY)?.valueIdentifier
  return family === undefined
    ? undefined
    : `${section(statement)} ${family.system ?? ''}|${family.value ?? ''}`
}
const FAMILY = extensionUrl('treatment-family')

function inOrder(lines: readonly Line[]): Line[] {
  return lines
    .map((line) => ({
      line,
      section: section(line.statement),
      kind: kind(line.statement),
      name: name(line.statement),
    }))
    .sort(
      (a, b) =>
        a.section - b.section ||
        a.kind - b.kind ||
        a.name.localeCompare(b.name, 'nb') ||
        (a.line.id < b.line.id ? -1 : 1),
    )
    .map(({ line }) => line)
}

function section({ status }: MedicationStatement): number {
  switch (status) {
    case 'active':
    case 'intended':
    case 'on-hold':
      return 0
    case 'unknown':
    case 'not-taken':
      return 1
    case 'stopped':
    case 'completed':
    case 'entered-in-error':
      return 2
  }
}

/** A line of unknown kind stands with the fixed ones, where it is least overlooked. */
function kind({ category }: MedicationStatement): number {
  const codes = new Set((category?.coding ?? []).map(({ code }) => code))
  const place = CATEGORIES.findIndex((code) => codes.has(code))
  return Math.max(place, 0)
}

function name({ medicationCodeableConcept, medicationReference, contained }: MedicationStatement): string {
  const concept = medicationCodeableConcept
  if (concept !== undefined)
    return concept.text ?? concept.coding?.[0]?.display ?? concept.coding?.[0]?.code ?? ''
  const inside = contained?.find(({ id }) => `#${id}` === medicationReference?.reference)
  // Only a Medication is contained in a line, and all of its elements are optional.
  const medication = inside as { code?: { text?: string } } | undefined
  return medicationReference?.display ?? medication?.code?.text ?? ''
}
