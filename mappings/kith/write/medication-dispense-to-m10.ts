/** MedicationDispense → M10 Utleveringsrapport: the way back of m10-to-medication-dispense (eresept.md 6). */
import type { MedicationDispense } from 'fhir/r4.js'
import { EXT } from '../extensions.js'
import type { XmlNode } from '../xml-write.js'
import { reportToM10 } from './report-to-m10.js'
import { medicationOf, reseptDokLegemiddel, suppliedOf } from './resept-dok.js'
import { checkModifiers, type Sheet } from './sheet.js'
import { extOf, extsOf } from './values.js'

const AT = 'MedicationDispense'

export function medicationDispenseToM10(sheet: Sheet, dispense: MedicationDispense): XmlNode {
  const { contained, extension = [], performer = [] } = dispense
  checkModifiers(sheet, dispense, AT)
  const actorOf = (type: string) => performer.find(({ actor }) => actor.type === type)?.actor
  return reportToM10(sheet, {
    at: AT,
    extension,
    prescription: dispense.authorizingPrescription?.[0]?.identifier,
    when: dispense.whenHandedOver ?? extOf(extension, EXT.statusDate)?.valueDateTime,
    batch:
      (contained === undefined ? undefined : medicationOf(dispense).batch?.lotNumber) ??
      extOf(extension, EXT.batch)?.valueString,
    dok: dispensed(sheet, dispense),
    pharmacy: actorOf('Organization'),
    pharmacist: actorOf('Practitioner'),
    givenUp: dispense.statusReasonCodeableConcept,
  })
}

/** Nothing where the report says nothing about the product. */
function dispensed(sheet: Sheet, dispense: MedicationDispense): XmlNode | undefined {
  const { extension } = dispense
  if (dispense.contained === undefined && dispense.medicationCodeableConcept?.coding === undefined)
    return undefined
  const supplied = suppliedOf(dispense.quantity)
  return reseptDokLegemiddel(sheet, {
    medication: medicationOf(dispense),
    dosages: dispense.dosageInstruction ?? [],
    extension: extension ?? [],
    reasons: extsOf(extension, EXT.indication).flatMap(
      ({ valueCodeableConcept }) => valueCodeableConcept ?? [],
    ),
    note: dispense.note?.map((one) => one.text).join('\n'),
    repeats: extOf(extension, EXT.repeats)?.valueInteger,
    packages: extOf(extension, EXT.packageCount)?.valueDecimal ?? supplied.packages,
    amount: extOf(extension, EXT.dispenseAmount)?.valueQuantity ?? supplied.amount,
    reserved: extOf(extension, EXT.substitutionReserved)?.valueCodeableConcept,
    at: AT,
  })
}
