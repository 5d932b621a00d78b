/**
 * Names of our own and of others, in one place. The base is a name and not an address: nothing is fetched from it,
 * and it never depends on where the hub runs (surfaces.md, names of our own).
 */
export const CANONICAL_BASE = 'http://stafett.internal/fhir'

export const profileUrl = (name: string): string => `${CANONICAL_BASE}/StructureDefinition/${name}`
/** URL of one of the hub's own extensions. */
export const extensionUrl = (name: string): string => `${CANONICAL_BASE}/StructureDefinition/${name}`
export const codeSystemUrl = (name: string): string => `${CANONICAL_BASE}/CodeSystem/${name}`
/** Identifier system that the hub itself gives out: message, line, issue, event, dose, alert, assignment. */
export const sidUrl = (name: string): string => `${CANONICAL_BASE}/sid/${name}`
/** Identifier or code system of a number whose issuing authority is unknown, kept apart per sender. */
export const senderSidUrl = (sender: string, authority: string): string =>
  `${CANONICAL_BASE}/sid/sender/${encodeURIComponent(sender)}/${encodeURIComponent(authority)}`

/** A person's or organisation's national identifier systems (norwegian-fhir.md 1.1). */
export const FNR = 'urn:oid:2.16.578.1.12.4.1.4.1'
export const DNR = 'urn:oid:2.16.578.1.12.4.1.4.2'
export const FHN = 'urn:oid:2.16.578.1.12.4.1.4.3'
export const HPR = 'urn:oid:2.16.578.1.12.4.1.4.4'
export const ENH = 'urn:oid:2.16.578.1.12.4.1.4.101'
export const RESH = 'urn:oid:2.16.578.1.12.4.1.4.102'
export const HER = 'urn:oid:2.16.578.1.12.4.1.2'

export const URI_SYSTEM = 'urn:ietf:rfc:3986'
export const ATC = 'http://www.whocc.no/atc'
export const UCUM = 'http://unitsofmeasure.org'
export const SNOMED = 'http://snomed.info/sct'
export const LOINC = 'http://loinc.org'
/** FEST, as no-basis-Medication demands it: one system for brand ids, group ids and package numbers alike. */
export const FEST = 'http://ehelse.no/fhir/CodeSystem/FEST'
export const FEST_BRAND = 'http://dmp.no/fhir/NamingSystem/festLegemiddelMerkevare'
export const FEST_PACKAGE = 'http://dmp.no/fhir/NamingSystem/festLegemiddelPakning'
export const FEST_SUBSTANCE_GROUP = 'http://dmp.no/fhir/NamingSystem/festLegemiddelVirkestoff'
export const FEST_DOSE = 'http://dmp.no/fhir/NamingSystem/festLegemiddelDose'
/** Varenr, the item number of a package. */
export const FEST_ITEM_NUMBER = 'http://dmp.no/fhir/NamingSystem/fest-varenummer'
export const LMR_NUMBER = 'http://dmp.no/fhir/NamingSystem/lmrLopenummer'

/** A Norwegian national code list (Volven) by its number. */
export const volven = (number: number | string): string => `urn:oid:2.16.578.1.12.4.1.1.${number}`

export const LAYER_SYSTEM = codeSystemUrl('medlist-layer')
/** The shared list's own code (medication-list.md 2). */
export const LIST_CODE = { system: LOINC, code: '10160-0', display: 'History of medication use' } as const

/** `urn:uuid:` form, lower case, for UUIDs that others made (MsgId, ReseptId, PLL id). */
export const urnUuid = (uuid: string): string => `urn:uuid:${uuid.toLowerCase()}`
