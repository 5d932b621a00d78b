/** The canonical form of a dosage (medication-list.md 12.1): what a FHIR `Dosage[]` says, with exact amounts. */
import type { CodeableConcept, Dosage, Quantity, Ratio, TimingRepeat } from 'fhir/r4.js'
import { extensionUrl } from '../../core/canonical.js'
import { isLengthOfTime } from '../../core/dose-amount.js'
import { amountKey, amountOf, amountOfQuantity, amountWordsOf, type DoseAmount } from './amount.js'
import { type Decimal, isPositive, whole } from './decimal.js'
import { timingOfCode } from './timing-codes.js'

export interface Interval {
  readonly value: number
  readonly unit: 'min' | 'h' | 'd' | 'wk' | 'mo' | 'a'
}

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
  readonly when: readonly string[]
  readonly offsetMinutes: number
  /** `HH:MM`, local. */
  readonly times: readonly string[]
  /** 1 Monday … 7 Sunday, ascending. */
  readonly weekdays: readonly number[]
  readonly frequency: number | undefined
  /** A stated range of frequency or period, or one that no plan can be made of: no fixed number of doses a day. */
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
  readonly hasTiming: boolean
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
    }
  | { readonly kind: 'text'; readonly wording: string }
  | { readonly kind: 'none' }

/** Total: what a dosage does not say stays unsaid. */
export function readDosagePlan(dosages: readonly Dosage[] | undefined): DosagePlan {
  const all = dosages ?? []
  const wording = wordingOf(all)
  const entries = all.filter(isStructured).map((dosage) => readEntry(dosage))
  if (entries.length > 0)
    return { kind: 'structured', entries, wording, rhythm: rhythmOf(entries), limits: limitsOf(entries) }
  return wording === undefined ? { kind: 'none' } : { kind: 'text', wording }
}

/** An amount in words only is no structure. */
const isStructured = (dosage: Dosage): boolean =>
  dosage.timing !== undefined ||
  isAsNeeded(dosage) ||
  (dosage.doseAndRate ?? []).some(
    ({ doseQuantity, doseRange, rateQuantity, rateRange, rateRatio }) =>
      (doseQuantity ?? doseRange ?? rateQuantity ?? rateRange ?? rateRatio) !== undefined,
  )

const isAsNeeded = (dosage: Dosage): boolean =>
  dosage.asNeededBoolean === true || dosage.asNeededCodeableConcept !== undefined

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
    case 'none':
      return false
  }
}

function readEntry(dosage: Dosage): DoseEntry {
  const repeat: TimingRepeat = dosage.timing?.repeat ?? {}
  const code = timingOfCode(dosage.timing?.code)
  const amount = amountOf(dosage)
  const period = interval(repeat.period, repeat.periodUnit)
  const boundsDuration = interval(
    repeat.boundsDuration?.value,
    repeat.boundsDuration?.code ?? repeat.boundsDuration?.unit,
  )
  const cycle = cycleOf(dosage)
  const frequency = repeat.frequency ?? code?.frequency
  return {
    sequence: dosage.sequence ?? 1,
    asNeeded: isAsNeeded(dosage),
    asNeededFor: conceptText(dosage.asNeededCodeableConcept),
    amount,
    amountWords: amount === undefined ? amountWordsOf(dosage) : undefined,
    when: repeat.when ?? [],
    offsetMinutes: repeat.offset ?? 0,
    times: (repeat.timeOfDay ?? []).map((time) => time.slice(0, 5)).sort(),
    weekdays: (repeat.dayOfWeek ?? []).map((day) => WEEKDAYS.indexOf(day) + 1).sort(),
    frequency,
    flexible:
      repeat.frequencyMax !== undefined ||
      repeat.periodMax !== undefined ||
      isUnplannable(repeat.period, period) ||
      isUnplannable(repeat.boundsDuration?.value, boundsDuration) ||
      cycle === 'unplannable' ||
      (frequency ?? 1) > FREQUENCY_MAX,
    period: period ?? code?.period,
    cycle: cycle === 'unplannable' ? undefined : cycle,
    start: repeat.boundsPeriod?.start,
    end: repeat.boundsPeriod?.end,
    boundsDuration,
    count: repeat.countMax === undefined ? repeat.count : undefined,
    lasts: repeat.durationMax === undefined ? interval(repeat.duration, repeat.durationUnit) : undefined,
    events: dosage.timing?.event ?? [],
    ...maximaOf(dosage),
    minIntervalMinutes: minutesOf(
      extensionOf(dosage, 'min-interval')?.valueDuration ??
        extensionOf(dosage, 'min-interval')?.valueQuantity,
    ),
    route: conceptKey(dosage.route),
    routeText: conceptText(dosage.route),
    site: conceptKey(dosage.site),
    hasTiming: dosage.timing !== undefined,
  }
}

