/** The e-prescription part of an sfm-MedicationStatement → ReseptDokLegemiddel and Resept (norwegian-fhir.md 2.4). */
import type { CodeableConcept, Dosage } from 'fhir/r4.js'
import { concept } from '../kith/build.js'
import { isDate, isDateTime } from '../kith/dates.js'
import type { Resept } from '../kith/m1.js'
import type { DoseFastTidspunkt, Dosering, Forskrivning, ReseptDokLegemiddel } from '../kith/resept-dok.js'
import type { XmlElement } from '../kith/xml.js'
import {
  child,
  children,
  extension,
  extensions,
  flag,
  isObject,
  type Node,
  readWhole,
  text,
} from './json-trail.js'
import type { SfmProduct } from './medication.js'
import {
  amountValue,
  coded,
  codedValue,
  countValue,
  dayValue,
  numeral,
  textValue,
  timeValue,
} from './values.js'

export interface Prescribed {
  readonly dok: ReseptDokLegemiddel
  readonly product: SfmProduct
  /** Volven 7479, and what the patient is told besides the prescription's own note. */
  readonly instructions: readonly CodeableConcept[]
  readonly patientInstruction: string | undefined
  /** Whether the document says how often it may be dispensed: it need not, of what has no prescription. */
  readonly hasRepeats: boolean
  /** Dosing as R4 writes it, where the document has it: another hub's. */
  readonly structured: readonly Dosage[]
}

/** Volven 1101: whether the prescriber reserves against substitution. */
const YES = '1'
const NO = '2'

export function readPrescribed(statement: Node, product: SfmProduct): Prescribed {
  const amendment = extension(statement, 'sfm-reseptamendment')
  const dosages = children(statement, 'dosage')
  const note = textValue(extension(amendment, 'note'))
  const repeats = countValue(extension(amendment, 'reit'))
  const substitution = flag(
    extension(extension(statement, 'sfm-generic-substitution'), 'genericSubstitutionAccepted'),
    'valueBoolean',
  )
  const antall = numeral(extension(amendment, 'numberofpackages'), 'valueDecimal')
  const mengde = amountValue(extension(amendment, 'amount'))
  const refHjemmel = codedValue(extension(amendment, 'reimbursementparagraph'))
  const refKode = codedValue(extension(amendment, 'reimbursementcode'))
  const instruction = dosages.flatMap((one) => text(one, 'patientInstruction') ?? []).join('\n') || undefined
  return {
    dok: {
      kind: 'medicine',
      // A Medication stands in the section of medicines.
      varegruppekode: codedValue(extension(amendment, 'itemgroup')) ?? { V: 'L' },
      ...(antall === undefined ? {} : { antall }),
      ...(note === undefined ? {} : { merknad: note }),
      ...(refHjemmel === undefined ? {} : { refHjemmel }),
      ...(refKode === undefined ? {} : { refKode }),
      reiterasjon: repeats ?? '0',
      ...(substitution === undefined ? {} : { bytteresRekvirent: { V: substitution ? NO : YES } }),
      ...(mengde === undefined ? {} : { mengde }),
      forskrivning: forskrivningOf(statement, amendment, dosages, product),
    },
    product,
    instructions: dosages.flatMap((one) =>
      children(one, 'additionalInstruction').flatMap((instructed) => {
        const value = coded(instructed)
        return value === undefined ? [] : [concept(value, 7479)]
      }),
    ),
    patientInstruction: instruction === note ? undefined : instruction,
    hasRepeats: repeats !== undefined,
    structured: dosages.flatMap(structuredDosage),
  }
}

const SFM_EXTENSION = 'http://ehelse.no/fhir/'

/** SFM gives dosing in an extension of its own; elements of R4 count for more where they stand. */
function structuredDosage(node: Node): Dosage[] {
  const {
    additionalInstruction: _told,
    extension: own,
    patientInstruction: _said,
    text: words,
    ...parts
  } = node.value
  if (parts['timing'] === undefined && parts['doseAndRate'] === undefined) return []
  readWhole(node)
  const kept = (Array.isArray(own) ? own : []).filter(
    (one: unknown) => isObject(one) && !String(one['url']).startsWith(SFM_EXTENSION),
  )
  // What is not valid R4 is found out where every resource is validated.
  return [
    {
      ...parts,
      ...(isInWords(parts['doseAndRate']) ? { text: words } : {}),
      ...(kept.length === 0 ? {} : { extension: kept }),
    } as Dosage,
  ]
}

/** An amount in words has no other place than the text of its own dosage. */
const isInWords = (doses: unknown): boolean =>
  Array.isArray(doses) && doses.some((dose: unknown) => isObject(dose) && dose['extension'] !== undefined)

