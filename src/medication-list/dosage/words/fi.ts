/**
 * Dosage texts in Finnish (medication-list.md 12.6; ours, to be read by a native pharmacist). Data only. Lengths stand
 * in the genitive that their sentences take (`7 päivän ajan`); the reason for use as the source inflects it (`kipuun`).
 */
import type { DosageWords } from '../text-words.js'
import { plural } from './plural.js'

/** Morning and evening are one word with their weekday. */
const COMPOUNDS: Readonly<Record<string, string>> = { aamulla: 'aamuna', illalla: 'iltana' }

export const fi: DosageWords = {
  decimalMark: ',',
  and: 'ja',
  thereafter: 'sitten',
  slots: {
    MORN: 'aamulla',
    'MORN.early': 'varhain aamulla',
    'MORN.late': 'aamupäivällä',
    NOON: 'keskipäivällä',
    AFT: 'iltapäivällä',
    'AFT.early': 'varhain iltapäivällä',
    'AFT.late': 'myöhään iltapäivällä',
    EVE: 'illalla',
    'EVE.early': 'varhain illalla',
    'EVE.late': 'myöhään illalla',
    NIGHT: 'yöksi',
    HS: 'nukkumaan mennessä',
    PHS: 'nukkumaanmenon jälkeen',
    WAKE: 'herätessä',
  },
  slotLead: '',
  timesDaily: (n) => (n === 1 ? 'kerran päivässä' : `${n} kertaa päivässä`),
  timesWeekly: (n) => (n === 1 ? 'kerran viikossa' : `${n} kertaa viikossa`),
  everyHours: (n) => (n === 1 ? 'joka tunti' : `${n} tunnin välein`),
  everyMinutes: (n) => `${n} minuutin välein`,
  everyDays: (n) => (n === 1 ? 'joka päivä' : n === 2 ? 'joka toinen päivä' : `joka ${n}. päivä`),
  everyWeeks: (n) => (n === 1 ? 'kerran viikossa' : n === 2 ? 'joka toinen viikko' : `joka ${n}. viikko`),
  everyMonths: (n) =>
    n === 1 ? 'kerran kuukaudessa' : n === 2 ? 'joka toinen kuukausi' : `joka ${n}. kuukausi`,
  everyYears: (n) => (n === 1 ? 'kerran vuodessa' : n === 2 ? 'joka toinen vuosi' : `joka ${n}. vuosi`),
  weekdays: [
    'maanantaina',
    'tiistaina',
    'keskiviikkona',
    'torstaina',
    'perjantaina',
    'lauantaina',
    'sunnuntaina',
  ],
  weekdayPlurals: [
    'maanantaisin',
    'tiistaisin',
    'keskiviikkoisin',
    'torstaisin',
    'perjantaisin',
    'lauantaisin',
    'sunnuntaisin',
  ],
  onWeekdays: (days, slots) => {
    const compound = COMPOUNDS[slots]
    if (slots === '') return days
    if (compound === undefined || days.includes(' ')) return `${days} ${slots}`
    const day = days.slice(0, -2)
    return day.endsWith('i') && compound.startsWith('i') ? `${day}-${compound}` : `${day}${compound}`
  },
  clockLead: 'klo ',
  clock: (time) => time.replace(':', '.').replace(/^0(?=\d)/, ''),
  upTo: 'enintään',
  only: 'vain',
  asNeeded: 'tarvittaessa',
  asNeededFor: (reason) => `tarvittaessa ${reason}`,
  days: (n) => `${n} päivän`,
  hours: (n) => `${n} tunnin`,
  weeks: (n) => `${n} viikon`,
  months: (n) => `${n} kuukauden`,
  forDuration: (length) => `${length} ajan`,
  maximum: (amount, hours) => `enintään ${amount} ${hours === 24 ? 'vuorokaudessa' : `${hours} tunnissa`}`,
  minInterval: (hours) => `vähintään ${hours} tauko annosten välillä`,
  once: 'kerran (ei toisteta)',
  counted: (n) => `yhteensä ${n} kertaa`,
  changedEvery: (interval) => `vaihdetaan ${interval}`,
  cycle: (on, off) =>
    `${plural(on, 'päivä', 'päivää')} käytössä ja ${plural(off, 'päivä', 'päivää')} tauolla`,
  date: (iso) => `${Number(iso.slice(8, 10))}.${Number(iso.slice(5, 7))}.${iso.slice(0, 4)}`,
  from: (date) => `alkaen ${date}`,
  until: (date) => `${date} asti`,
  onlyOn: (days) => `Otetaan vain ${days} – ei joka päivä.`,
  minutes: (n) => `${n} minuutin`,
  years: (n) => `${n} vuoden`,
  on: (date) => `päivänä ${date}`,
  untilTime: (date, clock) => `${date} ${clock} asti`,
  site: (place) => `kohta: ${place}`,
  worn: (length) => `pidetään ${length} ajan`,
  given: (length) => `annetaan ${length} aikana`,
  offsetMeal: (minutes, meal) => `${minutes.replace('minuutin', 'minuuttia')} ${meal}`,
  chart: (place) => (place === undefined ? 'kaavion mukaan' : `kaavion mukaan: ${place}`),
  mealCodes: {
    C: 'aterian yhteydessä',
    CM: 'aamiaisen yhteydessä',
    CD: 'lounaan yhteydessä',
    CV: 'päivällisen yhteydessä',
    AC: 'ennen ateriaa',
    ACM: 'ennen aamiaista',
    ACD: 'ennen lounasta',
    ACV: 'ennen päivällistä',
    PC: 'aterian jälkeen',
    PCM: 'aamiaisen jälkeen',
    PCD: 'lounaan jälkeen',
    PCV: 'päivällisen jälkeen',
  },
}
