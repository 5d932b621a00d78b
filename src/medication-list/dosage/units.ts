/** Words of dose units: which say the same, and how they are written out (medication-list.md 12.6). */
import type { Quantity } from 'fhir/r4.js'
import { UCUM } from '../../core/canonical.js'

export type Language = 'nb' | 'da' | 'en'

interface UnitRow {
  /** UCUM codes that mean this unit. */
  readonly ucum: readonly string[]
  /** Further spellings found in messages, lower case. */
  readonly also: readonly string[]
  /** Singular and plural. */
  readonly words: Readonly<Record<Language, readonly [string, string]>>
}

const same = (word: string): UnitRow['words'] => ({ nb: [word, word], da: [word, word], en: [word, word] })

/** Units that are easily misread (µg, IU) are written in full. */
export const UNITS: Readonly<Record<string, UnitRow>> = {
  tablet: {
    ucum: ['{tablet}', '{tbl}', '{tab}'],
    also: ['tab', 'tabl', 'tbl', 'tabs'],
    words: { nb: ['tablett', 'tabletter'], da: ['tablet', 'tabletter'], en: ['tablet', 'tablets'] },
  },
  capsule: {
    ucum: ['{capsule}', '{cap}'],
    also: ['kaps', 'caps', 'cap'],
    words: { nb: ['kapsel', 'kapsler'], da: ['kapsel', 'kapsler'], en: ['capsule', 'capsules'] },
  },
  patch: {
    ucum: ['{patch}'],
    also: ['depotplaster'],
    words: { nb: ['plaster', 'plastre'], da: ['plaster', 'plastre'], en: ['patch', 'patches'] },
  },
  drop: {
    ucum: ['[drp]', '{drop}'],
    also: ['dr'],
    words: { nb: ['dråpe', 'dråper'], da: ['dråbe', 'dråber'], en: ['drop', 'drops'] },
  },
  dose: {
    ucum: ['{dose}'],
    also: [],
    words: { nb: ['dose', 'doser'], da: ['dosis', 'doser'], en: ['dose', 'doses'] },
  },
  puff: {
    ucum: ['{puff}', '{inhalation}'],
    also: ['inh', 'sug'],
    words: { nb: ['inhalasjon', 'inhalasjoner'], da: ['inhalation', 'inhalationer'], en: ['puff', 'puffs'] },
  },
  sachet: {
    ucum: ['{sachet}'],
    also: ['dosepose'],
    words: { nb: ['pose', 'poser'], da: ['brev', 'breve'], en: ['sachet', 'sachets'] },
  },
  suppository: {
    ucum: ['{suppository}'],
    also: ['supp'],
    words: {
      nb: ['stikkpille', 'stikkpiller'],
      da: ['suppositorie', 'suppositorier'],
      en: ['suppository', 'suppositories'],
    },
  },
  syringe: {
    ucum: ['{syringe}'],
    also: [],
    words: { nb: ['sprøyte', 'sprøyter'], da: ['sprøjte', 'sprøjter'], en: ['syringe', 'syringes'] },
  },
  piece: {
    ucum: ['{each}', '{piece}'],
    also: ['stykk', 'stykker', 'each', 'ea'],
    words: { nb: ['stk', 'stk'], da: ['stk', 'stk'], en: ['piece', 'pieces'] },
  },
  microgram: {
    ucum: ['ug'],
    also: ['µg', 'μg', 'mcg', 'mikrog'],
    words: {
      nb: ['mikrogram', 'mikrogram'],
      da: ['mikrogram', 'mikrogram'],
      en: ['microgram', 'micrograms'],
    },
  },
  unit: {
    ucum: ['[IU]', '[iU]'],
    also: ['ie', 'iu', 'i.e.', 'e'],
    words: { nb: ['enhet', 'enheter'], da: ['enhed', 'enheder'], en: ['unit', 'units'] },
  },
  mg: { ucum: ['mg'], also: ['milligram'], words: same('mg') },
  g: { ucum: ['g'], also: ['gram'], words: same('g') },
  ml: { ucum: ['mL', 'ml'], also: ['milliliter'], words: same('ml') },
  mmol: { ucum: ['mmol'], also: [], words: same('mmol') },
}

const BY_UCUM = new Map(Object.entries(UNITS).flatMap(([key, row]) => row.ucum.map((code) => [code, key])))
const BY_WORD = new Map(
  Object.entries(UNITS).flatMap(([key, row]) =>
    [key, ...row.also, ...Object.values(row.words).flat()].map((word) => [word, key]),
  ),
)

/** Key of the unit table, or the source's own unit in lower case; empty when the quantity has none. */
export function unitKey(quantity: Pick<Quantity, 'system' | 'code' | 'unit'>): string {
  const byCode = quantity.system === UCUM ? BY_UCUM.get(quantity.code ?? '') : undefined
  return byCode ?? unitKeyOfWord(quantity.unit ?? quantity.code ?? '')
}

export function unitKeyOfWord(word: string): string {
  const plain = word.trim().toLowerCase()
  return BY_WORD.get(plain) ?? BY_UCUM.get(word.trim()) ?? plain
}

/** Whether the table has this word. */
export const isKnownUnit = (word: string): boolean => BY_WORD.has(word.trim().toLowerCase())

/** `plural` for amounts above one. */
export function unitWord(unit: string, plural: boolean, language: Language): string {
  const row = Object.hasOwn(UNITS, unit) ? UNITS[unit] : undefined
  return row === undefined ? unit : row.words[language][plural ? 1 : 0]
}
