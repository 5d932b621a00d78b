/**
 * Person identifiers of KITH messages as identities (eresept.md 2.1, norwegian-fhir.md 1.1, 1.2). For national
 * numbers the number itself decides between birth number and D-number: senders mix the two type codes up.
 */
import { DNR, FHN, FNR, HER, HPR, senderSidUrl } from '../../src/core/canonical.js'
import type { Identity } from '../../src/core/message.js'
import { readNationalNumber } from '../hl7v2/national-number.js'

const DUF = 'urn:oid:2.16.578.1.12.4.1.4.5'
const SWEDISH_PERSON = 'urn:oid:1.2.752.129.2.1.3.1'
const DANISH_PERSON = 'urn:oid:1.2.208.176.1.2'

export type SyntheticIds = 'accept' | 'refuse'

/** Whether the digits are a birth number or D-number with right check digits and an existing day. */
export function isNationalId(value: string, synthetic: SyntheticIds): boolean {
  const number = readNationalNumber(value, FNR)
  return number.kind === 'valid' && (synthetic === 'accept' || !number.synthetic)
}

export const nationalIdSystem = (value: string): string => (Number(value[0]) >= 4 ? DNR : FNR)

/** The identity of a person identifier with type code `type` (Volven 8116); undefined system knowledge stays with the sender. */
export function personIdentity(type: string, value: string, sender: string): Identity {
  switch (type) {
    case 'FNR':
    case 'DNR':
      return { system: nationalIdSystem(value), value }
    case 'FHN':
      return { system: FHN, value }
    case 'HPR':
      return { system: HPR, value: stripLeadingZeros(value) }
    case 'HER':
      return { system: HER, value }
    case 'DUF':
      return { system: DUF, value }
    case 'SEF':
      return { system: SWEDISH_PERSON, value }
    case 'DKF':
      return { system: DANISH_PERSON, value }
    default:
      return { system: senderSidUrl(sender, `8116-${type}`), value }
  }
}

/** HPR numbers come with and without leading zeros and mean the same (eresept.md 2.1). */
export const stripLeadingZeros = (value: string): string => value.replace(/^0+(?=\d)/, '')
