/** Exact numbers for doses: fractions of big integers, because floating point must not touch a dose. */
export interface Decimal {
  /** Numerator. */
  readonly n: bigint
  /** Denominator, always positive; the fraction is in lowest terms. */
  readonly d: bigint
}

const NUMBER = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/
/** Beyond this a number is no dose; the limit keeps a hostile exponent from filling memory. */
const EXPONENT_MAX = 30

/** The exact value of a decimal number as written; undefined when it is none. */
export function decimal(value: number | string): Decimal | undefined {
  const match = NUMBER.exec(String(value))
  if (match === null) return undefined
  const [, sign = '', whole = '', fraction = '', exponentText = '0'] = match
  const exponent = Number(exponentText) - fraction.length
  if (Math.abs(exponent) > EXPONENT_MAX) return undefined
  const digits = BigInt(`${sign}${whole}${fraction}`)
  const scale = 10n ** BigInt(Math.abs(exponent))
  return exponent >= 0 ? { n: digits * scale, d: 1n } : reduce(digits, scale)
}

export const ZERO: Decimal = { n: 0n, d: 1n }
export const whole = (value: number): Decimal => ({ n: BigInt(value), d: 1n })

export const add = (a: Decimal, b: Decimal): Decimal => reduce(a.n * b.d + b.n * a.d, a.d * b.d)
export const multiply = (a: Decimal, b: Decimal): Decimal => reduce(a.n * b.n, a.d * b.d)
/** Undefined when the divisor is zero. */
export const divide = (a: Decimal, b: Decimal): Decimal | undefined =>
  b.n === 0n ? undefined : reduce(a.n * b.d * (b.n < 0n ? -1n : 1n), a.d * (b.n < 0n ? -b.n : b.n))
export const compare = (a: Decimal, b: Decimal): number => {
  const difference = a.n * b.d - b.n * a.d
  return difference < 0n ? -1 : difference > 0n ? 1 : 0
}
export const equals = (a: Decimal, b: Decimal): boolean => a.n === b.n && a.d === b.d
export const isPositive = (a: Decimal): boolean => a.n > 0n

/** Digits after the point at which an unending fraction is cut; such a number can only be a computed one. */
const FRACTION_DIGITS_MAX = 6

/** Whether `decimalText` says the number whole. */
export const isWritable = ({ n, d }: Decimal): boolean =>
  n >= 0n && 10n ** BigInt(FRACTION_DIGITS_MAX) % d === 0n

/** Zero before the mark, none after the last digit. */
export function decimalText(value: Decimal, mark: ',' | '.'): string {
  const negative = value.n < 0n
  const n = negative ? -value.n : value.n
  const integer = n / value.d
  let rest = n % value.d
  let digits = ''
  while (rest !== 0n && digits.length < FRACTION_DIGITS_MAX) {
    rest *= 10n
    digits += String(rest / value.d)
    rest %= value.d
  }
  return `${negative ? '-' : ''}${integer}${digits === '' ? '' : `${mark}${digits}`}`
}

function reduce(n: bigint, d: bigint): Decimal {
  let a = n < 0n ? -n : n
  let b = d
  while (b !== 0n) {
    const rest = a % b
    a = b
    b = rest
  }
  return a === 0n ? ZERO : { n: n / a, d: d / a }
}
