/** M10 Utleveringsrapport and the Utlevering that it shares with other messages (eresept.md 6). */
import type { Problem } from '../../src/core/errors.js'
import { given, type Ident, readIdent } from './msghead.js'
import { NS } from './namespaces.js'
import {
  type Amount,
  amount,
  type Coded,
  child,
  children,
  coded,
  date,
  flag,
  needed,
  neededAmount,
  neededText,
  type Reader,
  text,
} from './reader.js'
import { type ReseptDokHandelsvare, type ReseptDokLegemiddel, readReseptDok } from './resept-dok.js'
import { many, maybe, one, opt, shape } from './shape.js'
import { FK1_IDENT, RESEPT_DOK_HANDELSVARE, RESEPT_DOK_LEGEMIDDEL } from './shapes-m1.js'
import { pathOf, type XmlElement } from './xml.js'

export interface Intervensjon {
  /** Volven 7412. */
  readonly kode?: Coded
  /** Volven 7413: V other product, D dose, R reimbursement, P personal data. */
  readonly endringsType?: Coded
  readonly konfKunde?: boolean
  readonly konfLege?: Ident
  readonly begrunnelse?: string
}
export interface Utlevering {
  readonly reseptId: string
  /** xs:date as sent. */
  readonly utleveringsdato: string
  readonly annullering: boolean
  /** Volven 1101: 1 the prescription is finished. */
  readonly avsluttet?: Coded
  readonly byttereservasjonKunde?: boolean
  /** MsgId of the M10 that is cancelled; there whenever `annullering` is. */
  readonly annulleringsId?: string
  readonly batchnr?: string
  readonly dok?: ReseptDokLegemiddel | ReseptDokHandelsvare
  readonly utleverer: { readonly herId?: Ident; readonly navn?: string }
  readonly intervensjoner: readonly Intervensjon[]
}
export interface RekvirentPapir {
  readonly ident?: Ident
  readonly fornavn?: string
  readonly etternavn?: string
  readonly spesialitet?: Coded
  readonly inst?: string
  readonly dept?: string
  readonly rekvirentNordisk?: boolean
  readonly institusjonsId?: Coded
}
/** What M10 and the reports that the broker makes of it have in common: those leave out more or less (M6, M8, M8.1). */
export interface DispenseReport {
  readonly utlevering: Utlevering
  /** Volven 7411: why dispensing was given up. */
  readonly kanselleringskode?: Coded
  readonly reservasjonRapportFastlege?: boolean
  readonly prisLegemiddelUtenMt?: Amount
  /** HPR number of the pharmacist. */
  readonly ansattId?: string
  readonly egenandeler: readonly { readonly start?: string; readonly betalt: Amount }[]
  readonly papirresept?: boolean
  readonly rekvirentPapir?: RekvirentPapir
}
export interface Utleveringsrapport extends DispenseReport {
  readonly reservasjonRapportFastlege: boolean
  readonly ansattId: string
}

const UL = NS.utlevering
export const UTLEVERING = shape(UL, [
  one('ReseptId', 'text'),
  one('Utleveringsdato', 'ownDate'),
  one('Annullering', 'boolean'),
  opt('Avsluttet', 'CS'),
  opt('ByttereservasjonKunde', 'boolean'),
  opt('AnnulleringsId', 'string'),
  opt('Batchnr', 'string'),
  maybe(
    one('ReseptDokLegemiddel', RESEPT_DOK_LEGEMIDDEL, NS.m1),
    one('ReseptDokHandelsvare', RESEPT_DOK_HANDELSVARE, NS.m1),
  ),
  one('Utleverer', shape(UL, [one('HerId', FK1_IDENT), one('Navn', 'string')])),
  many(
    'Intervensjon',
    shape(UL, [
      opt('Kode', 'CV'),
      opt('EndringsType', 'CS'),
      opt('KonfKunde', 'boolean'),
      opt('KonfLege', FK1_IDENT),
      opt('Begrunnelse', 'string'),
    ]),
  ),
])
export const REKVIRENT_PAPIR = shape(UL, [
  opt('Ident', FK1_IDENT),
  opt('Fornavn', 'string'),
  opt('Etternavn', 'string'),
  opt('Spesialitet', 'CV'),
  opt('Inst', 'string'),
  opt('Dept', 'string'),
  opt('RekvirentNordisk', 'boolean'),
  opt('InstitusjonsID', 'CV'),
])
export const UTLEVERINGSRAPPORT = shape(NS.m10, [
  one('Utlevering', UTLEVERING, UL),
  opt('Kanselleringskode', 'CS'),
  one('ReservasjonRapportFastlege', 'boolean'),
  opt('PrisLegemiddelUtenMt', 'MO'),
  one('AnsattId', 'text'),
  many('Egenandel', shape(NS.m10, [one('StartEgenandelsperiode', 'date'), one('BetaltEgenandel', 'MO')])),
  opt('Papirresept', 'boolean'),
  opt('RekvirentPapir', REKVIRENT_PAPIR, UL),
])

