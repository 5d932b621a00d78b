/**
 * Dosage texts, a pure function of structure and language (medication-list.md 12.6). Sentence order: amount, how
 * often or when, weekdays, clock times, route, as needed, duration, maximum, extra. `parse-text.ts` reads them back.
 */
import { weekdayOf } from '../../core/zone.js'
import { amountKey } from './amount.js'
import { amountText, type TextStyle, type Tongue } from './amount-text.js'
import { isWritable } from './decimal.js'
import { intervalMinutes } from './interval.js'
import { everyText, pointOf, pointText } from './length-text.js'
import { type DosagePlan, type DoseEntry, entryAmountKey, intervalDays } from './plan.js'
import { minutesOfTime, slotMinutes } from './slots.js'
import { isChanged, mealCodeText, tailText } from './tail-text.js'
import { DOSAGE_WORDS, type DosageWords } from './text-words.js'
import type { Language } from './units.js'

/**
 * Undefined where the structure does not say enough for a sentence that could be acted on.
 * @param zone IANA, for the dates and times of bounds; without it they stand as their own offsets have them
 */
export function dosageText(
  plan: DosagePlan,
  language: Language,
  style: TextStyle = 'patient',
  zone?: string,
): string | undefined {
  const words = DOSAGE_WORDS[language]
  const tongue = { words, language, style }
  switch (plan.kind) {
    case 'none':
    case 'text':
      return undefined
    case 'chart':
      return words.chart(plan.chart.place)
    case 'structured': {
      const doses = stepsText(plan.entries, tongue, zone)
      if (doses === undefined || plan.chart === undefined) return doses
      return `${words.chart(plan.chart.place)}; ${doses}`
    }
  }
}

function stepsText(
  entries: readonly DoseEntry[],
  tongue: Tongue,
  zone: string | undefined,
): string | undefined {
  const steps = [...new Set(entries.map(({ sequence }) => sequence))].sort((a, b) => a - b)
  const texts = steps.map((step, index) =>
    stepText(
      entries.filter(({ sequence }) => sequence === step),
      index === 0,
      tongue,
      zone,
    ),
  )
  return texts.every((text) => text !== undefined) ? texts.join(`, ${tongue.words.thereafter} `) : undefined
}

/** Warning that a weekly dose is not daily (12.8); undefined when no weekday is known. */
export function notDailyWarning(entry: DoseEntry, language: Language): string | undefined {
  const words = DOSAGE_WORDS[language]
  const days = weekdaysOf(entry).map((day) => words.weekdayPlurals[day - 1] ?? '')
  return days.length === 0 ? undefined : words.onlyOn(joined(days, words))
}

/** Named, or that of the first day of a weekly dose. */
function weekdaysOf(entry: DoseEntry): readonly number[] {
  if (entry.weekdays.length > 0) return entry.weekdays
  const start = intervalDays(entry) === 7 ? entry.start?.slice(0, 10) : undefined
  return start === undefined || start.length < 10 ? [] : [weekdayOf(start)]
}

function stepText(
  entries: readonly DoseEntry[],
  first: boolean,
  tongue: Tongue,
  zone: string | undefined,
): string | undefined {
  const groups = new Map<string, DoseEntry[]>()
  for (const entry of entries) {
    const key = commonKey(entry)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [entry])
    else group.push(entry)
  }
  const texts = [...groups.values()].map((group) => groupText(group, first, tongue, zone))
  return texts.every((text) => text !== undefined) ? texts.join('; ') : undefined
}

/** Entries that differ in amount and slot only are one sentence. */
const commonKey = (entry: DoseEntry): string => {
  const clocked = isClocked(entry)
  const { amount: _amount, amountWords: _words, when: _when, times: _times, frequency: _n, ...rest } = entry
  return JSON.stringify([
    clocked ? 'clocked' : [entry.frequency, entryAmountKey(entry), entry.events],
    { ...rest, maxima: rest.maxima.map(({ amount, hours }) => [amountKey(amount), hours]) },
  ])
}

