/** Package sizes of PakningsinfoResept, and the exact total of packages times size. */
import type { Quantity } from 'fhir/r4.js'
import { quantity } from './build.js'
import type { Legemiddel } from './legemiddel.js'

interface Decimal {
  readonly digits: bigint
  readonly scale: number
}

/** Digits that a JSON number carries without loss. */
const SIGNIFICANT_DIGITS_MAX = 15

/** `Antall` × `Pakningsstr` in the package's unit; undefined where the message does not say it beyond doubt. */
export function totalAmount(packages: string | undefined, product: Legemiddel): Quantity | undefined {
  if (packages === undefined || product.kind !== 'package') return undefined
  const [info, ...others] = product.pakningsinfo
  if (info?.pakningsstr === undefined || others.length > 0) return undefined
  const factors = [packages, ...info.pakningsstr.split(/\s*[x×]\s*/i)].map(readDecimal)
  let total: Decimal = { digits: 1n, scale: 0 }
  for (const factor of factors) {
    if (factor === undefined) return undefined
    total = { digits: total.digits * factor.digits, scale: total.scale + factor.scale }
  }
  const text = writeDecimal(total)
  if (text.replace(/\D/g, '').length > SIGNIFICANT_DIGITS_MAX) return undefined
  const unit = info.enhetPakning?.V
  return quantity({ V: text, ...(unit === undefined ? {} : { U: unit }) })
}

function readDecimal(text: string): Decimal | undefined {
  const match = /^(\d+)(?:[.,](\d+))?$/.exec(text.trim())
  if (match === null) return undefined
  const fraction = (match[2] ?? '').replace(/0+$/, '')
  return { digits: BigInt((match[1] ?? '0') + fraction), scale: fraction.length }
}

function writeDecimal({ digits, scale }: Decimal): string {
  const text = digits.toString().padStart(scale + 1, '0')
  return scale === 0 ? text : `${text.slice(0, -scale)}.${text.slice(-scale)}`
}
