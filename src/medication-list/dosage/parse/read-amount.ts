/** Amounts as texts write them: decimals with either mark, ½ ¼ ¾, ranges, and a unit of one word. */
import type { DoseAmount } from '../amount.js'
import { add, compare, type Decimal, decimal, ZERO } from '../decimal.js'
import { unitKeyOfWord } from '../units.js'

export const NUMBER = '(?:\\d+(?:[.,]\\d+)?[½¼¾]?|[½¼¾])'
const AMOUNT = new RegExp(`^(${NUMBER})(?:\\s*[–-]\\s*(${NUMBER}))?(?:\\s*([^\\s\\d,;]+))?$`, 'u')
const SIGNS: Readonly<Record<string, string>> = { '½': '0.5', '¼': '0.25', '¾': '0.75' }

/** Undefined for what is no amount, or a range that does not rise. */
export function readAmount(text: string): DoseAmount | undefined {
  const match = AMOUNT.exec(text.trim())
  return match === null ? undefined : amountFrom(match[1] ?? '', match[2], match[3] ?? '')
}

export function amountFrom(low: string, high: string | undefined, unit: string): DoseAmount | undefined {
  const least = readNumber(low)
  const most = high === undefined ? least : readNumber(high)
  if (least === undefined || most === undefined || compare(least, most) > 0) return undefined
  return { low: least, high: most, unit: unit === '' ? '' : unitKeyOfWord(unit.replace(/\.$/, '')) }
}

function readNumber(text: string): Decimal | undefined {
  if (text === '') return undefined
  const sign = SIGNS[text.slice(-1)]
  const whole = sign === undefined ? text : text.slice(0, -1)
  const value = whole === '' ? ZERO : decimal(whole.replace(',', '.'))
  const part = sign === undefined ? ZERO : decimal(sign)
  return value === undefined || part === undefined ? undefined : add(value, part)
}
