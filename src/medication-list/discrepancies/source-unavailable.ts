/** A source could not be read: its lines keep their last state (medication-list.md 4.2). */
import { discrepancy, type Sentences } from './discrepancy.js'

type Unread = { readonly source: string; readonly heard: string }
const sentences: Sentences<Unread> = {
  nb: ({ source, heard }, { time }) =>
    `${source} kunne ikke leses; det som vises derfra, gjelder per ${time(heard)}.`,
  da: ({ source, heard }, { time }) =>
    `${source} kunne ikke læses; det viste derfra gælder pr. ${time(heard)}.`,
  en: ({ source, heard }, { time }) =>
    `${source} could not be read; what is shown from it is as of ${time(heard)}.`,
  sv: ({ source, heard }, { time }) =>
    `${source} kunde inte läsas; det som visas därifrån gäller per ${time(heard)}.`,
  fi: ({ source, heard }, { time }) =>
    `${source} ei ollut luettavissa; siitä näytetyt tiedot ovat ajalta ${time(heard)}.`,
}

export const sourceUnavailable = discrepancy<Unread>({
  code: 'source-unavailable',
  sentences,
  find: ({ sources }) => ({
    findings: sources
      .filter(({ failed }) => failed !== undefined)
      .map(({ key, name, lastHeard }) => ({
        about: [key],
        severity: 'moderate' as const,
        implicated: [],
        evidence: [],
        numbers: { source: name, heard: lastHeard },
      })),
    next: [],
  }),
})