const isClocked = ({ when, times }: DoseEntry): boolean => when.length + times.length > 0

function groupText(
  group: readonly DoseEntry[],
  isFirst: boolean,
  tongue: Tongue,
  zone: string | undefined,
): string | undefined {
  const [first] = group
  const { words } = tongue
  if (first === undefined || !group.every((entry) => isSayable(entry, words))) return undefined
  const tail = tailText(first, isFirst, tongue, zone)
  if (tail === undefined) return undefined
  const amount = entryAmountText(first, tongue)
  if (first.events.length > 0) {
    const dates = eventsText(first.events, words, zone)
    return dates === undefined ? undefined : `${amount} ${dates}${tail}`
  }
  if (!isClocked(first)) {
    const rhythm = rhythmText(first, words)
    return rhythm === undefined ? undefined : `${amount}${rhythm}${tail}`
  }
  if (!eachOnce(group)) return undefined
  const single = group.every((entry) => entryAmountKey(entry) === entryAmountKey(first))
  if (single) {
    const slots = slotsText(group, words)
    return `${amount}${whenText(first, slots, words)}${tail}`
  }
  const sentences = [...group]
    .sort((a, b) => earliest(a) - earliest(b))
    .map((entry) => `${entryAmountText(entry, tongue)} ${slotsText([entry], words)}`)
  return `${joined(sentences, words)}${whenText(first, '', words)}${tail}`
}

/** Two doses in one slot are neither one nor two words of it. */
function eachOnce(group: readonly DoseEntry[]): boolean {
  const slots = group.flatMap(({ when, times }) => [...when, ...times])
  return new Set(slots).size === slots.length
}

const earliest = ({ when, times, offsetMinutes, meal }: DoseEntry): number =>
  Math.min(
    ...when.map((slot) => slotMinutes(slot, offsetMinutes, undefined, meal) ?? 0),
    ...times.map(minutesOfTime),
  )

/** What has no words, or says no rhythm, is left unsaid as a whole: half a sentence could be taken as daily. */
function isSayable(entry: DoseEntry, words: DosageWords): boolean {
  const { when, weekdays, period, frequency = 1, count, asNeeded, events, meal, offsetMinutes } = entry
  if (entry.flexible || entry.unsaid || !hasSayableAmount(entry)) return false
  if (!when.every((code) => slotText(code, offsetMinutes, meal, words) !== undefined)) return false
  if (offsetMinutes !== 0 && meal === undefined && when.length === 0) return false
  if (period !== undefined && everyText(period, words) === undefined) return false
  if (events.length > 0) return true
  const clocked = isClocked(entry)
  const simple = period === undefined || (period.value === 1 && (period.unit === 'd' || period.unit === 'wk'))
  if (frequency > 1 && !clocked && (!simple || weekdays.length > 0 || period === undefined)) return false
  return asNeeded || clocked || weekdays.length > 0 || count === 1 || period !== undefined
}

/** After slots: daily is silent, everything else never is (12.6). */
function whenText(entry: DoseEntry, slots: string, words: DosageWords): string {
  const [day, ...others] = entry.weekdays
  const lead = slots === '' ? '' : ` ${slots}`
  const once = entry.count === 1 ? ` ${words.once}` : ''
  if (day !== undefined && others.length === 0) {
    const weeks = Math.max((intervalDays(entry) ?? 7) / 7, 1)
    return ` ${words.everyWeeks(weeks)}, ${words.onWeekdays(words.weekdays[day - 1] ?? '', slots)}${once}`
  }
  const { period } = entry
  const silent =
    period === undefined ||
    intervalMinutes(period) <= 1440 ||
    (entry.weekdays.length > 0 && intervalDays(entry) === 7)
  const every = silent ? undefined : everyText(period, words)
  return `${lead}${every === undefined ? '' : ` ${every}`}${weekdaysText(entry, words)}${once}`
}

