/** M1 Resept (eresept.md 4): types and reading. */
import { type Address, given, readAddress } from './msghead.js'
import {
  type Coded,
  child,
  coded,
  date,
  flag,
  needed,
  neededCoded,
  neededText,
  type Reader,
  text,
} from './reader.js'
import { type ReseptDokHandelsvare, type ReseptDokLegemiddel, readReseptDok } from './resept-dok.js'
import { type Helseperson, type Organisasjon, readParties } from './roles.js'
import type { XmlElement } from './xml.js'

export interface EkspAnm {
  readonly vilkar: boolean
  readonly metodeEkspedering: Coded
  /** HER-id. */
  readonly utleverer?: string
  readonly kontaktperson?: string
  readonly adresse?: Address
  readonly merknad?: string
  readonly orgNrUtleverer?: string
  readonly utlevererNavn?: string
}
export interface Utlending {
  readonly arbeidstakerNorge?: boolean
  readonly konvensjonsland?: Coded
  readonly eea?: {
    readonly dok: Coded
    readonly cardId?: string
    readonly id?: string
    readonly trygdekontorNavn?: string
    readonly trygdekontorNr?: string
    readonly gyldighetFra?: string
    readonly gyldighet?: string
  }
}
export interface Resept {
  /** xs:date as sent, as are all dates below. */
  readonly forskrivningsdato: string
  readonly utloper?: string
  readonly vernepliktig?: boolean
  readonly soktIndividRefusjon?: boolean
  readonly frikort?: boolean
  readonly vergeinnsynsreservasjon?: boolean
  readonly tilEgenPraksis?: boolean
  readonly rekvLegensNavn?: boolean
  readonly refNr?: string
  readonly spesialitet?: Coded
  readonly dok: ReseptDokLegemiddel | ReseptDokHandelsvare
  readonly instituert?: { readonly helseperson?: Helseperson; readonly organisasjon?: Organisasjon }
  readonly ekspAnm?: EkspAnm
  readonly utlending?: Utlending
  readonly oppdatertFest?: string
  readonly tidligsteUtlevering?: string
  readonly utskrevetSykehus?: boolean
  readonly lastResept?: boolean
}

export function readResept(reader: Reader, element: XmlElement): Resept {
  const instituert = child(element, 'Instituert')
  const ekspAnm = child(element, 'EkspAnm')
  const utlending = child(element, 'Utlending')
  return {
    forskrivningsdato: neededText(reader, element, 'Forskrivningsdato'),
    ...given('utloper', date(reader, element, 'Utloper')),
    ...given('vernepliktig', flag(reader, element, 'Vernepliktig')),
    ...given('soktIndividRefusjon', flag(reader, element, 'SoktIndividRefusjon')),
    ...given('frikort', flag(reader, element, 'Frikort')),
    ...given('vergeinnsynsreservasjon', flag(reader, element, 'Vergeinnsynsreservasjon')),
    ...given('tilEgenPraksis', flag(reader, element, 'TilEgenPraksis')),
    ...given('rekvLegensNavn', flag(reader, element, 'RekvLegensNavn')),
    ...given('refNr', text(reader, element, 'RefNr')),
    ...given('spesialitet', coded(reader, element, 'Spesialitet')),
    dok: needed(readReseptDok(reader, element), 'ReseptDokLegemiddel'),
    ...given('instituert', instituert && readParties(reader, instituert)),
    ...given('ekspAnm', ekspAnm && readEkspAnm(reader, ekspAnm)),
    ...given('utlending', utlending && readUtlending(reader, utlending)),
    ...given('oppdatertFest', date(reader, element, 'OppdatertFest')),
    ...given('tidligsteUtlevering', date(reader, element, 'TidligsteUtlevering')),
    ...given('utskrevetSykehus', flag(reader, element, 'UtskrevetSykehus')),
    ...given('lastResept', flag(reader, element, 'LastResept')),
  }
}

export function readEkspAnm(reader: Reader, element: XmlElement): EkspAnm {
  return {
    vilkar: flag(reader, element, 'Vilkar') === true,
    metodeEkspedering: neededCoded(reader, element, 'MetodeEkspedering'),
    ...given('utleverer', text(reader, element, 'Utleverer')),
    ...given('kontaktperson', text(reader, element, 'Kontaktperson')),
    ...given('adresse', readAddress(reader, element, 'Adresse')),
    ...given('merknad', text(reader, element, 'Merknad')),
    ...given('orgNrUtleverer', text(reader, element, 'OrgNrUtleverer')),
    ...given('utlevererNavn', text(reader, element, 'UtlevererNavn')),
  }
}

function readUtlending(reader: Reader, element: XmlElement): Utlending {
  const eea = child(element, 'EEA')
  return {
    ...given('arbeidstakerNorge', flag(reader, element, 'ArbeidstakerNorge')),
    ...given('konvensjonsland', coded(reader, element, 'Konvensjonsland')),
    ...given(
      'eea',
      eea && {
        dok: neededCoded(reader, eea, 'EEADok'),
        ...given('cardId', text(reader, eea, 'EEACardId')),
        ...given('id', text(reader, eea, 'EEAId')),
        ...given('trygdekontorNavn', text(reader, eea, 'EEATrygdekontorNavn')),
        ...given('trygdekontorNr', text(reader, eea, 'EEATrygdekontorNr')),
        ...given('gyldighetFra', date(reader, eea, 'EEAGyldighetFra')),
        ...given('gyldighet', date(reader, eea, 'EEAGyldighet')),
      },
    ),
  }
}
