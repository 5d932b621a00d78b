/** FHIR data types of the document as the values that the mappings of the e-prescription family take. */
import { isDate, isDateTime } from '../kith/dates.js'
import type { Amount, Coded } from '../kith/reader.js'
import { child, children, type Node, text } from './json-trail.js'

const OID = 'urn:oid:'

/** The first coding of a code list; all codings count as read where the first is taken. */
export function coded(concept: Node | undefined): Coded | undefined {
  if (concept === undefined) return undefined
  const [first] = children(concept, 'coding')
  const V = text(first, 'code')
  const system = text(first, 'system')
  const DN = text(first, 'display')
  const OT = text(concept, 'text')
  if (V === undefined && OT === undefined && DN === undefined) return undefined
  return {
    ...(V === undefined ? {} : { V }),
    ...(system?.startsWith(OID) ? { S: system.slice(OID.length) } : {}),
    ...(DN === undefined ? {} : { DN }),
    ...(OT === undefined ? {} : { OT }),
  }
}

export const codedValue = (extension: Node | undefined): Coded | undefined =>
  coded(child(extension, 'valueCodeableConcept'))

/** The number as JSON has it; units stay words. */
export function amountValue(extension: Node | undefined): Amount | undefined {
  const quantity = child(extension, 'valueQuantity')
  const V = text(quantity, 'value')
  const U = text(quantity, 'unit') ?? text(quantity, 'code')
  return V === undefined ? undefined : { V, ...(U === undefined ? {} : { U }) }
}

/** Date or time of whichever value it is written as. */
export function timeValue(extension: Node | undefined): string | undefined {
  const value =
    text(extension, 'valueDateTime') ?? text(extension, 'valueDate') ?? text(extension, 'valueInstant')
  return value !== undefined && (isDate(value) || isDateTime(value)) ? value : undefined
}

/** The day that is written, in whatever zone. */
export const dayValue = (extension: Node | undefined): string | undefined =>
  timeValue(extension)?.slice(0, 'YYYY-MM-DD'.length)

export const textValue = (extension: Node | undefined): string | undefined =>
  text(extension, 'valueString') ?? text(extension, 'valueDecimal') ?? text(extension, 'valueInteger')

/** Value of the first identifier whose type says `name`. */
export const typedIdentifier = (resource: Node | undefined, name: string): string | undefined =>
  children(resource, 'identifier')
    .filter((one) => text(child(one, 'type'), 'text') === name)
    .map((one) => text(one, 'value'))
    .find((value) => value !== undefined)
