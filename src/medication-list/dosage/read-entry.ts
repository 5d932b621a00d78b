/** One FHIR `Dosage` as an entry of the canonical form. Total: what is not stated stays unsaid (medication-list.md 12.1). */
import type { CodeableConcept, Dosage, Ratio, TimingRepeat } from 'fhir/r4.js'
import { extensionUrl } from '../../core/canonical.js'
import { amountOf, amountOfQuantity, amountWordsOf } from './amount.js'
import { isPositive } from './decimal.js'
import { type Interval, interval, minutesOf } from './interval.js'
import { isContradictory } from './is-contradictory.js'
import type { DoseEntry, Maximum } from './plan.js'
import { isGeneralMealCode, isMealCode } from './slots.js'
import { timingOfCode } from './timing-codes.js'

export function readEntry(dosage: Dosage): DoseEntry {
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
  const slots = slotsOf(repeat)
  const entry: DoseEntry = {
    sequence: dosage.sequence ?? 1,
    asNeeded: isAsNeeded(dosage),
    asNeededFor: conceptText(dosage.asNeededCodeableConcept),
    amount,
    amountWords: amount === undefined ? amountWordsOf(dosage) : undefined,
    when: slots.when,
    meal: slots.meal,
    offsetMinutes: repeat.offset ?? 0,
    times: (repeat.timeOfDay ?? []).map((time) => time.slice(0, 5)).sort(),
    weekdays: (repeat.dayOfWeek ?? []).map((day) => WEEKDAYS.indexOf(day) + 1).sort(),
    frequency,
    flexible:
      slots.contradictory ||
      isRange(repeat) ||
      isUnplannable(repeat.period, period) ||
      isUnplannable(repeat.boundsDuration?.value, boundsDuration) ||
      cycle === 'unplannable' ||
      (frequency ?? 1) > FREQUENCY_MAX ||
      isModified(dosage),
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
    siteText: conceptText(dosage.site),
    hasTiming: dosage.timing !== undefined,
    unsaid: hasUnsaid(dosage, repeat),
  }
  return !entry.flexible && isContradictory(entry) ? { ...entry, flexible: true } : entry
}

export const isAsNeeded = (dosage: Dosage): boolean =>
  dosage.asNeededBoolean === true || dosage.asNeededCodeableConcept !== undefined

/** A meal code beside parts of the day stays as additional code (12.3); alone, one with a time of its own is a slot. */
function slotsOf({ when = [], frequency }: TimingRepeat): {
  readonly when: readonly string[]
  readonly meal: string | undefined
  readonly contradictory: boolean
} {
  const parts = when.filter((code) => !isMealCode(code))
  const meals = when.filter(isMealCode)
  const [meal] = meals
  if (meal === undefined) return { when: parts, meal: undefined, contradictory: false }
  if (parts.length > 0 || meals.every(isGeneralMealCode))
    return {
      when: parts,
      meal,
      // Before meals without a number says how, not how often.
      contradictory: meals.length > 1 || (parts.length === 0 && frequency === undefined),
    }
  return { when: meals, meal: undefined, contradictory: meals.some(isGeneralMealCode) }
}

/** One a minute. */
const FREQUENCY_MAX = 1440
/** Days on or off: ten years. */
const CYCLE_DAYS_MAX = 3660

/** A length that is stated and yet none to plan by must not leave a shorter rhythm behind. */
const isUnplannable = (stated: number | undefined, read: Interval | undefined): boolean =>
  stated !== undefined && read === undefined

const isRange = ({ frequencyMax, periodMax, countMax, boundsRange }: TimingRepeat): boolean =>
  [frequencyMax, periodMax, countMax, boundsRange].some((part) => part !== undefined)

/** A modifier that is not understood may say anything. */
const isModified = ({ modifierExtension, timing }: Dosage): boolean =>
  [...(modifierExtension ?? []), ...(timing?.modifierExtension ?? [])].length > 0

const WEEKDAYS: readonly string[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']

const hasUnsaid = (dosage: Dosage, { durationMax }: TimingRepeat): boolean =>
  durationMax !== undefined ||
  dosage.maxDosePerAdministration !== undefined ||
  dosage.maxDosePerLifetime !== undefined ||
  (dosage.doseAndRate ?? []).some(
    ({ rateQuantity, rateRange, rateRatio }) => (rateQuantity ?? rateRange ?? rateRatio) !== undefined,
  )

const extensionOf = (dosage: Dosage, name: string) =>
  [
    ...(dosage.extension ?? []),
    ...(dosage.timing?.extension ?? []),
    ...(dosage.timing?.repeat?.extension ?? []),
  ].find(({ url }) => url === extensionUrl(name))

function cycleOf(dosage: Dosage): DoseEntry['cycle'] | 'unplannable' {
  const stated = extensionOf(dosage, 'cycle')
  const parts = stated?.extension ?? []
  const days = (name: string): number | undefined => {
    const part = parts.find(({ url }) => url === name)
    return (
      part?.valueInteger ?? part?.valuePositiveInt ?? part?.valueUnsignedInt ?? part?.valueQuantity?.value
    )
  }
  if (stated === undefined) return undefined
  const on = days('on')
  const off = days('off')
  // A cycle that cannot be read must not leave its days as daily ones.
  if (on === undefined || off === undefined || on < 1 || off < 0) return 'unplannable'
  const whole = Number.isInteger(on) && Number.isInteger(off)
  return !whole || on > CYCLE_DAYS_MAX || off > CYCLE_DAYS_MAX ? 'unplannable' : { on, off }
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
