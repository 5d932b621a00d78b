/** Whole messages out of resources: what the hub can send (eresept.md 11, issue text "Sending"). */
import type {
  DeviceRequest,
  MedicationDispense,
  MedicationRequest,
  Patient,
  SupplyDelivery,
} from 'fhir/r4.js'
import { assertNever } from '../../../src/core/exhaustive.js'
import type { XmlNode } from '../xml-write.js'
import { deviceRequestToM1 } from './device-request-to-m1.js'
import { type Lib, listToM251 } from './list-to-m251.js'
import { medicationDispenseToM10 } from './medication-dispense-to-m10.js'
import { medicationRequestToM1 } from './medication-request-to-m1.js'
import { type Envelope, msgHead } from './msghead.js'
import { requestToM5 } from './request-to-m5.js'
import { finish, openSheet, type Produced, type Sheet } from './sheet.js'
import { supplyDeliveryToM10 } from './supply-delivery-to-m10.js'

export type Outgoing =
  /** The id of the message is the prescription's own. */
  | { readonly kind: 'M1'; readonly request: MedicationRequest | DeviceRequest }
  | {
      readonly kind: 'M5'
      readonly recalled: MedicationRequest | DeviceRequest
      readonly renewal?: MedicationRequest | DeviceRequest
    }
  | { readonly kind: 'M10'; readonly dispense: MedicationDispense | SupplyDelivery }
  | { readonly kind: 'M25.1'; readonly lib: Lib }

const TYPES = { M1: 'ERM1', M5: 'ERM5', M10: 'ERM10', 'M25.1': 'ERM251' } as const

/** The same input gives the same bytes. @param zone IANA zone for days and for times without offset */
export function produce(
  outgoing: Outgoing,
  envelope: Omit<Envelope, 'type'>,
  patient: Patient,
  zone: string,
): Produced {
  const sheet = openSheet(zone)
  const payload = payloadOf(sheet, outgoing)
  return finish(sheet, msgHead(sheet, { ...envelope, type: TYPES[outgoing.kind] }, patient, payload))
}

function payloadOf(sheet: Sheet, outgoing: Outgoing): XmlNode {
  switch (outgoing.kind) {
    case 'M1':
      return outgoing.request.resourceType === 'MedicationRequest'
        ? medicationRequestToM1(sheet, outgoing.request)
        : deviceRequestToM1(sheet, outgoing.request)
    case 'M5':
      return requestToM5(sheet, outgoing.recalled, outgoing.renewal)
    case 'M10':
      return outgoing.dispense.resourceType === 'MedicationDispense'
        ? medicationDispenseToM10(sheet, outgoing.dispense)
        : supplyDeliveryToM10(sheet, outgoing.dispense)
    case 'M25.1':
      return listToM251(sheet, outgoing.lib)
    default:
      return assertNever(outgoing)
  }
}
