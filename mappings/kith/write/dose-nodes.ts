/** One Dosage → DoseFastTidspunkt (one for each time of day) or DoseEtterBehov; undefined where the message cannot say it whole. */
import type { Dosage, DosageDoseAndRate, Quantity, Ratio, TimingRepeat } from 'fhir/r4.js'
import { PART_OF_DAY, WEEKDAY } from '../code-lists.js'
import { EXT } from '../extensions.js'
import type { Amount } from '../reader.js'
import { node, type XmlNode } from '../xml-write.js'
import { amountOf, cs, durationOf, extOf, lengthOfTime, ownCode, partOf, pq, text } from './values.js'

const PARTS: ReadonlyMap<string, string> = new Map([...PART_OF_DAY].map(([code, when]) => [when, code]))
const WEEKDAYS: ReadonlyMap<string, string> = new Map([...WEEKDAY].map(([code, day]) => [day, code]))
/** Parts of a Timing that the message has places for. */
const REPEAT_PARTS = new Set([
  'boundsPeriod',
  'dayOfWeek',
  'frequency',
  'period',
  'periodUnit',
  'timeOfDay',
  'when',
])
const WORDS = /^(\S+)(?: ([^,]+))?$/
const XML_DOUBLE = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/

/** @param asNeeded whether the message says of the whole prescription that it is used as needed */
export function doseNodes(dosage: Dosage, asNeeded: boolean): readonly XmlNode[] | undefined {
  const { doseAndRate, timing } = dosage
  const [rate, ...others] = doseAndRate ?? []
  const repeat = timing?.repeat ?? {}
  const alien = Object.keys(repeat).some((part) => !REPEAT_PARTS.has(part))
  const coded = timing?.code !== undefined || timing?.event !== undefined
  if (rate === undefined || others.length > 0 || alien || coded) return undefined
  if (dosage.asNeededCodeableConcept !== undefined) return undefined
  if (dosage.maxDosePerAdministration !== undefined || dosage.maxDosePerLifetime !== undefined)
    return undefined
  const amount = doseAmount(rate)
  const infusion = infusionOf(rate)
  if (amount === undefined || infusion === 'unknown') return undefined
  if (dosage.maxDosePerPeriod !== undefined) return neededDose(dosage, repeat, amount, infusion)
  if ((dosage.asNeededBoolean === true) !== asNeeded) return undefined
  return fixedDoses(dosage, repeat, amount, infusion)
}

function fixedDoses(
  dosage: Dosage,
  repeat: TimingRepeat,
  amount: Amount,
  infusion: XmlNode | undefined,
): readonly XmlNode[] | undefined {
  const times = timesOf(dosage, repeat)
  const interval = intervalOf(dosage, repeat, times?.length ?? 0)
  const days = (repeat.dayOfWeek ?? []).map((day) => WEEKDAYS.get(day))
  if (times === undefined || interval === 'unknown' || days.includes(undefined)) return undefined
  const cycle = extOf(dosage.extension, EXT.cycle)
  const fixed = [
    ...days.flatMap((day) => (day === undefined ? [] : [ownCode('FasteUkedager', day, 9082)])),
    text('DagerPa', partOf(cycle, 'on')?.valueInteger?.toString()),
    text('DagerAv', partOf(cycle, 'off')?.valueInteger?.toString()),
  ].filter((one) => one !== undefined)
  const exact = extOf(dosage.extension, EXT.exactTime)?.valueBoolean === true
  return times.map((time) =>
    node('DoseFastTidspunkt', [
      pq('Mengde', amount),
      pq('Intervall', interval),
      infusion,
      ...time,
      node('GisEksakt', String(exact)),
      fixed.length === 0 ? undefined : node('FastDose', fixed),
    ]),
  )
}

/** For each time of day its Klokkeslett or Tidsomrade; one without either where the dosage names none. */
function timesOf(
  dosage: Dosage,
  repeat: TimingRepeat,
): readonly (readonly (XmlNode | undefined)[])[] | undefined {
  const part = cs('Tidsomrade', extOf(dosage.extension, EXT.partOfDay)?.valueCodeableConcept, 8325)
  const clocks = repeat.timeOfDay ?? []
  const whens = (repeat.when ?? []).map((when) => PARTS.get(when))
  if (whens.includes(undefined)) return undefined
  const times = [
    ...clocks.map((clock) => [node('Klokkeslett', clock), part]),
    ...whens.flatMap((code) => (code === undefined ? [] : [[ownCode('Tidsomrade', code, 8325)]])),
  ]
  return times.length > 0 ? times : [[part]]
}

