/** Identifiers as the numbers of messages: ids without their URN, people's and organisations' by type code (eresept.md 2.1). */
import type { Identifier } from 'fhir/r4.js'
import { DNR, FHN, FNR, URI_SYSTEM } from '../../../src/core/canonical.js'
import { VOLVEN_OID } from '../namespaces.js'
import { node, type XmlNode } from '../xml-write.js'

const UUID_URN = 'urn:uuid:'
const PERSON_TYPES: ReadonlyMap<string, string> = new Map([
  [FNR, 'FNR'],
  [DNR, 'DNR'],
  [FHN, 'FHN'],
  ['urn:oid:2.16.578.1.12.4.1.4.5', 'DUF'],
  ['urn:oid:1.2.752.129.2.1.3.1', 'SEF'],
  ['urn:oid:1.2.208.176.1.2', 'DKF'],
])
const OTHER_PERSON_TYPE = /\/sid\/sender\/[^/]+\/8116-([A-Z]{3})$/

/** The id as messages write it. */
export const bareId = (identifier: Identifier | undefined): string | undefined =>
  identifier?.value?.startsWith(UUID_URN) ? identifier.value.slice(UUID_URN.length) : identifier?.value

/** The UUID of an identifier that others gave under `urn:uuid:`. */
export const uuidOf = (identifier: Identifier | undefined): string | undefined =>
  identifier?.system === URI_SYSTEM ? bareId(identifier) : undefined

export const identNode = (id: string, type: string, list: 9051 | 8116): XmlNode =>
  node('Ident', [
    node('Id', id),
    node('TypeId', undefined, { V: type, S: `${VOLVEN_OID}${list}`, DN: NAMES.get(type) }),
  ])

/** Idents of a person, those left out that messages have no type for. */
export const personIdents = (identifiers: readonly Identifier[]): readonly XmlNode[] =>
  identifiers.flatMap(({ system, value }) => {
    const type = PERSON_TYPES.get(system ?? '') ?? OTHER_PERSON_TYPE.exec(system ?? '')?.[1]
    return type === undefined || value === undefined ? [] : [identNode(value, type, 8116)]
  })

export const hasNationalId = (identifiers: readonly Identifier[]): boolean =>
  identifiers.some(({ system, value }) => (system === FNR || system === DNR) && value !== undefined)

/** Names of the types in code lists 8116 and 9051. */
const NAMES: ReadonlyMap<string, string> = new Map([
  ['FNR', 'Fødselsnummer'],
  ['DNR', 'D-nummer'],
  ['FHN', 'Felles hjelpenummer'],
  ['HPR', 'HPR-nummer'],
  ['HER', 'HER-id'],
  ['ENH', 'Organisasjonsnummeret i Enhetsregisteret'],
  ['AKO', 'Apotekets konsesjonsnummer'],
])
