/** FHIR XML as JSON, as far as the resources of the Dutch medication process use it. */
import type { FhirResource } from 'fhir/r4.js'
import { parseXml, type XmlElement } from '../../../mappings/kith/xml.js'

/** Elements that repeat wherever they stand. */
const LISTS = new Set([
  'additionalInstruction',
  'authorizingPrescription',
  'coding',
  'dayOfWeek',
  'derivedFrom',
  'doseAndRate',
  'dosageInstruction',
  'extension',
  'ingredient',
  'modifierExtension',
  'note',
  'performer',
  'profile',
  'supportingInformation',
  'timeOfDay',
  'when',
])
/** Elements that repeat as children of these alone. */
const LISTS_OF: Readonly<Record<string, readonly string[]>> = {
  MedicationRequest: ['basedOn', 'category', 'identifier', 'reasonCode', 'reasonReference'],
  MedicationDispense: ['identifier'],
  MedicationStatement: ['basedOn', 'dosage', 'identifier', 'reasonCode', 'statusReason'],
  MedicationAdministration: ['identifier', 'reasonCode', 'statusReason'],
}
const NUMBERS = new Set([
  'count',
  'frequency',
  'frequencyMax',
  'numberOfRepeatsAllowed',
  'period',
  'sequence',
])
const QUANTITIES = new Set([
  'boundsDuration',
  'daysSupply',
  'denominator',
  'dose',
  'doseQuantity',
  'high',
  'low',
  'numerator',
  'quantity',
  'rateQuantity',
  'valueDuration',
  'valueQuantity',
])
const BOOLEANS = new Set(['asNeededBoolean', 'userSelected', 'valueBoolean'])

/** @param text one resource; sound as a resource because the root element names its type */
export function resourceOfXml(text: string): FhirResource {
  const root = parseXml(new TextEncoder().encode(text))
  return { resourceType: root.local, ...complex(root) } as FhirResource
}

function complex(element: XmlElement): Record<string, unknown> {
  const made: Record<string, unknown> = {}
  if (element.attributes['url'] !== undefined) made['url'] = element.attributes['url']
  for (const child of element.children) {
    const value = jsonOf(child, element)
    if (!LISTS.has(child.local) && LISTS_OF[element.local]?.includes(child.local) !== true)
      made[child.local] = value
    else made[child.local] = [...((made[child.local] as unknown[] | undefined) ?? []), value]
  }
  return made
}

function jsonOf(element: XmlElement, parent: XmlElement): unknown {
  const text = element.attributes['value']
  if (text === undefined || element.children.length > 0) return complex(element)
  if (NUMBERS.has(element.local) || (element.local === 'value' && QUANTITIES.has(parent.local)))
    return Number(text)
  return BOOLEANS.has(element.local) ? text === 'true' : text
}
