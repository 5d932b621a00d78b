/** What the hub has of a person's e-prescriptions, as the answers to queries need it (eresept.md 9). */
import type { DeviceRequest, Extension, MedicationRequest } from 'fhir/r4.js'
import type { Known, OriginalRef } from '../../../src/core/query.js'
import type { StoredResource } from '../../../src/core/stored.js'
import { EXT } from '../extensions.js'
import { bareId } from '../write/idents.js'
import { extOf, partOf } from '../write/values.js'

export interface Prescription {
  readonly stored: StoredResource
  readonly resource: MedicationRequest | DeviceRequest
  readonly reseptId: string
  readonly refNr: string | undefined
  /** Only shown to who knows its reference number (eresept.md 11.2, RefNr). */
  readonly locked: boolean
  readonly guardianReserved: boolean
  /** Volven 7408, at the time of asking. */
  readonly state: string
}

/** Those that came from the e-prescription network: orders of hospitals and clients are no e-prescriptions. */
export function prescriptionsOf(known: Known, today: string): readonly Prescription[] {
  return known.resources
    .flatMap((stored) => prescriptionOf(stored, today) ?? [])
    .sort(
      (a, b) =>
        (a.resource.authoredOn ?? '').localeCompare(b.resource.authoredOn ?? '') ||
        (a.reseptId < b.reseptId ? -1 : 1),
    )
}

function prescriptionOf(stored: StoredResource, today: string): Prescription | undefined {
  const { resource } = stored
  if (resource.resourceType !== 'MedicationRequest' && resource.resourceType !== 'DeviceRequest')
    return undefined
  if (stored.layer !== 'fact' || !stored.sourceKey.startsWith('eresept|')) return undefined
  const reseptId = bareId(resource.identifier?.find(({ type }) => type?.text === 'ReseptId'))
  if (reseptId === undefined) return undefined
  return {
    stored,
    resource,
    reseptId,
    refNr: resource.identifier?.find(({ type }) => type?.text === 'Referansenummer')?.value,
    locked: extOf(resource.extension, EXT.lockedPrescription)?.valueBoolean === true,
    guardianReserved: extOf(resource.extension, EXT.guardianReservation)?.valueBoolean === true,
    state: stateOf(resource, today),
  }
}

/** States in which a pharmacy may still come to dispense. */
const OPEN = new Set(['E', 'U', 'A', 'B', 'H'])
export const isOpen = ({ state }: Prescription): boolean => OPEN.has(state)

function stateOf(resource: MedicationRequest | DeviceRequest, today: string): string {
  switch (resource.status) {
    case 'cancelled':
    case 'revoked':
      return 'T'
    case 'completed':
      return 'R'
    case 'stopped':
      return 'F'
    case 'entered-in-error':
      return 'X'
    default: {
      const expires = expiryOf(resource)
      if (expires !== undefined && expires < today) return 'F'
      const stated = partOf(registerOf(resource), 'status')?.valueCodeableConcept?.coding?.[0]?.code ?? ''
      return OPEN.has(stated) ? stated : 'E'
    }
  }
}

export const registerOf = (resource: MedicationRequest | DeviceRequest): Extension | undefined =>
  extOf(resource.extension, EXT.registerEntry)

const expiryOf = (resource: MedicationRequest | DeviceRequest): string | undefined =>
  (resource.resourceType === 'MedicationRequest'
    ? resource.dispenseRequest?.validityPeriod
    : extOf(resource.extension, EXT.validity)?.valuePeriod
  )?.end?.slice(0, 10)

/** Where the bytes of a message that the network knows by this id may lie. */
export function originalOf(stored: StoredResource, messageId: string): OriginalRef {
  // `eresept|<sender>`, with the role behind it where a broker speaks for a pharmacy.
  const sender = stored.sourceKey.split('|')[1] ?? ''
  return {
    key: messageId.toLowerCase(),
    sender,
    messageId: messageId.toLowerCase(),
    ...(stored.messageId === undefined ? {} : { row: stored.messageId }),
  }
}
