/** NM and unit fields as Quantity (hl7v2.md 4.6): the number exactly as written, a code only with its system. */
import type { Quantity } from 'fhir/r4.js'
import { extensionUrl, UCUM } from '../../src/core/canonical.js'
import { isDoseAmount } from '../../src/core/dose-amount.js'
import { codeSystemOf } from './code-systems.js'
import type { Scope } from './scope.js'
import type { ValueReader } from './trail.js'
import { ucumOf } from './units.js'

type Amount = Pick<Quantity, 'value' | '_value' | 'comparator'>
export type Unit = Pick<Quantity, 'unit' | 'system' | 'code'>

/**
 * A number as FHIR decimal. JSON numbers lose trailing zeros and more than 15 digits: then the digits as written stand
 * beside it in `original-text`. Undefined when the text is no number.
 */
export function readAmount(text: string): Amount | undefined {
  const match = /^(<=|>=|<|>)?\s*\+?(-?\d{1,30}(?:\.\d{1,30})?|-?\.\d{1,30})$/.exec(text.trim())
  const digits = match?.[2]
  if (digits === undefined) return undefined
  const value = Number(digits)
  const comparator = comparatorOf(match?.[1])
  return {
    value,
    ...(String(value) === digits
      ? {}
      : { _value: { extension: [{ url: extensionUrl('original-text'), valueString: digits }] } }),
    ...(comparator === undefined ? {} : { comparator }),
  }
}

function comparatorOf(sign: string | undefined): Quantity['comparator'] {
  switch (sign) {
    case '<':
    case '<=':
    case '>':
    case '>=':
      return sign
    default:
      return undefined
  }
}

/** An amount that is to be given: a Quantity, or the source's own words where it is none. */
export type DoseReading =
  | { readonly quantity: Quantity; readonly words?: never }
  | { readonly quantity?: never; readonly words: string }

/** What cannot be given is noted at `at`, and never mended (hl7v2.md 10). */
export function readDoseAmount(
  text: string,
  unit: Unit,
  at: { readonly value: ValueReader; readonly component?: number },
): DoseReading {
  const amount = readAmount(text)
  if (amount !== undefined && amount.comparator === undefined && isDoseAmount(text, unit.code))
    return { quantity: { ...amount, ...unit } }
  at.value.reject('invalid-value', at.component, 'no amount to be given; kept as text')
  return { words: inWords(text, unit) }
}

export const inWords = (text: string, unit: Unit): string =>
  unit.unit === undefined ? text : `${text} ${unit.unit}`

/** A whole number that is not negative (NM, SI); undefined when it is none. */
export function readCount(text: string): number | undefined {
  const match = /^\+?(\d{1,9})(?:\.0+)?$/.exec(text.trim())
  return match?.[1] === undefined ? undefined : Number(match[1])
}

/** CWE as unit: UCUM where it is, another coding system where one is named, else the source's own words. */
export function readUnit(value: ValueReader, scope: Scope): Unit {
  const code = value.text(1)
  const display = value.text(2)
  const name = value.text(3)
  // An alternate triplet and the original text say the same unit again.
  for (const component of [4, 5, 6, 7, 8, 9]) value.text(component)
  const unit = display ?? code
  if (unit === undefined) return {}
  if (code === undefined) return withUcum(unit, ucumOf(unit))
  if (name !== undefined && !/^(ISO\+?|UCUM|ANS\+)$/i.test(name))
    return { unit, system: codeSystemOf(name, scope.sender, 'unit'), code }
  if (name?.toUpperCase() === 'UCUM') return { unit, system: UCUM, code }
  const ucum = ucumOf(code) ?? ucumOf(unit)
  if (ucum === undefined && display !== undefined && display !== code)
    value.reject('no-element', 1, 'a unit code without its system')
  return withUcum(unit, ucum)
}

const withUcum = (unit: string, ucum: string | undefined): Unit =>
  ucum === undefined ? { unit } : { unit, system: UCUM, code: ucum }

/** Amount and unit from two fields; an amount that is no number is noted and left to the text. */
export function readQuantity(
  amount: ValueReader,
  unit: ValueReader | undefined,
  scope: Scope,
): Quantity | undefined {
  const text = amount.text()
  if (text === undefined) return undefined
  const number = readAmount(text)
  if (number === undefined) {
    amount.reject('invalid-value', undefined, 'not a number')
    return undefined
  }
  return { ...number, ...(unit === undefined ? {} : readUnit(unit, scope)) }
}

/** CQ: quantity, and unit as CWE in the subcomponents of the second component. */
export function readCompositeQuantity(value: ValueReader, scope: Scope): Quantity | undefined {
  const text = value.text(1)
  const unit = readUnit(value.component(2), scope)
  if (text === undefined) return undefined
  const number = readAmount(text)
  if (number === undefined) {
    value.reject('invalid-value', 1, 'not a number')
    return undefined
  }
  return { ...number, ...unit }
}

/** CQ that is a dose: its words where it is no amount to be given. */
export function readCompositeDose(value: ValueReader, scope: Scope): DoseReading | undefined {
  const text = value.text(1)
  const unit = readUnit(value.component(2), scope)
  return text === undefined ? undefined : readDoseAmount(text, unit, { value, component: 1 })
}
