/** What a row says of the list that it was decided on, and of the facts that it is about (docs/facts.md). */
import type { MedicationStatement, Reference } from 'fhir/r4.js'
import { extensionUrl } from '../../core/canonical.js'

const TREATMENTS = [
  'MedicationRequest',
  'MedicationStatement',
  'MedicationDispense',
  'MedicationAdministration',
]

/**
 * A statement derived from a prescription, and a decision on a line derived from that line's facts, is a link to them;
 * one derived from an observation or a form is none.
 */
export function derivedFrom(statementResource: MedicationStatement): Reference[] {
  const onList = decidedOn(statementResource) !== undefined
  const types = onList ? TREATMENTS : TREATMENTS.slice(0, 1)
  return (statementResource.derivedFrom ?? []).filter(({ type, reference }) =>
    types.some((name) => type === name || reference?.includes(`${name}/`)),
  )
}

const extensionNamed = ({ extension }: MedicationStatement, name: string) =>
  extension?.find(({ url }) => url === extensionUrl(name))

/** `List/<id>/_history/<n>` */
export function decidedOn(resource: MedicationStatement): number | undefined {
  const version = extensionNamed(resource, 'decided-on-list')?.valueReference?.reference?.split(
    '/_history/',
  )[1]
  return version === undefined ? undefined : Number(version)
}
