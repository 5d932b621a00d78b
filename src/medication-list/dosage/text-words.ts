/** The words of dosage texts in each language (medication-list.md 12.6). Data only. */
import type { Language } from './units.js'

export interface DosageWords {
  readonly decimalMark: ',' | '.'
  readonly and: string
  readonly thereafter: string
  /** Part of day as it stands after the amount; in English the preposition is written once per list. */
  readonly slots: Readonly<Record<string, string>>
  readonly timesDaily: (n: number) => string
  readonly timesWeekly: (n: number) => string
  readonly everyHours: (n: number) => string
  readonly everyMinutes: (n: number) => string
  readonly everyDays: (n: number) => string
  readonly everyWeeks: (n: number) => string
  readonly everyMonths: (n: number) => string
  readonly everyYears: (n: number) => string
  readonly weekdays: readonly string[]
  /** `on Monday morning` where a language writes weekday and slot together. */
  readonly onWeekdays: (days: string, slots: string) => string
  readonly clock: (time: string) => string
  readonly clockLead: string
  readonly upTo: string
  readonly only: string
  readonly asNeeded: string
  readonly asNeededFor: (reason: string) => string
  readonly days: (n: number) => string
  readonly hours: (n: number) => string
  readonly weeks: (n: number) => string
  readonly months: (n: number) => string
  readonly forDuration: (length: string) => string
  readonly maximum: (amount: string, hours: number) => string
  readonly minInterval: (hours: string) => string
  readonly once: string
  readonly counted: (n: number) => string
  readonly changedEvery: (interval: string) => string
  readonly cycle: (on: number, off: number) => string
  readonly date: (isoDate: string) => string
  readonly from: (date: string) => string
  readonly until: (date: string) => string
  readonly onlyOn: (days: string) => string
  readonly weekdayPlurals: readonly string[]
  readonly mealCodes: Readonly<Record<string, string>>
}

/** `3 dager`: the number and the word that fits it. */
const plural = (n: number, one: string, many: string): string => `${n} ${n === 1 ? one : many}`

const nb: DosageWords = {
  decimalMark: ',',
  and: 'og',
  thereafter: 'deretter',
  slots: {
    MORN: 'morgen',
    'MORN.early': 'tidlig morgen',
    'MORN.late': 'formiddag',
    NOON: 'midt på dagen',
    AFT: 'ettermiddag',
    'AFT.early': 'tidlig ettermiddag',
    'AFT.late': 'sen ettermiddag',
    EVE: 'kveld',
    'EVE.early': 'tidlig kveld',
    'EVE.late': 'sen kveld',
    NIGHT: 'ved sengetid',
    HS: 'ved sengetid',
    PHS: 'etter leggetid',
    WAKE: 'ved oppvåkning',
  },
  timesDaily: (n) => (n === 1 ? '1 gang daglig' : `${n} ganger daglig`),
  timesWeekly: (n) => (n === 1 ? 'én gang i uken' : `${n} ganger i uken`),
  everyHours: (n) => (n === 1 ? 'hver time' : `hver ${n}. time`),
  everyMinutes: (n) => `hvert ${n}. minutt`,
  everyDays: (n) => (n === 1 ? 'hver dag' : n === 2 ? 'annenhver dag' : `hver ${n}. dag`),
  everyWeeks: (n) => (n === 1 ? 'én gang i uken' : n === 2 ? 'annenhver uke' : `hver ${n}. uke`),
  everyMonths: (n) => (n === 1 ? 'én gang i måneden' : `hver ${n}. måned`),
  everyYears: (n) => (n === 1 ? 'én gang i året' : `hvert ${n}. år`),
  weekdays: ['mandag', 'tirsdag', 'onsdag', 'torsdag', 'fredag', 'lørdag', 'søndag'],
  weekdayPlurals: ['mandager', 'tirsdager', 'onsdager', 'torsdager', 'fredager', 'lørdager', 'søndager'],
  onWeekdays: (days, slots) => (slots === '' ? days : `${days} ${slots}`),
  clockLead: 'kl. ',
  clock: (time) => time.replace(':', '.'),
  upTo: 'inntil',
  only: 'bare',
  asNeeded: 'ved behov',
  asNeededFor: (reason) => `ved behov mot ${reason}`,
  days: (n) => plural(n, 'dag', 'dager'),
  hours: (n) => plural(n, 'time', 'timer'),
  weeks: (n) => plural(n, 'uke', 'uker'),
  months: (n) => plural(n, 'måned', 'måneder'),
  forDuration: (length) => `i ${length}`,
  maximum: (amount, hours) => `høyst ${amount} ${hours === 24 ? 'per døgn' : `per ${hours} timer`}`,
  minInterval: (hours) => `minst ${hours} mellom dosene`,
  once: 'én gang (gjentas ikke)',
  counted: (n) => `i alt ${n} ganger`,
  changedEvery: (interval) => `skiftes ${interval}`,
  cycle: (on, off) => `${plural(on, 'dag', 'dager')} med og ${plural(off, 'dag', 'dager')} uten`,
  date: (iso) => `${iso.slice(8, 10)}.${iso.slice(5, 7)}.${iso.slice(0, 4)}`,
  from: (date) => `fra ${date}`,
  until: (date) => `til og med ${date}`,
  onlyOn: (days) => `Tas bare på ${days} – ikke hver dag.`,
  mealCodes: {
    C: 'til måltid',
    CM: 'til frokost',
    CD: 'til lunsj',
    CV: 'til middag',
    AC: 'før måltid',
    ACM: 'før frokost',
    ACD: 'før lunsj',
    ACV: 'før middag',
    PC: 'etter måltid',
    PCM: 'etter frokost',
    PCD: 'etter lunsj',
    PCV: 'etter middag',
  },
}

