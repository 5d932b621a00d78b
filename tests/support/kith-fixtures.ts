/**
 * Whole e-prescription messages of synthetic people, as XML text: M1, M5, M10, M25.1, AppRec. Everything has a
 * default, so that a test names only what it is about. Used by the mapping tests, the hub's tests, demo and bench.
 */
import {
  apotek,
  type DoctorFixture,
  fastlege,
  hub,
  inger,
  type OrganisationFixture,
  type PersonFixture,
} from './kith-people.js'
import {
  code,
  escapeXml,
  type MedicineFixture,
  metoprolol,
  onceDaily,
  reseptDokLegemiddel,
  tag,
} from './kith-prescribed.js'

const MSGHEAD = 'http://www.kith.no/xmlstds/msghead/2006-05-24'
const ERESEPT = 'http://www.kith.no/xmlstds/eresept'
const FK1 = 'http://www.kith.no/xmlstds/felleskomponent1'

export interface EnvelopeFixture {
  readonly msgId?: string
  /** xs:dateTime. */
  readonly genDate?: string
  readonly patient?: PersonFixture
  readonly doctor?: DoctorFixture
  /** Sender without a person, such as a pharmacy. */
  readonly organisation?: OrganisationFixture
  readonly refToParent?: string
  /** `rf`: prefixed Content with the payload's namespace as default, as the broker writes it. */
  readonly style?: 'plain' | 'rf'
  /** Text of a second document's Base64Container. */
  readonly attachment?: string
}

export const MSG_ID = 'a1b2c3d4-0000-4000-8000-000000000001'
export const bytes = (xml: string): Uint8Array => new TextEncoder().encode(xml)
export const base64 = (xml: string): string => Buffer.from(xml, 'utf8').toString('base64')

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

function senderXml(fixture: EnvelopeFixture): string {
  if (fixture.organisation !== undefined) return organisationXml(fixture.organisation)
  const doctor = fixture.doctor ?? fastlege
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
export function msgHead(type: string, dn: string, payload: string, fixture: EnvelopeFixture = {}): string {
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
    `${tag('MsgId', fixture.msgId ?? MSG_ID)}${conversation}<Sender>${senderXml(fixture)}</Sender>` +
    `<Receiver>${organisationXml(hub)}</Receiver>${patientXml(fixture.patient ?? inger)}</MsgInfo>` +
    `<Document><RefDoc><MsgType V="XML" DN="XML-instans"/>${content}</RefDoc></Document>${attachment}</MsgHead>`
  )
}

/** Moves the payload's own default namespace up to a prefixed Content, where it means the same. */
function rfContent(payload: string): string {
  const ns = /xmlns="([^"]+)"/.exec(payload)?.[1] ?? ''
  return `<ns:Content xmlns="${ns}" xmlns:ns="${MSGHEAD}">${payload.replace(` xmlns="${ns}"`, '')}</ns:Content>`
}

export interface M1Fixture extends EnvelopeFixture {
  readonly prescribed?: string
  readonly expires?: string
  readonly earliest?: string
  readonly medicine?: MedicineFixture
  /** ReseptDokHandelsvare instead of a medicine. */
  readonly merchandise?: string
  readonly refNr?: string
  /** Elements between RefNr and ReseptDok…, and after it, as XML. */
  readonly before?: string
  readonly after?: string
  readonly locked?: boolean
}

export function m1(fixture: M1Fixture = {}): string {
  const dok = fixture.merchandise ?? reseptDokLegemiddel(fixture.medicine ?? onceDaily(metoprolol))
  const payload =
    `<Resept xmlns="${ERESEPT}/m1/2013-10-08">${tag('Forskrivningsdato', fixture.prescribed ?? '2024-03-01+01:00')}` +
    tag('Utloper', fixture.expires ?? '2025-03-01+01:00') +
    tag('RefNr', fixture.refNr) +
    (fixture.before ?? '') +
    dok +
    (fixture.after ?? '') +
    '<OppdatertFest>2024-02-15T04:00:00</OppdatertFest>' +
    tag('TidligsteUtlevering', fixture.earliest) +
    tag('LastResept', fixture.locked === undefined ? undefined : String(fixture.locked)) +
    '</Resept>'
  return msgHead('ERM1', 'Resept', payload, fixture)
}

