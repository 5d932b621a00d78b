/** M27.1, M27.2 and M28 of synthetic people, as XML text. */
import { broker } from './kith-broker-fixtures.js'
import { type EnvelopeFixture, fk1, msgHead } from './kith-envelope.js'
import { MSG_ID } from './kith-fixtures.js'
import { type DoctorFixture, fastlege, type OrganisationFixture, sykehuslege } from './kith-people.js'
import { code, tag } from './kith-prescribed.js'

const ERESEPT = 'http://www.kith.no/xmlstds/eresept'

/** Sent by a doctor, unless `organisation` says a pharmacy. */
export function m271(
  fixture: EnvelopeFixture & { readonly status?: string; readonly from?: string } = {},
): string {
  const payload =
    `<M271 xmlns="${ERESEPT}/m271/2013-04-16">${code('Status', fixture.status ?? 'R', 'status')}` +
    `${tag('GjelderFra', fixture.from ?? '2024-03-01+01:00')}</M271>`
  return msgHead('ERM271', 'Registrering av multidoseansvarlig.', payload, { msgId: M271_ID, ...fixture })
}
export const M271_ID = 'a1b2c3d4-0000-4000-8000-000000000271'

/** The broker's answer; it names no patient. */
export function m272(
  fixture: EnvelopeFixture & {
    readonly registered?: boolean
    readonly doctor272?: { readonly doctor: DoctorFixture; readonly until?: string }
    readonly pharmacy?: OrganisationFixture
  } = {},
): string {
  const { doctor272, pharmacy } = fixture
  const payload =
    `<M272 xmlns="${ERESEPT}/m272/2013-04-16">${tag('RegistrertEndring', String(fixture.registered ?? true))}` +
    (doctor272 === undefined ? '' : multidoselege(doctor272.doctor, doctor272.until)) +
    (pharmacy === undefined ? '' : multidoseapotek(pharmacy)) +
    '</M272>'
  return msgHead('ERM272', 'Svar på registrering av multidoseansvarlig', payload, {
    msgId: M272_ID,
    refToParent: M271_ID,
    organisation: broker,
    patient: null,
    ...fixture,
  })
}
export const M272_ID = 'a1b2c3d4-0000-4000-8000-000000000272'

/** To the former doctor. */
export function m28(
  fixture: EnvelopeFixture & { readonly from?: string; readonly next?: DoctorFixture } = {},
): string {
  const payload =
    `<M28 xmlns="${ERESEPT}/m28/2012-06-11">${tag('AktivFra', fixture.from ?? '2024-06-01')}` +
    `${multidoselege(fixture.next ?? sykehuslege)}</M28>`
  return msgHead('ERM28', 'Endring av multidoseansvarlig lege', payload, {
    msgId: M28_ID,
    refToParent: MSG_ID,
    organisation: broker,
    receiver: fastlege,
    ...fixture,
  })
}
export const M28_ID = 'a1b2c3d4-0000-4000-8000-000000000028'

const telephone =
  '<Telefon><TypeTelecom xmlns="http://www.kith.no/xmlstds/felleskomponent1" V="HP"/>' +
  '<TeleAddress xmlns="http://www.kith.no/xmlstds/felleskomponent1" V="tel:00000099"/></Telefon>'

const multidoselege = (doctor: DoctorFixture, until?: string): string =>
  `<Multidoselege xmlns="${ERESEPT}/m274/2012-06-11">${tag('HprNr', doctor.hpr)}${tag('Navn', `${doctor.given} ${doctor.family}`)}` +
  `${tag('Org', doctor.organisation.name)}<HerId>${fk1(doctor.organisation.her, 'HER', 9051)}</HerId>` +
  `${tag('AktivTil', until)}${telephone}</Multidoselege>`

const multidoseapotek = (pharmacy: OrganisationFixture): string =>
  `<Multidoseapotek xmlns="${ERESEPT}/m274/2012-06-11">${tag('Navn', pharmacy.name)}` +
  `<Konsesjonsnr>${fk1(pharmacy.ako ?? '', 'AKO', 9051)}</Konsesjonsnr>${telephone}</Multidoseapotek>`
