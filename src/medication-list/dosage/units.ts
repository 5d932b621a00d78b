/** Words of dose units: which say the same, and how they are written out (medication-list.md 12.6). */
import type { Quantity } from 'fhir/r4.js'
import { UCUM } from '../../core/canonical.js'
import type { LANGUAGES } from '../../core/list-view.js'
import { compare, type Decimal, equals, whole } from './decimal.js'

export type Language = (typeof LANGUAGES)[number]

interface UnitRow {
  /** UCUM codes that mean this unit. */
  readonly ucum: readonly string[]
  /** Further spellings found in messages, lower case. */
  readonly also: readonly string[]
  /** For one and for more; what counts as one is a matter of the language (`unitWord`). */
  readonly words: Readonly<Record<Language, readonly [string, string]>>
}

const same = (word: string): UnitRow['words'] => {
  const both = [word, word] as const
  return { nb: both, da: both, en: both, sv: both, fi: both }
}

/** Units that are easily misread (µg, IU) are written in full. */
export const UNITS: Readonly<Record<string, UnitRow>> = {
  tablet: {
    ucum: ['{tablet}', '{tbl}', '{tab}'],
    also: ['tab', 'tabl', 'tbl', 'tabs'],
    words: {
      nb: ['tablett', 'tabletter'],
      da: ['tablet', 'tabletter'],
      en: ['tablet', 'tablets'],
      sv: ['tablett', 'tabletter'],
      fi: ['tabletti', 'tablettia'],
    },
  },
  capsule: {
    ucum: ['{capsule}', '{cap}'],
    also: ['kaps', 'caps', 'cap'],
    words: {
      nb: ['kapsel', 'kapsler'],
      da: ['kapsel', 'kapsler'],
      en: ['capsule', 'capsules'],
      sv: ['kapsel', 'kapslar'],
      fi: ['kapseli', 'kapselia'],
    },
  },
  patch: {
    ucum: ['{patch}'],
    also: ['depotplaster'],
    words: {
      nb: ['plaster', 'plastre'],
      da: ['plaster', 'plastre'],
      en: ['patch', 'patches'],
      sv: ['plåster', 'plåster'],
      fi: ['laastari', 'laastaria'],
    },
  },
  drop: {
    ucum: ['[drp]', '{drop}'],
    also: ['dr'],
    words: {
      nb: ['dråpe', 'dråper'],
      da: ['dråbe', 'dråber'],
      en: ['drop', 'drops'],
      sv: ['droppe', 'droppar'],
      fi: ['tippa', 'tippaa'],
    },
  },
  dose: {
    ucum: ['{dose}'],
    also: [],
    words: {
      nb: ['dose', 'doser'],
      da: ['dosis', 'doser'],
      en: ['dose', 'doses'],
      sv: ['dos', 'doser'],
      fi: ['annos', 'annosta'],
    },
  },
  puff: {
    ucum: ['{puff}', '{inhalation}'],
    also: ['inh', 'sug'],
    words: {
      nb: ['inhalasjon', 'inhalasjoner'],
      da: ['inhalation', 'inhalationer'],
      en: ['puff', 'puffs'],
      sv: ['inhalation', 'inhalationer'],
      fi: ['inhalaatio', 'inhalaatiota'],
    },
  },
  sachet: {
    ucum: ['{sachet}'],
    also: ['dosepose'],
    words: {
      nb: ['pose', 'poser'],
      da: ['brev', 'breve'],
      en: ['sachet', 'sachets'],
      sv: ['dospåse', 'dospåsar'],
      fi: ['annospussi', 'annospussia'],
    },
  },
  suppository: {
    ucum: ['{suppository}'],
    also: ['supp'],
    words: {
      nb: ['stikkpille', 'stikkpiller'],
      da: ['suppositorie', 'suppositorier'],
      en: ['suppository', 'suppositories'],
      sv: ['suppositorium', 'suppositorier'],
      fi: ['peräpuikko', 'peräpuikkoa'],
    },
  },
  syringe: {
    ucum: ['{syringe}'],
    also: [],
    words: {
      nb: ['sprøyte', 'sprøyter'],
      da: ['sprøjte', 'sprøjter'],
      en: ['syringe', 'syringes'],
      sv: ['spruta', 'sprutor'],
      fi: ['ruisku', 'ruiskua'],
    },
  },
  piece: {
    ucum: ['{each}', '{piece}'],
    also: ['stykk', 'stykker', 'each', 'ea'],
    words: {
      nb: ['stk', 'stk'],
      da: ['stk', 'stk'],
      en: ['piece', 'pieces'],
      sv: ['st', 'st'],
      fi: ['kpl', 'kpl'],
    },
  },
  microgram: {
    ucum: ['ug'],
    also: ['µg', 'μg', 'mcg', 'mikrog'],
    words: {
      nb: ['mikrogram', 'mikrogram'],
      da: ['mikrogram', 'mikrogram'],
      en: ['microgram', 'micrograms'],
      sv: ['mikrogram', 'mikrogram'],
      fi: ['mikrogramma', 'mikrogrammaa'],
    },
  },
  unit: {
    ucum: ['[IU]', '[iU]'],
    also: ['ie', 'iu', 'i.e.', 'e'],
    words: {
      nb: ['enhet', 'enheter'],
      da: ['enhed', 'enheder'],
      en: ['unit', 'units'],
      sv: ['enhet', 'enheter'],
      fi: ['yksikkö', 'yksikköä'],
    },
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

/** Whether this key is one of the table. */
export const isKnownUnitKey = (unit: string): boolean => Object.hasOwn(UNITS, unit)

/** Whether the table has this word. */
export const isKnownUnit = (word: string): boolean => BY_WORD.has(word.trim().toLowerCase())

/**
 * The word for one stands up to and with one, in Finnish for exactly one (12.6). A range takes the word of its upper
 * value.
 */
export function unitWord(
  unit: string,
  { low, high }: { readonly low: Decimal; readonly high: Decimal },
  language: Language,
): string {
  const row = Object.hasOwn(UNITS, unit) ? UNITS[unit] : undefined
  if (row === undefined) return unit
  const one = language === 'fi' ? equals(low, ONE) && equals(high, ONE) : compare(high, ONE) <= 0
  return row.words[language][one ? 0 : 1]
}

const ONE = whole(1)
