/** Names, dates, times and amounts in the sentences of discrepancies. */
import { localDateTime } from '../../core/zone.js'
import { type Decimal, decimalText, divide, whole } from '../dosage/decimal.js'
import { DOSAGE_WORDS } from '../dosage/text-words.js'
import type { Language } from '../dosage/units.js'

/** What a sentence needs besides its numbers. */
export interface SentenceWords {
  /** What to call a medicine of which no source gave a name. */
  readonly name: (name: string | undefined) => string
  /** An ISO instant as `24.11.2026 kl. 14.00` or `2026-11-24 14:00`, in the patient's zone. */
  readonly time: (instant: string) => string
  /** An ISO date as `24.11.2026` or `2026-11-24`. */
  readonly day: (date: string) => string
  /** An amount such as `2.5 mg` with the language's decimal mark. */
  readonly amount: (amount: string) => string
}

export const wordsOf = (language: Language, zone: string): SentenceWords => ({
  name: (name) => name ?? UNKNOWN[language],
  time: (instant) => timeText(instant, zone, language),
  day: (date) => DOSAGE_WORDS[language].date(date),
  amount: (amount) => amount.replace('.', DOSAGE_WORDS[language].decimalMark),
})

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
