/** A source's own wording and its structured dosage disagree in a number, a unit or a slot (medication-list.md 12.1). */
import { dosageText } from '../dosage/text.js'
import type { Language } from '../dosage/units.js'
import type { TextConflict } from '../dosage/wording/text-conflict.js'
import { conflictOf } from '../lines/not-to-pack.js'
import { discrepancy, isOpen, nameOf, type Sentences } from './discrepancy.js'

type Conflict = {
  readonly medicine: string | undefined
  readonly wording: string
  readonly what: TextConflict
  /** What the structure says, in each of the languages. */
  readonly structure: readonly string[]
}
const LANGUAGES: readonly Language[] = ['nb', 'da', 'en', 'sv', 'fi']
const said = ({ structure }: Conflict, language: Language): string => {
  const text = structure[LANGUAGES.indexOf(language)] ?? ''
  return text === '' ? '' : ` (${text})`
}
const oneLine = ({ wording }: Conflict): string => wording.replaceAll('\n', ' / ')

const sentences: Sentences<Conflict> = {
  nb: (numbers, { name }) =>
    `${name(numbers.medicine)}: teksten «${oneLine(numbers)}» og den strukturerte doseringen${said(numbers, 'nb')} sier ikke det samme. Skal ikke pakkes før det er avklart.`,
  da: (numbers, { name }) =>
    `${name(numbers.medicine)}: teksten »${oneLine(numbers)}« og den strukturerede dosering${said(numbers, 'da')} siger ikke det samme. Må ikke pakkes, før det er afklaret.`,
  en: (numbers, { name }) =>
    `${name(numbers.medicine)}: the text "${oneLine(numbers)}" and the structured dosage${said(numbers, 'en')} do not say the same. Not to be packed until it is settled.`,
  sv: (numbers, { name }) =>
    `${name(numbers.medicine)}: texten ”${oneLine(numbers)}” och den strukturerade doseringen${said(numbers, 'sv')} säger inte samma sak. Får inte packas förrän det är utrett.`,
  fi: (numbers, { name }) =>
    `${name(numbers.medicine)}: teksti ”${oneLine(numbers)}” ja rakenteinen annostus${said(numbers, 'fi')} eivät vastaa toisiaan. Ei pakata ennen kuin asia on selvitetty.`,
}

export const textStructureConflict = discrepancy<Conflict>({
  code: 'text-structure-conflict',
  sentences,
  find: ({ lines, config, versioned }) => ({
    findings: lines.filter(isOpen).flatMap((line) => {
      const fact = line.dosageFact
      const conflict = fact === undefined ? undefined : conflictOf(fact)
      if (fact === undefined || conflict === undefined) return []
      const ref = versioned(fact.ref)
      return [
        {
          about: [line.id],
          severity: 'high' as const,
          implicated: [line.ref, ref],
          evidence: [ref],
          numbers: {
            medicine: nameOf(line),
            wording: conflict.wording,
            what: conflict.what,
            structure: LANGUAGES.map(
              (language) => dosageText(fact.plan, language, 'professional', config.zone) ?? '',
            ),
          },
        },
      ]
    }),
    next: [],
  }),
})
