/** FHIR data types of the document as the values that the mappings of the e-prescription family take. */
import type { CodeableConcept } from 'fhir/r4.js'
import { isPlainDecimal } from '../../src/core/dose-amount.js'
import { isDate, isDateTime } from '../kith/dates.js'
import type { Amount, Coded } from '../kith/reader.js'
import { child, children, type Node, text } from './json-trail.js'

const OID = 'urn:oid:'

/**
 * The first coding of a national code list. A coding of any other system is none: which list a bare code is of follows
 * from its place, and would be invented here. Its words are kept.
 */
export function coded(concept: Node | undefined): Coded | undefined {
  const [first] = children(concept, 'coding')
  const system = text(first, 'system')
  const code = text(first, 'code')
  const DN = text(first, 'display')
  const OT = text(concept, 'text')
  const national = system === undefined || system.startsWith(OID)
  if (!national) {
    const words = OT ?? DN
    return words === undefined ? undefined : { OT: words }
  }
  if (code === undefined && OT === undefined && DN === undefined) return undefined
  return {
    ...(code === undefined ? {} : { V: code }),
    ...(system === undefined ? {} : { S: system.slice(OID.length) }),
    ...(DN === undefined ? {} : { DN }),
    ...(OT === undefined ? {} : { OT }),
  }
}

/** The code of whichever system: where the place has only one. */
export function codeOf(concept: Node | undefined): string | undefined {
  const [first] = children(concept, 'coding')
  for (const name of ['system', 'display']) text(first, name)
  text(concept, 'text')
  return text(first, 'code')
}

export const codeValue = (extension: Node | undefined): string | undefined =>
  codeOf(child(extension, 'valueCodeableConcept'))

/** A concept as it stands, of whatever systems. */
export function plainConcept(node: Node | undefined): CodeableConcept | undefined {
  const coding = children(node, 'coding').flatMap((one) => {
    const system = text(one, 'system')
    const code = text(one, 'code')
    const display = text(one, 'display')
    return system === undefined || code === undefined
      ? []
      : [{ system, code, ...(display === undefined ? {} : { display }) }]
  })
  const words = text(node, 'text')
  if (coding.length === 0 && words === undefined) return undefined
  return { ...(coding.length === 0 ? {} : { coding }), ...(words === undefined ? {} : { text: words }) }
}

export const codedValue = (extension: Node | undefined): Coded | undefined =>
  coded(child(extension, 'valueCodeableConcept'))

/** What is no number stays unread, and is told of as such. */
export function numeral(node: Node | undefined, name: string): string | undefined {
  const value = node?.value[name]
  return (typeof value === 'number' || typeof value === 'string') && isPlainDecimal(String(value))
    ? text(node, name)
    : undefined
}

/** A whole number from nothing upwards, likewise. */
export function countValue(extension: Node | undefined): string | undefined {
  for (const name of ['valueString', 'valueInteger', 'valueDecimal', 'valuePositiveInt', 'valueUnsignedInt'])
    if (/^\d{1,6}$/.test(String(extension?.value[name]))) return text(extension, name)
  return undefined
}

/** The number as JSON has it; units stay words. */
export function amountValue(extension: Node | undefined): Amount | undefined {
  const quantity = child(extension, 'valueQuantity')
  const V = numeral(quantity, 'value')
  const code = text(quantity, 'code')
  const U = text(quantity, 'unit') ?? code
  text(quantity, 'system')
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
