/** Dates, times and numbers in the sentences of discrepancies. */
import { localDateTime } from '../../core/zone.js'
import { type Decimal, decimalText, divide, whole } from '../dosage/decimal.js'
import type { Language } from '../dosage/units.js'

/** `24.11.2026 kl. 14.00` or `2026-11-24 14:00`. */
export function timeText(instant: number, zone: string, language: Language): string {
  const { date, time } = localDateTime(instant, zone)
  const clock = time.slice(0, 5)
  return language === 'en' ? `${date} ${clock}` : `${dayText(date, language)} kl. ${clock.replace(':', '.')}`
}

export const dayText = (date: string, language: Language): string =>
  language === 'en' ? date : `${date.slice(8, 10)}.${date.slice(5, 7)}.${date.slice(0, 4)}`

/** Amounts from a gram on are said in grams. */
export function massText(mg: Decimal, language: Language): string {
  const mark = language === 'en' ? '.' : ','
  const grams = divide(mg, whole(1000))
  return grams !== undefined && grams.n >= grams.d
    ? `${decimalText(grams, mark)} g`
    : `${decimalText(mg, mark)} mg`
}