/** Without slots. */
function rhythmText(entry: DoseEntry, words: DosageWords): string | undefined {
  const { period, weekdays, frequency = 1, asNeeded, count } = entry
  if (weekdays.length === 1) return whenText(entry, '', words)
  const once = count === 1 ? ` ${words.once}` : ''
  const days = weekdaysText(entry, words)
  if (period === undefined) return `${days}${once}`
  const every = everyText(period, words)
  if (every === undefined) return undefined
  if (isChanged(entry)) return `, ${words.changedEvery(every)}${once}`
  const lead = asNeeded ? ` ${words.upTo}` : ''
  const { value, unit } = period
  if (weekdays.length > 0 && value === 1 && (unit === 'd' || unit === 'wk')) return `${days}${once}`
  if (unit === 'd' && value === 1) return `${lead} ${words.timesDaily(frequency)}${days}${once}`
  if (unit === 'wk' && value === 1) return `${lead} ${words.timesWeekly(frequency)}${once}`
  return `${lead} ${every}${days}${once}`
}

function weekdaysText({ weekdays }: DoseEntry, words: DosageWords): string {
  if (weekdays.length === 0) return ''
  const days = joined(
    weekdays.map((day) => words.weekdays[day - 1] ?? ''),
    words,
  )
  return `, ${words.only} ${words.onWeekdays(days, '')}`
}

/** Times of one sentence, in order. */
function slotsText(group: readonly DoseEntry[], words: DosageWords): string {
  const times = group.flatMap((entry) => entry.times).sort()
  const clocks = times.map(words.clock)
  const slots = group
    .flatMap(({ when, offsetMinutes, meal }) =>
      when.map((code) => ({
        text: slotText(code, offsetMinutes, meal, words) ?? '',
        minutes: slotMinutes(code, offsetMinutes, undefined, meal) ?? 0,
      })),
    )
    .sort((a, b) => a.minutes - b.minutes)
    .map(({ text }) => text)
  const lead = words.slotLead
  const short = slots.map((slot, index, all) =>
    slot.startsWith(lead) && all[index - 1]?.startsWith(lead) ? slot.slice(lead.length) : slot,
  )
  return joined(
    [...short, ...(clocks.length === 0 ? [] : [`${words.clockLead}${joined(clocks, words)}`])],
    words,
  )
}

/** A meal with its offset; a part of the day takes none but by a meal code beside it. */
function slotText(
  code: string,
  offsetMinutes: number,
  meal: string | undefined,
  words: DosageWords,
): string | undefined {
  if (Object.hasOwn(words.mealCodes, code)) return mealCodeText(code, offsetMinutes, words)
  if (offsetMinutes !== 0 && meal === undefined) return undefined
  return Object.hasOwn(words.slots, code) ? words.slots[code] : undefined
}

function eventsText(
  events: readonly string[],
  words: DosageWords,
  zone: string | undefined,
): string | undefined {
  const points = [...events].sort().map((event) => pointOf(event, zone))
  if (!points.every((point) => point !== undefined)) return undefined
  return words.on(
    joined(
      points.map((point) => pointText(point, words)),
      words,
    ),
  )
}

/** Words stand as the source has them, never translated or counted. */
const entryAmountText = ({ amount, amountWords }: DoseEntry, tongue: Tongue): string =>
  amount === undefined ? (amountWords ?? '') : amountText(amount, tongue)

/** Neither below nothing nor with digits that the text would cut, nor without its maximum: what is printed is what is meant. */
function hasSayableAmount({ amount, amountWords, maxima, unreadMaximum }: DoseEntry): boolean {
  if (unreadMaximum || (amount === undefined && amountWords === undefined)) return false
  const all = [...(amount === undefined ? [] : [amount]), ...maxima.map((maximum) => maximum.amount)]
  return all.every(({ low, high }) => isWritable(low) && isWritable(high))
}

const joined = (items: readonly string[], words: DosageWords): string =>
  items.length < 2
    ? (items[0] ?? '')
    : `${items.slice(0, -1).join(', ')} ${words.and} ${items[items.length - 1] ?? ''}`
