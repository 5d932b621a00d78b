/**
 * Words by which sources write dosages besides those of our own texts: `1-0-1-0`, `1 x 3`, `daglig`, `om morgenen`. Each
 * says one thing only; what could say two is left out, since what is not read is not compared.
 */
import { fixed, type Phrase } from '../parse/phrases.js'
import { amountFrom, NUMBER } from '../parse/read-amount.js'
import type { Token } from '../parse/token.js'
import { indexPhrases, type PhraseIndex } from '../parse/tokenize.js'
import { isKnownUnit, type Language } from '../units.js'

interface SourceWords {
  readonly daily: readonly string[]
  readonly weekly: readonly string[]
  readonly slots: Readonly<Record<string, readonly string[]>>
  /** Plural or prefixed weekdays, Monday first. */
  readonly weekdays: readonly (readonly string[])[]
  readonly everyOther: readonly string[]
  readonly nothing: readonly string[]
  readonly glue: readonly string[]
}

const nordicDays = (days: readonly string[], ...forms: ((day: string) => string)[]): string[][] =>
  days.map((day) => forms.map((form) => form(day)))

const NB = ['mandag', 'tirsdag', 'onsdag', 'torsdag', 'fredag', 'lørdag', 'søndag']
const SV = ['måndag', 'tisdag', 'onsdag', 'torsdag', 'fredag', 'lördag', 'söndag']

const WORDS: Readonly<Record<Language, SourceWords>> = {
  nb: {
    daily: [
      'daglig',
      'hver dag',
      'per dag',
      'pr dag',
      'pr. dag',
      'om dagen',
      'i døgnet',
      'per døgn',
      'pr døgn',
      'dgl',
      'dgl.',
    ],
    weekly: [
      'ukentlig',
      'hver uke',
      'per uke',
      'pr uke',
      'pr. uke',
      'i uken',
      'i uka',
      'en gang i uken',
      '1 gang i uken',
      'én gang i uka',
      'en gang i uka',
      '1 gang per uke',
      'en gang per uke',
      'én gang per uke',
      '1 gang ukentlig',
      'én gang ukentlig',
      'en gang ukentlig',
    ],
    slots: {
      MORN: ['om morgenen', 'på morgenen', 'hver morgen'],
      'MORN.late': ['om formiddagen', 'på formiddagen'],
      AFT: ['om ettermiddagen', 'på ettermiddagen'],
      EVE: ['om kvelden', 'på kvelden', 'hver kveld'],
      NIGHT: ['til natten', 'om natten', 'natt', 'vesper', 'før sengetid'],
    },
    weekdays: nordicDays(
      NB,
      (d) => `${d}er`,
      (d) => `hver ${d}`,
      (d) => `på ${d}er`,
      (d) => `om ${d}en`,
    ),
    everyOther: ['hver 2. dag', 'hver annen dag', 'hver andre dag'],
    nothing: ['ingen dosering'],
    glue: ['ta', 'tas', 'tas som', 'gis', 'bare', 'hver', '+', 'samt', '.'],
  },
  da: {
    daily: ['dagligt', 'daglig', 'hver dag', 'om dagen', 'pr. dag', 'per dag', 'i døgnet', 'pr. døgn'],
    weekly: [
      'ugentligt',
      'ugentlig',
      'hver uge',
      'om ugen',
      'pr. uge',
      'per uge',
      '1 gang om ugen',
      'en gang om ugen',
      '1 gang ugentligt',
      'én gang ugentligt',
      'en gang ugentligt',
    ],
    slots: {
      MORN: ['om morgenen', 'hver morgen'],
      'MORN.late': ['om formiddagen'],
      NOON: ['til middag', 'om middagen'],
      AFT: ['om eftermiddagen'],
      EVE: ['om aftenen', 'til aften', 'hver aften'],
      NIGHT: ['til natten', 'til nat', 'nat'],
    },
    weekdays: nordicDays(
      NB,
      (d) => `${d}e`,
      (d) => `hver ${d}`,
      (d) => `om ${d}en`,
    ),
    everyOther: ['hver 2. dag'],
    nothing: ['ingen dosering'],
    glue: ['tag', 'tages', 'gives', 'kun', '+', 'samt', '.'],
  },
  en: {
    daily: ['daily', 'every day', 'a day', 'per day', 'each day', 'once daily'],
    weekly: ['weekly', 'every week', 'per week', 'a week', 'each week', 'once weekly', 'one time a week'],
    slots: {
      MORN: ['every morning', 'each morning', 'am'],
      NOON: ['at noon', 'midday'],
      EVE: ['every evening', 'each evening', 'pm'],
      NIGHT: ['at night', 'every night', 'nightly', 'before bed'],
    },
    weekdays: ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'].map((day) => [
      `${day}s`,
      `on ${day}s`,
      `every ${day}`,
    ]),
    everyOther: ['every second day', 'every 2 days', 'alternate days', 'on alternate days'],
    nothing: ['no doses', 'no dose'],
    glue: ['take', 'give', '+', '.'],
  },
  sv: {
    daily: ['dagligen', 'varje dag', 'per dag', 'om dagen', 'per dygn'],
    weekly: [
      'per vecka',
      'varje vecka',
      'i veckan',
      '1 gång i veckan',
      '1 gång per vecka',
      'en gång per vecka',
    ],
    slots: {
      MORN: ['morgon', 'varje morgon', 'till morgonen'],
      'MORN.late': ['förmiddag'],
      NOON: ['middag', 'mitt på dagen'],
      AFT: ['eftermiddag'],
      EVE: ['kväll', 'varje kväll', 'till kvällen'],
      NIGHT: ['natt', 'till natt'],
    },
    weekdays: nordicDays(
      SV,
      (d) => `${d}ar`,
      (d) => `varje ${d}`,
      (d) => `på ${d}ar`,
    ),
    everyOther: ['var 2:a dag', 'var annan dag'],
    nothing: ['ingen dosering'],
    glue: ['ta', 'tas', 'ges', '+', 'samt', '.'],
  },
  fi: {
    daily: ['päivässä', 'vuorokaudessa', 'päivittäin', 'joka päivä'],
    weekly: ['viikossa', 'viikoittain', 'joka viikko', '1 kerta viikossa'],
    slots: {
      MORN: ['aamuisin', 'joka aamu'],
      NOON: ['päivällä'],
      EVE: ['iltaisin', 'joka ilta'],
      NIGHT: ['yöllä', 'öisin'],
    },
    weekdays: ['maanantai', 'tiistai', 'keskiviikko', 'torstai', 'perjantai', 'lauantai', 'sunnuntai'].map(
      (day) => [`${day.replace(/i$/, '')}isin`, `joka ${day}`],
    ),
    everyOther: ['joka 2. päivä'],
    nothing: ['ei annosta'],
    glue: ['otetaan', 'annetaan', '+', '.'],
  },
}

