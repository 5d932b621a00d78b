/** Sender, practitioners and organisations of a message as shared resources (eresept.md 11.1). */
import type {
  Address,
  ContactPoint,
  Organization,
  Practitioner,
  PractitionerRole,
  Reference,
} from 'fhir/r4.js'
import { HER, HPR, senderSidUrl } from '../../src/core/canonical.js'
import type { Identity } from '../../src/core/message.js'
import { addressOf, humanName, telecomOf } from './address.js'
import { concept, ext, filled, keyOf, logical } from './build.js'
import { GENDER } from './code-lists.js'
import { toDate } from './dates.js'
import { EXT } from './extensions.js'
import {
  type Frame,
  fullName,
  organisationIdent,
  organisationIdentity,
  professionalIdentity,
  professionalOf,
} from './frame.js'
import type { Head, Ident, Organisation, Professional } from './msghead.js'
import { personIdentity, stripLeadingZeros } from './national-id.js'
import type { Coded } from './reader.js'
import type { Helseperson, Organisasjon } from './roles.js'

/** Adds the sending organisation (with department), its professional and that person's role there. */
export function addSender(frame: Frame, head: Head, specialty?: Coded): void {
  addOrganisation(frame, head.sender, undefined)
  const professional = professionalOf(head.sender)
  const identity = professional && professionalIdentity(professional, frame.sender)
  if (professional === undefined || identity === undefined) return
  addPractitioner(frame, identity, professional)
  if (frame.organisation === undefined) return
  const role: PractitionerRole = {
    resourceType: 'PractitionerRole',
    identifier: [{ system: senderSidUrl(frame.sender, 'practitioner-role'), value: identity.value }],
    practitioner: logical('Practitioner', identity, fullName(professional)),
    organization: frame.organisation,
    ...filled('code', [
      ...(professional.type === undefined ? [] : [concept(professional.type, 9060)]),
      ...(professional.roleToPatient === undefined ? [] : [concept(professional.roleToPatient, 9034)]),
    ]),
    ...(specialty === undefined ? {} : { specialty: [concept(specialty, 7426)] }),
  }
  frame.resources.push({
    key: `${senderSidUrl(frame.sender, 'practitioner-role')}|${identity.value}`,
    resource: role,
    order: frame.order,
    scope: 'shared-once',
  })
}

/** Somebody of the organisation, where R4 asks for a person or role and the message names no person. */
export function someoneAt(frame: Frame, organisation: Reference): Reference {
  const identity = { system: senderSidUrl(frame.sender, 'practitioner-role'), value: 'organisation' }
  const role: PractitionerRole = {
    resourceType: 'PractitionerRole',
    identifier: [identity],
    organization: organisation,
  }
  frame.resources.push({ key: keyOf(identity), resource: role, order: frame.order, scope: 'shared-once' })
  return logical('PractitionerRole', identity, organisation.display)
}

function addOrganisation(frame: Frame, organisation: Organisation, partOf: Reference | undefined): void {
  const identity = organisationIdentity(organisation, frame.sender)
  if (identity === undefined) {
    frame.unmapped.push({
      at: 'MsgHead/MsgInfo/Sender/Organisation',
      reason: 'no-element',
      note: 'an organisation without any id',
    })
    return
  }
  const first = keyOf(identity)
  const identities = organisation.idents
    .map((ident) => ({ ...organisationIdent(ident, frame.sender), type: ident.type }))
    .sort((a, b) => Number(keyOf(b) === first) - Number(keyOf(a) === first))
  const resource: Organization = {
    resourceType: 'Organization',
    identifier: identities.map(({ system, value, type }) => ({ type: concept(type, 9051), system, value })),
    ...(organisation.type === undefined ? {} : { type: [concept(organisation.type, 9033)] }),
    ...(organisation.name === undefined ? {} : { name: organisation.name }),
    ...filled('telecom', telecomOf(organisation.telecom).map(workPhone)),
    ...(organisation.address === undefined
      ? {}
      : { address: [workAddress(addressOf(organisation.address))] }),
    ...(partOf === undefined ? {} : { partOf }),
  }
  frame.resources.push({ key: first, resource, order: frame.order, scope: 'shared-once' })
  if (organisation.organisation !== undefined)
    addOrganisation(frame, organisation.organisation, logical('Organization', identity, organisation.name))
}

/** R4 knows no home phone of an organisation: its "main phone" (HP) is its work phone. */
const workPhone = (contact: ContactPoint): ContactPoint =>
  contact.use === 'home' ? { ...contact, use: 'work' } : contact

/** Nor a home address. */
const workAddress = (address: Address): Address =>
  address.use === 'home' ? { ...address, use: 'work' } : address

