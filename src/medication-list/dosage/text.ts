/**
 * Dosage texts, a pure function of structure and language (medication-list.md 12.6). Sentence order: amount, how
 * often or when, weekdays, clock times, route, as needed, duration, maximum, extra.
 */

import { amountKey, type DoseAmount } from './amount.js'
import { compare, type Decimal, decimalText, isWritable } from './decimal.js'
import type { Interval } from './interval.js'
import { intervalMinutes } from './interval.js'
import type { DosagePlan, DoseEntry } from './plan.js'
import { entryAmountKey, intervalDays } from './plan.js'
import { slotMinutes } from './slots.js'
import { DOSAGE_WORDS, type DosageWords } from './text-words.js'
import { type Language, unitWord } from './units.js'

/** `patient`: ½ ¼ ¾ as signs; `professional`: decimals. */
export type TextStyle = 'patient' | 'professional'

/** Undefined where the structure does not say enough for a sentence that could be acted on. */
export function dosageText(
  plan: DosagePlan,
  language: Language,
  style: TextStyle = 'patient',
): string | undefined {
  if (plan.kind !== 'structured') return undefined
  const steps = [...new Set(plan.entries.map(({ sequence }) => sequence))].sort((a, b) => a - b)
  const texts = steps.map((step) =>
    stepText(
      plan.entries.filter(({ sequence }) => sequence === step),
      language,
      style,
    ),
  )
  return texts.every((text) => text !== undefined)
    ? texts.join(`, ${DOSAGE_WORDS[language].thereafter} `)
    : undefined
}

/** Warning that a weekly dose is not daily (12.8); undefined when no weekday is named. */
export function notDailyWarning(entry: DoseEntry, language: Language): string | undefined {
  const words = DOSAGE_WORDS[language]
  const days = entry.weekdays.map((day) => words.weekdayPlurals[day - 1] ?? '')
  return days.length === 0 ? undefined : words.onlyOn(joined(days, words))
}

function stepText(entries: readonly DoseEntry[], language: Language, style: TextStyle): string | undefined {
  const groups = new Map<string, DoseEntry[]>()
  for (const entry of entries) {
    const key = commonKey(entry)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [entry])
    else group.push(entry)
  }
  const texts = [...groups.values()].map((group) => groupText(group, language, style))
  return texts.every((text) => text !== undefined) ? texts.join('; ') : undefined
}

/** Entries that differ in amount and slot only are one sentence. */
const commonKey = (entry: DoseEntry): string =>
  JSON.stringify([
    entry.asNeeded,
    entry.asNeededFor,
    entry.weekdays,
    entry.when.length + entry.times.length > 0
      ? 'clocked'
      : [entry.frequency, entry.period, entryAmountKey(entry)],
    intervalDays(entry) ?? entry.period,
    entry.cycle,
    entry.start,
    entry.end,
    entry.boundsDuration,
    entry.count,
    entry.lasts,
    entry.route,
    entry.minIntervalMinutes,
    entry.maxima.map(({ amount, hours }) => [amountKey(amount), hours]),
  ])

interface Part {
  readonly entry: DoseEntry
  readonly when: readonly string[]
  readonly offsetMinutes: number
  readonly times: readonly string[]
  readonly minutes: number
}

function groupText(group: readonly DoseEntry[], language: Language, style: TextStyle): string | undefined {
  const [first] = group
  const words = DOSAGE_WORDS[language]
  if (first === undefined || first.flexible || !isSayable(first)) return undefined
  const parts: Part[] = []
  for (const entry of group) {
    const { when, times, offsetMinutes } = entry
    if (!hasSayableAmount(entry)) return undefined
    const minutes = Math.min(
      ...when.map((slot) => slotMinutes(slot, offsetMinutes) ?? 0),
      ...times.map((time) => Number(time.replace(':', ''))),
    )
    parts.push({ entry, when, times, offsetMinutes, minutes })
  }
  const tail = tailText(first, words, language, style)
  const single = parts.every(({ entry }) => entryAmountKey(entry) === entryAmountKey(first))
  const weekday = first.weekdays.length === 1 ? words.weekdays[(first.weekdays[0] ?? 1) - 1] : undefined
  if (single || weekday !== undefined) {
    if (!single) return undefined
    const amount = entryAmountText(first, words, language, style)
    const slots = slotsText(parts, words)
    return first.amount?.unit === 'patch' && slots === '' && (intervalDays(first) ?? 0) > 1
      ? `${amount}, ${words.changedEvery(words.everyDays(intervalDays(first) ?? 1))}${tail}`
      : `${amount}${whenText(first, slots, weekday, words)}${tail}`
  }
  const sentences = [...parts]
    .sort((a, b) => a.minutes - b.minutes)
    .map((part) => `${entryAmountText(part.entry, words, language, style)} ${slotsText([part], words)}`)
  return `${joined(sentences, words)}${rhythmText(first, words)}${tail}`
}

