/** FHIR data types as KITH ones: the way back of `build.ts` (eresept.md 2.2). */
import type { CodeableConcept, Coding, Duration, Extension, Quantity } from 'fhir/r4.js'
import { ATC, UCUM } from '../../../src/core/canonical.js'
import { type CodeList, displayOf, knownDisplay, TIME_UNIT } from '../code-lists.js'
import { VOLVEN_OID } from '../namespaces.js'
import type { Amount } from '../reader.js'
import { node, type XmlNode } from '../xml-write.js'

const OID = 'urn:oid:'
const PLAIN_NUMBER = /^-?\d+(\.\d+)?$/

/** One extension by its URL. */
export const extOf = (extensions: readonly Extension[] | undefined, url: string): Extension | undefined =>
  extensions?.find((one) => one.url === url)
export const extsOf = (extensions: readonly Extension[] | undefined, url: string): readonly Extension[] =>
  extensions?.filter((one) => one.url === url) ?? []
/** A part of a nested extension. */
export const partOf = (extension: Extension | undefined, url: string): Extension | undefined =>
  extOf(extension?.extension, url)

export const text = (name: string, value: string | undefined): XmlNode | undefined =>
  value === undefined || value === '' ? undefined : node(name, value)

export const flag = (name: string, value: boolean | undefined): XmlNode | undefined =>
  value === undefined ? undefined : node(name, String(value))

/** A decimal of the wire: no exponent. Undefined for what has none within a JSON number's digits. */
export function decimal(value: number | undefined): string | undefined {
  const written = value === undefined ? undefined : String(value)
  return written !== undefined && PLAIN_NUMBER.test(written) ? written : undefined
}

/** CV: code, system, display, and the sender's own words as OT. */
export function cv(name: string, concept: CodeableConcept | undefined, list: number): XmlNode | undefined {
  if (concept === undefined) return undefined
  const coding = concept.coding?.find((one) => one.code !== undefined)
  if (coding === undefined && concept.text === undefined) return undefined
  return node(name, undefined, {
    V: coding?.code,
    S: coding && oidOf(coding, list),
    DN: coding && (coding.display ?? display(list, coding.code)),
    OT: concept.text,
  })
}

/** CS: code and display; without a code the words stand as display, since CS has no OT. */
export function cs(name: string, concept: CodeableConcept | undefined, list: number): XmlNode | undefined {
  if (concept === undefined) return undefined
  const coding = concept.coding?.find((one) => one.code !== undefined)
  const DN = coding === undefined ? concept.text : (coding.display ?? display(list, coding.code))
  return coding === undefined && DN === undefined ? undefined : node(name, undefined, { V: coding?.code, DN })
}

/** A code of a list that the hub itself writes. */
export const ownCode = (name: string, code: string, list: CodeList): XmlNode =>
  node(name, undefined, { V: code, DN: displayOf(list, code) })

export const codeIn = (concept: CodeableConcept | undefined, list: number): Coding | undefined =>
  concept?.coding?.find(({ system }) => system === `${OID}${VOLVEN_OID}${list}`)

const display = (list: number, code: string | undefined): string | undefined =>
  code === undefined ? undefined : knownDisplay(list, code)

function oidOf({ system }: Coding, list: number): string | undefined {
  if (system === ATC) return `${VOLVEN_OID}7180`
  if (system === undefined) return `${VOLVEN_OID}${list}`
  return system.startsWith(OID) ? system.slice(OID.length) : undefined
}

/** Unit text of an amount: as sent, else the word for its UCUM code. */
export const unitOf = ({ unit, system, code }: Quantity): string | undefined =>
  unit ?? (system === UCUM && code !== undefined ? UCUM_WORDS.get(code) : undefined)

const UCUM_WORDS: ReadonlyMap<string, string> = new Map([
  ['kg', 'kg'],
  ['g', 'g'],
  ['mg', 'mg'],
  ['ug', 'mikrog'],
  ['ng', 'ng'],
  ['L', 'l'],
  ['dL', 'dl'],
  ['cL', 'cl'],
  ['mL', 'ml'],
  ['[iU]', 'IE'],
  ['mmol', 'mmol'],
  ['{tablett}', 'tablett'],
  ['{kapsel}', 'kapsel'],
])

/** Undefined when the amount has no number or a unit that has no word. */
export function amountOf(value: Quantity | undefined): Amount | undefined {
  const V = decimal(value?.value)
  if (value === undefined || V === undefined || value.comparator !== undefined) return undefined
  const U = unitOf(value)
  if (U === undefined) return value.code === undefined ? { V } : undefined
  return { V, U }
}

export const pq = (name: string, amount: Amount | undefined): XmlNode | undefined =>
  amount && node(name, undefined, { V: amount.V, U: amount.U })

const TIME_WORDS: ReadonlyMap<string, string> = new Map([...TIME_UNIT].map(([word, code]) => [code, word]))
const DAYS_IN_WEEK = 7

/** A length of time in a unit of 9088; weeks, which the list lacks, are days. */
export function lengthOfTime(value: number | undefined, unit: string | undefined): Amount | undefined {
  const [size, code] = unit === 'wk' && value !== undefined ? [value * DAYS_IN_WEEK, 'd'] : [value, unit]
  const V = decimal(size)
  const U = TIME_WORDS.get(code ?? '')
  return V === undefined || U === undefined ? undefined : { V, U }
}

export const durationOf = (value: Duration | Quantity | undefined): Amount | undefined =>
  lengthOfTime(value?.value, value?.code)

/** xs:date of a FHIR date or dateTime of at least a day. */
export const dayOf = (value: string | undefined): string | undefined =>
  value !== undefined && /^\d{4}-\d{2}-\d{2}/.test(value) ? value.slice(0, 10) : undefined