const da: DosageWords = {
  ...nb,
  thereafter: 'derefter',
  slots: {
    ...nb.slots,
    MORN: 'morgen',
    'MORN.early': 'tidlig morgen',
    'MORN.late': 'formiddag',
    NOON: 'middag',
    AFT: 'eftermiddag',
    'AFT.early': 'tidlig eftermiddag',
    'AFT.late': 'sen eftermiddag',
    EVE: 'aften',
    'EVE.early': 'tidlig aften',
    'EVE.late': 'sen aften',
    NIGHT: 'før sengetid',
    HS: 'før sengetid',
    PHS: 'efter sengetid',
    WAKE: 'ved opvågning',
  },
  timesDaily: (n) => (n === 1 ? '1 gang dagligt' : `${n} gange dagligt`),
  timesWeekly: (n) => (n === 1 ? 'én gang om ugen' : `${n} gange om ugen`),
  everyMinutes: (n) => `hvert ${n}. minut`,
  everyDays: (n) => (n === 1 ? 'hver dag' : n === 2 ? 'hver anden dag' : `hver ${n}. dag`),
  everyWeeks: (n) => (n === 1 ? 'én gang om ugen' : n === 2 ? 'hver anden uge' : `hver ${n}. uge`),
  everyMonths: (n) => (n === 1 ? 'én gang om måneden' : `hver ${n}. måned`),
  everyYears: (n) => (n === 1 ? 'én gang om året' : `hvert ${n}. år`),
  weekdays: ['mandag', 'tirsdag', 'onsdag', 'torsdag', 'fredag', 'lørdag', 'søndag'],
  weekdayPlurals: ['mandagen', 'tirsdagen', 'onsdagen', 'torsdagen', 'fredagen', 'lørdagen', 'søndagen'],
  upTo: 'indtil',
  only: 'kun',
  asNeeded: 'efter behov',
  asNeededFor: (reason) => `efter behov mod ${reason}`,
  days: (n) => plural(n, 'dag', 'dage'),
  hours: (n) => plural(n, 'time', 'timer'),
  weeks: (n) => plural(n, 'uge', 'uger'),
  months: (n) => plural(n, 'måned', 'måneder'),
  maximum: (amount, hours) => `højst ${amount} ${hours === 24 ? 'i døgnet' : `på ${hours} timer`}`,
  minInterval: (hours) => `mindst ${hours} mellem doserne`,
  once: 'én gang (gentages ikke)',
  counted: (n) => `i alt ${n} gange`,
  cycle: (on, off) => `${plural(on, 'dag', 'dage')} med og ${plural(off, 'dag', 'dage')} uden`,
  from: (date) => `fra ${date}`,
  until: (date) => `til og med ${date}`,
  onlyOn: (days) => `Tages kun om ${days} – ikke hver dag.`,
  mealCodes: {
    C: 'til måltid',
    CM: 'til morgenmad',
    CD: 'til frokost',
    CV: 'til aftensmad',
    AC: 'før måltid',
    ACM: 'før morgenmad',
    ACD: 'før frokost',
    ACV: 'før aftensmad',
    PC: 'efter måltid',
    PCM: 'efter morgenmad',
    PCD: 'efter frokost',
    PCV: 'efter aftensmad',
  },
}