/** One a minute. */
const FREQUENCY_MAX = 1440
/** Days on or off: ten years. */
const CYCLE_DAYS_MAX = 3660

/** A length that is stated and yet none to plan by must not leave a shorter rhythm behind. */
const isUnplannable = (stated: number | undefined, read: Interval | undefined): boolean =>
  stated !== undefined && read === undefined

const WEEKDAYS: readonly string[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']

function interval(value: number | undefined, unit: string | undefined): Interval | undefined {
  if (value === undefined || !isLengthOfTime(value, unit ?? '')) return undefined
  switch (unit) {
    case 'min':
    case 'h':
    case 'd':
    case 'wk':
    case 'mo':
    case 'a':
      return { value, unit }
    case 's':
      return { value: value / 60, unit: 'min' }
    default:
      return undefined
  }
}

const MINUTES: Readonly<Record<Interval['unit'], number>> = {
  min: 1,
  h: 60,
  d: 1440,
  wk: 10_080,
  mo: 43_200,
  a: 525_600,
}
/** Months count as 30 and years as 365 days: for comparing lengths only, never for planning a dose. */
export const intervalMinutes = ({ value, unit }: Interval): number => value * MINUTES[unit]

const minutesOf = (quantity: Quantity | undefined): number | undefined => {
  const read = interval(quantity?.value, quantity?.code ?? quantity?.unit)
  return read === undefined ? undefined : intervalMinutes(read)
}

const extensionOf = (dosage: Dosage, name: string) =>
  [
    ...(dosage.extension ?? []),
    ...(dosage.timing?.extension ?? []),
    ...(dosage.timing?.repeat?.extension ?? []),
  ].find(({ url }) => url === extensionUrl(name))

function cycleOf(dosage: Dosage): DoseEntry['cycle'] | 'unplannable' {
  const parts = extensionOf(dosage, 'cycle')?.extension ?? []
  const days = (name: string): number | undefined => {
    const part = parts.find(({ url }) => url === name)
    return (
      part?.valueInteger ?? part?.valuePositiveInt ?? part?.valueUnsignedInt ?? part?.valueQuantity?.value
    )
  }
  const on = days('on')
  const off = days('off')
  if (on === undefined || off === undefined || on < 1 || off < 0) return undefined
  return on > CYCLE_DAYS_MAX || off > CYCLE_DAYS_MAX ? 'unplannable' : { on, off }
}

function maximaOf(dosage: Dosage): Pick<DoseEntry, 'maxima' | 'unreadMaximum'> {
  const stated = (dosage.extension ?? []).filter(({ url }) => url === extensionUrl('max-dose-per-period'))
  const ratios = [dosage.maxDosePerPeriod, ...stated.map(({ valueRatio }) => valueRatio)]
  const given = ratios.filter((ratio) => ratio !== undefined)
  const maxima = given.flatMap((ratio) => maximumOf(ratio) ?? [])
  return { maxima, unreadMaximum: maxima.length < given.length }
}

function maximumOf(ratio: Ratio | undefined): Maximum | undefined {
  const amount = amountOfQuantity(ratio?.numerator)
  const minutes = minutesOf(ratio?.denominator)
  return amount === undefined || minutes === undefined || !isPositive(amount.low)
    ? undefined
    : { amount, hours: minutes / 60 }
}

const conceptText = (concept: CodeableConcept | undefined): string | undefined =>
  concept?.text ?? concept?.coding?.find(({ display }) => display !== undefined)?.display

const conceptKey = (concept: CodeableConcept | undefined): string | undefined => {
  const coding = concept?.coding?.find(({ code }) => code !== undefined)
  return coding === undefined ? concept?.text?.toLowerCase() : `${coding.system ?? ''}|${coding.code}`
}

/** Days between doses where the entry names an interval of whole days; undefined else. */
export function intervalDays(entry: DoseEntry): number | undefined {
  if (entry.period === undefined) return undefined
  const minutes = intervalMinutes(entry.period)
  return minutes % 1440 === 0 ? minutes / 1440 : undefined
}

export const doseCount = (entry: DoseEntry): Decimal => whole(entry.frequency ?? 1)
