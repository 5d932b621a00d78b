/** Dosage texts in Swedish (medication-list.md 12.6; ours, to be read by a native pharmacist). Data only. */
import type { DosageWords } from '../text-words.js'
import { plural } from './plural.js'

/** `3:e`, `21:a`: the ordinal of `var …`. */
const ordinal = (n: number): string => {
  const last = n % 10
  const teen = n % 100 === 11 || n % 100 === 12
  return `${n}:${!teen && (last === 1 || last === 2) ? 'a' : 'e'}`
}

export const sv: DosageWords = {
  decimalMark: ',',
  and: 'och',
  thereafter: 'därefter',
  slots: {
    MORN: 'på morgonen',
    'MORN.early': 'tidigt på morgonen',
    'MORN.late': 'på förmiddagen',
    NOON: 'mitt på dagen',
    AFT: 'på eftermiddagen',
    'AFT.early': 'tidigt på eftermiddagen',
    'AFT.late': 'sent på eftermiddagen',
    EVE: 'på kvällen',
    'EVE.early': 'tidigt på kvällen',
    'EVE.late': 'sent på kvällen',
    NIGHT: 'till natten',
    HS: 'vid sänggåendet',
    PHS: 'efter sänggåendet',
    WAKE: 'vid uppvaknandet',
  },
  slotLead: 'på ',
  timesDaily: (n) => (n === 1 ? '1 gång dagligen' : `${n} gånger dagligen`),
  timesWeekly: (n) => (n === 1 ? 'en gång i veckan' : `${n} gånger i veckan`),
  everyHours: (n) => (n === 1 ? 'varje timme' : `var ${ordinal(n)} timme`),
  everyMinutes: (n) => `var ${ordinal(n)} minut`,
  everyDays: (n) => (n === 1 ? 'varje dag' : n === 2 ? 'varannan dag' : `var ${ordinal(n)} dag`),
  everyWeeks: (n) => (n === 1 ? 'en gång i veckan' : n === 2 ? 'varannan vecka' : `var ${ordinal(n)} vecka`),
  everyMonths: (n) =>
    n === 1 ? 'en gång i månaden' : n === 2 ? 'varannan månad' : `var ${ordinal(n)} månad`,
  everyYears: (n) => (n === 1 ? 'en gång om året' : n === 2 ? 'vartannat år' : `vart ${ordinal(n)} år`),
  weekdays: ['måndag', 'tisdag', 'onsdag', 'torsdag', 'fredag', 'lördag', 'söndag'],
  weekdayPlurals: ['måndagar', 'tisdagar', 'onsdagar', 'torsdagar', 'fredagar', 'lördagar', 'söndagar'],
  onWeekdays: (days, slots) => {
    if (slots === '') return days
    const part = /^på (morgon|förmiddag|eftermiddag|kväll)e?n$/.exec(slots)?.[1]
    return part === undefined ? `${days} ${slots}` : `${days} ${part}`
  },
  clockLead: 'kl. ',
  clock: (time) => time.replace(':', '.'),
  upTo: 'upp till',
  only: 'endast',
  asNeeded: 'vid behov',
  asNeededFor: (reason) => `vid behov mot ${reason}`,
  days: (n) => plural(n, 'dag', 'dagar'),
  hours: (n) => plural(n, 'timme', 'timmar'),
  weeks: (n) => plural(n, 'vecka', 'veckor'),
  months: (n) => plural(n, 'månad', 'månader'),
  forDuration: (length) => `i ${length}`,
  maximum: (amount, hours) => `högst ${amount} ${hours === 24 ? 'per dygn' : `per ${hours} timmar`}`,
  minInterval: (hours) => `minst ${hours} mellan doserna`,
  once: 'en gång (upprepas inte)',
  counted: (n) => `totalt ${n} gånger`,
  changedEvery: (interval) => `byts ${interval}`,
  cycle: (on, off) => `${plural(on, 'dag', 'dagar')} med och ${plural(off, 'dag', 'dagar')} utan`,
  date: (iso) => iso,
  from: (date) => `från ${date}`,
  until: (date) => `till och med ${date}`,
  onlyOn: (days) => `Tas endast på ${days} – inte varje dag.`,
  minutes: (n) => plural(n, 'minut', 'minuter'),
  years: (n) => `${n} år`,
  on: (date) => `den ${date}`,
  untilTime: (date, clock) => `till ${date} ${clock}`,
  site: (place) => `ställe: ${place}`,
  worn: (length) => `sitter i ${length}`,
  given: (length) => `ges under ${length}`,
  offsetMeal: (minutes, meal) => `${minutes} ${meal}`,
  chart: (place) => (place === undefined ? 'enligt schema' : `enligt schema: ${place}`),
  mealCodes: {
    C: 'till måltid',
    CM: 'till frukost',
    CD: 'till lunch',
    CV: 'till middag',
    AC: 'före måltid',
    ACM: 'före frukost',
    ACD: 'före lunch',
    ACV: 'före middag',
    PC: 'efter måltid',
    PCM: 'efter frukost',
    PCD: 'efter lunch',
    PCV: 'efter middag',
  },
}
