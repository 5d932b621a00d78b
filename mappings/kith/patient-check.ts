/** Whether the patient of a message is sufficiently identified, and by which identities (eresept.md 2.1, 3). */
import { senderSidUrl } from '../../src/core/canonical.js'
import type { Problem } from '../../src/core/errors.js'
import type { Identity } from '../../src/core/message.js'
import type { PatientRule } from './kind.js'
import type { Ident, Person } from './msghead.js'
import { isNationalId, personIdentity, type SyntheticIds } from './national-id.js'

const PATIENT = 'MsgHead/MsgInfo/Patient'

export interface CheckedPatient {
  readonly identities: readonly Identity[]
  readonly problems: readonly Problem[]
}

/**
 * @param reference reference number of the prescription, which may stand in for a national id together with birth date and sex
 */
export function checkPatient(
  person: Person | undefined,
  rule: Exclude<PatientRule, 'elsewhere'>,
  reference: string | undefined,
  sender: string,
  synthetic: SyntheticIds,
): CheckedPatient {
  if (person === undefined) return { identities: [], problems: [fault(PATIENT, 'E36', 'patient is missing')] }
  const checked = checkIdents(person, sender, synthetic)
  const { identities } = checked
  const problems = [...nameProblems(person), ...checked.problems]
  const [first] = person.idents
  if (first !== undefined && (rule === 'national-id-or-birth-date' || person.idents.some(hasNationalScope)))
    return { identities, problems }
  const standIn =
    rule === 'national-id-or-birth-date' ? standInIdentity(person, reference, sender) : undefined
  if (standIn === undefined) problems.push(fault(`${PATIENT}/Ident`, 'E30', missingRule(rule)))
  return { identities: standIn === undefined ? identities : [standIn], problems }
}

/** The identities of a Patient, national ones first; faults are numbers that cannot be. */
export function checkIdents(person: Person, sender: string, synthetic: SyntheticIds): CheckedPatient {
  const problems: Problem[] = []
  for (const ident of person.idents) {
    if (isNational(ident) && !isNationalId(ident.id, synthetic))
      problems.push(fault(`${PATIENT}/Ident/Id`, 'E31', 'national id is not valid'))
    if (ident.type.V === 'FHN' && !/^[89]\d{10}$/.test(ident.id))
      problems.push(fault(`${PATIENT}/Ident/Id`, 'E31', 'shared help number is not valid'))
  }
  const identities = distinct(
    [...person.idents]
      .sort((a, b) => Number(isNational(b)) - Number(isNational(a)))
      .map((ident) => personIdentity(ident.type.V ?? 'XXX', ident.id, sender)),
  )
  return { identities, problems }
}

const missingRule = (rule: Exclude<PatientRule, 'elsewhere'>): string =>
  rule === 'national-id'
    ? 'national id is missing'
    : 'national id is missing, and there is no birth date, sex and reference number in its place'

function nameProblems(person: Person): readonly Problem[] {
  if (person.familyName === undefined && person.givenName === undefined)
    return [fault(PATIENT, 'E32', 'name is missing')]
  if (person.familyName === undefined)
    return [fault(`${PATIENT}/FamilyName`, 'E33', 'family name is missing')]
  return person.givenName === undefined ? [fault(`${PATIENT}/GivenName`, 'E34', 'given name is missing')] : []
}

/** Without a national id the prescription is locked: its reference number is what tells the person apart. */
function standInIdentity(
  person: Person,
  reference: string | undefined,
  sender: string,
): Identity | undefined {
  if (person.dateOfBirth === undefined || person.sex === undefined || reference === undefined)
    return undefined
  return { system: senderSidUrl(sender, 'RefNr'), value: reference }
}

const isNational = (ident: Ident): boolean => ident.type.V === 'FNR' || ident.type.V === 'DNR'
const hasNationalScope = (ident: Ident): boolean => isNational(ident) || ident.type.V === 'FHN'

function distinct(identities: readonly Identity[]): readonly Identity[] {
  const seen = new Set<string>()
  return identities.filter(({ system, value }) => {
    const key = `${system}|${value}`
    const fresh = !seen.has(key)
    seen.add(key)
    return fresh
  })
}

const fault = (at: string, protocolCode: string, rule: string): Problem => ({
  at,
  text: rule,
  code: 'IDENTITY_INVALID',
  protocolCode,
})