/** What has no words, or says no rhythm, is left unsaid as a whole: half a sentence could be taken as daily. */
function isSayable(entry: DoseEntry): boolean {
  const { when, times, weekdays, period, frequency = 1, count, asNeeded } = entry
  const known = ({ slots, mealCodes }: DosageWords, code: string): boolean =>
    Object.hasOwn(slots, code) || Object.hasOwn(mealCodes, code)
  if (entry.events.length > 0 || !when.every((code) => known(DOSAGE_WORDS.nb, code))) return false
  if (period !== undefined && !Number.isInteger(period.value)) return false
  const clocked = when.length + times.length > 0
  const simple = period === undefined || (period.value === 1 && (period.unit === 'd' || period.unit === 'wk'))
  if (frequency > 1 && !simple) return false
  if (frequency > 1 && weekdays.length > 0 && !clocked) return false
  return asNeeded || clocked || weekdays.length > 0 || count === 1 || period !== undefined
}

function whenText(entry: DoseEntry, slots: string, weekday: string | undefined, words: DosageWords): string {
  if (entry.count === 1) return slots === '' ? ` ${words.once}` : ` ${slots} ${words.once}`
  if (weekday !== undefined) {
    const weeks = (intervalDays(entry) ?? 7) / 7
    return ` ${words.everyWeeks(Math.max(weeks, 1))}, ${words.onWeekdays(weekday, slots)}`
  }
  if (slots !== '') return ` ${slots}${rhythmText(entry, words)}`
  return `${frequencyText(entry, words)}${weekdaysText(entry, words)}`
}

function frequencyText(entry: DoseEntry, words: DosageWords): string {
  if (entry.period === undefined) return ''
  const n = entry.frequency ?? 1
  const lead = entry.asNeeded ? ` ${words.upTo}` : ''
  const { value, unit } = entry.period
  if (unit === 'd' && value === 1)
    return entry.weekdays.length > 0 && n === 1 ? '' : `${lead} ${words.timesDaily(n)}`
  if (unit === 'wk' && value === 1) return entry.weekdays.length > 0 ? '' : `${lead} ${words.timesWeekly(n)}`
  return n === 1 ? `${lead} ${intervalText(entry.period, words)}` : ''
}

function intervalText(period: Interval, words: DosageWords): string {
  const { value, unit } = period
  switch (unit) {
    case 'min':
      return words.everyMinutes(value)
    case 'h':
      return words.everyHours(value)
    case 'd':
      return words.everyDays(value)
    case 'wk':
      return words.everyWeeks(value)
    case 'mo':
      return words.everyMonths(value)
    case 'a':
      return words.everyYears(value)
  }
}

/** The rhythm that stands after the slots: daily is silent, everything else never is. */
function rhythmText(entry: DoseEntry, words: DosageWords): string {
  const weekdays = weekdaysText(entry, words)
  if (entry.period === undefined || intervalMinutes(entry.period) <= 1440) return weekdays
  if (entry.weekdays.length > 0 && intervalDays(entry) === 7) return weekdays
  return ` ${intervalText(entry.period, words)}${weekdays}`
}

function weekdaysText({ weekdays }: DoseEntry, words: DosageWords): string {
  if (weekdays.length === 0) return ''
  const days = joined(
    weekdays.map((day) => words.weekdays[day - 1] ?? ''),
    words,
  )
  return `, ${words.only} ${words.onWeekdays(days, '')}`
}

function slotsText(parts: readonly Part[], words: DosageWords): string {
  const times = [...new Set(parts.flatMap((part) => part.times))].sort()
  if (times.length > 0) return `${words.clockLead}${joined(times.map(words.clock), words)}`
  const codes = parts
    .flatMap(({ when, offsetMinutes }) =>
      when.map((code) => ({ code, minutes: slotMinutes(code, offsetMinutes) ?? 0 })),
    )
    .sort((a, b) => a.minutes - b.minutes)
  const slots = codes.map(({ code }) => words.slots[code] ?? words.mealCodes[code] ?? '')
  const lead = words.slotLead
  const short = slots.map((slot, index) =>
    slot.startsWith(lead) && slots[index - 1]?.startsWith(lead) ? slot.slice(lead.length) : slot,
  )
  return joined(short, words)
}

