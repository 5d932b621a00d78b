/** Assigning authorities (HD, CX.4, EI.2 to 4) as identifier systems (hl7v2.md 4.6). */
import { DNR, FHN, FNR, HPR } from '../../src/core/canonical.js'

export interface Authority {
  /** HD.1. */
  readonly namespace: string | undefined
  /** HD.2. */
  readonly universalId: string | undefined
  /** HD.3, table 0301. */
  readonly universalIdType: string | undefined
}

/** Namespaces and identifier types (CX.5) that mean a national Norwegian register, whoever sends them. */
const NATIONAL_NAMES: ReadonlyMap<string, string> = new Map([
  ['FNR', FNR],
  ['FODSELSNUMMER', FNR],
  ['FØDSELSNUMMER', FNR],
  ['NNNOR', FNR],
  ['DNR', DNR],
  ['D-NUMMER', DNR],
  ['FHN', FHN],
  ['HPR', HPR],
])

/** Systems whose values are a person's national number. */
export const NATIONAL_PERSON_SYSTEMS: ReadonlySet<string> = new Set([FNR, DNR, FHN])

export const nationalSystemOf = (name: string | undefined): string | undefined =>
  name === undefined ? undefined : NATIONAL_NAMES.get(name.trim().toUpperCase())

/** Absolute system of an authority that names itself worldwide; undefined when only its sender knows it. */
export function systemOfAuthority(authority: Authority): string | undefined {
  const { namespace, universalId, universalIdType } = authority
  const universal = absoluteOf(universalId, universalIdType)
  if (universal !== undefined) return universal
  return nationalSystemOf(namespace) ?? absoluteOf(namespace, undefined)
}

const OID = /^[0-2](\.(0|[1-9]\d*)){2,}$/
const UUID = /^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/

/** `urn:oid:`, `urn:uuid:` or a URI as it stands; the form counts, the type only where it says otherwise. */
export function absoluteOf(id: string | undefined, type: string | undefined): string | undefined {
  if (id === undefined) return undefined
  const kind = type?.toUpperCase()
  if (OID.test(id) && (kind === undefined || kind === 'ISO')) return `urn:oid:${id}`
  if (UUID.test(id) && (kind === undefined || kind === 'UUID' || kind === 'GUID'))
    return `urn:uuid:${id.toLowerCase()}`
  if (/^urn:(oid|uuid):\S+$/i.test(id) || /^https?:\/\/\S+$/.test(id)) return id
  return undefined
}

/** What the sender calls the authority, where nobody else knows it. */
export const localNameOf = (authority: Authority): string | undefined =>
  authority.namespace ?? authority.universalId
