/** The short form of a dosage text for labels and pouches: at most 70 characters, else the long form (medication-list.md 12.6). */
import { amountText } from './amount-text.js'
import { compare, equals } from './decimal.js'
import type { DosagePlan, DoseEntry } from './plan.js'
import { dosageText } from './text.js'
import { DOSAGE_WORDS } from './text-words.js'
import { type Language, unitWord } from './units.js'

const SHORT_TEXT_MAX = 70
/** Order of `2-1-2-1`. */
const COLUMNS = ['MORN', 'NOON', 'EVE', 'NIGHT']

/** Undefined where there is no long form. */
export function dosageShortText(plan: DosagePlan, language: Language, zone?: string): string | undefined {
  const long = dosageText(plan, language, 'patient', zone)
  if (long === undefined || long.length <= SHORT_TEXT_MAX || plan.kind !== 'structured') return long
  const columns = columnsText(plan.entries, language)
  return columns !== undefined && columns.length <= SHORT_TEXT_MAX ? columns : long
}

/** `2-1-2-1 tabletter` of a daily dosage that says nothing else. */
function columnsText(entries: readonly DoseEntry[], language: Language): string | undefined {
  const [first] = entries
  if (first?.amount === undefined || !entries.every((entry) => isPlainDaily(entry, first))) return undefined
  const tongue = { words: DOSAGE_WORDS[language], language, style: 'patient' as const }
  const columns: string[] = []
  let most = first.amount
  for (const column of COLUMNS) {
    const [entry, ...others] = entries.filter(({ when }) => when.includes(column))
    if (others.length > 0) return undefined
    if (entry?.amount === undefined) {
      columns.push('0')
      continue
    }
    if (compare(entry.amount.high, most.high) > 0) most = entry.amount
    columns.push(amountText({ ...entry.amount, unit: '' }, tongue))
  }
  return `${columns.join('-')} ${unitWord(first.amount.unit, most, language)}`
}

function isPlainDaily(entry: DoseEntry, first: DoseEntry): boolean {
  const { when, amount, amountWords: _words, ...rest } = entry
  const { when: _when, amount: common, amountWords: _common, ...same } = first
  return (
    amount !== undefined &&
    amount.unit === common?.unit &&
    equals(amount.low, amount.high) &&
    when.length > 0 &&
    when.every((code) => COLUMNS.includes(code)) &&
    rest.weekdays.length + rest.maxima.length + rest.events.length === 0 &&
    [
      rest.cycle,
      rest.start,
      rest.end,
      rest.boundsDuration,
      rest.count,
      rest.lasts,
      rest.meal,
      rest.routeText,
      rest.siteText,
      rest.minIntervalMinutes,
    ].every((part) => part === undefined) &&
    !rest.asNeeded &&
    (rest.period === undefined || (rest.period.unit === 'd' && rest.period.value === 1)) &&
    JSON.stringify({ ...rest, maxima: 0 }) === JSON.stringify({ ...same, maxima: 0 })
  )
}