function tailText(entry: DoseEntry, words: DosageWords, language: Language, style: TextStyle): string {
  const parts: string[] = []
  if (entry.cycle !== undefined) parts.push(`, ${words.cycle(entry.cycle.on, entry.cycle.off)}`)
  if (entry.routeText !== undefined && !/oral|munn|mouth|mund/iu.test(entry.routeText))
    parts.push(`, ${entry.routeText.toLowerCase()}`)
  if (entry.asNeeded)
    parts.push(` ${entry.asNeededFor === undefined ? words.asNeeded : words.asNeededFor(entry.asNeededFor)}`)
  parts.push(lengthText(entry, words))
  if (entry.count !== undefined && entry.count > 1) parts.push(`, ${words.counted(entry.count)}`)
  for (const { amount, hours } of entry.maxima)
    parts.push(`, ${words.maximum(amountText(amount, words, language, style), hours)}`)
  if (entry.minIntervalMinutes !== undefined)
    parts.push(`, ${words.minInterval(words.hours(entry.minIntervalMinutes / 60))}`)
  return parts.join('')
}

function lengthText(entry: DoseEntry, words: DosageWords): string {
  const phase = (intervalDays(entry) ?? 1) > 1 || entry.cycle !== undefined
  const from =
    phase && entry.start !== undefined ? ` ${words.from(words.date(entry.start.slice(0, 10)))}` : ''
  if (entry.end !== undefined) {
    const time = entry.end.length > 10 ? ` ${words.clockLead}${words.clock(entry.end.slice(11, 16))}` : ''
    return `${from} ${words.until(words.date(entry.end.slice(0, 10)))}${time}`
  }
  const { boundsDuration } = entry
  if (boundsDuration === undefined) return from
  const { value, unit } = boundsDuration
  if (unit === 'wk') return `${from} ${words.forDuration(words.weeks(value))}`
  if (unit === 'mo') return `${from} ${words.forDuration(words.months(value))}`
  if (unit === 'a') return `${from} ${words.forDuration(words.months(value * 12))}`
  const minutes = intervalMinutes(boundsDuration)
  return minutes % 1440 === 0
    ? `${from} ${words.forDuration(words.days(minutes / 1440))}`
    : `${from} ${words.forDuration(words.hours(minutes / 60))}`
}

/** Words stand as the source has them, never translated or counted. */
const entryAmountText = (
  { amount, amountWords }: DoseEntry,
  words: DosageWords,
  language: Language,
  style: TextStyle,
): string => (amount === undefined ? (amountWords ?? '') : amountText(amount, words, language, style))

/** Neither below nothing nor with digits that the text would cut, nor without its maximum: what is printed is what is meant. */
function hasSayableAmount({ amount, amountWords, maxima, unreadMaximum }: DoseEntry): boolean {
  if (unreadMaximum || (amount === undefined && amountWords === undefined)) return false
  const all = [...(amount === undefined ? [] : [amount]), ...maxima.map((maximum) => maximum.amount)]
  return all.every(({ low, high }) => isWritable(low) && isWritable(high))
}

function amountText(amount: DoseAmount, words: DosageWords, language: Language, style: TextStyle): string {
  const countable = COUNTABLE.has(amount.unit)
  const number = (value: Decimal): string => numberText(value, words, style === 'patient' && countable)
  const numbers =
    compare(amount.low, amount.high) === 0
      ? number(amount.low)
      : `${number(amount.low)}–${number(amount.high)}`
  const unit = unitWord(amount.unit, amount, language)
  return unit === '' ? numbers : `${numbers} ${unit}`
}

const COUNTABLE = new Set([
  'tablet',
  'capsule',
  'patch',
  'dose',
  'sachet',
  'suppository',
  'syringe',
  'piece',
  '',
])
const FRACTIONS = new Map([
  ['1/2', '½'],
  ['1/4', '¼'],
  ['3/4', '¾'],
])

function numberText(value: Decimal, words: DosageWords, signs: boolean): string {
  const integer = value.n / value.d
  const sign = FRACTIONS.get(`${value.n % value.d}/${value.d}`)
  if (signs && sign !== undefined) return integer === 0n ? sign : `${integer}${sign}`
  return decimalText(value, words.decimalMark)
}

const joined = (items: readonly string[], words: DosageWords): string =>
  items.length < 2
    ? (items[0] ?? '')
    : `${items.slice(0, -1).join(', ')} ${words.and} ${items[items.length - 1] ?? ''}`
