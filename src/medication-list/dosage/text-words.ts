/** The words of dosage texts in each language (medication-list.md 12.6). Data only. */
import type { Language } from './units.js'
import { da } from './words/da.js'
import { en } from './words/en.js'
import { fi } from './words/fi.js'
import { nb } from './words/nb.js'
import { sv } from './words/sv.js'

export interface DosageWords {
  readonly decimalMark: ',' | '.'
  readonly and: string
  readonly thereafter: string
  /** Part of day as it stands after the amount. */
  readonly slots: Readonly<Record<string, string>>
  /** Preposition that a run of slots says once; empty where slots have none. */
  readonly slotLead: string
  readonly timesDaily: (n: number) => string
  readonly timesWeekly: (n: number) => string
  readonly everyHours: (n: number) => string
  readonly everyMinutes: (n: number) => string
  readonly everyDays: (n: number) => string
  readonly everyWeeks: (n: number) => string
  readonly everyMonths: (n: number) => string
  readonly everyYears: (n: number) => string
  readonly weekdays: readonly string[]
  /** `on Monday morning` where a language writes weekday and slot together. */
  readonly onWeekdays: (days: string, slots: string) => string
  readonly clock: (time: string) => string
  readonly clockLead: string
  readonly upTo: string
  readonly only: string
  readonly asNeeded: string
  readonly asNeededFor: (reason: string) => string
  readonly minutes: (n: number) => string
  readonly days: (n: number) => string
  readonly hours: (n: number) => string
  readonly weeks: (n: number) => string
  readonly months: (n: number) => string
  readonly years: (n: number) => string
  readonly forDuration: (length: string) => string
  readonly maximum: (amount: string, hours: number) => string
  readonly minInterval: (hours: string) => string
  readonly once: string
  readonly counted: (n: number) => string
  readonly changedEvery: (interval: string) => string
  readonly cycle: (on: number, off: number) => string
  readonly date: (isoDate: string) => string
  readonly from: (date: string) => string
  readonly until: (date: string) => string
  readonly onlyOn: (days: string) => string
  readonly weekdayPlurals: readonly string[]
  /** On one date. */
  readonly on: (date: string) => string
  /** Up to a time, which is not included any more. */
  readonly untilTime: (date: string, clock: string) => string
  readonly site: (place: string) => string
  /** How long a patch stays on. */
  readonly worn: (length: string) => string
  /** How long one dose takes. */
  readonly given: (length: string) => string
  readonly offsetMeal: (minutes: string, meal: string) => string
  readonly chart: (place: string | undefined) => string
  readonly mealCodes: Readonly<Record<string, string>>
}

export const DOSAGE_WORDS: Readonly<Record<Language, DosageWords>> = { nb, da, en, sv, fi }
