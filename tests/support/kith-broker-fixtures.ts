/** Messages that the broker sends, and queries to it and to the hub: of synthetic people, as XML text. */
import { type EnvelopeFixture, fk1, msgHead } from './kith-envelope.js'
import { base64, M5_ID, M10_ID, M251_ID, MSG_ID, m5, m10 } from './kith-fixtures.js'
import { inger, type OrganisationFixture, type PersonFixture } from './kith-people.js'
import { code, tag } from './kith-prescribed.js'

const ERESEPT = 'http://www.kith.no/xmlstds/eresept'
export const broker: OrganisationFixture = { name: 'Prøveformidleren', her: '8900080', enh: '999000808' }
export const MSG_ID_OF_ANSWER = 'a1b2c3d4-0000-4000-8000-0000000000b0'

/** What the broker sends names the patient inside, if at all. */
const fromBroker = (type: string, payload: string, fixture: EnvelopeFixture): string => {
  const xml = msgHead(type, type, payload, {
    msgId: MSG_ID_OF_ANSWER,
    genDate: '2024-03-02T15:00:00.5+01:00',
    organisation: broker,
    style: 'rf',
    ...fixture,
  })
  return fixture.patient === undefined ? xml.replace(/<Patient>.*?<\/Patient>/, '') : xml
}

export const m52 = (
  fixture: EnvelopeFixture & { readonly prescriptionId?: string; readonly status?: string } = {},
): string =>
  fromBroker(
    'ERM52',
    `<KvitteringTilbakekalling xmlns="${ERESEPT}/m52/2013-12-01">${tag('ReseptId', fixture.prescriptionId ?? MSG_ID)}` +
      `${code('Status', fixture.status ?? '1', 'status', 7503)}</KvitteringTilbakekalling>`,
    { refToParent: M5_ID, ...fixture },
  )

export interface ForwardedFixture extends EnvelopeFixture {
  /** The M10 whose Utlevering is forwarded. */
  readonly of?: string
  readonly m10Id?: string
  /** Elements after ReferanseM10, as XML. */
  readonly after?: string
}

/** M6, M8 or M8.1 of an M10. */
export function forwarded(kind: 'M6' | 'M8' | 'M8.1', fixture: ForwardedFixture = {}): string {
  const [local, ns, type] = FORWARDED[kind]
  const utlevering = /<Utlevering .*<\/Utlevering>/.exec(fixture.of ?? m10())?.[0] ?? ''
  const payload =
    `<${local} xmlns="${ERESEPT}/${ns}/2013-10-08">${utlevering}` +
    `${tag('ReferanseM10', fixture.m10Id ?? M10_ID)}${fixture.after ?? ''}</${local}>`
  return fromBroker(type, payload, { patient: inger, ...fixture })
}
const FORWARDED = {
  M6: ['UtleveringsrapportRekvirent', 'm6', 'ERM6'],
  M8: ['UtleveringsrapportFastlege', 'm8', 'ERM8'],
  'M8.1': ['UtleveringsrapportKjernejournal', 'm81', 'ERM81'],
} as const

export const m7 = (fixture: EnvelopeFixture & { readonly recall?: string } = {}): string =>
  fromBroker(
    'ERM7',
    `<SlettetReseptRF xmlns="${ERESEPT}/m7/2008-05-01"><Tidspunkt>2024-03-02T14:59:58.512+01:00</Tidspunkt></SlettetReseptRF>`,
    { refToParent: M5_ID, attachment: base64(fixture.recall ?? m5()), ...fixture },
  )

/** A document in the broker's words, with whole messages attached. */
export function brokerAnswer(
  type: string,
  payload: string,
  attached: readonly string[] = [],
  fixture: EnvelopeFixture = {},
): string {
  const documents = attached.map(
    (xml) =>
      '<Document><RefDoc><MsgType V="XML" DN="XML-instans"/><Content>' +
      `<bas:Base64Container xmlns:bas="http://www.kith.no/xmlstds/base64container">${base64(xml)}</bas:Base64Container>` +
      '</Content></RefDoc></Document>',
  )
  return fromBroker(type, payload, fixture).replace('</MsgHead>', `${documents.join('')}</MsgHead>`)
}

const EHELSE = 'http://www.ehelse.no/xmlstds/eresept'
export const m96 = (elements: string, attached: readonly string[] = [], before = ''): string =>
  brokerAnswer('ERM96', `<M96 xmlns="${EHELSE}/m96/2018-07-01">${before}${elements}</M96>`, attached)
export const m94 = (elements: string, attached: readonly string[]): string =>
  brokerAnswer(
    'ERM94',
    `<ReseptNedlasting xmlns="${ERESEPT}/m94/2010-07-01">${elements}</ReseptNedlasting>`,
    attached,
  )
export const m98 = (count: number, attached: readonly string[]): string =>
  brokerAnswer(
    'ERM98',
    `<M98 xmlns="${EHELSE}/m98/2018-07-01"><AntallUtleveringer>${count}</AntallUtleveringer></M98>`,
    attached,
  )
export const m922 = (numbers: readonly string[]): string =>
  brokerAnswer(
    'ERM922',
    `<M922 xmlns="${ERESEPT}/m922/2013-10-15">${
      numbers.length === 0
        ? '<IngenEndring>true</IngenEndring>'
        : numbers.map((one) => tag('Fnr', one)).join('')
    }</M922>`,
  )
