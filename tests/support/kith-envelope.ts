/** MsgHead and the people in it, for e-prescription fixtures. */
import {
  type DoctorFixture,
  fastlege,
  hub,
  inger,
  type OrganisationFixture,
  type PersonFixture,
} from './kith-people.js'
import { code, escapeXml, tag } from './kith-prescribed.js'

const MSGHEAD = 'http://www.kith.no/xmlstds/msghead/2006-05-24'
const FK1 = 'http://www.kith.no/xmlstds/felleskomponent1'

export interface EnvelopeFixture {
  readonly msgId?: string
  /** xs:dateTime. */
  readonly genDate?: string
  /** `null`: the head names none. */
  readonly patient?: PersonFixture | null
  readonly doctor?: DoctorFixture
  /** Sender without a person, such as a pharmacy. */
  readonly organisation?: OrganisationFixture
  readonly refToParent?: string
  /** `rf`: prefixed Content with the payload's namespace as default, as the broker writes it. */
  readonly style?: 'plain' | 'rf'
  /** Whom it is sent to, where it is not the hub itself. */
  readonly receiver?: DoctorFixture
  /** Text of a second document's Base64Container. */
  readonly attachment?: string
}

const ident = (id: string, type: string, list: number): string =>
  `<Ident><Id>${escapeXml(id)}</Id><TypeId V="${type}" S="2.16.578.1.12.4.1.1.${list}" DN="${type}"/></Ident>`

function organisationXml(organisation: OrganisationFixture, inner = ''): string {
  const department =
    organisation.department === undefined
      ? ''
      : `<Organisation>${tag('OrganisationName', organisation.department.name)}${ident(
          organisation.department.her,
          'HER',
          9051,
        )}</Organisation>`
  return (
    `<Organisation>${tag('OrganisationName', organisation.name)}` +
    (organisation.enh === undefined ? '' : ident(organisation.enh, 'ENH', 9051)) +
    (organisation.ako === undefined ? '' : ident(organisation.ako, 'AKO', 9051)) +
    ident(organisation.her, 'HER', 9051) +
    `<Address><Type V="RES" DN="Besøksadresse"/><StreetAdr>Prøveveien 1</StreetAdr><PostalCode>0001</PostalCode><City>Prøveby</City></Address>` +
    `<TeleCom><TypeTelecom V="HP" DN="Hovedtelefon"/><TeleAddress V="tel:00000000"/></TeleCom>${department}${inner}</Organisation>`
  )
}

const senderXml = (fixture: EnvelopeFixture): string =>
  fixture.organisation === undefined
    ? doctorXml(fixture.doctor ?? fastlege)
    : organisationXml(fixture.organisation)

function doctorXml(doctor: DoctorFixture): string {
  const professional =
    `<HealthcareProfessional><TypeHealthcareProfessional V="LE" DN="Lege"/>${tag('FamilyName', doctor.family)}` +
    `<MiddleName/>${tag('GivenName', doctor.given)}${ident(doctor.hpr, 'HPR', 8116)}` +
    '<Ident><Id/><TypeId V="HER" S="2.16.578.1.12.4.1.1.8116"/></Ident></HealthcareProfessional>'
  return organisationXml(doctor.organisation, professional)
}

function patientXml(patient: PersonFixture): string {
  return (
    `<Patient>${tag('FamilyName', patient.family)}${tag('MiddleName', patient.middle)}${tag('GivenName', patient.given)}` +
    tag('DateOfBirth', patient.birthDate) +
    code('Sex', patient.sex) +
    (patient.id === '' ? '' : ident(patient.id, patient.idType, 8116)) +
    '<Address><Type V="H" DN="Bostedsadresse"/><StreetAdr>Testlia 2</StreetAdr><PostalCode>0002</PostalCode>' +
    '<City>Prøveby</City><County V="0301" DN="Oslo"/></Address></Patient>'
  )
}

/** A MsgHead around a payload element. */
export function msgHead(type: string, dn: string, payload: string, fixture: EnvelopeFixture): string {
  const conversation =
    fixture.refToParent === undefined
      ? ''
      : `<ConversationRef>${tag('RefToParent', fixture.refToParent)}${tag('RefToConversation', fixture.refToParent)}</ConversationRef>`
  const content = fixture.style === 'rf' ? rfContent(payload) : `<Content>${payload}</Content>`
  const attachment =
    fixture.attachment === undefined
      ? ''
      : '<Document><RefDoc><MsgType V="A" DN="Vedlegg"/><Content>' +
        `<Base64Container xmlns="http://www.kith.no/xmlstds/base64container">${fixture.attachment}</Base64Container>` +
        '</Content></RefDoc></Document>'
  return (
    `<?xml version="1.0" encoding="utf-8"?><MsgHead xmlns="${MSGHEAD}"><MsgInfo>${code('Type', type, dn)}` +
    `<MIGversion>v1.2 2006-05-24</MIGversion>${tag('GenDate', fixture.genDate ?? '2024-03-01T09:15:30.1234567+01:00')}` +
    `${tag('MsgId', fixture.msgId)}${conversation}<Sender>${senderXml(fixture)}</Sender>` +
    `<Receiver>${fixture.receiver === undefined ? organisationXml(hub) : doctorXml(fixture.receiver)}</Receiver>` +
    `${fixture.patient === null ? '' : patientXml(fixture.patient ?? inger)}</MsgInfo>` +
    `<Document><RefDoc><MsgType V="XML" DN="XML-instans"/>${content}</RefDoc></Document>${attachment}</MsgHead>`
  )
}

/** Moves the payload's own default namespace up to a prefixed Content, where it means the same. */
function rfContent(payload: string): string {
  const ns = /xmlns="([^"]+)"/.exec(payload)?.[1] ?? ''
  return `<ns:Content xmlns="${ns}" xmlns:ns="${MSGHEAD}">${payload.replace(` xmlns="${ns}"`, '')}</ns:Content>`
}

/** An Ident inside a payload. */
export const fk1 = (id: string, type: string, list: number): string =>
  `<Id xmlns="${FK1}">${id}</Id><TypeId xmlns="${FK1}" V="${type}" S="2.16.578.1.12.4.1.1.${list}"/>`
