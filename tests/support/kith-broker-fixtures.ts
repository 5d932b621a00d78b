/** Messages that the broker sends, and queries to it and to the hub: of synthetic people, as XML text. */
import { type EnvelopeFixture, msgHead } from './kith-envelope.js'
import { base64, M5_ID, M10_ID, MSG_ID, m5, m10 } from './kith-fixtures.js'
import { inger, type OrganisationFixture } from './kith-people.js'
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
