/** Exact sums of counts, as messages write decimals: floating point would turn 0.1 + 0.2 into something else. */

const PLAIN = /^(\d+)(?:\.(\d+))?$/

/** Undefined when a count is missing or no plain decimal. */
export function addDecimals(values: readonly (number | undefined)[]): string | undefined {
  let digits = 0n
  let scale = 0
  for (const value of values) {
    const match = PLAIN.exec(String(value))
    if (match === null) return undefined
    const fraction = match[2] ?? ''
    const common = Math.max(scale, fraction.length)
    digits =
      digits * 10n ** BigInt(common - scale) +
      BigInt((match[1] ?? '0') + fraction) * 10n ** BigInt(common - fraction.length)
    scale = common
  }
  const text = digits.toString().padStart(scale + 1, '0')
  return scale === 0 ? text : `${text.slice(0, -scale)}.${text.slice(-scale)}`
}
