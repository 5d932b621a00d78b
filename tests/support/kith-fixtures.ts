/**
 * Whole e-prescription messages of synthetic people, as XML text: M1, M5, M10, M25.1, AppRec. Everything has a
 * default, so that a test names only what it is about. Used by the mapping tests, the hub's tests, demo and bench.
 */
import { type EnvelopeFixture, fk1, msgHead } from './kith-envelope.js'
import { apotek, type DoctorFixture, fastlege, hub } from './kith-people.js'
import {
  code,
  type MedicineFixture,
  metoprolol,
  onceDaily,
  reseptDokLegemiddel,
  tag,
} from './kith-prescribed.js'

const ERESEPT = 'http://www.kith.no/xmlstds/eresept'

export const MSG_ID = 'a1b2c3d4-0000-4000-8000-000000000001'
export const bytes = (xml: string): Uint8Array => new TextEncoder().encode(xml)
export const base64 = (xml: string): string => Buffer.from(xml, 'utf8').toString('base64')

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
  return msgHead('ERM1', 'Resept', payload, { msgId: MSG_ID, ...fixture })
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
  const pharmacy = fixture.organisation ?? apotek
  const payload =
    `<Utleveringsrapport xmlns="${ERESEPT}/m10/2013-10-08">${utleveringXml(fixture)}` +
    code('Kanselleringskode', fixture.givenUp) +
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

/** A bare Utlevering, as an M10 and, in base64, an M25.3 have it. */
export function utleveringXml(fixture: M10Fixture = {}): string {
  const dok =
    fixture.merchandise ??
    (fixture.medicine === null ? '' : reseptDokLegemiddel(fixture.medicine ?? onceDaily(metoprolol)))
  const pharmacy = fixture.organisation ?? apotek
  return (
    `<Utlevering xmlns="${ERESEPT}/utlevering/2013-10-08">` +
    `${tag('ReseptId', fixture.prescriptionId ?? MSG_ID)}${tag('Utleveringsdato', fixture.date ?? '2024-03-02')}` +
    tag('Annullering', String(fixture.cancels !== undefined)) +
    code('Avsluttet', fixture.finished === undefined ? undefined : fixture.finished ? '1' : '2') +
    tag('AnnulleringsId', fixture.cancels) +
    tag('Batchnr', fixture.batch) +
    dok +
    `<Utleverer><HerId>${fk1(pharmacy.her, 'HER', 9051)}</HerId>${tag('Navn', pharmacy.name)}</Utleverer>` +
    `${fixture.interventions ?? ''}</Utlevering>`
  )
}

export interface PackedFixture {
  readonly m10?: string
  readonly repacking?: string
  readonly from: string
  readonly to: string
  readonly image?: string
  readonly dispense?: M10Fixture
}
/** SisteUtlevering of an M25.3. */
export const packedXml = (fixture: PackedFixture): string =>
  `<SisteUtlevering>${tag('RefM10', fixture.m10)}${code('Ompakkingsgrunn', fixture.repacking)}` +
  `${tag('DatoForsteDose', fixture.from)}${tag('DatoSisteDose', fixture.to)}${code('Bilderef', fixture.image)}` +
  `<UtleveringB64>${base64(utleveringXml(fixture.dispense))}</UtleveringB64></SisteUtlevering>`

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
  /** Volven 1101, in M25.3: packed by the packing centre. */
  readonly packedCentrally?: '1' | '2'
  /** SisteUtlevering elements of M25.3 as XML. */
  readonly packed?: string
}
export interface M251Fixture extends EnvelopeFixture {
  readonly entries?: readonly EntryFixture[]
  /** Volven 7490 on list level. */
  readonly roles?: readonly string[]
  /** ki:Allergi elements as XML. */
  readonly allergies?: string
  readonly note?: string
  /** Pakkeinfo as XML. */
  readonly packing?: string
  /** Volven 1101. */
  readonly locum?: string
}

export const m251 = (fixture: M251Fixture = {}): string => listMessage('m251', { msgId: M251_ID, ...fixture })

/** M25.2, M25.3 and M25.4 come from the pharmacy, unless `organisation` says otherwise. */
export const m252 = (fixture: M251Fixture = {}): string =>
  listMessage('m252', { msgId: M252_ID, organisation: apotek, ...fixture })
export const m253 = (fixture: M251Fixture = {}): string =>
  listMessage('m253', { msgId: M253_ID, organisation: apotek, ...fixture })
export const m254 = (fixture: M251Fixture = {}): string =>
  listMessage('m254', { msgId: M254_ID, organisation: apotek, ...fixture })

function listMessage(message: 'm251' | 'm252' | 'm253' | 'm254', fixture: M251Fixture): string {
  const doctor = fixture.doctor ?? fastlege
  const entries = fixture.entries ?? [{ id: ENTRY_ID, prescriptionId: MSG_ID }]
  const payload =
    `<LegemidlerIBruk xmlns="${ERESEPT}/${message}/2013-10-08">` +
    (fixture.roles ?? ['L']).map((role) => roleXml(role, doctor)).join('') +
    entries.map((entry) => entryXml(entry, entry.doctor ?? doctor)).join('') +
    (fixture.packing ?? '') +
    (fixture.allergies ?? '') +
    tag('Merknad', fixture.note) +
    `${code('Vikar', fixture.locum)}</LegemidlerIBruk>`
  return msgHead(`ER${message.toUpperCase()}`, 'Varer i bruk', payload, fixture)
}
export const M252_ID = 'a1b2c3d4-0000-4000-8000-000000000252'
export const M253_ID = 'a1b2c3d4-0000-4000-8000-000000000253'
export const M254_ID = 'a1b2c3d4-0000-4000-8000-000000000254'
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
    code('InngarMultidose', entry.packedCentrally) +
    tag('MedEndring', entry.medicallyChanged === undefined ? undefined : String(entry.medicallyChanged)) +
    roleXml('R', doctor) +
    `<ReseptDokLegemiddelB64>${fragment}</ReseptDokLegemiddelB64>${entry.packed ?? ''}${stop}${entry.questions ?? ''}</EnkeltoppforingLIB>`
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
