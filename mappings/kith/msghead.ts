/** MsgHead 1.2: the envelope of every message of the family but AppRec (eresept.md 2). */
import { NS } from './namespaces.js'
import {
  type Coded,
  child,
  children,
  coded,
  date,
  needed,
  neededCoded,
  neededText,
  ownText,
  point,
  type Reader,
  text,
} from './reader.js'
import { choice, many, maybe, one, opt, type Shape, shape, some, upTo } from './shape.js'
import type { XmlElement } from './xml.js'

export interface Ident {
  readonly id: string
  readonly type: Coded
}
export interface Address {
  readonly type?: Coded
  readonly street?: string
  readonly postalCode?: string
  readonly city?: string
  readonly postbox?: string
  readonly county?: Coded
  readonly country?: Coded
}
export interface Telecom {
  readonly type?: Coded
  /** `tel:…`, `mailto:…` as sent. */
  readonly address: string
}
export interface Person {
  readonly familyName?: string
  readonly middleName?: string
  readonly givenName?: string
  /** xs:date as sent. */
  readonly dateOfBirth?: string
  readonly sex?: Coded
  readonly nationality?: Coded
  /** Only those that have a value. */
  readonly idents: readonly Ident[]
  readonly address?: Address
  readonly telecom: readonly Telecom[]
}
export interface Professional extends Person {
  readonly type?: Coded
  readonly roleToPatient?: Coded
}
export interface Organisation {
  readonly name?: string
  readonly type?: Coded
  readonly idents: readonly Ident[]
  readonly address?: Address
  readonly telecom: readonly Telecom[]
  /** Department, inside the hospital for instance. */
  readonly organisation?: Organisation
  readonly professional?: Professional
}
export interface Head {
  /** xs:dateTime as sent. */
  readonly genDate: string
  readonly msgId: string
  readonly refToParent?: string
  readonly refToConversation?: string
  readonly sender: Organisation
  readonly senderElement: XmlElement
  readonly receiverElement: XmlElement
  readonly patient?: Person
}

/** The schema sets no bound. */
const OTHER_RECEIVERS_MAX = 100

const IDENT = shape(NS.msgHead, [one('Id', 'string'), one('TypeId', 'CV')])
const ADDRESS = shape(NS.msgHead, [
  opt('Type', 'CS'),
  opt('StreetAdr', 'string'),
  opt('PostalCode', 'string'),
  opt('City', 'string'),
  opt('Postbox', 'string'),
  opt('County', 'CS'),
  opt('Country', 'CS'),
])
const TELECOM = shape(NS.msgHead, [opt('TypeTelecom', 'CS'), one('TeleAddress', 'URL')])
const personItems = (idents: 'required' | 'optional'): Shape['items'] => [
  opt('FamilyName', 'string'),
  opt('MiddleName', 'string'),
  opt('GivenName', 'string'),
  opt('DateOfBirth', 'date'),
  opt('Sex', 'CS'),
  opt('Nationality', 'CS'),
  idents === 'required' ? some('Ident', IDENT) : many('Ident', IDENT),
  opt('Address', ADDRESS),
  many('TeleCom', TELECOM),
]
const PERSON = shape(NS.msgHead, personItems('optional'))
const PROFESSIONAL = shape(NS.msgHead, [
  opt('TypeHealthcareProfessional', 'CS'),
  opt('RoleToPatient', 'CV'),
  ...personItems('required'),
])
const ORGANISATION: Shape = shape(NS.msgHead, [
  one('OrganisationName', 'string'),
  opt('TypeOrganisation', 'CV'),
  some('Ident', IDENT),
  opt('Address', ADDRESS),
  many('TeleCom', TELECOM),
  opt('Organisation', () => ORGANISATION),
  opt('HealthcareProfessional', PROFESSIONAL),
])
const PARTY = shape(NS.msgHead, [opt('ComMethod', 'CS'), one('Organisation', ORGANISATION)])
const MSG_INFO = shape(NS.msgHead, [
  one('Type', 'CS'),
  one('MIGversion', 'text'),
  one('GenDate', 'ownDateTime'),
  one('MsgId', 'text'),
  opt('ProcessingStatus', 'CS'),
  opt('RequestedPriority', 'CS'),
  opt('Ack', 'CS'),
  opt(
    'ConversationRef',
    shape(NS.msgHead, [one('RefToParent', 'string'), one('RefToConversation', 'string')]),
  ),
  one('Sender', PARTY),
  one('Receiver', PARTY),
  upTo(OTHER_RECEIVERS_MAX, 'OtherReceiver', 'any'),
  opt('Patient', PERSON),
])
const REF_DOC = shape(NS.msgHead, [
  opt('IssueDate', 'TS'),
  one('MsgType', 'CS'),
  opt('Id', 'string'),
  opt('MimeType', 'string'),
  opt('Description', 'string'),
  opt('Compression', 'CS'),
  maybe(one('FileReference', 'string'), one('Content', 'any')),
])
const DOCUMENT = shape(NS.msgHead, [
  opt('DocumentConnection', 'CS'),
  opt('ContentType', 'CV'),
  opt('ContentDescription', 'string'),
  opt('ContentCategory', 'CV'),
  opt('Consent', 'CV'),
  opt('Annotation', 'string'),
  opt('FromDate', 'TS'),
  opt('ToDate', 'TS'),
  opt('OidRef', 'string'),
  opt('EnquiryRefId', 'string'),
  one('RefDoc', REF_DOC),
])
export const MSG_HEAD = shape(NS.msgHead, [
  one('MsgInfo', MSG_INFO),
  choice(some('Document', DOCUMENT), some('PatientReport', 'any')),
  opt('Signature', 'any', NS.signature),
])

