/** SupplyDelivery of merchandise → M10 Utleveringsrapport (eresept.md 6). */
import type { SupplyDelivery } from 'fhir/r4.js'
import { EXT } from '../extensions.js'
import type { XmlNode } from '../xml-write.js'
import { reseptDokHandelsvare } from './device-request-to-m1.js'
import { reportToM10 } from './report-to-m10.js'
import { suppliedOf } from './resept-dok.js'
import { checkModifiers, type Sheet } from './sheet.js'
import { extOf } from './values.js'

const AT = 'SupplyDelivery'

export function supplyDeliveryToM10(sheet: Sheet, delivery: SupplyDelivery): XmlNode {
  const { extension = [], suppliedItem } = delivery
  checkModifiers(sheet, delivery, AT)
  return reportToM10(sheet, {
    at: AT,
    extension,
    prescription: extOf(extension, EXT.authorizingPrescription)?.valueReference?.identifier,
    when: delivery.occurrenceDateTime,
    batch: extOf(extension, EXT.batch)?.valueString,
    dok: reseptDokHandelsvare(sheet, {
      code: suppliedItem?.itemCodeableConcept,
      extension,
      note: extOf(extension, EXT.note)?.valueString,
      packages: suppliedOf(suppliedItem?.quantity).packages,
      at: AT,
    }),
    pharmacy: extOf(extension, EXT.performer)?.valueReference,
    pharmacist: delivery.supplier,
    givenUp: extOf(extension, EXT.statusReason)?.valueCodeableConcept,
  })
}
