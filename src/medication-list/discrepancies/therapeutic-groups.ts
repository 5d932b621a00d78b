/** Groups of medicines that do the same: the configured ones, else ATC level 4 (medication-list.md 6.2). */
import type { ListConfig, TherapeuticGroup } from '../contract.js'
import type { Language } from '../dosage/units.js'
import type { Medicine } from '../facts/fact.js'

/** Letters of an ATC code that name its group of level 4. */
const LEVEL_4_LETTERS = 5

/** Ids of the groups of a medicine, configured ones first; empty where its ATC code is not known. */
export function groupsOf(medicine: Medicine | undefined, { therapeuticGroups }: ListConfig): string[] {
  const atc = medicine?.atc
  if (atc === undefined || atc.length < LEVEL_4_LETTERS) return []
  const configured = therapeuticGroups.filter((group) => group.atc.some((prefix) => atc.startsWith(prefix)))
  return [...configured.map(({ id }) => id), atc.slice(0, LEVEL_4_LETTERS)]
}

/** Moderate for every group of ATC level 4. */
export const groupSeverity = (id: string, { therapeuticGroups }: ListConfig): TherapeuticGroup['severity'] =>
  therapeuticGroups.find((group) => group.id === id)?.severity ?? 'moderate'

type Names = Readonly<Record<Language, string>>
const NAMES: Readonly<Record<string, Names>> = {
  anticoagulants: {
    nb: 'blodfortynnende midler',
    da: 'blodfortyndende midler',
    en: 'anticoagulants',
    sv: 'blodförtunnande medel',
    fi: 'verenohennuslääkkeet',
  },
  opioids: { nb: 'opioider', da: 'opioider', en: 'opioids', sv: 'opioider', fi: 'opioidit' },
  nsaids: {
    nb: 'betennelsesdempende midler (NSAID)',
    da: 'betændelsesdæmpende midler (NSAID)',
    en: 'NSAIDs',
    sv: 'antiinflammatoriska medel (NSAID)',
    fi: 'tulehduskipulääkkeet (NSAID)',
  },
  benzodiazepines: {
    nb: 'benzodiazepiner og z-hypnotika',
    da: 'benzodiazepiner og z-hypnotika',
    en: 'benzodiazepines and z-hypnotics',
    sv: 'bensodiazepiner och z-hypnotika',
    fi: 'bentsodiatsepiinit ja z-unilääkkeet',
  },
  'raas-blockers': {
    nb: 'midler som virker på renin-angiotensinsystemet',
    da: 'midler, der virker på renin-angiotensinsystemet',
    en: 'medicines acting on the renin-angiotensin system',
    sv: 'medel som påverkar renin-angiotensinsystemet',
    fi: 'reniini-angiotensiinijärjestelmään vaikuttavat lääkkeet',
  },
}

/** What to call a group; one of ATC level 4, and one that an operator configured, by its id. */
export const groupName = (id: string, language: Language): string =>
  NAMES[id]?.[language] ?? (/^[A-Z]\d\d[A-Z]{2}$/.test(id) ? `ATC ${id}` : id)
