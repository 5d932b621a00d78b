/** How much a dosage says to give: exact numbers, or the source's own words (medication-list.md 12.1). */
import type { Dosage, Quantity } from 'fhir/r4.js'
import { extensionUrl } from '../../core/canonical.js'
import { type Decimal, decimal, decimalText } from './decimal.js'
import { isKnownUnit, unitKey } from './units.js'

export interface DoseAmount {
  readonly low: Decimal
  /** Greater than `low` in a range. */
  readonly high: Decimal
  /** Key of the unit table, or the source's own unit in lower case; empty where none is stated. */
  readonly unit: string
}

export function amountOf(dosage: Dosage): DoseAmount | undefined {
  for (const { doseQuantity, doseRange } of dosage.doseAndRate ?? []) {
    if (doseQuantity !== undefined) return amountOfQuantity(doseQuantity)
    const low = amountOfQuantity(doseRange?.low)
    const high = amountOfQuantity(doseRange?.high)
    // A range without an upper value says no amount (12.6).
    if (low !== undefined && high !== undefined)
      return { ...low, high: high.high, unit: low.unit || high.unit }
  }
  return undefined
}

/**
 * The words that a mapping keeps where the amount is no number; else a text that says a number and its unit and nothing
 * more, since its timing is said by the structure alone.
 */
export function amountWordsOf(dosage: Dosage): string | undefined {
  const kept = (dosage.doseAndRate ?? [])
    .flatMap(({ extension }) => extension ?? [])
    .find(({ url }) => url === extensionUrl('original-text'))?.valueString
  if (kept !== undefined) return kept
  const text = dosage.text?.trim() ?? ''
  const unit = AMOUNT_ONLY.exec(text)?.[1]
  return unit !== undefined && isKnownUnit(unit) ? text : undefined
}

const AMOUNT_ONLY = /^[<>]?=?\s*[0-9½¼¾][0-9½¼¾.,/–-]{0,20}\s*([\p{L}.]{1,20})$/u

export function amountOfQuantity(quantity: Quantity | undefined): DoseAmount | undefined {
  const value = quantity?.value === undefined ? undefined : decimal(quantity.value)
  if (quantity === undefined || value === undefined || quantity.comparator !== undefined) return undefined
  return { low: value, high: value, unit: unitKey(quantity) }
}

/** One exact value of an amount as Quantity; without a unit where the amount has none. */
export const quantityOfAmount = (value: Decimal, unit: string): Quantity => ({
  value: Number(decimalText(value, '.')),
  ...(unit === '' ? {} : { unit }),
})

export const amountKey = (amount: DoseAmount | undefined): string =>
  amount === undefined
    ? '?'
    : `${amount.low.n}/${amount.low.d}-${amount.high.n}/${amount.high.d} ${amount.unit}`
