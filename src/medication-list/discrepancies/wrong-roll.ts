/** A device says that its roll belongs to somebody else or is not the current one. An alarm. */
import type { Language } from '../dosage/units.js'
import type { RollAlert } from '../facts/fact.js'
import type { Discrepancy } from './discrepancy.js'
import { timeText } from './words.js'

const SENTENCES: Readonly<Record<RollAlert['code'], Readonly<Record<Language, (time: string) => string>>>> = {
  'supply.wrong-person': {
    nb: (time) => `Dispenseren meldte ${time} at rullen tilhører en annen person.`,
    da: (time) => `Dispenseren meldte ${time}, at rullen tilhører en anden person.`,
    en: (time) => `The dispenser reported ${time} that its roll belongs to another person.`,
    sv: (time) => `Dispensern meddelade ${time} att rullen tillhör en annan person.`,
    fi: (time) => `Lääkeannostelija ilmoitti ${time}, että rulla kuuluu toiselle henkilölle.`,
  },
  'supply.wrong-period': {
    nb: (time) => `Dispenseren meldte ${time} at rullen ikke er den gjeldende.`,
    da: (time) => `Dispenseren meldte ${time}, at rullen ikke er den aktuelle.`,
    en: (time) => `The dispenser reported ${time} that its roll is not the current one.`,
    sv: (time) => `Dispensern meddelade ${time} att rullen inte är den aktuella.`,
    fi: (time) => `Lääkeannostelija ilmoitti ${time}, että rulla ei ole voimassa oleva.`,
  },
}

/** The alert speaks until whoever has the device closes it. */
export const wrongRoll: Discrepancy = {
  code: 'wrong-roll',
  find: ({ facts, config, language, versioned }) => ({
    findings: facts.alerts.flatMap((fact) => {
      if (!fact.open) return []
      return [
        {
          about: fact.rolls.length > 0 ? [...fact.rolls].sort() : [fact.key],
          severity: 'high' as const,
          implicated: [versioned(fact.ref)],
          evidence: [versioned(fact.ref)],
          detail: SENTENCES[fact.code][language](timeText(fact.at, config.zone, language)),
        },
      ]
    }),
    next: [],
  }),
}
