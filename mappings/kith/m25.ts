/** M25.1 to M25.4 Legemidler i bruk: types and reading, with what is embedded in base64 (eresept.md 7). */
import type { Problem } from '../../src/core/errors.js'
import { type EmbeddedRoot, readEmbedded } from './embedded.js'
import {
  type DispenseReport,
  readUtlevering,
  readUtleveringsrapport,
  UTLEVERING,
  UTLEVERINGSRAPPORT,
} from './m10.js'
import { given } from './msghead.js'
import { NS } from './namespaces.js'
import {
  type Coded,
  child,
  children,
  coded,
  date,
  flag,
  needed,
  neededCoded,
  neededText,
  point,
  type Reader,
  text,
  texts,
} from './reader.js'
import {
  type ReseptDokHandelsvare,
  type ReseptDokLegemiddel,
  readReseptDokHandelsvare,
  readReseptDokLegemiddel,
} from './resept-dok.js'
import { type Rolle, readRolle } from './roles.js'
import { RESEPT_DOK_HANDELSVARE, RESEPT_DOK_LEGEMIDDEL } from './shapes-m1.js'
import { pathOf, type XmlElement } from './xml.js'

/** M25.1 from the prescriber; M25.2 and M25.3 from the pharmacy; M25.4 to the summary record. */
export type ListKind = 'M25.1' | 'M25.2' | 'M25.3' | 'M25.4'

export interface Sporsmal {
  /** Volven 7495. */
  readonly kode: Coded
  readonly merknad?: string
  /** xs:dateTime as sent. */
  readonly tidspunkt: string
  /** HER-ids. */
  readonly stiller?: string
  readonly mottaker?: string
  /** Volven 7493. */
  readonly svar?: { readonly kode: Coded; readonly merknad?: string }
}
export interface Enkeltoppforing {
  /** PLL id: one treatment, the same across versions and renewals. */
  readonly id: string
  /** Volven 7491. */
  readonly type: Coded
  readonly reseptId?: string
  readonly utlopsdatoResept?: string
  readonly sistEndret: string
  readonly datoOppstart?: string
  readonly medEndring?: boolean
  readonly roller: readonly Rolle[]
  /** A medicine, or related goods in use. */
  readonly dok: ReseptDokLegemiddel | ReseptDokHandelsvare
  readonly seponering?: { readonly tidspunkt: string; readonly arsak: Coded; readonly merknad?: string }
  readonly sporsmal: readonly Sporsmal[]
  /** M25.3, Volven 1101: packed by the packing centre. */
  readonly inngarMultidose?: Coded
  /** M25.3. */
  readonly utleveringer: readonly SisteUtlevering[]
  readonly at: string
}
/** What was packed of one entry, for which days. */
export interface SisteUtlevering {
  /** MsgId of the M10 that reported it. */
  readonly refM10?: string
  /** Why it was packed anew: T loss, E change, F holiday pack, R complaint. */
  readonly ompakkingsgrunn?: Coded
  /** xs:date, both included. */
  readonly forsteDose: string
  readonly sisteDose: string
  readonly bilderef?: string
  readonly report: DispenseReport
  readonly at: string
}
export interface Pakkeinfo {
  /** xs:dateTime: an M25.1 that comes later does not count for the next packing. */
  readonly bestillingsfrist?: string
  readonly forsteDose?: string
  readonly sisteDose?: string
}
export interface Allergi {
  /** Volven 7497. */
  readonly reaksjon: Coded
  readonly kommentar?: string
  readonly oppdatert: string
  /** Volven 7498. */
  readonly kilde: Coded
  readonly atc?: Coded
  readonly virkestoff: readonly string[]
  readonly virkestoffId: readonly string[]
  readonly merkevareId?: string
  readonly hjelpestoffreaksjon?: boolean
  readonly varenavn?: string
  readonly avkreftet?: boolean
}
export interface LegemidlerIBruk {
  readonly roller: readonly Rolle[]
  readonly oppforinger: readonly Enkeltoppforing[]
  readonly allergier: readonly Allergi[]
  /** M25.2 and M25.3. */
  readonly pakkeinfo?: Pakkeinfo
  readonly merknad?: string
  /** M25.1, Volven 1101: sent by a locum of the registered multidose doctor. */
  readonly vikar?: Coded
}

/** Faults of embedded prescriptions, and entry ids that occur twice, are added to `problems`. */
export function readLegemidlerIBruk(
  reader: Reader,
  element: XmlElement,
  problems: Problem[],
): LegemidlerIBruk {
  const oppforinger = children(element, 'EnkeltoppforingLIB').flatMap(
    (entry) => readOppforing(reader, entry, problems) ?? [],
  )
  checkIds(oppforinger, problems)
  return {
    roller: children(element, 'Rolle').map((rolle) => readRolle(reader, rolle)),
    oppforinger,
    allergier: children(element, 'Allergi').map((allergi) => readAllergi(reader, allergi)),
    ...given('pakkeinfo', readPakkeinfo(reader, child(element, 'Pakkeinfo'))),
    ...given('merknad', text(reader, element, 'Merknad')),
    ...given('vikar', coded(reader, element, 'Vikar')),
  }
}

function checkIds(entries: readonly Enkeltoppforing[], problems: Problem[]): void {
  const ids = new Set<string>()
  for (const entry of entries) {
    const id = entry.id.toLowerCase()
    if (ids.has(id)) problems.push(fault(`${entry.at}/Id`, 'the same entry id occurs twice'))
    ids.add(id)
  }
}

