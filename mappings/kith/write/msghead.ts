/** MsgHead 1.2 around a payload that the hub makes (eresept.md 2): ids, thread, parties from configuration, patient. */
import type { Address, ContactPoint, Patient } from 'fhir/r4.js'
import { NO_BASIS_MIDDLENAME, NO_BASIS_MUNICIPALITY } from '../extensions.js'
import { NS } from '../namespaces.js'
import { node, type XmlNode } from '../xml-write.js'
import { hasNationalId, identNode, personIdents } from './idents.js'
import { lacks, type Sheet } from './sheet.js'
import { cs, extOf, ownCode, text } from './values.js'

/** An organisation of the e-prescription network, as configured. */
export interface Party {
  readonly name: string
  readonly her: string
  /** Organisation number, 9 digits. */
  readonly organisationNumber?: string
  /** Licence number of a pharmacy. */
  readonly licence?: string
  /** Digits; required of pharmacies that send. */
  readonly phone?: string
}
/** The person who decided, where the message is that person's own. */
export interface PartyPerson {
  readonly hpr: string
  readonly given?: string
  readonly family?: string
}
export interface Envelope {
  readonly type: 'ERM1' | 'ERM5' | 'ERM10' | 'ERM251'
  readonly msgId: string
  /** xs:dateTime with offset. */
  readonly genDate: string
  /** MsgId answered or replaced, and first MsgId of the thread. */
  readonly conversation?: { readonly parent: string; readonly thread: string }
  readonly sender: Party
  readonly person?: PartyPerson
  readonly receiver: Party
}

const TYPE_NAMES: Readonly<Record<Envelope['type'], string>> = {
  ERM1: 'Resept',
  ERM5: 'Tilbakekalling av resept',
  ERM10: 'Utleveringsrapport',
  ERM251: 'Legemidler i bruk',
}

/** M1 alone does without a national number, where birth date and reference number stand in (eresept.md 2.1). */
export function msgHead(sheet: Sheet, envelope: Envelope, patient: Patient, payload: XmlNode): XmlNode {
  const { conversation, type } = envelope
  if (type !== 'ERM1' && !hasNationalId(patient.identifier ?? []))
    lacks(sheet, 'Patient.identifier', 'the message demands a birth number or D-number')
  return node(
    'MsgHead',
    [
      node('MsgInfo', [
        node('Type', undefined, { V: type, DN: TYPE_NAMES[type] }),
        node('MIGversion', 'v1.2 2006-05-24'),
        node('GenDate', envelope.genDate),
        node('MsgId', envelope.msgId),
        conversation &&
          node('ConversationRef', [
            node('RefToParent', conversation.parent),
            node('RefToConversation', conversation.thread),
          ]),
        node('Sender', [organisation(envelope.sender, envelope.person)]),
        node('Receiver', [organisation(envelope.receiver)]),
        patientNode(sheet, patient),
      ]),
      node('Document', [
        node('DocumentConnection', undefined, { V: 'H', DN: 'Hoveddokument' }),
        node('RefDoc', [
          node('MsgType', undefined, { V: 'XML', DN: 'XML-instans' }),
          node('Content', [payload]),
        ]),
      ]),
    ],
    { xmlns: NS.msgHead },
  )
}

function organisation(party: Party, person?: PartyPerson): XmlNode {
  return node('Organisation', [
    node('OrganisationName', party.name),
    party.organisationNumber === undefined ? undefined : identNode(party.organisationNumber, 'ENH', 9051),
    party.licence === undefined ? undefined : identNode(party.licence, 'AKO', 9051),
    identNode(party.her, 'HER', 9051),
    party.phone === undefined ? undefined : telecom({ system: 'phone', value: party.phone, use: 'home' }),
    person &&
      node('HealthcareProfessional', [
        text('FamilyName', person.family),
        text('GivenName', person.given),
        identNode(person.hpr, 'HPR', 8116),
      ]),
  ])
}

function patientNode(sheet: Sheet, patient: Patient): XmlNode {
  const name = patient.name?.find(({ use }) => use !== 'old' && use !== 'nickname')
  const [address] = patient.address ?? []
  const sex = SEXES.get(patient.gender ?? '')
  return node('Patient', [
    text('FamilyName', name?.family) ?? lacks(sheet, 'Patient.name', 'the family name is missing'),
    text('MiddleName', extOf(name?.extension, NO_BASIS_MIDDLENAME)?.valueString),
    text('GivenName', name?.given?.join(' ')) ?? lacks(sheet, 'Patient.name', 'the given name is missing'),
    text('DateOfBirth', /^\d{4}-\d{2}-\d{2}$/.test(patient.birthDate ?? '') ? patient.birthDate : undefined),
    sex === undefined ? undefined : ownCode('Sex', sex, 3101),
    ...personIdents(patient.identifier ?? []),
    address && addressNode(address),
    ...(patient.telecom ?? []).map(telecom),
  ])
}

/** Volven 3101. */
const SEXES = new Map([
  ['unknown', '0'],
  ['male', '1'],
  ['female', '2'],
  ['other', '9'],
])

function addressNode(address: Address): XmlNode {
  const type = ADDRESS_TYPES.get(address.use ?? '') ?? (address.type === 'physical' ? 'RES' : 'PST')
  const municipality = extOf(address._district?.extension, NO_BASIS_MUNICIPALITY)?.valueCoding
  return node('Address', [
    node('Type', undefined, { V: type }),
    text('StreetAdr', address.line?.join(', ')),
    text('PostalCode', address.postalCode),
    text('City', address.city),
    municipality && cs('County', { coding: [municipality] }, 3402),
    address.country === undefined ? undefined : node('Country', undefined, { V: address.country }),
  ])
}

const ADDRESS_TYPES = new Map([
  ['home', 'H'],
  ['temp', 'TMP'],
  ['work', 'WP'],
])

const telecom = ({ system, use, value }: ContactPoint): XmlNode | undefined =>
  value === undefined
    ? undefined
    : node('TeleCom', [
        node('TypeTelecom', undefined, { V: TELECOM_TYPES.get(use ?? '') ?? 'HP' }),
        node('TeleAddress', undefined, {
          V: `${SCHEMES.get(system ?? '') ?? ''}${value.replace(/\s/g, '')}`,
        }),
      ])

const TELECOM_TYPES = new Map([
  ['home', 'HP'],
  ['work', 'WP'],
  ['mobile', 'MC'],
])
const SCHEMES = new Map([
  ['phone', 'tel:'],
  ['email', 'mailto:'],
  ['fax', 'fax:'],
  ['sms', 'tel:'],
])
