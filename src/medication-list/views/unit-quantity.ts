import type { Quantity } from 'fhir/r4.js'
import { type Decimal, decimalText } from '../dosage/decimal.js'

/** An exact amount as Quantity; undefined where no decimal number says it. */
export function unitQuantity(amount: Decimal, unit: string): Quantity | undefined {
  const value = Number(decimalText(amount, '.'))
  return Number.isNaN(value) ? undefined : { value, ...(unit === '' ? {} : { unit }) }
}
