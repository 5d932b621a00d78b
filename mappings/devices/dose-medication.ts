/**
 * Which medicine a device event is about (devices.md 2.1): a device knows a sachet and rarely its content. The sachet is
 * one contained Medication; single medicines are named only where the event lists them.
 */
import type { CodeableConcept, Identifier, Medication, Quantity, Reference } from 'fhir/r4.js'
import { senderSidUrl, UCUM, URI_SYSTEM } from '../../src/core/canonical.js'
import type { Identity } from '../../src/core/message.js'
import type { EventDose, EventItem } from './canonical-event.js'
import { sourceCoding } from './event-concept.js'
import type { EventFrame } from './event-frame.js'
import { isAbsoluteUri } from './json-shape.js'
import { present, said } from './present.js'

export const SACHET_TEXT = 'multidose sachet'
/** What the national dispense messages say when the device does not know the medicine. */
export const UNKNOWN_MEDICINE_TEXT = 'Ukjent medisin'

export type MedicationPart =
  | { contained: Medication[]; medicationReference: Reference }
  | { medicationCodeableConcept: CodeableConcept }

/** True when the dose is one named medicine and no sachet: then the dose itself is of that medicine. */
export const singleItem = (dose: EventDose): EventItem | undefined =>
  dose.items?.length === 1 && said(dose.sachetId) === undefined && said(dose.rollId) === undefined
    ? dose.items[0]
    : undefined

/** The medicine or the sachet of a dose, for MedicationAdministration and MedicationDispense alike. */
export function doseMedication(frame: EventFrame, dose: EventDose | undefined): MedicationPart {
  const single = dose === undefined ? undefined : singleItem(dose)
  if (single !== undefined) return { medicationCodeableConcept: itemConcept(frame, single) }
  const sachet = dose === undefined ? undefined : sachetMedication(frame, dose)
  if (sachet === undefined) return { medicationCodeableConcept: { text: UNKNOWN_MEDICINE_TEXT } }
  return { contained: [sachet], medicationReference: { reference: '#medication' } }
}

function sachetMedication(frame: EventFrame, dose: EventDose): Medication | undefined {
  const identifier: Identifier[] = []
  const sachetId = said(dose.sachetId)
  if (sachetId !== undefined)
    identifier.push({ type: { text: 'sachet' }, ...sachetIdentity(frame, sachetId) })
  const rollId = said(dose.rollId)
  if (rollId !== undefined) identifier.push({ type: { text: 'roll' }, ...rollIdentity(frame, rollId) })
  const items = dose.items ?? []
  if (identifier.length === 0 && items.length === 0) return undefined
  return {
    resourceType: 'Medication',
    id: 'medication',
    ...present({ identifier }),
    code: { text: SACHET_TEXT },
    ...present({
      ingredient: items.map((item) => ({
        itemCodeableConcept: itemConcept(frame, item),
        ...(item.quantity === undefined
          ? {}
          : {
              strength: {
                numerator: quantity(item.quantity, item.unit),
                denominator: { value: 1, unit: 'sachet' },
              },
            }),
      })),
    }),
  }
}

/** The packer's numbers come through the vendor; who gave them out is not stated, so they are kept apart by sender. */
export const sachetIdentity = (frame: EventFrame, sachetId: string): Identity => ({
  system: senderSidUrl(frame.sender, 'sachet'),
  value: sachetId,
})
export const rollIdentity = (frame: EventFrame, rollId: string): Identity => ({
  system: senderSidUrl(frame.sender, 'roll'),
  value: rollId,
})

export function itemConcept(frame: EventFrame, item: EventItem): CodeableConcept {
  const coding = (item.medication.coding ?? []).map((entry) => sourceCoding(frame, entry))
  const text = said(item.medication.text)
  if (coding.length === 0) return { text: text ?? UNKNOWN_MEDICINE_TEXT }
  return { coding, ...present({ text }) }
}

/** What tells the items of one dose apart, whatever the order they are listed in. */
export function itemNames(dose: EventDose): readonly string[] {
  const seen = new Map<string, number>()
  return (dose.items ?? []).map((item) => {
    const first = item.medication.coding?.[0]
    const name =
      first === undefined ? `text|${said(item.medication.text) ?? ''}` : `${first.system ?? ''}|${first.code}`
    const times = (seen.get(name) ?? 0) + 1
    seen.set(name, times)
    return times === 1 ? name : `${name}|${times}`
  })
}

/** The prescription or program that the device names for an item. */
export function requestReference(frame: EventFrame, item: EventItem): Reference | undefined {
  const ref = said(item.requestRef)
  if (ref === undefined) return undefined
  const bar = ref.indexOf('|')
  const [system, value] = [ref.slice(0, bar), ref.slice(bar + 1)]
  if (bar > 0 && isAbsoluteUri(system) && value !== '')
    return { type: 'MedicationRequest', identifier: { system, value } }
  const known = /^urn:(uuid|oid):\S+$/i.test(ref)
  return {
    type: 'MedicationRequest',
    identifier: known
      ? { system: URI_SYSTEM, value: ref.toLowerCase() }
      : { system: senderSidUrl(frame.sender, 'request'), value: ref },
  }
}

/** Units whose UCUM code is beyond doubt; any other unit stays a text without code. */
const UCUM_CODES: Readonly<Record<string, string>> = {
  mg: 'mg',
  g: 'g',
  ug: 'ug',
  µg: 'ug',
  mcg: 'ug',
  mikrog: 'ug',
  ml: 'mL',
  mL: 'mL',
  IE: '[iU]',
  IU: '[iU]',
}

export function quantity(value: number, unit: string | undefined): Quantity {
  const written = said(unit)
  if (written === undefined) return { value }
  const code = Object.hasOwn(UCUM_CODES, written) ? UCUM_CODES[written] : undefined
  return code === undefined ? { value, unit: written } : { value, unit: written, system: UCUM, code }
}