/** Order of the columns of `1-0-1` and `1-0-1-0`. */
const COLUMNS: Readonly<Record<number, readonly string[]>> = {
  3: ['MORN', 'NOON', 'EVE'],
  4: ['MORN', 'NOON', 'EVE', 'NIGHT'],
}
const UNIT = '(?:\\s*([^\\s\\d,;()+]+))?'

const phrasesBefore = new Map<Language, PhraseIndex>()

export function sourcePhrases(language: Language): PhraseIndex {
  const known = phrasesBefore.get(language)
  if (known !== undefined) return known
  const words = WORDS[language]
  const all: readonly Phrase[] = [
    columns(4),
    columns(3),
    timesDaily(),
    ...words.daily.flatMap((word) => fixed(word, { kind: 'times', n: 1, unit: 'd' })),
    ...words.weekly.flatMap((word) => fixed(word, { kind: 'times', n: 1, unit: 'wk' })),
    ...Object.entries(words.slots).flatMap(([code, names]) =>
      names.flatMap((name) => fixed(name, { kind: 'slot', code })),
    ),
    ...words.weekdays.flatMap((names, index) =>
      names.flatMap((name) => fixed(name, { kind: 'weekday', day: index + 1 })),
    ),
    ...words.everyOther.flatMap((word) => fixed(word, { kind: 'every', interval: { value: 2, unit: 'd' } })),
    ...words.nothing.flatMap((word) => fixed(word, { kind: 'nothing' })),
    ...words.glue.flatMap((word) => fixed(word, { kind: 'glue' })),
  ]
  const index = indexPhrases(all)
  phrasesBefore.set(language, index)
  return index
}

/** `1-0-½-0 tablett` and `1+0+1+0`. */
function columns(n: 3 | 4): Phrase {
  const numbers = Array.from({ length: n }, () => `(${NUMBER})`).join('\\s*[-+–]\\s*')
  return {
    form: `${numbers}(?!\\s*[-+–]\\s*\\d)${UNIT}`,
    literal: false,
    tokens: (match) => {
      const unit = match[1 + n] ?? ''
      if (unit !== '' && !isKnownUnit(unit)) return undefined
      const tokens: Token[] = []
      for (const [index, code] of (COLUMNS[n] ?? []).entries()) {
        const amount = amountFrom(match[1 + index] ?? '', undefined, unit)
        if (amount === undefined) return undefined
        if (amount.low.n > 0n) tokens.push({ kind: 'amount', amount }, { kind: 'slot', code })
      }
      return tokens.length === 0 ? undefined : tokens
    },
  }
}

/** `1 x 3`, `1 tablett x 3 daglig`: the amount stands before, so that only `x 3` is read here, and `1x3` whole. */
function timesDaily(): Phrase {
  return {
    form: `(?:(${NUMBER})\\s*)?[x×]\\s*(\\d{1,2})`,
    literal: false,
    tokens: (match) => {
      const times: Token = { kind: 'times', n: Number(match[2]), unit: 'd' }
      if (match[1] === undefined) return [times]
      const amount = amountFrom(match[1], undefined, '')
      return amount === undefined ? undefined : [{ kind: 'amount', amount }, times]
    },
  }
}