const en: DosageWords = {
  decimalMark: '.',
  and: 'and',
  thereafter: 'then',
  slots: {
    MORN: 'in the morning',
    'MORN.early': 'in the early morning',
    'MORN.late': 'in the late morning',
    NOON: 'at midday',
    AFT: 'in the afternoon',
    'AFT.early': 'in the early afternoon',
    'AFT.late': 'in the late afternoon',
    EVE: 'in the evening',
    'EVE.early': 'in the early evening',
    'EVE.late': 'in the late evening',
    NIGHT: 'at bedtime',
    HS: 'at bedtime',
    PHS: 'after going to bed',
    WAKE: 'on waking',
  },
  timesDaily: (n) => (n === 1 ? 'once a day' : n === 2 ? 'twice a day' : `${n} times a day`),
  timesWeekly: (n) => (n === 1 ? 'once a week' : n === 2 ? 'twice a week' : `${n} times a week`),
  everyHours: (n) => (n === 1 ? 'every hour' : `every ${n} hours`),
  everyMinutes: (n) => `every ${n} minutes`,
  everyDays: (n) => (n === 1 ? 'every day' : n === 2 ? 'every other day' : `every ${n} days`),
  everyWeeks: (n) => (n === 1 ? 'once a week' : n === 2 ? 'every other week' : `every ${n} weeks`),
  everyMonths: (n) => (n === 1 ? 'once a month' : `every ${n} months`),
  everyYears: (n) => (n === 1 ? 'once a year' : `every ${n} years`),
  weekdays: ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'],
  weekdayPlurals: ['Mondays', 'Tuesdays', 'Wednesdays', 'Thursdays', 'Fridays', 'Saturdays', 'Sundays'],
  onWeekdays: (days, slots) => {
    if (slots === '') return `on ${days}`
    const part = /^in the (morning|afternoon|evening)$/.exec(slots)?.[1]
    return part === undefined ? `on ${days} ${slots}` : `on ${days} ${part}`
  },
  clockLead: 'at ',
  clock: (time) => time,
  upTo: 'up to',
  only: 'only',
  asNeeded: 'when needed',
  asNeededFor: (reason) => `when needed for ${reason}`,
  days: (n) => plural(n, 'day', 'days'),
  hours: (n) => plural(n, 'hour', 'hours'),
  weeks: (n) => plural(n, 'week', 'weeks'),
  months: (n) => plural(n, 'month', 'months'),
  forDuration: (length) => `for ${length}`,
  maximum: (amount, hours) => `at most ${amount} in ${hours} hours`,
  minInterval: (hours) => `at least ${hours} between doses`,
  once: 'once only',
  counted: (n) => `${n} times in all`,
  changedEvery: (interval) => `changed ${interval}`,
  cycle: (on, off) => `${plural(on, 'day', 'days')} on and ${plural(off, 'day', 'days')} off`,
  date: (iso) => iso,
  from: (date) => `from ${date}`,
  until: (date) => `until ${date}`,
  onlyOn: (days) => `Take on ${days} only – not every day.`,
  mealCodes: {
    C: 'with a meal',
    CM: 'with breakfast',
    CD: 'with lunch',
    CV: 'with dinner',
    AC: 'before meals',
    ACM: 'before breakfast',
    ACD: 'before lunch',
    ACV: 'before dinner',
    PC: 'after meals',
    PCM: 'after breakfast',
    PCD: 'after lunch',
    PCV: 'after dinner',
  },
}

export const DOSAGE_WORDS: Readonly<Record<Language, DosageWords>> = { nb, da, en }
