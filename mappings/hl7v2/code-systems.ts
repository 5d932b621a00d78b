/** Coding system names of table 0396 as FHIR URIs (hl7v2.md 4.6). */
import { ATC, FEST, LOINC, SNOMED, senderSidUrl, UCUM, volven } from '../../src/core/canonical.js'
import { absoluteOf } from './authority.js'

const SYSTEMS: ReadonlyMap<string, string> = new Map([
  ['LN', LOINC],
  ['LOINC', LOINC],
  ['SCT', SNOMED],
  ['SNM', SNOMED],
  ['UCUM', UCUM],
  ['RXNORM', 'http://www.nlm.nih.gov/research/umls/rxnorm'],
  ['NDC', 'http://hl7.org/fhir/sid/ndc'],
  ['CVX', 'http://hl7.org/fhir/sid/cvx'],
  ['ATC', ATC],
  ['WC', ATC],
  ['FEST', FEST],
  ['I10', 'http://hl7.org/fhir/sid/icd-10'],
  ['I10C', 'http://hl7.org/fhir/sid/icd-10-cm'],
  ['I9C', 'http://hl7.org/fhir/sid/icd-9-cm'],
  ['MDC', 'urn:iso:std:iso:11073:10101'],
  ['ISO3166_1', 'urn:iso:std:iso:3166'],
])

/** Terminology of HL7 v2 table `0162`. */
export const v2Table = (table: string): string => `http://terminology.hl7.org/CodeSystem/v2-${table}`

/**
 * @param name CWE.3 as sent
 * @param place field whose codes these are, for a code that comes without any system
 */
export function codeSystemOf(name: string | undefined, sender: string, place: string): string {
  if (name === undefined) return senderSidUrl(sender, place)
  const upper = name.toUpperCase()
  const table = /^HL7(\d{4})$/.exec(upper)?.[1]
  if (table !== undefined) return v2Table(table)
  const national = /^VOLVEN(\d{4})$/.exec(upper)?.[1]
  if (national !== undefined) return volven(national)
  return SYSTEMS.get(upper) ?? absoluteOf(name, undefined) ?? senderSidUrl(sender, name)
}
