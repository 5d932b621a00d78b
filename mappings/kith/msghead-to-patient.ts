/** MsgHead Patient → Patient (eresept.md 11.1). */
import type { Patient } from 'fhir/r4.js'
import type { Identity } from '../../src/core/message.js'
import { addressOf, humanName, telecomOf } from './address.js'
import { concept, filled, keyOf } from './build.js'
import { GENDER } from './code-lists.js'
import { toDate } from './dates.js'
import { PATIENT_CITIZENSHIP } from './extensions.js'
import type { Frame } from './frame.js'
import type { Person } from './msghead.js'

/** Adds the person's Patient; its natural identifier is the first identity. */
export function msgheadToPatient(
  frame: Frame,
  person: Person | undefined,
  identities: readonly Identity[],
): void {
  const [first] = identities
  if (person === undefined || first === undefined) return
  const gender = GENDER.get(person.sex?.V ?? '')
  if (person.sex !== undefined && gender === undefined)
    frame.unmapped.push({ at: 'MsgHead/MsgInfo/Patient/Sex', reason: 'unknown-code' })
  const citizenship = person.nationality && [
    { url: 'code', valueCodeableConcept: concept(person.nationality, 9043) },
  ]
  const resource: Patient = {
    resourceType: 'Patient',
    ...(citizenship === undefined
      ? {}
      : { extension: [{ url: PATIENT_CITIZENSHIP, extension: citizenship }] }),
    identifier: identities.map(({ system, value }) => ({ system, value })),
    ...filled('name', humanName(person)),
    ...filled('telecom', telecomOf(person.telecom)),
    ...(gender === undefined ? {} : { gender }),
    ...(person.dateOfBirth === undefined ? {} : { birthDate: toDate(person.dateOfBirth) }),
    ...(person.address === undefined ? {} : { address: [addressOf(person.address)] }),
  }
  frame.resources.push({ key: keyOf(first), resource, order: frame.order, scope: 'person' })
}
