/** ReseptDokLegemiddel and ReseptDokHandelsvare: what M1, M10 and M25 share (eresept.md 4). */
import { type Legemiddel, readLegemiddel } from './legemiddel.js'
import { given } from './msghead.js'
import { type ProductDetail, readDetails } from './product-details.js'
import {
  type Amount,
  amount,
  type Coded,
  child,
  children,
  coded,
  codedAll,
  datePoint,
  flag,
  needed,
  neededAmount,
  neededCoded,
  neededText,
  type Reader,
  text,
} from './reader.js'
import type { XmlElement } from './xml.js'

interface Dose {
  readonly mengde: Amount
  readonly intervall?: Amount
  readonly infusjonshastighet?: { readonly volum: Amount; readonly tidsenhet: Coded }
  /** Place in the message, for what cannot be mapped. */
  readonly where: XmlElement
}
export interface DoseFastTidspunkt extends Dose {
  /** xs:time as sent. */
  readonly klokkeslett?: string
  readonly tidsomrade?: Coded
  readonly gisEksakt: boolean
  readonly fasteUkedager: readonly Coded[]
  /** Whole days. */
  readonly dagerPa?: string
  readonly dagerAv?: string
}
export interface DoseEtterBehov extends Dose {
  readonly doseDognMaks: Amount
  readonly doseTidsromMaks: Amount
  readonly tidsrom: Amount
  readonly doseIntervallMin: Amount
}
export interface Dosering {
  /** TS as sent: date, dateTime, year, month or time. */
  readonly starttidspunkt?: string
  readonly sluttidspunkt?: string
  readonly doseringsregel?: { readonly doseresEtter: Coded; readonly merknad?: string }
  readonly fast: readonly DoseFastTidspunkt[]
  readonly etterBehov: readonly DoseEtterBehov[]
  readonly where: XmlElement
}
export interface Administrering {
  readonly admVed: Coded
  readonly admMate: Coded
  readonly admEtterSkjema?: boolean
  readonly admSkjema?: string
}
export interface Forskrivning {
  readonly bruksomrade?: string
  readonly dosVeiledEnkel?: string
  readonly ingenKombinasjon?: boolean
  readonly bruk?: Coded
  readonly kortdose?: Coded
  readonly administrering?: Administrering
  readonly dosering: readonly Dosering[]
  readonly legemiddel: Legemiddel
}
interface ReseptDok {
  readonly varegruppekode: Coded
  /** Packages per dispense, decimal as written. */
  readonly antall?: string
  readonly merknad?: string
  readonly refHjemmel?: Coded
}
export interface ReseptDokLegemiddel extends ReseptDok {
  readonly kind: 'medicine'
  readonly komLegemdlAdm?: string
  readonly refKode?: Coded
  /** Dispenses besides the first. */
  readonly reiterasjon: string
  readonly bytteresRekvirent?: Coded
  readonly mengde?: Amount
  readonly utenMt?: {
    readonly begrunnelse?: string
    readonly produsent?: string
    readonly direktesoknadSlv: boolean
  }
  readonly forskrivning: Forskrivning
}
export interface ReseptDokHandelsvare extends ReseptDok {
  readonly kind: 'merchandise'
  readonly bruksveiledning?: string
  readonly prodGruppe?: Coded
  readonly vare?: {
    readonly kind: Varetype
    readonly nr?: string
    readonly navn?: string
    readonly details: readonly ProductDetail[]
  }
}
/** Element that names the item. */
export const VARETYPER = ['Brystprotese', 'Naringsmiddel', 'MedForbMatr'] as const
export type Varetype = (typeof VARETYPER)[number]

/** The ReseptDok… child of a checked element, if it has one. */
export function readReseptDok(
  reader: Reader,
  parent: XmlElement,
): ReseptDokLegemiddel | ReseptDokHandelsvare | undefined {
  const medicine = child(parent, 'ReseptDokLegemiddel')
  if (medicine !== undefined) return readReseptDokLegemiddel(reader, medicine)
  const merchandise = child(parent, 'ReseptDokHandelsvare')
  return merchandise === undefined ? undefined : readReseptDokHandelsvare(reader, merchandise)
}

export function readReseptDokLegemiddel(reader: Reader, element: XmlElement): ReseptDokLegemiddel {
  const utenMt = child(element, 'LegemiddelUtenMt')
  return {
    kind: 'medicine',
    ...readDok(reader, element),
    ...given('komLegemdlAdm', text(reader, element, 'KomLegemdlAdm')),
    ...given('refKode', coded(reader, element, 'RefKode')),
    reiterasjon: neededText(reader, element, 'Reiterasjon'),
    ...given('bytteresRekvirent', coded(reader, element, 'BytteresRekvirent')),
    ...given('mengde', amount(reader, element, 'Mengde')),
    ...given(
      'utenMt',
      utenMt && {
        ...given('begrunnelse', text(reader, utenMt, 'Begrunnelse')),
        ...given('produsent', text(reader, utenMt, 'Produsent')),
        direktesoknadSlv: flag(reader, utenMt, 'DirektesoknadSlv') === true,
      },
    ),
    forskrivning: readForskrivning(reader, needed(child(element, 'Forskrivning'), 'Forskrivning')),
  }
}

