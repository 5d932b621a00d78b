/** Small parts of the documents that go out in SFM's form: extensions by bare name, references within the document. */
import type { CodeableConcept, Extension, FhirResource, Identifier, Reference } from 'fhir/r4.js'
import { deterministicUuid } from '../../../src/core/deterministic-id.js'

export const SFM = 'http://ehelse.no/fhir/StructureDefinition'
export const SFM_CODES = 'http://ehelse.no/fhir/CodeSystem'
const URN_UUID = 'urn:uuid:'

export const sfmProfile = (name: string): { profile: string[] } => ({ profile: [`${SFM}/${name}`] })

/** Address of an entry within documents: the same for the same thing, and no id of the hub. */
export const entryUrl = (kind: string, of: string): string =>
  `${URN_UUID}${deterministicUuid('sfm', kind, of)}`

/** The resource's id is that of its address. */
export const idOf = (url: string): string => url.slice(URN_UUID.length)

export interface Entry {
  readonly fullUrl: string
  readonly resource: FhirResource
}

export function refer(type: FhirResource['resourceType'], url: string, display?: string): Reference {
  return { reference: url, type, ...(display === undefined ? {} : { display }) }
}

/** A UUID without `urn:uuid:`, as SFM writes ids; anything else as it is. */
export const bareId = (value: string | undefined): string | undefined =>
  value?.startsWith(URN_UUID) ? value.slice(URN_UUID.length) : value

export const typedId = (identifiers: readonly Identifier[] | undefined, type: string): string | undefined =>
  bareId(identifiers?.find((one) => one.type?.text === type)?.value)

export const extOf = (extensions: readonly Extension[] | undefined, url: string): Extension | undefined =>
  extensions?.find((one) => one.url === url)

/** A concept of a national code list; others have no place where SFM has one. */
export const national = (concept: CodeableConcept | undefined): CodeableConcept | undefined =>
  concept?.coding?.some(({ system }) => system?.startsWith('urn:oid:')) ? concept : undefined

export const codeIn = (concept: CodeableConcept | undefined, system: string): string | undefined =>
  concept?.coding?.find((one) => one.system === system)?.code

/** The local day that a date or time is written with. */
export const dayOf = (value: string | undefined): string | undefined =>
  value !== undefined && value.length >= 'YYYY-MM-DD'.length ? value.slice(0, 'YYYY-MM-DD'.length) : undefined

export const isTime = (value: string | undefined): value is string => value?.includes('T') ?? false
