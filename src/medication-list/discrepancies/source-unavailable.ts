/** A source could not be read: its lines keep their last state (medication-list.md 4.2). */
import type { Language } from '../dosage/units.js'
import type { Discrepancy } from './discrepancy.js'
import { timeText } from './words.js'

const SENTENCES: Readonly<Record<Language, (name: string, heard: string) => string>> = {
  nb: (name, heard) => `${name} kunne ikke leses; det som vises derfra, gjelder per ${heard}.`,
  da: (name, heard) => `${name} kunne ikke læses; det viste derfra gælder pr. ${heard}.`,
  en: (name, heard) => `${name} could not be read; what is shown from it is as of ${heard}.`,
  sv: (name, heard) => `${name} kunde inte läsas; det som visas därifrån gäller per ${heard}.`,
  fi: (name, heard) => `Lähdettä ${name} ei voitu lukea; siitä näytetty tieto on ajalta ${heard}.`,
}

export const sourceUnavailable: Discrepancy = {
  code: 'source-unavailable',
  find: ({ sources, config, language }) => ({
    findings: sources
      .filter(({ failed }) => failed !== undefined)
      .map(({ key, name, lastHeard }) => {
        const heard = Date.parse(lastHeard)
        return {
          about: [key],
          severity: 'moderate' as const,
          implicated: [],
          evidence: [],
          detail: SENTENCES[language](
            name,
            Number.isNaN(heard) ? '–' : timeText(heard, config.zone, language),
          ),
        }
      }),
    next: [],
  }),
}