/** "Three times a day" is only sayable where the three times are named: an interval of 8 hours would be another dosing. */
function intervalOf(dosage: Dosage, repeat: TimingRepeat, times: number): Amount | undefined | 'unknown' {
  const { dayOfWeek, frequency = 1, period, periodUnit } = repeat
  if (dayOfWeek !== undefined && dayOfWeek.length > 0) {
    if (period !== 1 || periodUnit !== 'wk') return 'unknown'
    const stated = extOf(dosage.extension, EXT.statedInterval)?.valueQuantity
    return durationOf(stated) ?? amountOf(stated)
  }
  if (period === undefined) return repeat.frequency === undefined ? undefined : 'unknown'
  if (frequency !== 1 && frequency !== times) return 'unknown'
  return lengthOfTime(period, periodUnit) ?? 'unknown'
}

function neededDose(
  dosage: Dosage,
  repeat: TimingRepeat,
  amount: Amount,
  infusion: XmlNode | undefined,
): readonly XmlNode[] | undefined {
  const window = extOf(dosage.extension, EXT.maxDosePerPeriod)?.valueRatio
  const perDay = maximum(dosage.maxDosePerPeriod)
  const inWindow = maximum(window)
  const length = durationOf(window?.denominator)
  const least = durationOf(extOf(dosage.extension, EXT.minInterval)?.valueDuration)
  const { dayOfWeek, timeOfDay, when } = repeat
  const timed = [dayOfWeek, timeOfDay, when].some((part) => part !== undefined && part.length > 0)
  const interval = intervalOf(dosage, repeat, 1)
  if (!isPerDay(dosage.maxDosePerPeriod) || timed || interval === 'unknown') return undefined
  if (perDay === undefined || inWindow === undefined || length === undefined || least === undefined)
    return undefined
  return [
    node('DoseEtterBehov', [
      pq('Mengde', amount),
      pq('Intervall', interval),
      infusion,
      pq('DoseDognMaks', perDay),
      pq('DoseTidsromMaks', inWindow),
      pq('Tidsrom', length),
      pq('DoseIntervallMin', least),
    ]),
  ]
}

/** A maximum in words alone has no denominator: the message's own element says that it is the day's. */
const isPerDay = (ratio: Ratio | undefined): boolean =>
  ratio?.numerator === undefined || (ratio.denominator?.value === 1 && ratio.denominator.code === 'd')

const maximum = (ratio: Ratio | undefined): Amount | undefined =>
  amountOf(ratio?.numerator) ?? inWords(extOf(ratio?.extension, EXT.originalText)?.valueString)

const doseAmount = (rate: DosageDoseAndRate): Amount | undefined =>
  rate.doseRange === undefined
    ? (amountOf(rate.doseQuantity) ?? inWords(extOf(rate.extension, EXT.originalText)?.valueString))
    : undefined

/** Words that came from an amount of the message: number and unit again. */
function inWords(words: string | undefined): Amount | undefined {
  const match = WORDS.exec(words ?? '')
  const [, V, U] = match ?? []
  if (V === undefined || !XML_DOUBLE.test(V)) return undefined
  return { V, ...(U === undefined ? {} : { U }) }
}

function infusionOf(rate: DosageDoseAndRate): XmlNode | undefined | 'unknown' {
  if (rate.rateQuantity !== undefined || rate.rateRange !== undefined) return 'unknown'
  if (rate.rateRatio === undefined) return undefined
  const volume = amountOf(rate.rateRatio.numerator)
  const unit = timeUnit(rate.rateRatio.denominator)
  if (volume === undefined || unit === undefined) return 'unknown'
  return node('Infusjonshastighet', [pq('Volum', volume), ownCode('Tidsenhet', unit, 9088)])
}

/** Of a denominator of exactly one unit of time. */
const timeUnit = (per: Quantity | undefined): string | undefined =>
  per?.value === 1 ? lengthOfTime(1, per.code)?.U : undefined
