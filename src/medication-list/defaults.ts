/** Defaults of the engine's configuration. Clinical ones are ours and wait for a clinician's confirmation. */
import type { ListConfig, TherapeuticGroup } from './contract.js'
import { NEVER_DAILY } from './never-daily/default-list.js'

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

/** Groups that span several ATC groups, or are graver than others (medication-list.md 6.2). */
const THERAPEUTIC_GROUPS: readonly TherapeuticGroup[] = [
  // Platelet inhibitors (B01AC) are often meant beside them.
  { id: 'anticoagulants', atc: ['B01AA', 'B01AB', 'B01AE', 'B01AF', 'B01AX'], severity: 'high' },
  // With medicines for dependence and cough that hold an opioid.
  { id: 'opioids', atc: ['N02A', 'N07BC', 'R05DA01', 'R05DA03', 'R05DA04'], severity: 'split' },
  // Without glucosamine (M01AX05).
  {
    id: 'nsaids',
    atc: ['M01AA', 'M01AB', 'M01AC', 'M01AE', 'M01AG', 'M01AH', 'M01AX01'],
    severity: 'moderate',
  },
  // With z-hypnotics and clonazepam.
  { id: 'benzodiazepines', atc: ['N05BA', 'N05CD', 'N05CF', 'N03AE01'], severity: 'moderate' },
  { id: 'raas-blockers', atc: ['C09'], severity: 'moderate' },
]

export const listConfig = (
  zone: string,
  language: ListConfig['language'],
  prices: ListConfig['prices'] = [],
  neverDaily: ListConfig['neverDaily'] = NEVER_DAILY,
): ListConfig => ({
  zone,
  language,
  missedDoseWindowMs: 4 * HOUR_MS,
  stopGraceMs: 2 * HOUR_MS,
  criticalAtc: CRITICAL_ATC,
  timeCriticalAtc: TIME_CRITICAL_ATC,
  unconfirmedPacking: 'never-more',
  prices,
  neverDaily,
  maximumDailyMg: MAXIMUM_DAILY_MG,
  interactionRelevanceMax: 2,
  therapeuticGroups: THERAPEUTIC_GROUPS,
  removalEnds: [],
})
