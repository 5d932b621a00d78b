/** A device says that its roll belongs to somebody else or is not the current one. An alarm. */
import type { RollAlert } from '../facts/fact.js'
import { discrepancy, iso, type Sentences } from './discrepancy.js'

type WrongRoll = { readonly alert: RollAlert['code']; readonly reported: string }
const pick = ({ alert }: WrongRoll, person: string, period: string): string =>
  alert === 'supply.wrong-person' ? person : period
const sentences: Sentences<WrongRoll> = {
  nb: (numbers, { time }) =>
    `Dispenseren meldte ${time(numbers.reported)} at rullen ${pick(numbers, 'tilhører en annen person', 'ikke er den gjeldende')}.`,
  da: (numbers, { time }) =>
    `Dispenseren meldte ${time(numbers.reported)}, at rullen ${pick(numbers, 'tilhører en anden person', 'ikke er den aktuelle')}.`,
  en: (numbers, { time }) =>
    `The dispenser reported ${time(numbers.reported)} that its roll ${pick(numbers, 'belongs to another person', 'is not the current one')}.`,
  sv: (numbers, { time }) =>
    `Dispensern meddelade ${time(numbers.reported)} att rullen ${pick(numbers, 'tillhör en annan person', 'inte är den aktuella')}.`,
  fi: (numbers, { time }) =>
    `Annostelija ilmoitti ${time(numbers.reported)}, että rulla ${pick(numbers, 'kuuluu toiselle henkilölle', 'ei ole voimassa oleva')}.`,
}

/** The alert speaks until whoever has the device closes it. */
export const wrongRoll = discrepancy<WrongRoll>({
  code: 'wrong-roll',
  sentences,
  find: ({ facts, versioned }) => ({
    findings: facts.alerts.flatMap((fact) => {
      if (!fact.open) return []
      return [
        {
          about: fact.rolls.length > 0 ? [...fact.rolls].sort() : [fact.key],
          severity: 'high' as const,
          implicated: [versioned(fact.ref)],
          evidence: [versioned(fact.ref)],
          numbers: { alert: fact.code, reported: iso(fact.at) },
        },
      ]
    }),
    next: [],
  }),
})