export function readUtleveringsrapport(
  reader: Reader,
  element: XmlElement,
  problems: Problem[],
): Utleveringsrapport {
  const utlevering = readUtlevering(reader, needed(child(element, 'Utlevering'), 'Utlevering'))
  if (utlevering.annullering && utlevering.annulleringsId === undefined)
    problems.push({
      at: `${pathOf(element)}/Utlevering/AnnulleringsId`,
      text: 'a cancellation must name the message that it cancels',
      code: 'MESSAGE_INVALID',
      protocolCode: 'T02',
    })
  const papir = child(element, 'RekvirentPapir')
  return {
    utlevering,
    ...given('kanselleringskode', coded(reader, element, 'Kanselleringskode')),
    reservasjonRapportFastlege: flag(reader, element, 'ReservasjonRapportFastlege') === true,
    ...given('prisLegemiddelUtenMt', amount(reader, element, 'PrisLegemiddelUtenMt')),
    ansattId: neededText(reader, element, 'AnsattId'),
    egenandeler: children(element, 'Egenandel').map((one) => ({
      ...given('start', date(reader, one, 'StartEgenandelsperiode')),
      betalt: neededAmount(reader, one, 'BetaltEgenandel'),
    })),
    ...given('papirresept', flag(reader, element, 'Papirresept')),
    ...given('rekvirentPapir', papir && readRekvirentPapir(reader, papir)),
  }
}

export function readUtlevering(reader: Reader, element: XmlElement): Utlevering {
  const utleverer = needed(child(element, 'Utleverer'), 'Utleverer')
  return {
    reseptId: neededText(reader, element, 'ReseptId'),
    utleveringsdato: neededText(reader, element, 'Utleveringsdato'),
    annullering: flag(reader, element, 'Annullering') === true,
    ...given('avsluttet', coded(reader, element, 'Avsluttet')),
    ...given('byttereservasjonKunde', flag(reader, element, 'ByttereservasjonKunde')),
    ...given('annulleringsId', text(reader, element, 'AnnulleringsId')),
    ...given('batchnr', text(reader, element, 'Batchnr')),
    ...given('dok', readReseptDok(reader, element)),
    utleverer: {
      ...given('herId', readIdent(reader, needed(child(utleverer, 'HerId'), 'HerId'))),
      ...given('navn', text(reader, utleverer, 'Navn')),
    },
    intervensjoner: children(element, 'Intervensjon').map((one) => {
      const lege = child(one, 'KonfLege')
      return {
        ...given('kode', coded(reader, one, 'Kode')),
        ...given('endringsType', coded(reader, one, 'EndringsType')),
        ...given('konfKunde', flag(reader, one, 'KonfKunde')),
        ...given('konfLege', lege && readIdent(reader, lege)),
        ...given('begrunnelse', text(reader, one, 'Begrunnelse')),
      }
    }),
  }
}

export function readRekvirentPapir(reader: Reader, element: XmlElement): RekvirentPapir {
  const ident = child(element, 'Ident')
  return {
    ...given('ident', ident && readIdent(reader, ident)),
    ...given('fornavn', text(reader, element, 'Fornavn')),
    ...given('etternavn', text(reader, element, 'Etternavn')),
    ...given('spesialitet', coded(reader, element, 'Spesialitet')),
    ...given('inst', text(reader, element, 'Inst')),
    ...given('dept', text(reader, element, 'Dept')),
    ...given('rekvirentNordisk', flag(reader, element, 'RekvirentNordisk')),
    ...given('institusjonsId', coded(reader, element, 'InstitusjonsID')),
  }
}
