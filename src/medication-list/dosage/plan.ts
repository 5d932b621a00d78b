/** The canonical form of a dosage (medication-list.md 12.1): what a FHIR `Dosage[]` says, with exact amounts. */
import type { Dosage } from 'fhir/r4.js'
import { mergeDatedCycles } from '../../core/dated-cycle.js'
import { amountKey, type DoseAmount } from './amount.js'
import { type ChartPointer, chartOf } from './chart.js'
import { type Decimal, whole } from './decimal.js'
import { type Interval, intervalMinutes } from './interval.js'
import { isAsNeeded, readEntry } from './read-entry.js'

export interface Maximum {
  readonly amount: DoseAmount
  readonly hours: number
}

/** One `Dosage`. Same `sequence`: at the same time; next sequence: after. */
export interface DoseEntry {
  readonly sequence: number
  readonly asNeeded: boolean
  readonly asNeededFor: string | undefined
  readonly amount: DoseAmount | undefined
  /** The amount in the source's own words, where it is no number. */
  readonly amountWords: string | undefined
  /** Parts of the day, each one dose. */
  readonly when: readonly string[]
  /** A meal code that stands beside the parts of the day, or beside a number of doses: says how, never how many. */
  readonly meal: string | undefined
  readonly offsetMinutes: number
  /** `HH:MM`, local. */
  readonly times: readonly string[]
  /** 1 Monday … 7 Sunday, ascending. */
  readonly weekdays: readonly number[]
  readonly frequency: number | undefined
  /** Ranges of frequency or period, contradictions, and what no plan can be made of: no fixed number of doses a day. */
  readonly flexible: boolean
  readonly period: Interval | undefined
  readonly cycle: { readonly on: number; readonly off: number } | undefined
  /** FHIR dateTimes. */
  readonly start: string | undefined
  readonly end: string | undefined
  readonly boundsDuration: Interval | undefined
  readonly count: number | undefined
  /** How long one dose lasts (a patch). */
  readonly lasts: Interval | undefined
  readonly events: readonly string[]
  readonly maxima: readonly Maximum[]
  /** A maximum is stated that is no amount in a time. */
  readonly unreadMaximum: boolean
  readonly minIntervalMinutes: number | undefined
  readonly route: string | undefined
  readonly routeText: string | undefined
  readonly site: string | undefined
  readonly siteText: string | undefined
  readonly hasTiming: boolean
  /** Something is stated (a rate, a maximum per dose) that no generated text says. */
  readonly unsaid: boolean
}

export type DosagePlan =
  | {
      readonly kind: 'structured'
      readonly entries: readonly DoseEntry[]
      readonly wording: string | undefined
      /** Everything but bounds and limits: equal keys in the same phase give the same doses. */
      readonly rhythm: string
      /** As-needed conditions, maxima, minimum intervals, route and site, as one comparable word. */
      readonly limits: string
      /** The entries are those dates of a chart that are known. */
      readonly chart: ChartPointer | undefined
    }
  /** By a chart kept elsewhere, of which no date is known. */
  | { readonly kind: 'chart'; readonly chart: ChartPointer; readonly wording: string | undefined }
  | { readonly kind: 'text'; readonly wording: string }
  | { readonly kind: 'none' }

/** Total: what a dosage does not say stays unsaid. */
export function readDosagePlan(dosages: readonly Dosage[] | undefined): DosagePlan {
  const all = mergeDatedCycles(dosages ?? [])
  const wording = wordingOf(all)
  const entries = all.filter(isStructured).map((dosage) => readEntry(dosage))
  const chart = chartOf(all)
  if (entries.length > 0) return structured(entries, wording, chart)
  if (chart !== undefined) return { kind: 'chart', chart, wording }
  return wording === undefined ? { kind: 'none' } : { kind: 'text', wording }
}

/** A plan of these entries. */
export const structured = (
  entries: readonly DoseEntry[],
  wording: string | undefined,
  chart: ChartPointer | undefined,
): DosagePlan & { kind: 'structured' } => ({
  kind: 'structured',
  entries,
  wording,
  rhythm: rhythmOf(entries),
  limits: limitsOf(entries),
  chart,
})

/** An amount in words only is no structure. */
const isStructured = (dosage: Dosage): boolean =>
  dosage.timing !== undefined ||
  isAsNeeded(dosage) ||
  (dosage.doseAndRate ?? []).some(
    ({ doseQuantity, doseRange, rateQuantity, rateRange, rateRatio }) =>
      (doseQuantity ?? doseRange ?? rateQuantity ?? rateRange ?? rateRatio) !== undefined,
  )

const rhythmOf = (entries: readonly DoseEntry[]): string =>
  JSON.stringify(
    entries.map((entry) => ({
      ...entry,
      start: 0,
      end: 0,
      boundsDuration: 0,
      amount: entryAmountKey(entry),
      maxima: 0,
    })),
  )

const limitsOf = (entries: readonly DoseEntry[]): string =>
  [
    ...new Set(
      entries.map((entry) =>
        JSON.stringify([
          entry.asNeeded
            ? [entry.asNeededFor?.toLowerCase(), entryAmountKey(entry), entry.frequency, entry.period]
            : 'fixed',
          entry.maxima.map(({ amount, hours }) => [amountKey(amount), hours]),
          entry.unreadMaximum,
          entry.minIntervalMinutes,
          entry.route,
          entry.site,
        ]),
      ),
    ),
  ]
    .sort()
    .join()

/** Tells the amounts of two entries apart, also where one is words. */
export const entryAmountKey = ({ amount, amountWords }: DoseEntry): string =>
  amountWords === undefined ? amountKey(amount) : `words ${amountWords}`

/** The source's own words, in the order in which they stand, each once. */
export function wordingOf(dosages: readonly Dosage[]): string | undefined {
  const words = dosages.flatMap(({ text }) => (text === undefined || text.trim() === '' ? [] : [text.trim()]))
  return words.length === 0 ? undefined : [...new Set(words)].join('\n')
}

const NUMBER_WORD =
  /[0-9½¼¾]|\b(en|ett|ei|én|to|tre|fire|fem|seks|sju|syv|åtte|ni|ti|halv|halvt|halve|one|two|three|four|five|six|seven|eight|nine|ten|half)\b/iu

/** Whether a decision with this dosage states how much (medication-list.md 4.1): if not, the dose in force is kept. */
export function namesAmount(plan: DosagePlan): boolean {
  switch (plan.kind) {
    case 'structured':
      return (
        plan.entries.some(({ amount, amountWords }) => (amount ?? amountWords) !== undefined) ||
        NUMBER_WORD.test(plan.wording ?? '')
      )
    case 'text':
      return NUMBER_WORD.test(plan.wording)
    // The chart names them.
    case 'chart':
      return true
    case 'none':
      return false
  }
}

/** Days between doses where the entry names an interval of whole days; undefined else. */
export function intervalDays(entry: DoseEntry): number | undefined {
  if (entry.period === undefined) return undefined
  const minutes = intervalMinutes(entry.period)
  return minutes % 1440 === 0 ? minutes / 1440 : undefined
}

export const doseCount = (entry: DoseEntry): Decimal => whole(entry.frequency ?? 1)