function forskrivningOf(
  statement: Node,
  amendment: Node | undefined,
  dosages: readonly Node[],
  { legemiddel }: SfmProduct,
): Forskrivning {
  const words = dosages.flatMap((one) => text(one, 'text') ?? []).join('\n') || undefined
  const isStructured = dosages.some(
    ({ value }) => value['timing'] !== undefined || value['doseAndRate'] !== undefined,
  )
  // Beside a dosing of R4 the text is what another hub says of it.
  const dssn = textValue(extension(amendment, 'dssn')) ?? (isStructured ? undefined : words)
  const first = <T>(read: (dosage: Node) => T | undefined): T | undefined =>
    dosages.map(read).find((value) => value !== undefined)
  const bruk = first((one) => codedValue(extension(one, 'sfm-use')))
  const kortdose = first((one) => codedValue(extension(one, 'sfm-shortdosage')))
  const bruksomrade = first((one) => textValue(extension(extension(one, 'sfm-application-area'), 'text')))
  const ingenKombinasjon = flag(
    extension(extension(statement, 'sfm-administration'), 'nocombination'),
    'valueBoolean',
  )
  for (const one of dosages) text(one, 'sequence')
  return {
    ...(bruksomrade === undefined ? {} : { bruksomrade }),
    ...(dssn === undefined ? {} : { dosVeiledEnkel: dssn }),
    ...(ingenKombinasjon === undefined ? {} : { ingenKombinasjon }),
    ...(bruk === undefined ? {} : { bruk }),
    ...(kortdose === undefined ? {} : { kortdose }),
    dosering: extensions(amendment, 'ereseptdosing').map(doseringOf),
    legemiddel,
  }
}

/** Several blocks after each other say how the dose changes. */
function doseringOf(block: Node): Dosering {
  const start = timeValue(extension(block, 'starttime'))
  const end = timeValue(extension(block, 'endtime'))
  return {
    ...(start === undefined ? {} : { starttidspunkt: start }),
    ...(end === undefined ? {} : { sluttidspunkt: end }),
    fast: extensions(block, 'repeatingdosage').flatMap(doseOf),
    etterBehov: [],
    where: placeOf(block),
  }
}

function doseOf(dose: Node): DoseFastTidspunkt[] {
  const mengde = amountValue(extension(dose, 'amount'))
  if (mengde === undefined) return []
  const intervall = amountValue(extension(dose, 'interval'))
  const tidsomrade = codedValue(extension(dose, 'timerange'))
  return [
    {
      mengde,
      ...(intervall === undefined ? {} : { intervall }),
      ...(tidsomrade === undefined ? {} : { tidsomrade }),
      gisEksakt: flag(extension(dose, 'accurate'), 'valueBoolean') ?? false,
      fasteUkedager: [],
      where: placeOf(dose),
    },
  ]
}

/** A place in the document, as the mappings of XML tell of one. */
const placeOf = ({ at }: Node): XmlElement => ({
  ns: '',
  local: at,
  attributes: {},
  children: [],
  text: '',
  parent: undefined,
  index: 0,
  last: 0,
  base: '',
})

/** Undefined where the document does not say when it was prescribed. */
export function readResept(statement: Node, dok: ReseptDokLegemiddel): Resept | undefined {
  const amendment = extension(statement, 'sfm-reseptamendment')
  const forskrivningsdato = prescribedOn(statement)
  if (forskrivningsdato === undefined) return undefined
  const day = (name: string) => dayValue(extension(amendment, name))
  const bool = (name: string) => flag(extension(amendment, name), 'valueBoolean')
  const utloper = expiryOf(statement)
  const tidligsteUtlevering = day('earliestdispence')
  const oppdatertFest = timeValue(extension(amendment, 'festUpdate'))
  const refNr = textValue(extension(amendment, 'refnum'))
  const spesialitet = codedValue(extension(amendment, 'speciality'))
  const flags = {
    vernepliktig: bool('conscription'),
    soktIndividRefusjon: bool('helfoapplication'),
    frikort: bool('freecard'),
    vergeinnsynsreservasjon: bool('guardiantransparencyreservation'),
    tilEgenPraksis: bool('ownpractice'),
    rekvLegensNavn: bool('indoctorsname'),
    utskrevetSykehus: bool('dischargedhospital'),
    lastResept: bool('lockedresept'),
  }
  const stated = Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined))
  return {
    forskrivningsdato,
    ...(utloper === undefined ? {} : { utloper }),
    ...stated,
    ...(refNr === undefined ? {} : { refNr }),
    ...(spesialitet === undefined ? {} : { spesialitet }),
    dok,
    ...(oppdatertFest === undefined ? {} : { oppdatertFest }),
    ...(tidligsteUtlevering === undefined ? {} : { tidligsteUtlevering }),
  }
}

/** Of what has no prescription, the day on which it was registered. */
export const prescribedOn = (statement: Node): string | undefined =>
  dayValue(extension(extension(statement, 'sfm-reseptamendment'), 'reseptdate'))

/** After it nothing may be dispensed. */
export const expiryOf = (statement: Node): string | undefined =>
  dayValue(extension(extension(statement, 'sfm-reseptamendment'), 'expirationdate'))

/** Start of use as it is written: a day, from other hubs also an instant. */
export const startOf = (statement: Node): string | undefined =>
  [
    timeValue(extension(statement, 'effectiveDateTime')),
    text(statement, 'effectiveDateTime'),
    text(child(statement, 'effectivePeriod'), 'start'),
  ].find((start) => start !== undefined && (isDate(start) || isDateTime(start)))
