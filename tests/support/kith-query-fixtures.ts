/** Queries of a synthetic surgery and pharmacy, as XML text. */
import { type EnvelopeFixture, msgHead } from './kith-envelope.js'
import { MSG_ID } from './kith-fixtures.js'
import { apotek } from './kith-people.js'
import { code, tag } from './kith-prescribed.js'

const KITH = 'http://www.kith.no/xmlstds/eresept'
const EHELSE = 'http://www.ehelse.no/xmlstds/eresept'
let count = 0
/** Each query has an id of its own: the same one again gets the answer of the first. */
const queryId = (): string => `a1b2c3d4-0000-4000-9000-${String(++count).padStart(12, '0')}`

const query = (type: string, payload: string, fixture: EnvelopeFixture = {}): string =>
  msgHead(type, type, payload, { msgId: queryId(), patient: null, ...fixture })

export const m91 = (
  fixture: { fnr?: string; refNr?: string; byName?: boolean; all?: boolean; guardian?: boolean } = {},
): string =>
  query(
    'ERM91',
    `<ForesporselReseptUtleverer xmlns="${KITH}/m91/2013-10-08">${tag('Fnr', fixture.fnr)}${tag('RefNr', fixture.refNr)}` +
      (fixture.byName === true
        ? '<Fdato>1943-05-17</Fdato><Fornavn>Inger</Fornavn><Etternavn>Prøve</Etternavn>'
        : '') +
      `${code('AlleResepter', fixture.all === true ? '1' : '2')}<AnsattId>9900033</AnsattId>` +
      `${code('InkluderVergeinnsynsreservasjon', fixture.guardian === true ? '1' : '2')}</ForesporselReseptUtleverer>`,
    { organisation: apotek },
  )
export const m93 = (reseptId = MSG_ID): string =>
  query(
    'ERM93',
    `<M93 xmlns="${KITH}/m93/2010-06-04">${tag('ReseptId', reseptId)}<AnsattId>9900033</AnsattId></M93>`,
    { organisation: apotek },
  )
export const m95 = (
  fixture: { fnr?: string; refNr?: string; all?: boolean; of2015?: boolean } = {},
): string =>
  query(
    'ERM95',
    `<M95 xmlns="${fixture.of2015 === true ? `${KITH}/m95/2015-05-01` : `${EHELSE}/m95/2018-07-01`}">${tag('Fnr', fixture.fnr)}` +
      `${code('AlleResepter', fixture.all === true ? '1' : '2')}${tag('RefNr', fixture.refNr)}` +
      `${fixture.of2015 === true ? code('Samtykke', '1') : ''}<Komprimering>1</Komprimering></M95>`,
  )
export const m97 = (reseptId = MSG_ID): string =>
  query(
    'ERM97',
    `<M97 xmlns="${EHELSE}/m97/2018-07-01">${tag('ReseptId', reseptId)}<Komprimering>0</Komprimering></M97>`,
  )
export const m911 = (
  fnr: string,
  fixture: { withPrescriptions?: boolean; of2014?: boolean; msgId?: string } = {},
): string =>
  query(
    'ERM911',
    `<M911 xmlns="${fixture.of2014 === true ? `${KITH}/m911/2014-01-21` : `${EHELSE}/m911/2018-07-01`}">${tag('Fnr', fnr)}` +
      tag('InklReseptinfo', String(fixture.withPrescriptions === true)) +
      `${fixture.of2014 === true ? '' : '<Komprimering>0</Komprimering>'}</M911>`,
    fixture.msgId === undefined ? {} : { msgId: fixture.msgId },
  )
export const m921 = (since: string): string =>
  query('ERM921', `<M921 xmlns="${KITH}/m921/2013-10-15">${tag('EndringerEtter', since)}</M921>`, {
    organisation: apotek,
  })
