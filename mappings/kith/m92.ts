/** M9.2 Reseptliste: the prescriptions that a pharmacy may dispense; Reseptinfo, which M9.12 has as well (eresept.md 9). */
import { type Address, given, type Ident, readAddress, readIdent } from './msghead.js'
import {
  MULTIDOSEAPOTEK,
  MULTIDOSELEGE,
  type Multidoseapotek,
  type Multidoselege,
  readMultidoseapotek,
  readMultidoselege,
} from './multidose-register.js'
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
  neededCoded,
  neededText,
  type Reader,
  text,
} from './reader.js'
import { many, one, opt, shape } from './shape.js'
import { FK1_ADDRESS, FK1_IDENT } from './shapes-m1.js'
import { pathOf, type XmlElement } from './xml.js'

/** The summary of a prescription. Days are xs:date as sent. */
export interface Reseptinfo {
  readonly at: string
  readonly forskrivningsdato: string
  readonly fornavn?: string
  readonly mellomnavn?: string
  readonly etternavn?: string
  readonly adresse?: Address
  /** HPR number. */
  readonly rekvirentId: string
  readonly navnRekvirent?: string
  /** Item number. */
  readonly nr?: string
  readonly navnFormStyrke?: string
  /** Volven 1101. */
  readonly endretFarmasoyt: Coded
  readonly refHjemmel?: Coded
  readonly reseptId: string
  /** Volven 7408. */
  readonly status: Coded
  readonly merknadTilbakekalling?: string
  readonly navnUtleverer?: string
  readonly refNr?: string
  readonly prodGruppe?: Coded
  readonly ident?: Ident
  readonly statusSoknadSlv?: Coded
  readonly blandingNavn?: string
  readonly metodeEkspedering?: Coded
  readonly vergeinnsynsreservasjon?: boolean
  readonly sisteUtlevering?: string
  readonly bruksomrade?: string
  /** Decimal as written. */
  readonly antall?: string
  readonly pakningsstr?: string
  readonly enhetPakning?: Coded
  readonly mengde?: Amount
  readonly reiterasjon?: string
  readonly tidligsteUtlevering?: string
}
export interface Multidosebruker {
  readonly fnr: string
  readonly apotek?: Multidoseapotek
  readonly lege?: Multidoselege
}
export interface Reseptliste {
  /** Volven 7407: why nothing was found. */
  readonly status?: Coded
  readonly resepter: readonly Reseptinfo[]
  readonly multidosebrukere: readonly Multidosebruker[]
}

const M92 = NS.m92
export const RESEPTINFO = shape(M92, [
  one('Forskrivningsdato', 'ownDate'),
  one('Fornavn', 'string'),
  opt('Mellomnavn', 'string'),
  one('Etternavn', 'string'),
  opt('Address', FK1_ADDRESS),
  one('RekvirentId', 'text'),
  one('NavnRekvirent', 'string'),
  opt('Nr', 'string'),
  opt('NavnFormStyrke', 'string'),
  one('EndretFarmasoyt', 'CS'),
  opt('RefHjemmel', 'CV'),
  one('ReseptId', 'text'),
  one('Status', 'CS'),
  opt('MerknadTilbakekalling', 'string'),
  opt('NavnUtleverer', 'string'),
  opt('RefNr', 'string'),
  opt('ProdGruppe', 'CV'),
  opt('Ident', FK1_IDENT),
  opt('StatusSoknadSlv', 'CS'),
  opt('LegemiddelblandingNavn', 'string'),
  opt('MetodeEkspedering', 'CS'),
  one('Vergeinnsynsreservasjon', 'boolean'),
  opt('SisteUtlevering', 'date'),
  opt('Bruksomrade', 'string'),
  opt('Antall', 'decimal'),
  opt('Pakningsstr', 'string'),
  opt('EnhetPakning', 'CV'),
  opt('Mengde', 'PQ'),
  opt('Reiterasjon', 'int'),
  opt('TidligsteUtlevering', 'date'),
])
export const RESEPTLISTE = shape(M92, [
  opt('Status', 'CS'),
  many('Reseptinfo', RESEPTINFO),
  many(
    'Multidosebruker',
    shape(M92, [
      one('Fnr', 'text'),
      opt('Multidoseapotek', MULTIDOSEAPOTEK, NS.m274),
      opt('Multidoselege', MULTIDOSELEGE, NS.m274),
    ]),
  ),
])

export const readReseptliste = (reader: Reader, element: XmlElement): Reseptliste => ({
  ...given('status', coded(reader, element, 'Status')),
  resepter: children(element, 'Reseptinfo').map((one) => readReseptinfo(reader, one)),
  multidosebrukere: children(element, 'Multidosebruker').map((one) => ({
    fnr: neededText(reader, one, 'Fnr'),
    ...given('apotek', readMultidoseapotek(reader, one)),
    ...given('lege', readMultidoselege(reader, one)),
  })),
})

export function readReseptinfo(reader: Reader, element: XmlElement): Reseptinfo {
  const ident = child(element, 'Ident')
  return {
    at: pathOf(element),
    forskrivningsdato: neededText(reader, element, 'Forskrivningsdato'),
    ...given('fornavn', text(reader, element, 'Fornavn')),
    ...given('mellomnavn', text(reader, element, 'Mellomnavn')),
    ...given('etternavn', text(reader, element, 'Etternavn')),
    ...given('adresse', readAddress(reader, element)),
    rekvirentId: neededText(reader, element, 'RekvirentId'),
    ...given('navnRekvirent', text(reader, element, 'NavnRekvirent')),
    ...given('nr', text(reader, element, 'Nr')),
    ...given('navnFormStyrke', text(reader, element, 'NavnFormStyrke')),
    endretFarmasoyt: neededCoded(reader, element, 'EndretFarmasoyt'),
    ...given('refHjemmel', coded(reader, element, 'RefHjemmel')),
    reseptId: neededText(reader, element, 'ReseptId'),
    status: neededCoded(reader, element, 'Status'),
    ...given('merknadTilbakekalling', text(reader, element, 'MerknadTilbakekalling')),
    ...given('navnUtleverer', text(reader, element, 'NavnUtleverer')),
    ...given('refNr', text(reader, element, 'RefNr')),
    ...given('prodGruppe', coded(reader, element, 'ProdGruppe')),
    ...given('ident', ident && readIdent(reader, ident)),
    ...given('statusSoknadSlv', coded(reader, element, 'StatusSoknadSlv')),
    ...given('blandingNavn', text(reader, element, 'LegemiddelblandingNavn')),
    ...given('metodeEkspedering', coded(reader, element, 'MetodeEkspedering')),
    ...given('vergeinnsynsreservasjon', flag(reader, element, 'Vergeinnsynsreservasjon')),
    ...given('sisteUtlevering', date(reader, element, 'SisteUtlevering')),
    ...given('bruksomrade', text(reader, element, 'Bruksomrade')),
    ...given('antall', text(reader, element, 'Antall')),
    ...given('pakningsstr', text(reader, element, 'Pakningsstr')),
    ...given('enhetPakning', coded(reader, element, 'EnhetPakning')),
    ...given('mengde', amount(reader, element, 'Mengde')),
    ...given('reiterasjon', text(reader, element, 'Reiterasjon')),
    ...given('tidligsteUtlevering', date(reader, element, 'TidligsteUtlevering')),
  }
}
