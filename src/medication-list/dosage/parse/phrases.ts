/** The phrases of a language, made of its words and so of nothing that the texts do not say. */

import type { Interval } from '../interval.js'
import { everyWords, lengthWords } from '../length-text.js'
import type { DosageWords } from '../text-words.js'
import { readAmount } from './read-amount.js'
import type { Token } from './token.js'

export interface Phrase {
  /** A word or words in lower case, or the source of a regular expression. */
  readonly form: string
  readonly literal: boolean
  /** Undefined where the match turns out to be none; a literal is its own match. */
  readonly tokens: (match: readonly (string | undefined)[]) => readonly Token[] | undefined
}

/** Numbers by which a word is tried: those with a word of their own, and those with endings of their own. */
const SAMPLES = [1, 2, 3, 5, 11, 12, 21, 22]
const HOLE = '\u0001'
const SECOND_HOLE = '\u0002'
/** A name that goes on to the next part. */
const FREE = '([^,;]+)'

export function phrasesOf(words: DosageWords): readonly Phrase[] {
  return [
    ...slotPhrases(words),
    ...mealPhrases(words),
    ...rhythmPhrases(words),
    ...lengthPhrases(words),
    ...datePhrases(words),
    ...limitPhrases(words),
    ...fixed(words.thereafter, { kind: 'then' }),
    ...[words.and, words.only, words.upTo].flatMap((word) => fixed(word, { kind: 'glue' })),
    { form: ',', literal: true, tokens: () => [{ kind: 'glue' }] },
    { form: ';', literal: true, tokens: () => [{ kind: 'beside' }] },
  ]
}

/** Days and parts of the day, also where a language makes one word of them, or leaves their preposition out in a run. */
function slotPhrases(words: DosageWords): Phrase[] {
  const { slots, slotLead, weekdays, onWeekdays } = words
  const phrases: Phrase[] = []
  for (const [code, word] of Object.entries(slots)) {
    const slot: Token = { kind: 'slot', code }
    phrases.push(...fixed(word, slot))
    if (slotLead !== '' && word.startsWith(slotLead))
      phrases.push(...fixed(word.slice(slotLead.length), slot))
    for (const [index, day] of weekdays.entries())
      phrases.push(...fixed(onWeekdays(day, word), { kind: 'weekday', day: index + 1 }, slot))
  }
  for (const [index, day] of weekdays.entries())
    for (const word of new Set([day, onWeekdays(day, '')]))
      phrases.push(...fixed(word, { kind: 'weekday', day: index + 1 }))
  return phrases
}

const mealPhrases = ({ mealCodes, offsetMeal, minutes }: DosageWords): Phrase[] =>
  Object.entries(mealCodes).flatMap(([code, word]) => [
    ...fixed(word, { kind: 'meal', code, offsetMinutes: 0 }),
    ...counted(
      (n) => offsetMeal(minutes(n), word),
      (n) => ({ kind: 'meal', code, offsetMinutes: n }),
    ),
  ])

function rhythmPhrases(words: DosageWords): Phrase[] {
  const every = Object.entries(everyWords(words)) as [Interval['unit'], (n: number) => string][]
  return [
    ...counted(words.timesDaily, (n) => ({ kind: 'times', n, unit: 'd' })),
    ...counted(words.timesWeekly, (n) => ({ kind: 'times', n, unit: 'wk' })),
    ...every.flatMap(([unit, say]) => [
      ...counted(say, (n) => ({ kind: 'every', interval: { value: n, unit } })),
      ...counted(
        (n) => words.changedEvery(say(n)),
        (n) => ({ kind: 'changed', interval: { value: n, unit } }),
      ),
    ]),
    ...[1, 5].flatMap((on) =>
      [1, 7].map((off) => ({
        form: escaped(words.cycle(on, off)).replace('5', '(\\d+)').replace('7', '(\\d+)'),
        literal: false,
        tokens: (match: readonly (string | undefined)[]): Token[] => {
          const [first, second] = match.slice(1).map(Number)
          return [
            {
              kind: 'cycle',
              on: on === 1 ? 1 : (first ?? 0),
              off: off === 1 ? 1 : ((on === 1 ? first : second) ?? 0),
            },
          ]
        },
      })),
    ),
  ]
}

function lengthPhrases(words: DosageWords): Phrase[] {
  const lengths = Object.entries(lengthWords(words)) as [Interval['unit'], (n: number) => string][]
  return lengths.flatMap(([unit, say]) => {
    const interval = (n: number): Interval => ({ value: n, unit })
    return [
      ...counted(
        (n) => words.forDuration(say(n)),
        (n) => ({ kind: 'length', interval: interval(n) }),
      ),
      ...[words.worn, words.given].flatMap((lasting) =>
        counted(
          (n) => lasting(say(n)),
          (n) => ({ kind: 'lasts', interval: interval(n) }),
        ),
      ),
      ...counted(
        (n) => words.minInterval(say(n)),
        (n) => ({ kind: 'minInterval', interval: interval(n) }),
      ),
    ]
  })
}

