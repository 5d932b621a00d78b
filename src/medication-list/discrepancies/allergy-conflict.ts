/** A line contains what the person reacts to (medication-list.md 6.2). */
import type { Allergy } from '../facts/allergy-fact.js'
import type { Medicine } from '../facts/fact.js'
import { codeToken, festToken } from '../facts/read-allergy.js'
import { discrepancy, nameOf } from './discrepancy.js'

type Conflict = { readonly medicine: string | undefined; readonly allergy: string | undefined }

export const allergyConflict = discrepancy<Conflict>({
  code: 'allergy-conflict',
  sentences: {
    nb: ({ medicine, allergy }, { name }) =>
      `${name(medicine)} står på listen, men det er registrert allergi eller reaksjon${allergy === undefined ? '' : ` mot ${allergy}`}.`,
    da: ({ medicine, allergy }, { name }) =>
      `${name(medicine)} står på listen, men der er registreret allergi eller reaktion${allergy === undefined ? '' : ` over for ${allergy}`}.`,
    en: ({ medicine, allergy }, { name }) =>
      `${name(medicine)} is on the list, but an allergy or reaction${allergy === undefined ? '' : ` to ${allergy}`} is recorded.`,
    sv: ({ medicine, allergy }, { name }) =>
      `${name(medicine)} står på listan, men allergi eller reaktion${allergy === undefined ? '' : ` mot ${allergy}`} är registrerad.`,
    fi: ({ medicine, allergy }, { name }) =>
      `${name(medicine)} on listalla, mutta potilaalle on kirjattu allergia tai reaktio${allergy === undefined ? '' : ` (${allergy})`}.`,
  },
  find: ({ lines, facts, versioned }) => {
    const allergies = facts.allergies.filter(({ active }) => active)
    if (allergies.length === 0) return { findings: [], next: [] }
    const used = lines.filter(({ status }) => status === 'active' || status === 'intended')
    const findings = used.flatMap((line) =>
      allergies
        .filter((allergy) => line.medicine !== undefined && contains(line.medicine, allergy))
        .map((allergy) => ({
          about: [line.id, allergy.key],
          severity: 'high' as const,
          implicated: [line.ref, versioned(allergy.ref)],
          evidence: [versioned(allergy.ref)],
          numbers: { medicine: nameOf(line), allergy: allergy.name ?? allergy.atc[0] },
        })),
    )
    return { findings, next: [] }
  },
})

/** By class (ATC), by substance, by product; in words only where both say the same. */
function contains(medicine: Medicine, { atc, tokens, substances, excipient, name }: Allergy): boolean {
  const codes = [...(medicine.atc === undefined ? [] : [medicine.atc]), ...medicine.interactsAs]
  if (atc.some((group) => codes.some((code) => code.startsWith(group)))) return true
  const own = new Set(medicine.products)
  for (const { system, code } of medicine.codings) if (code !== undefined) own.add(codeToken(system, code))
  if (tokens.some((token) => own.has(token))) return true
  if (excipient) return false
  for (const [system, ofSystem] of medicine.substances)
    for (const code of ofSystem) own.add(system === 'catalogue' ? festToken(code) : codeToken(system, code))
  for (const code of medicine.interactsAs) own.add(festToken(code))
  if ([...tokens, ...substances].some((token) => own.has(token))) return true
  return name !== undefined && namesOf(medicine).has(plain(name))
}

const plain = (words: string): string => words.trim().toLowerCase()

/** What its substances are called, and the first word of its own name. */
const namesOf = ({ substanceName, name }: Medicine): ReadonlySet<string> =>
  new Set(
    [...(substanceName?.split(' + ') ?? []), name, name?.split(' ')[0]]
      .filter((one) => one !== undefined)
      .map(plain),
  )