export const m21 = (fnr: string | undefined): string =>
  brokerAnswer(
    'ERM21',
    `<Ekspederingsanmodning xmlns="${ERESEPT}/m21/2013-10-08" xmlns:m1="${ERESEPT}/m1/2013-10-08">${tag('ReseptId', MSG_ID)}` +
      `${tag('Fnr', fnr)}<m1:EkspAnm><m1:Vilkar>true</m1:Vilkar><m1:MetodeEkspedering V="F" DN="Forsendelse"/>` +
      '<m1:Utleverer>8900003</m1:Utleverer><m1:Kontaktperson>Inger Prøve</m1:Kontaktperson><m1:OrgNrUtleverer>999000303</m1:OrgNrUtleverer>' +
      '<m1:UtlevererNavn>Prøvetorget apotek</m1:UtlevererNavn></m1:EkspAnm></Ekspederingsanmodning>',
  )
export const M241_ID = 'a1b2c3d4-0000-4000-8000-000000000241'
export const m241 = (value = '1'): string =>
  msgHead(
    'ERM241',
    'Samtykkeregistrering',
    `<Samtykke xmlns="${ERESEPT}/m241/2009-02-20">${code('SamtykkeGittAv', '2', 'Pasienten')}` +
      `<SamtykkeTil>2056-01-21</SamtykkeTil>${code('TypeSamtykke', '1', 'Samtykke for utleveringsmelding')}` +
      `${code('Samtykkeverdi', value)}</Samtykke>`,
    { msgId: M241_ID },
  )
export const m242 = (answer: string, reason?: string): string =>
  brokerAnswer(
    'ERM242',
    `<SvarSamtykke xmlns="${ERESEPT}/m242/2008-10-03">${code('Svar', answer)}${code('Begrunnelse', reason)}</SvarSamtykke>`,
    [],
    { refToParent: M241_ID },
  )

export interface ReseptinfoFixture {
  readonly id?: string
  readonly patient?: PersonFixture
  /** Volven 7408. */
  readonly status?: string
  /** Product group instead of a medicine. */
  readonly merchandise?: boolean
}

export function reseptinfo(fixture: ReseptinfoFixture = {}): string {
  const patient = fixture.patient ?? inger
  const product =
    fixture.merchandise === true ? '' : '<Nr>004502</Nr><NavnFormStyrke>Prøvin Tab 50 mg</NavnFormStyrke>'
  return (
    `<Reseptinfo xmlns="${ERESEPT}/m92/2013-10-08"><Forskrivningsdato>2024-02-01+01:00</Forskrivningsdato>` +
    `${tag('Fornavn', patient.given)}${tag('Etternavn', patient.family)}<RekvirentId>009900017</RekvirentId>` +
    `<NavnRekvirent>Solveig Fastlegesen</NavnRekvirent>${product}${code('EndretFarmasoyt', '2', 'Nei')}` +
    `${tag('ReseptId', fixture.id ?? MSG_ID)}${code('Status', fixture.status ?? 'E', 'status')}` +
    (fixture.merchandise === true ? code('ProdGruppe', '505', 'stomi', 7403) : '') +
    `<Ident>${fk1(patient.id, patient.idType, 8116)}</Ident><Vergeinnsynsreservasjon>false</Vergeinnsynsreservasjon>` +
    '<Bruksomrade>MOT PRØVE</Bruksomrade><Antall>1</Antall><Reiterasjon>3</Reiterasjon></Reseptinfo>'
  )
}

const lege =
  `<Multidoselege xmlns="${ERESEPT}/m274/2012-06-11"><HprNr>9900017</HprNr><Navn>Solveig Fastlegesen</Navn>` +
  `<Org>Prøvebakken legekontor</Org><HerId>${fk1('8900001', 'HER', 9051)}</HerId></Multidoselege>`
const multidoseapotek =
  `<Multidoseapotek xmlns="${ERESEPT}/m274/2012-06-11"><Navn>Prøvetorget apotek</Navn>` +
  `<Konsesjonsnr>${fk1('9901', 'AKO', 9051)}</Konsesjonsnr></Multidoseapotek>`

export const m92 = (infos: readonly string[], multidoseUsers: readonly PersonFixture[] = []): string =>
  brokerAnswer(
    'ERM92',
    `<Reseptliste xmlns="${ERESEPT}/m92/2013-10-08">${infos.join('')}${multidoseUsers
      .map(({ id }) => `<Multidosebruker>${tag('Fnr', id)}${multidoseapotek}${lege}</Multidosebruker>`)
      .join('')}</Reseptliste>`,
  )

export const m912 = (
  lists: readonly string[],
  fixture: { readonly patient?: PersonFixture; readonly infos?: string } = {},
): string =>
  brokerAnswer(
    'ERM912',
    `<M912 xmlns="${EHELSE}/m912/2018-07-01"><Pasient>${tag('Fnr', (fixture.patient ?? inger).id)}${tag('RefMsgId', M251_ID)}` +
      `${lege}${multidoseapotek}${fixture.infos ?? ''}${lists.map((xml) => tag('VarerIBrukB64', base64(xml))).join('')}</Pasient></M912>`,
  )
