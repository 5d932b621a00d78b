/** M25.1 Legemidler i bruk: types and reading, with the prescriptions embedded in base64 (eresept.md 7). */
import { isHubError, type Problem } from '../../src/core/errors.js'
import type { Unmapped } from '../../src/core/message.js'
import { decodeBase64 } from './base64.js'
import { given } from './msghead.js'
import { NS } from './namespaces.js'
import {
  type Coded,
  child,
  children,
  closeReader,
  coded,
  date,
  flag,
  needed,
  neededCoded,
  neededText,
  openReader,
  ownText,
  type Reader,
  text,
  texts,
} from './reader.js'
import { type ReseptDokLegemiddel, readReseptDokLegemiddel } from './resept-dok.js'
import { type Rolle, readRolle } from './roles.js'
import { checkShape, choice, many, one, opt, shape } from './shape.js'
import { helsepersonShape, organisasjonShape, RESEPT_DOK_LEGEMIDDEL } from './shapes-m1.js'
import { parseXml, pathOf, type XmlElement } from './xml.js'

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
  readonly dok: ReseptDokLegemiddel
  readonly seponering?: { readonly tidspunkt: string; readonly arsak: Coded; readonly merknad?: string }
  readonly sporsmal: readonly Sporsmal[]
  readonly at: string
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
  readonly merknad?: string
  /** Volven 1101: sent by a locum of the registered multidose doctor. */
  readonly vikar?: Coded
}

const FRAGMENT_BYTES_MAX = 1024 * 1024
const M251 = NS.m251
const ROLLE = shape(M251, [
  one('Rolle', 'CS'),
  choice(one('Helseperson', helsepersonShape(M251)), one('Organisasjon', organisasjonShape(M251))),
])
const OPPFORING = shape(M251, [
  one('Id', 'text'),
  one('Type', 'CS'),
  opt('ReseptId', 'string'),
  opt('UtlopsdatoResept', 'date'),
  one('SistEndret', 'ownDateTime'),
  opt('DatoOppstart', 'date'),
  opt('MedEndring', 'boolean'),
  many('Rolle', ROLLE),
  one('ReseptDokLegemiddelB64', 'text'),
  opt(
    'Seponering',
    shape(M251, [one('Tidspunkt', 'ownDateTime'), one('Arsak', 'CS'), opt('Merknad', 'string')]),
  ),
  many(
    'Sporsmal',
    shape(M251, [
      one('Kode', 'CV'),
      opt('Merknad', 'string'),
      one('Tidspunkt', 'ownDateTime'),
      one('Stiller', 'string'),
      opt('Mottaker', 'string'),
      opt('Svar', shape(M251, [one('Kode', 'CV'), opt('Merknad', 'string')])),
    ]),
  ),
])
const ALLERGI = shape(NS.ki, [
  one('Reaksjon', 'CV'),
  opt('Kommentar', 'string'),
  one('Oppdatert', 'ownDateTime'),
  one('Kilde', 'CV'),
  one(
    'Legemiddelreaksjon',
    shape(NS.ki, [
      opt('Atc', 'CV'),
      many('Virkestoff', 'string'),
      many('VirkestoffId', 'string'),
      opt('MerkevareId', 'string'),
      opt('Hjelpestoffreaksjon', 'boolean'),
      opt('Varenavn', 'string'),
    ]),
  ),
  opt('Avkreftet', 'boolean'),
])
export const LEGEMIDLER_I_BRUK = shape(M251, [
  many('Rolle', ROLLE),
  many('EnkeltoppforingLIB', OPPFORING),
  many('Allergi', ALLERGI, NS.ki),
  opt('Merknad', 'string'),
  opt('Vikar', 'CS'),
])

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
  const dok = readFragment(reader, needed(child(element, 'ReseptDokLegemiddelB64'), 'B64'), problems)
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

/** A bare ReseptDokLegemiddel in base64: a document of its own, checked and read like the one of an M1. */
function readFragment(
  reader: Reader,
  element: XmlElement,
  problems: Problem[],
): ReseptDokLegemiddel | undefined {
  const at = pathOf(element)
  try {
    const bytes = decodeBase64(ownText(reader, element) ?? '', at, FRAGMENT_BYTES_MAX)
    const root = parseXml(bytes, { base: `${at}/` })
    if (root.ns !== NS.m1 || root.local !== 'ReseptDokLegemiddel') {
      problems.push(fault(at, 'the embedded element is not ReseptDokLegemiddel of M1 2013-10-08'))
      return undefined
    }
    const faults: Problem[] = []
    checkShape(root, RESEPT_DOK_LEGEMIDDEL, faults)
    problems.push(...faults)
    if (faults.length > 0) return undefined
    const inner = openReader(root)
    const dok = readReseptDokLegemiddel(inner, root)
    // The embedded document has a ledger of its own; what it left unread belongs to this message.
    const unread: readonly Unmapped[] = closeReader(inner)
    reader.unmapped.push(...unread)
    return dok
  } catch (error) {
    if (!isHubError(error)) throw error
    problems.push(fault(at, 'the embedded prescription cannot be read as base64 of XML'))
    return undefined
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