/** The first element inside the first Document's Content: what the message is about. */
export function payloadOf(root: XmlElement): XmlElement | undefined {
  const document = child(root, 'Document')
  const content = document && child(document, 'RefDoc')
  return content && child(content, 'Content')?.children[0]
}

export function readHead(reader: Reader, root: XmlElement): Head {
  const info = needed(child(root, 'MsgInfo'), 'MsgInfo')
  const conversation = child(info, 'ConversationRef')
  const refToParent = conversation && text(reader, conversation, 'RefToParent')
  const refToConversation = conversation && text(reader, conversation, 'RefToConversation')
  const patient = child(info, 'Patient')
  const senderElement = needed(partyOf(info, 'Sender'), 'Sender')
  return {
    genDate: neededText(reader, info, 'GenDate'),
    msgId: neededText(reader, info, 'MsgId'),
    ...(refToParent === undefined ? {} : { refToParent }),
    ...(refToConversation === undefined ? {} : { refToConversation }),
    sender: readOrganisation(reader, senderElement),
    senderElement,
    receiverElement: needed(partyOf(info, 'Receiver'), 'Receiver'),
    ...(patient === undefined ? {} : { patient: readPerson(reader, patient) }),
  }
}

/** The organisation that the message is addressed to; reading it takes it out of what is set aside as envelope. */
export function readReceiver(reader: Reader): Organisation {
  const info = needed(child(reader.root, 'MsgInfo'), 'MsgInfo')
  return readOrganisation(reader, needed(partyOf(info, 'Receiver'), 'Receiver'))
}

function partyOf(info: XmlElement, name: string): XmlElement | undefined {
  const party = child(info, name)
  return party && child(party, 'Organisation')
}

function readOrganisation(reader: Reader, element: XmlElement): Organisation {
  const inner = child(element, 'Organisation')
  const professional = child(element, 'HealthcareProfessional')
  return {
    ...given('name', text(reader, element, 'OrganisationName')),
    ...given('type', coded(reader, element, 'TypeOrganisation')),
    idents: readIdents(reader, element),
    ...given('address', readAddress(reader, element)),
    telecom: readTelecom(reader, element),
    ...(inner === undefined ? {} : { organisation: readOrganisation(reader, inner) }),
    ...(professional === undefined
      ? {}
      : {
          professional: {
            ...given('type', coded(reader, professional, 'TypeHealthcareProfessional')),
            ...given('roleToPatient', coded(reader, professional, 'RoleToPatient')),
            ...readPerson(reader, professional),
          },
        }),
  }
}

function readPerson(reader: Reader, element: XmlElement): Person {
  return {
    ...given('familyName', text(reader, element, 'FamilyName')),
    ...given('middleName', text(reader, element, 'MiddleName')),
    ...given('givenName', text(reader, element, 'GivenName')),
    ...given('dateOfBirth', date(reader, element, 'DateOfBirth')),
    ...given('sex', coded(reader, element, 'Sex')),
    ...given('nationality', coded(reader, element, 'Nationality')),
    idents: readIdents(reader, element),
    ...given('address', readAddress(reader, element)),
    telecom: readTelecom(reader, element),
  }
}

/** Idents without a value (some systems leave `<Id/>` for HER) count as absent. */
function readIdents(reader: Reader, parent: XmlElement): readonly Ident[] {
  return children(parent, 'Ident').flatMap((element) => readIdent(reader, element) ?? [])
}

/** An Ident of MsgHead or of felleskomponent1: children Id and TypeId. */
export function readIdent(reader: Reader, element: XmlElement): Ident | undefined {
  const id = ownText(reader, needed(child(element, 'Id'), 'Id'))
  const type = neededCoded(reader, element, 'TypeId')
  return id === undefined ? undefined : { id, type }
}

/** The address in the child `name`, of MsgHead or of felleskomponent1. */
export function readAddress(reader: Reader, parent: XmlElement, name = 'Address'): Address | undefined {
  const element = child(parent, name)
  if (element === undefined) return undefined
  return {
    ...given('type', coded(reader, element, 'Type')),
    ...given('street', text(reader, element, 'StreetAdr')),
    ...given('postalCode', text(reader, element, 'PostalCode')),
    ...given('city', text(reader, element, 'City')),
    ...given('postbox', text(reader, element, 'Postbox')),
    ...given('county', coded(reader, element, 'County')),
    ...given('country', coded(reader, element, 'Country')),
  }
}

export function readTelecom(reader: Reader, parent: XmlElement, name = 'TeleCom'): readonly Telecom[] {
  return children(parent, name).flatMap((element) => {
    const type = coded(reader, element, 'TypeTelecom')
    const address = point(reader, element, 'TeleAddress')
    return address === undefined ? [] : [{ ...given('type', type), address }]
  })
}

/** `{ [name]: value }`, or nothing where there is no value: optional properties are absent, never undefined. */
export function given<Name extends string, T>(
  name: Name,
  value: T | undefined,
): { readonly [K in Name]?: T } {
  // Both results have at most the one property `name` of type T.
  return (value === undefined ? {} : { [name]: value }) as { readonly [K in Name]?: T }
}