function addPractitioner(frame: Frame, identity: Identity, person: Professional): void {
  const others = person.idents.map((ident) => identOf(ident, frame.sender))
  const gender = GENDER.get(person.sex?.V ?? '')
  if (person.sex !== undefined && gender === undefined)
    frame.unmapped.push({ at: `${PROFESSIONAL}/Sex`, reason: 'unknown-code' })
  if (person.nationality !== undefined)
    frame.unmapped.push({
      at: `${PROFESSIONAL}/Nationality`,
      reason: 'administrative',
      note: 'of the sender',
    })
  const resource: Practitioner = {
    resourceType: 'Practitioner',
    identifier: others.sort(
      (a, b) => Number(b.value === identity.value) - Number(a.value === identity.value),
    ),
    ...filled('name', humanName(person)),
    ...filled('telecom', telecomOf(person.telecom)),
    ...(person.address === undefined ? {} : { address: [addressOf(person.address)] }),
    ...(gender === undefined ? {} : { gender }),
    ...(person.dateOfBirth === undefined ? {} : { birthDate: toDate(person.dateOfBirth) }),
  }
  frame.resources.push({ key: keyOf(identity), resource, order: frame.order, scope: 'shared-once' })
}
const PROFESSIONAL = 'MsgHead/MsgInfo/Sender/Organisation/HealthcareProfessional'

/** HPR numbers are compared without leading zeros; the text as sent is kept beside. */
function identOf(ident: Ident, sender: string) {
  const identity = personIdentity(ident.type.V ?? 'XXX', ident.id, sender)
  return {
    ...(identity.value === ident.id
      ? {}
      : { extension: [...ext(EXT.originalText, 'valueString', ident.id)] }),
    type: concept(ident.type, 8116),
    system: identity.system,
    value: identity.value,
  }
}

/** Adds a person named inside the payload and gives the reference to it. */
export function helsepersonReference(frame: Frame, person: Helseperson): Reference {
  const name = [person.fornavn, person.etternavn].filter((part) => part !== undefined).join(' ')
  if (person.hprId === undefined) return { type: 'Practitioner', ...(name === '' ? {} : { display: name }) }
  const identity = personIdentity(person.hprId.type.V ?? 'HPR', person.hprId.id, frame.sender)
  addPractitioner(frame, identity, {
    idents: [person.hprId],
    telecom: [],
    ...(person.fornavn === undefined ? {} : { givenName: person.fornavn }),
    ...(person.etternavn === undefined ? {} : { familyName: person.etternavn }),
  })
  return logical('Practitioner', identity, name === '' ? undefined : name)
}

/** Adds what a person named inside the payload is a specialist in, where the reference to the person has no room for it. */
export function addSpecialty(frame: Frame, practitioner: Reference, specialty: Coded): void {
  const { identifier: person } = practitioner
  const code = specialty.V ?? specialty.OT ?? specialty.DN ?? ''
  const identity = {
    system: senderSidUrl(frame.sender, 'practitioner-specialty'),
    value: `${person?.value ?? practitioner.display ?? ''}/${code}`,
  }
  const role: PractitionerRole = {
    resourceType: 'PractitionerRole',
    identifier: [identity],
    practitioner,
    specialty: [concept(specialty, 7426)],
  }
  frame.resources.push({ key: keyOf(identity), resource: role, order: frame.order, scope: 'shared-once' })
}

/** Adds an organisation named inside the payload and gives the reference to it. */
export function organisasjonReference(frame: Frame, organisation: Organisasjon): Reference {
  const name = [organisation.inst, organisation.dept].filter((part) => part !== undefined).join(', ')
  const { herId } = organisation
  if (herId === undefined) return { type: 'Organization', ...(name === '' ? {} : { display: name }) }
  const identity = organisationIdent(herId, frame.sender)
  addNamedOrganisation(frame, identity, organisation.inst, organisation.institusjonsId)
  return logical('Organization', identity, name === '' ? undefined : name)
}

/** Adds an organisation of which id and name are known. */
export function addNamedOrganisation(
  frame: Frame,
  identity: Identity,
  name: string | undefined,
  type?: Coded,
  contact: Pick<Organization, 'telecom' | 'address'> = {},
): void {
  const resource: Organization = {
    resourceType: 'Organization',
    identifier: [{ system: identity.system, value: identity.value }],
    ...(type === undefined ? {} : { type: [concept(type, 9051)] }),
    ...(name === undefined ? {} : { name }),
    ...(contact.telecom === undefined ? {} : { telecom: contact.telecom.map(workPhone) }),
    ...(contact.address === undefined ? {} : { address: contact.address.map(workAddress) }),
  }
  frame.resources.push({ key: keyOf(identity), resource, order: frame.order, scope: 'shared-once' })
}

/** Adds a practitioner of whom the HPR number and one line of name are known, and gives the reference. */
export function hprPractitionerNamed(frame: Frame, hpr: string, name: string | undefined): Reference {
  const reference = hprPractitioner(hpr, name)
  const identity = { system: HPR, value: stripLeadingZeros(hpr) }
  const resource: Practitioner = {
    resourceType: 'Practitioner',
    identifier: [identOf({ id: hpr, type: { V: 'HPR' } }, frame.sender)],
    ...(name === undefined ? {} : { name: [{ text: name }] }),
  }
  frame.resources.push({ key: keyOf(identity), resource, order: frame.order, scope: 'shared-once' })
  return reference
}

export const herOrganisation = (herId: string, name?: string): Reference =>
  logical('Organization', { system: HER, value: herId }, name)

export const hprPractitioner = (hpr: string, name?: string): Reference =>
  logical('Practitioner', { system: HPR, value: stripLeadingZeros(hpr) }, name)
