/** Dates, times and numbers in the sentences of discrepancies. */
import { localDateTime } from '../../core/zone.js'
import { type Decimal, decimalText, divide, whole } from '../dosage/decimal.js'
import { DOSAGE_WORDS } from '../dosage/text-words.js'
import type { Language } from '../dosage/units.js'

/** `24.11.2026 kl. 14.00` or `2026-11-24 14:00`. */
export function timeText(instant: number, zone: string, language: Language): string {
  const { date, time } = localDateTime(instant, zone)
  const words = DOSAGE_WORDS[language]
  const lead = language === 'en' ? '' : words.clockLead
  return `${dayText(date, language)} ${lead}${words.clock(time.slice(0, 5))}`
}

export const dayText = (date: string, language: Language): string => DOSAGE_WORDS[language].date(date)

/** Amounts from a gram on are said in grams. */
export function massText(mg: Decimal, language: Language): string {
  const mark = DOSAGE_WORDS[language].decimalMark
  const grams = divide(mg, whole(1000))
  return grams !== undefined && grams.n >= grams.d
    ? `${decimalText(grams, mark)} g`
    : `${decimalText(mg, mark)} mg`
}
