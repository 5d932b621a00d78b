/** `minuend - subtrahend` of two decimal numbers, exactly: 0.3 - 0.1 is 0.2. At most 15 significant digits each. */
export function subtractExactly(minuend: number, subtrahend: number): number {
  const left = parts(minuend)
  const right = parts(subtrahend)
  const places = Math.max(left.places, right.places)
  const difference = scaled(left, places) - scaled(right, places)
  const negative = difference < 0n
  const digits = String(negative ? -difference : difference).padStart(places + 1, '0')
  const whole = digits.slice(0, digits.length - places)
  const text = places === 0 ? whole : `${whole}.${digits.slice(-places)}`
  return Number(negative ? `-${text}` : text)
}

interface Decimal {
  readonly digits: bigint
  readonly places: number
}

function parts(value: number): Decimal {
  const [mantissa = '0', exponent = '0'] = String(value).split('e')
  const [whole = '0', fraction = ''] = mantissa.split('.')
  const places = fraction.length - Number(exponent)
  const digits = BigInt(whole + fraction)
  return places >= 0 ? { digits, places } : { digits: digits * 10n ** BigInt(-places), places: 0 }
}

const scaled = (decimal: Decimal, places: number): bigint =>
  decimal.digits * 10n ** BigInt(places - decimal.places)
