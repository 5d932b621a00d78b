/** Defaults of the engine's configuration. Clinical ones are ours and wait for a clinician's confirmation. */
import type { ListConfig } from './contract.js'

const HOUR_MS = 3_600_000

/**
 * Critical medicines by ATC prefix (medication-list.md 8.2): anticoagulants, opioids, insulin, methotrexate, digoxin,
 * lithium, antiepileptics, antiparkinson medicines, immunosuppressants, systemic corticosteroids, clozapine, antibiotics.
 */
const CRITICAL_ATC: readonly string[] = [
  'B01A',
  'N02A',
  'N07BC',
  'A10A',
  'L01BA01',
  'L04A',
  'C01AA05',
  'N05AN01',
  'N03A',
  'N04',
  'H02A',
  'N05AH02',
  'J01',
]

/** Levodopa: an hour earlier or later shows in the person's movements. */
const TIME_CRITICAL_ATC: readonly string[] = ['N04BA']

/** Greatest daily amounts for adults, in mg, by ATC code. */
const MAXIMUM_DAILY_MG: Readonly<Record<string, number>> = { N02BE01: 4000 }

export const listConfig = (zone: string, language: ListConfig['language']): ListConfig => ({
  zone,
  language,
  missedDoseWindowMs: 4 * HOUR_MS,
  stopGraceMs: 2 * HOUR_MS,
  criticalAtc: CRITICAL_ATC,
  timeCriticalAtc: TIME_CRITICAL_ATC,
  maximumDailyMg: MAXIMUM_DAILY_MG,
  interactionRelevanceMax: 2,
})