export function readReseptDokHandelsvare(reader: Reader, element: XmlElement): ReseptDokHandelsvare {
  const kind = VARETYPER.find((name) => child(element, name) !== undefined)
  const vare = kind && child(element, kind)
  return {
    kind: 'merchandise',
    ...readDok(reader, element),
    ...given('bruksveiledning', text(reader, element, 'Bruksveiledning')),
    ...given('prodGruppe', coded(reader, element, 'ProdGruppe')),
    ...given(
      'vare',
      kind &&
        vare && {
          kind,
          ...given('nr', text(reader, vare, 'Nr')),
          ...given('navn', text(reader, vare, 'Navn')),
          details: readDetails(reader, vare),
        },
    ),
  }
}

function readDok(reader: Reader, element: XmlElement): ReseptDok {
  return {
    varegruppekode: neededCoded(reader, element, 'Varegruppekode'),
    ...given('antall', text(reader, element, 'Antall')),
    ...given('merknad', text(reader, element, 'Merknad')),
    ...given('refHjemmel', coded(reader, element, 'RefHjemmel')),
  }
}

function readForskrivning(reader: Reader, element: XmlElement): Forskrivning {
  const administrering = child(element, 'AdministreringForskrivning')
  return {
    ...given('bruksomrade', text(reader, element, 'Bruksomrade')),
    ...given('dosVeiledEnkel', text(reader, element, 'DosVeiledEnkel')),
    ...given('ingenKombinasjon', flag(reader, element, 'IngenKombinasjon')),
    ...given('bruk', coded(reader, element, 'Bruk')),
    ...given('kortdose', coded(reader, element, 'Kortdose')),
    ...given(
      'administrering',
      administrering && {
        admVed: neededCoded(reader, administrering, 'AdmVed'),
        admMate: neededCoded(reader, administrering, 'AdmMate'),
        ...given('admEtterSkjema', flag(reader, administrering, 'AdmEtterSkjema')),
        ...given('admSkjema', text(reader, administrering, 'AdmSkjema')),
      },
    ),
    dosering: children(element, 'Dosering').map((one) => readDosering(reader, one)),
    legemiddel: readLegemiddel(reader, element),
  }
}

function readDosering(reader: Reader, element: XmlElement): Dosering {
  const regel = child(element, 'Doseringsregel')
  return {
    ...given('starttidspunkt', datePoint(reader, element, 'Starttidspunkt')),
    ...given('sluttidspunkt', datePoint(reader, element, 'Sluttidspunkt')),
    ...given(
      'doseringsregel',
      regel && {
        doseresEtter: neededCoded(reader, regel, 'DoseresEtter'),
        ...given('merknad', text(reader, regel, 'Merknad')),
      },
    ),
    fast: children(element, 'DoseFastTidspunkt').map((dose) => readFast(reader, dose)),
    etterBehov: children(element, 'DoseEtterBehov').map((dose) => ({
      ...readDose(reader, dose),
      doseDognMaks: neededAmount(reader, dose, 'DoseDognMaks'),
      doseTidsromMaks: neededAmount(reader, dose, 'DoseTidsromMaks'),
      tidsrom: neededAmount(reader, dose, 'Tidsrom'),
      doseIntervallMin: neededAmount(reader, dose, 'DoseIntervallMin'),
    })),
    where: element,
  }
}

function readFast(reader: Reader, element: XmlElement): DoseFastTidspunkt {
  const fastDose = child(element, 'FastDose')
  return {
    ...readDose(reader, element),
    ...given('klokkeslett', text(reader, element, 'Klokkeslett')),
    ...given('tidsomrade', coded(reader, element, 'Tidsomrade')),
    gisEksakt: flag(reader, element, 'GisEksakt') === true,
    fasteUkedager: fastDose === undefined ? [] : codedAll(reader, fastDose, 'FasteUkedager'),
    ...given('dagerPa', fastDose && text(reader, fastDose, 'DagerPa')),
    ...given('dagerAv', fastDose && text(reader, fastDose, 'DagerAv')),
  }
}

function readDose(reader: Reader, element: XmlElement): Dose {
  const infusjon = child(element, 'Infusjonshastighet')
  return {
    mengde: neededAmount(reader, element, 'Mengde'),
    ...given('intervall', amount(reader, element, 'Intervall')),
    ...given(
      'infusjonshastighet',
      infusjon && {
        volum: neededAmount(reader, infusjon, 'Volum'),
        tidsenhet: neededCoded(reader, infusjon, 'Tidsenhet'),
      },
    ),
    where: element,
  }
}
