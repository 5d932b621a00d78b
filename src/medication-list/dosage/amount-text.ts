/** Amounts of a dose in words: ½ ¼ ¾ as signs for patients, decimals for professionals (medication-list.md 12.6). */
import type { DoseAmount } from './amount.js'
import { compare, type Decimal, decimalText } from './decimal.js'
import type { DosageWords } from './text-words.js'
import { type Language, unitWord } from './units.js'

/** `patient`: ½ ¼ ¾ as signs; `professional`: decimals. */
export type TextStyle = 'patient' | 'professional'

export interface Tongue {
  readonly words: DosageWords
  readonly language: Language
  readonly style: TextStyle
}

/** Of which halves and quarters can be told apart by eye. */
const COUNTABLE = new Set([
  'tablet',
  'capsule',
  'patch',
  'dose',
  'sachet',
  'suppository',
  'syringe',
  'piece',
  '',
])
const FRACTIONS = new Map([
  ['1/2', '½'],
  ['1/4', '¼'],
  ['3/4', '¾'],
])

export function amountText(amount: DoseAmount, { words, language, style }: Tongue): string {
  const signs = style === 'patient' && COUNTABLE.has(amount.unit)
  const number = (value: Decimal): string => numberText(value, words, signs)
  const numbers =
    compare(amount.low, amount.high) === 0
      ? number(amount.low)
      : `${number(amount.low)}–${number(amount.high)}`
  const unit = unitWord(amount.unit, amount, language)
  return unit === '' ? numbers : `${numbers} ${unit}`
}

function numberText(value: Decimal, words: DosageWords, signs: boolean): string {
  const integer = value.n / value.d
  const sign = FRACTIONS.get(`${value.n % value.d}/${value.d}`)
  if (signs && sign !== undefined) return integer === 0n ? sign : `${integer}${sign}`
  return decimalText(value, words.decimalMark)
}