export interface M5Fixture extends EnvelopeFixture {
  readonly prescriptionId?: string
  /** Volven 7500. */
  readonly reason?: string
  readonly note?: string
  readonly newPrescriptionId?: string
}

export function m5(fixture: M5Fixture = {}): string {
  const payload =
    `<Tilbakekalling xmlns="${ERESEPT}/m5/2013-04-16">${tag('ReseptId', fixture.prescriptionId ?? MSG_ID)}` +
    tag('Merknad', fixture.note) +
    code('Arsak', fixture.reason ?? '2', 'årsak', 7500) +
    `${tag('NyReseptId', fixture.newPrescriptionId)}</Tilbakekalling>`
  return msgHead('ERM5', 'Tilbakekalling av resept', payload, { msgId: M5_ID, ...fixture })
}
export const M5_ID = 'a1b2c3d4-0000-4000-8000-000000000005'

export interface M10Fixture extends EnvelopeFixture {
  readonly prescriptionId?: string
  readonly date?: string
  /** `null`: nothing said about the product. */
  readonly medicine?: MedicineFixture | null
  readonly merchandise?: string
  readonly finished?: boolean
  readonly cancels?: string
  /** Volven 7411. */
  readonly givenUp?: string
  readonly batch?: string
  /** Intervensjon elements as XML. */
  readonly interventions?: string
  readonly pharmacist?: string
  /** Elements after AnsattId, as XML. */
  readonly after?: string
}

export function m10(fixture: M10Fixture = {}): string {
  const dok =
    fixture.merchandise ??
    (fixture.medicine === null ? '' : reseptDokLegemiddel(fixture.medicine ?? onceDaily(metoprolol)))
  const pharmacy = fixture.organisation ?? apotek
  const payload =
    `<Utleveringsrapport xmlns="${ERESEPT}/m10/2013-10-08"><Utlevering xmlns="${ERESEPT}/utlevering/2013-10-08">` +
    `${tag('ReseptId', fixture.prescriptionId ?? MSG_ID)}${tag('Utleveringsdato', fixture.date ?? '2024-03-02')}` +
    tag('Annullering', String(fixture.cancels !== undefined)) +
    code('Avsluttet', fixture.finished === undefined ? undefined : fixture.finished ? '1' : '2') +
    tag('AnnulleringsId', fixture.cancels) +
    tag('Batchnr', fixture.batch) +
    dok +
    `<Utleverer><HerId>${fk1(pharmacy.her, 'HER', 9051)}</HerId>${tag('Navn', pharmacy.name)}</Utleverer>` +
    `${fixture.interventions ?? ''}</Utlevering>${code('Kanselleringskode', fixture.givenUp)}` +
    `<ReservasjonRapportFastlege>false</ReservasjonRapportFastlege>${tag('AnsattId', fixture.pharmacist ?? '9900033')}` +
    `${fixture.after ?? ''}</Utleveringsrapport>`
  return msgHead('ERM10', 'Utleveringsrapport reseptbanken', payload, {
    msgId: M10_ID,
    genDate: '2024-03-02T14:00:00.5+01:00',
    ...fixture,
    organisation: pharmacy,
  })
}
export const M10_ID = 'a1b2c3d4-0000-4000-8000-000000000010'

const fk1 = (id: string, type: string, list: number): string =>
  `<Id xmlns="${FK1}">${id}</Id><TypeId xmlns="${FK1}" V="${type}" S="2.16.578.1.12.4.1.1.${list}"/>`

export interface EntryFixture {
  readonly id: string
  /** Volven 7491. */
  readonly type?: string
  readonly prescriptionId?: string
  readonly changed?: string
  readonly started?: string
  readonly medicallyChanged?: boolean
  readonly medicine?: MedicineFixture
  /** Instead of `medicine`: text of ReseptDokLegemiddelB64. */
  readonly fragment?: string
  readonly stop?: { readonly at: string; readonly reason: string; readonly note?: string }
  /** Sporsmal elements as XML. */
  readonly questions?: string
  readonly doctor?: DoctorFixture
}
export interface M251Fixture extends EnvelopeFixture {
  readonly entries?: readonly EntryFixture[]
  /** Volven 7490 on list level. */
  readonly roles?: readonly string[]
  /** ki:Allergi elements as XML. */
  readonly allergies?: string
  readonly note?: string
  /** Volven 1101. */
  readonly locum?: string
}