function readOppforing(
  reader: Reader,
  element: XmlElement,
  problems: Problem[],
): Enkeltoppforing | undefined {
  const b64 = needed(child(element, 'ReseptDokLegemiddelB64'), 'ReseptDokLegemiddelB64')
  const dok = readEmbedded(reader, b64, FRAGMENTS, problems)
  if (dok === undefined) return undefined
  const seponering = child(element, 'Seponering')
  return {
    id: neededText(reader, element, 'Id'),
    type: neededCoded(reader, element, 'Type'),
    ...given('reseptId', text(reader, element, 'ReseptId')),
    ...given('utlopsdatoResept', date(reader, element, 'UtlopsdatoResept')),
    sistEndret: neededText(reader, element, 'SistEndret'),
    ...given('datoOppstart', date(reader, element, 'DatoOppstart')),
    ...given('medEndring', flag(reader, element, 'MedEndring')),
    roller: children(element, 'Rolle').map((rolle) => readRolle(reader, rolle)),
    dok,
    ...given(
      'seponering',
      seponering && {
        tidspunkt: neededText(reader, seponering, 'Tidspunkt'),
        arsak: neededCoded(reader, seponering, 'Arsak'),
        ...given('merknad', text(reader, seponering, 'Merknad')),
      },
    ),
    sporsmal: children(element, 'Sporsmal').map((one) => readSporsmal(reader, one)),
    ...given('inngarMultidose', coded(reader, element, 'InngarMultidose')),
    utleveringer: children(element, 'SisteUtlevering').flatMap(
      (one) => readSisteUtlevering(reader, one, problems) ?? [],
    ),
    at: pathOf(element),
  }
}

function readSporsmal(reader: Reader, element: XmlElement): Sporsmal {
  const svar = child(element, 'Svar')
  return {
    kode: neededCoded(reader, element, 'Kode'),
    ...given('merknad', text(reader, element, 'Merknad')),
    tidspunkt: neededText(reader, element, 'Tidspunkt'),
    ...given('stiller', text(reader, element, 'Stiller')),
    ...given('mottaker', text(reader, element, 'Mottaker')),
    ...given(
      'svar',
      svar && {
        kode: neededCoded(reader, svar, 'Kode'),
        ...given('merknad', text(reader, svar, 'Merknad')),
      },
    ),
  }
}

/** A bare ReseptDokLegemiddel as in an M1; goods that are no medicine come as ReseptDokHandelsvare. */
const FRAGMENTS: readonly EmbeddedRoot<Enkeltoppforing['dok']>[] = [
  {
    ns: NS.m1,
    local: 'ReseptDokLegemiddel',
    shape: RESEPT_DOK_LEGEMIDDEL,
    read: readReseptDokLegemiddel,
  },
  {
    ns: NS.m1,
    local: 'ReseptDokHandelsvare',
    shape: RESEPT_DOK_HANDELSVARE,
    read: readReseptDokHandelsvare,
  },
]
/** A bare Utlevering, or the report that carries it. */
const DISPENSES: readonly EmbeddedRoot<DispenseReport>[] = [
  {
    ns: NS.utlevering,
    local: 'Utlevering',
    shape: UTLEVERING,
    read: (reader, root) => ({ utlevering: readUtlevering(reader, root), egenandeler: [] }),
  },
  { ns: NS.m10, local: 'Utleveringsrapport', shape: UTLEVERINGSRAPPORT, read: readUtleveringsrapport },
]

function readSisteUtlevering(
  reader: Reader,
  element: XmlElement,
  problems: Problem[],
): SisteUtlevering | undefined {
  const b64 = needed(child(element, 'UtleveringB64'), 'UtleveringB64')
  const report = readEmbedded(reader, b64, DISPENSES, problems)
  if (report === undefined) return undefined
  return {
    ...given('refM10', text(reader, element, 'RefM10')),
    ...given('ompakkingsgrunn', coded(reader, element, 'Ompakkingsgrunn')),
    forsteDose: neededText(reader, element, 'DatoForsteDose'),
    sisteDose: neededText(reader, element, 'DatoSisteDose'),
    ...given('bilderef', point(reader, element, 'Bilderef')),
    report,
    at: pathOf(element),
  }
}

function readPakkeinfo(reader: Reader, element: XmlElement | undefined): Pakkeinfo | undefined {
  if (element === undefined) return undefined
  return {
    ...given('bestillingsfrist', date(reader, element, 'Bestillingsfrist')),
    ...given('forsteDose', date(reader, element, 'ForsteDoseringsdato')),
    ...given('sisteDose', date(reader, element, 'SisteDoseringsdato')),
  }
}

function readAllergi(reader: Reader, element: XmlElement): Allergi {
  const legemiddel = needed(child(element, 'Legemiddelreaksjon'), 'Legemiddelreaksjon')
  return {
    reaksjon: neededCoded(reader, element, 'Reaksjon'),
    ...given('kommentar', text(reader, element, 'Kommentar')),
    oppdatert: neededText(reader, element, 'Oppdatert'),
    kilde: neededCoded(reader, element, 'Kilde'),
    ...given('atc', coded(reader, legemiddel, 'Atc')),
    virkestoff: texts(reader, legemiddel, 'Virkestoff'),
    virkestoffId: texts(reader, legemiddel, 'VirkestoffId'),
    ...given('merkevareId', text(reader, legemiddel, 'MerkevareId')),
    ...given('hjelpestoffreaksjon', flag(reader, legemiddel, 'Hjelpestoffreaksjon')),
    ...given('varenavn', text(reader, legemiddel, 'Varenavn')),
    ...given('avkreftet', flag(reader, element, 'Avkreftet')),
  }
}

const fault = (at: string, rule: string): Problem => ({
  at,
  text: rule,
  code: 'MESSAGE_INVALID',
  protocolCode: 'T02',
})