function datePhrases(words: DosageWords): Phrase[] {
  const date = '(\\d{1,4}[.-]\\d{1,2}[.-]\\d{1,4})'
  const clock = '(\\d{1,2}[.:]\\d{2})'
  const lead = escaped(words.clockLead)
  const and = `(?:, | ${escaped(words.and)} )`
  const day = `${date}(?: ${lead}${clock})?`
  const point = (iso = '', time?: string) => ({
    date: dateOf(iso),
    time: time === undefined ? undefined : clockOf(time),
  })
  return [
    {
      form: `${lead}(${clock}(?:${and}${clock})*)`,
      literal: false,
      tokens: ([, all = '']) => [
        { kind: 'clocks', times: (all.match(/\d{1,2}[.:]\d{2}/g) ?? []).map(clockOf) },
      ],
    },
    {
      form: hole(words.from(HOLE), day),
      literal: false,
      tokens: ([, iso, time]) => [{ kind: 'from', point: point(iso, time) }],
    },
    {
      form: hole(words.until(HOLE), date),
      literal: false,
      tokens: ([, iso]) => [{ kind: 'until', point: point(iso) }],
    },
    {
      form: hole(words.untilTime(HOLE, SECOND_HOLE), date).replace(SECOND_HOLE, `${lead}${clock}`),
      literal: false,
      tokens: ([, iso, time]) => [{ kind: 'until', point: point(iso, time) }],
    },
    {
      form: hole(words.on(HOLE), `(${day}(?:${and}${day})*)`),
      literal: false,
      tokens: ([, all = '']) => [
        {
          kind: 'on',
          points: [...all.matchAll(new RegExp(day, 'gu'))].map(([, iso, time]) => point(iso, time)),
        },
      ],
    },
  ]
}

function limitPhrases(words: DosageWords): Phrase[] {
  const maximum = (source: string, hoursOf: (match: readonly (string | undefined)[]) => number): Phrase => ({
    form: source,
    literal: false,
    tokens: (match) => {
      const amount = readAmount(match[1] ?? '')
      return amount === undefined ? undefined : [{ kind: 'maximum', amount, hours: hoursOf(match) }]
    },
  })
  return [
    maximum(hole(words.maximum(HOLE, 24), '([^;]+?)'), () => 24),
    maximum(hole(words.maximum(HOLE, 77), '([^;]+?)').replace('77', '(\\d+)'), (match) => Number(match[2])),
    ...fixed(words.asNeeded, { kind: 'needed', reason: undefined }),
    {
      form: hole(words.asNeededFor(HOLE), FREE),
      literal: false,
      tokens: ([, reason = '']) => [{ kind: 'needed', reason: reason.trim() }],
    },
    {
      form: hole(words.site(HOLE), FREE),
      literal: false,
      tokens: ([, text = '']) => [{ kind: 'site', text: text.trim() }],
    },
    {
      form: hole(words.chart(HOLE), FREE),
      literal: false,
      tokens: ([, place = '']) => [{ kind: 'chart', place: place.trim() }],
    },
    ...fixed(words.chart(undefined), { kind: 'chart', place: undefined }),
    ...fixed(words.once, { kind: 'count', n: 1 }),
    ...counted(words.counted, (n) => ({ kind: 'count', n })),
  ]
}

export const fixed = (word: string, ...tokens: readonly Token[]): Phrase[] =>
  word.trim() === '' ? [] : [{ form: word.trim().toLowerCase(), literal: true, tokens: () => tokens }]

/** One phrase for numbers that stand as digits, one for each that has a word. */
function counted(say: (n: number) => string, token: (n: number) => Token): Phrase[] {
  const phrases = new Map<string, Phrase>()
  for (const n of SAMPLES) {
    const word = say(n)
    const digits = new RegExp(`(?<!\\d)${n}(?!\\d)`)
    const literal = !digits.test(word)
    const form = literal ? word.toLowerCase() : escaped(word).replace(digits, '(\\d+)')
    if (phrases.has(form)) continue
    phrases.set(form, {
      form,
      literal,
      tokens: ([, number]) => [token(number === undefined ? n : Number(number))],
    })
  }
  return [...phrases.values()]
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
const hole = (text: string, source: string): string => escaped(text).replace(HOLE, source)

/** `24.11.2026` and `2026-11-24` as ISO date. */
function dateOf(text: string): string {
  const [a = '', b = '', c = ''] = text.split(/[.-]/)
  const [year, month, day] = a.length === 4 ? [a, b, c] : [c, b, a]
  return `${year}-${month?.padStart(2, '0')}-${day?.padStart(2, '0')}`
}

const clockOf = (text: string): string => text.replace('.', ':').padStart(5, '0')