export function m251(fixture: M251Fixture = {}): string {
  const doctor = fixture.doctor ?? fastlege
  const entries = fixture.entries ?? [{ id: ENTRY_ID, prescriptionId: MSG_ID }]
  const payload =
    `<LegemidlerIBruk xmlns="${ERESEPT}/m251/2013-10-08">` +
    (fixture.roles ?? ['L']).map((role) => roleXml(role, doctor)).join('') +
    entries.map((entry) => entryXml(entry, entry.doctor ?? doctor)).join('') +
    (fixture.allergies ?? '') +
    tag('Merknad', fixture.note) +
    `${code('Vikar', fixture.locum)}</LegemidlerIBruk>`
  return msgHead('ERM251', 'Varer i bruk', payload, { msgId: M251_ID, ...fixture })
}
export const M251_ID = 'a1b2c3d4-0000-4000-8000-000000000251'
export const ENTRY_ID = 'a1b2c3d4-0000-4000-8000-00000000e001'

const roleXml = (role: string, doctor: DoctorFixture): string =>
  `<Rolle>${code('Rolle', role, 'rolle')}<Helseperson><HprId>${fk1(doctor.hpr, 'HPR', 8116)}</HprId>` +
  `${tag('Fornavn', doctor.given)}${tag('Etternavn', doctor.family)}</Helseperson></Rolle>`

function entryXml(entry: EntryFixture, doctor: DoctorFixture): string {
  const fragment = entry.fragment ?? base64(reseptDokLegemiddel(entry.medicine ?? onceDaily(metoprolol)))
  const stop =
    entry.stop === undefined
      ? ''
      : `<Seponering>${tag('Tidspunkt', entry.stop.at)}${code('Arsak', entry.stop.reason, 'årsak')}${tag('Merknad', entry.stop.note)}</Seponering>`
  return (
    `<EnkeltoppforingLIB>${tag('Id', entry.id)}${code('Type', entry.type ?? 'E', 'Eresept')}${tag('ReseptId', entry.prescriptionId)}` +
    tag('SistEndret', entry.changed ?? '2024-03-01T09:15:00.123') +
    tag('DatoOppstart', entry.started ?? '2024-03-01') +
    tag('MedEndring', entry.medicallyChanged === undefined ? undefined : String(entry.medicallyChanged)) +
    roleXml('R', doctor) +
    `<ReseptDokLegemiddelB64>${fragment}</ReseptDokLegemiddelB64>${stop}${entry.questions ?? ''}</EnkeltoppforingLIB>`
  )
}

/** An AppRec 1.0 from the hub's point of view: somebody answers a message of ours. */
export function appRec(
  fixture: { readonly id?: string; readonly originalId?: string; readonly status?: string } = {},
): string {
  const status = fixture.status ?? '1'
  return (
    '<?xml version="1.0" encoding="utf-8"?><AppRec xmlns="http://www.kith.no/xmlstds/apprec/2004-11-21"><MsgType V="APPREC"/>' +
    '<MIGversion>1.0 2004-11-21</MIGversion><GenDate>2024-03-01T09:16:00+01:00</GenDate>' +
    `${tag('Id', fixture.id ?? 'a1b2c3d4-0000-4000-8000-0000000000aa')}<Sender><HCP><Inst><Name>${apotek.name}</Name>` +
    `<Id>${apotek.enh ?? ''}</Id><TypeId V="ENH"/><AdditionalId><Id>${apotek.her}</Id><Type V="HER"/></AdditionalId></Inst></HCP></Sender>` +
    `<Receiver><HCP><Inst><Name>${hub.name}</Name></Inst></HCP></Receiver>${code('Status', status)}` +
    (status === '1' ? '' : '<Error V="X99" S="2.16.578.1.12.4.1.1.8221" OT="prøve"/>') +
    `<OriginalMsgId><MsgType V="ERM251"/><IssueDate>2024-03-01T09:15:00+01:00</IssueDate>${tag('Id', fixture.originalId ?? MSG_ID)}</OriginalMsgId></AppRec>`
  )
}
