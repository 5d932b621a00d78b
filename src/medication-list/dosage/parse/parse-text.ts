/** Our own dosage texts read back to the structure that they were made of (medication-list.md 12.6, 13 no. 12). */
import type { Dosage, Extension, TimingRepeat } from 'fhir/r4.js'
import { extensionUrl, UCUM } from '../../../core/canonical.js'
import { type DoseAmount, quantityOfAmount } from '../amount.js'
import { equals } from '../decimal.js'
import type { Interval } from '../interval.js'
import type { Language } from '../units.js'
import type { Token } from './token.js'
import { tokenize } from './tokenize.js'

/** Undefined for a text that is not one of ours in this language. */
export function parseDosageText(text: string, language: Language): Dosage[] | undefined {
  const tokens = tokenize(text, language)
  return tokens === undefined ? undefined : dosagesOf(tokens)
}

/** Undefined where the tokens make no dosage. */
export function dosagesOf(tokens: readonly Token[]): Dosage[] | undefined {
  const steps = split(tokens, 'then')
  const all: Dosage[] = []
  for (const [index, step] of steps.entries())
    for (const sentence of split(step, 'beside')) {
      const dosages = sentenceOf(sentence, index + 1, steps.length > 1)
      if (dosages === undefined) return undefined
      all.push(...dosages)
    }
  return all
}

function split(tokens: readonly Token[], kind: Token['kind']): Token[][] {
  const parts: Token[][] = [[]]
  for (const token of tokens)
    if (token.kind === kind) parts.push([])
    else parts[parts.length - 1]?.push(token)
  return parts
}

interface Part {
  readonly amount: DoseAmount
  readonly when: string[]
  readonly times: string[]
}

function sentenceOf(tokens: readonly Token[], sequence: number, several: boolean): Dosage[] | undefined {
  const parts: Part[] = []
  const repeat: TimingRepeat = {}
  const extension: Extension[] = []
  const common: Dosage = several ? { sequence } : {}
  const events: string[] = []
  for (const token of tokens) {
    const part = parts.at(-1)
    switch (token.kind) {
      case 'amount':
        parts.push({ amount: token.amount, when: [], times: [] })
        break
      case 'slot':
        if (part === undefined) return undefined
        part.when.push(token.code)
        break
      case 'clocks':
        if (part === undefined) return undefined
        part.times.push(...token.times)
        break
      case 'weekday':
        repeat.dayOfWeek = [...(repeat.dayOfWeek ?? []), DAYS[token.day - 1] ?? 'mon']
        break
      case 'times':
        Object.assign(repeat, { frequency: token.n, period: 1, periodUnit: token.unit })
        break
      case 'every':
        Object.assign(repeat, { frequency: 1, ...periodOf(token.interval) })
        break
      case 'changed':
        Object.assign(repeat, { frequency: 1, ...periodOf(token.interval), ...durationOf(token.interval) })
        break
      case 'meal':
        mealOf(token, part, repeat)
        break
      case 'cycle':
        extension.push({
          url: extensionUrl('cycle'),
          extension: [
            { url: 'on', valueInteger: token.on },
            { url: 'off', valueInteger: token.off },
          ],
        })
        break
      case 'needed':
        if (token.reason === undefined) common.asNeededBoolean = true
        else common.asNeededCodeableConcept = { text: token.reason }
        break
      case 'length':
        repeat.boundsDuration = quantityOf(token.interval)
        break
      case 'lasts':
        Object.assign(repeat, durationOf(token.interval))
        break
      case 'from':
        repeat.boundsPeriod = { ...repeat.boundsPeriod, start: dateTime(token.point) }
        break
      case 'until':
        repeat.boundsPeriod = { ...repeat.boundsPeriod, end: dateTime(token.point) }
        break
      case 'on':
        events.push(...token.points.map(dateTime))
        break
      case 'count':
        repeat.count = token.n
        break
      case 'maximum':
        maximumOf(token, common, extension)
        break
      case 'minInterval':
        extension.push({ url: extensionUrl('min-interval'), valueDuration: quantityOf(token.interval) })
        break
      case 'site':
        common.site = { text: token.text }
        break
      case 'free':
        if (common.route !== undefined) return undefined
        common.route = { text: token.text }
        break
      case 'chart':
        extension.push(chartOf(token.place))
        break
      case 'glue':
        break
      case 'nothing':
        return []
      case 'then':
      case 'beside':
      case 'unknown':
        return undefined
    }
  }
  return built(parts, repeat, extension, common, events)
}

