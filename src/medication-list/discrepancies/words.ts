/** Names, dates, times and amounts in the sentences of discrepancies. */
import { localDateTime } from '../../core/zone.js'
import { type Decimal, decimal, decimalText, divide, equals, whole } from '../dosage/decimal.js'
import { DOSAGE_WORDS } from '../dosage/text-words.js'
import { type Language, unitWord } from '../dosage/units.js'

/** What a sentence needs besides its numbers. */
export interface SentenceWords {
  /** What to call a medicine of which no source gave a name. */
  readonly name: (name: string | undefined) => string
  /** An ISO instant as `24.11.2026 kl. 14.00` or `2026-11-24 14:00`, in the patient's zone. */
  readonly time: (instant: string) => string
  /** An ISO date as `24.11.2026` or `2026-11-24`. */
  readonly day: (date: string) => string
  /** Clock times such as `08:00`, as the language writes them. */
  readonly clock: (times: readonly string[]) => string
  /** An amount such as `2.5 mg` or `2 tablet` with the language's decimal mark and word for the unit. */
  readonly amount: (amount: string) => string
}

export const wordsOf = (language: Language, zone: string): SentenceWords => ({
  name: (name) => name ?? UNKNOWN[language],
  time: (instant) => timeText(instant, zone, language),
  day: (date) => DOSAGE_WORDS[language].date(date),
  clock: (times) => times.map(DOSAGE_WORDS[language].clock).join(', '),
  amount: (amount) => amountText(amount, language),
})

/** A number with the word for one or for several. */
export const counted = (count: number, one: string, several: string): string =>
  `${count} ${count === 1 ? one : several}`

const AMOUNT = /^(\d+(?:\.\d+)?)(?:–(\d+(?:\.\d+)?))? (.+)$/

function amountText(amount: string, language: Language): string {
  const [, low, high = low, unit] = AMOUNT.exec(amount) ?? []
  const from = decimal(low ?? '')
  const to = decimal(high ?? '')
  const written = (text: string): string => text.replaceAll('.', DOSAGE_WORDS[language].decimalMark)
  if (unit === undefined || from === undefined || to === undefined) return written(amount)
  const number = written(amount.slice(0, amount.length - unit.length - 1))
  return `${number} ${unitWord(unit, { low: from, high: to }, language)}`
}

const UNKNOWN: Readonly<Record<Language, string>> = {
  nb: 'Ukjent legemiddel',
  da: 'Ukendt lægemiddel',
  en: 'Unknown medicine',
  sv: 'Okänt läkemedel',
  fi: 'Tuntematon lääke',
}

function timeText(instant: string, zone: string, language: Language): string {
  const at = Date.parse(instant)
  if (Number.isNaN(at)) return '–'
  const { date, time } = localDateTime(at, zone)
  const words = DOSAGE_WORDS[language]
  const lead = language === 'en' ? '' : words.clockLead
  return `${words.date(date)} ${lead}${words.clock(time.slice(0, 5))}`
}

/** As a number with a decimal point and its unit; from a gram on in grams. */
export function massOf(mg: Decimal): string {
  const grams = divide(mg, whole(1000))
  return grams !== undefined && grams.n >= grams.d
    ? `${decimalText(grams, '.')} g`
    : `${decimalText(mg, '.')} mg`
}

/** An amount in mg, another unit of substance, or countable units; a range with both its ends. */
export function amountOf(sum: {
  readonly low: Decimal
  readonly high: Decimal
  readonly unit: string
}): string {
  const { low, high, unit } = sum
  if (unit === 'mg' && equals(low, high)) return massOf(low)
  const range = equals(low, high)
    ? decimalText(low, '.')
    : `${decimalText(low, '.')}–${decimalText(high, '.')}`
  return unit === '' ? range : `${range} ${unit}`
}