function built(
  parts: readonly Part[],
  repeat: TimingRepeat,
  extension: readonly Extension[],
  common: Dosage,
  events: readonly string[],
): Dosage[] | undefined {
  const extended = { ...common, ...(extension.length === 0 ? {} : { extension: [...extension] }) }
  const chart = extension.some(({ url }) => url === extensionUrl('dose-chart'))
  if (parts.length === 0) return chart ? [extended] : undefined
  const weekly =
    repeat.dayOfWeek !== undefined && repeat.period === undefined
      ? { period: 1, periodUnit: 'wk' as const }
      : {}
  // One date of a dose that is not repeated is its start.
  const once = repeat.count === 1 ? events[0] : undefined
  const started = once === undefined ? {} : { boundsPeriod: { start: once } }
  return parts.map(({ amount, when, times }) => {
    const timing: TimingRepeat = {
      ...repeat,
      ...weekly,
      ...started,
      ...(when.length + (repeat.when ?? []).length === 0
        ? {}
        : { when: [...when, ...(repeat.when ?? [])] as NonNullable<TimingRepeat['when']> }),
      ...(times.length === 0 ? {} : { timeOfDay: times.map((time) => `${time}:00`) }),
    }
    const dated = once === undefined && events.length > 0
    return {
      ...extended,
      ...(dated
        ? { timing: { event: [...events] } }
        : Object.keys(timing).length === 0
          ? {}
          : { timing: { repeat: timing } }),
      doseAndRate: [doseOf(amount)],
    }
  })
}

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const

/** A meal beside a part of the day or a number of doses is an additional code; one of its own is a slot. */
function mealOf(
  { code, offsetMinutes }: Token & { kind: 'meal' },
  part: Part | undefined,
  repeat: TimingRepeat,
): void {
  if (offsetMinutes !== 0) repeat.offset = offsetMinutes
  const additional = part === undefined || part.when.length > 0 || repeat.frequency !== undefined
  if (additional) repeat.when = [...(repeat.when ?? []), code as 'AC']
  else part.when.push(code)
}

const doseOf = ({ low, high, unit }: DoseAmount): NonNullable<Dosage['doseAndRate']>[number] =>
  equals(low, high)
    ? { doseQuantity: quantityOfAmount(low, unit) }
    : { doseRange: { low: quantityOfAmount(low, unit), high: quantityOfAmount(high, unit) } }

const quantityOf = ({ value, unit }: Interval) => ({ value, unit, system: UCUM, code: unit })
const periodOf = ({ value, unit }: Interval) => ({ period: value, periodUnit: unit })
const durationOf = ({ value, unit }: Interval) => ({ duration: value, durationUnit: unit })
const dateTime = ({ date, time }: { readonly date: string; readonly time: string | undefined }): string =>
  time === undefined ? date : `${date}T${time}:00`

/** The first stands in its own element, any other in the extension. */
function maximumOf(
  { amount, hours }: Token & { kind: 'maximum' },
  common: Dosage,
  extension: Extension[],
): void {
  const ratio = {
    numerator: { ...doseOf(amount).doseQuantity },
    denominator: quantityOf({ value: hours, unit: 'h' }),
  }
  if (common.maxDosePerPeriod === undefined) common.maxDosePerPeriod = ratio
  else extension.push({ url: extensionUrl('max-dose-per-period'), valueRatio: ratio })
}

const chartOf = (place: string | undefined): Extension => ({
  url: extensionUrl('dose-chart'),
  extension: [
    { url: 'code', valueCode: 'other' },
    ...(place === undefined ? [] : [{ url: 'pointer', valueReference: { display: place } }]),
  ],
})
