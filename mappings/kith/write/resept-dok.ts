/** ReseptDokLegemiddel out of what prescribes, lists or dispenses a medicine (eresept.md 4): the part that M1, M10 and M25 share. */
import type {
  CodeableConcept,
  Dosage,
  Extension,
  Identifier,
  Medication,
  Quantity,
  Reference,
  Resource,
} from 'fhir/r4.js'
import { EXT } from '../extensions.js'
import { PACKAGE_UNIT } from '../m1-to-medication-request.js'
import { NS, VOLVEN_OID } from '../namespaces.js'
import { node, type XmlNode } from '../xml-write.js'
import { dosageToDosering, useOf } from './dosage-to-dosering.js'
import { medicationToLegemiddel } from './medication-to-legemiddel.js'
import { lacks, type Sheet, unwritten } from './sheet.js'
import { amountOf, cs, cv, decimal, extOf, flag, partOf, pq, text } from './values.js'

/** What the element is made of, wherever the resource at hand keeps it. */
export interface Prescribed {
  readonly medication: Medication
  readonly dosages: readonly Dosage[]
  /** Facts without an element of their own in R4 (`reseptDokExtensions`). */
  readonly extension: readonly Extension[]
  readonly reasons: readonly CodeableConcept[]
  readonly note: string | undefined
  /** Dispenses besides the first. */
  readonly repeats: number | undefined
  /** Packages per dispense. */
  readonly packages: number | undefined
  /** Amount per dispense. */
  readonly amount: Quantity | undefined
  /** Volven 1101: 1 the prescriber allows no exchange. */
  readonly reserved: CodeableConcept | undefined
  /** Place of the resource, for problems. */
  readonly at: string
}

/** Code systems of diagnoses: ICPC-2, ICD-10 and those of reimbursement. */
const DIAGNOSES = new Set([7170, 7110, 7434, 7435].map((list) => `urn:oid:${VOLVEN_OID}${list}`))

export function reseptDokLegemiddel(sheet: Sheet, given: Prescribed): XmlNode {
  const { extension, at } = given
  const diagnosis = given.reasons.find(isDiagnosis)
  const amount = amountOf(given.amount)
  if (given.amount !== undefined && amount === undefined)
    unwritten(sheet, `${at}.quantity`, 'an amount in a unit without a name')
  const without = extOf(extension, EXT.withoutApproval)
  return node(
    'ReseptDokLegemiddel',
    [
      cs('Varegruppekode', extOf(extension, EXT.itemGroup)?.valueCodeableConcept ?? MEDICINE, 7402),
      text('Antall', decimal(given.packages)),
      text('Merknad', given.note),
      cv('RefHjemmel', extOf(extension, EXT.reimbursementParagraph)?.valueCodeableConcept, 7427),
      text('KomLegemdlAdm', herOf(extOf(extension, EXT.homeCareAdministration)?.valueIdentifier)),
      cv('RefKode', diagnosis, 7110),
      text('Reiterasjon', decimal(given.repeats)) ?? lacks(sheet, at, 'the number of repeats is missing'),
      cs('BytteresRekvirent', given.reserved, 1101),
      pq('Mengde', amount),
      without === undefined
        ? undefined
        : node('LegemiddelUtenMt', [
            node('Begrunnelse', partOf(without, 'justification')?.valueString ?? ''),
            node('Produsent', partOf(without, 'manufacturer')?.valueString ?? ''),
            flag('DirektesoknadSlv', partOf(without, 'direct-application')?.valueBoolean === true),
          ]),
      forskrivning(sheet, given),
    ],
    { xmlns: NS.m1 },
  )
}

const MEDICINE: CodeableConcept = { coding: [{ code: 'L' }] }

function forskrivning(sheet: Sheet, given: Prescribed): XmlNode {
  const { at, dosages, extension } = given
  const use = useOf(dosages, extOf(extension, EXT.use)?.valueCodeableConcept)
  const dosing = dosageToDosering(sheet, dosages, use?.coding?.[0]?.code, `${at}.dosage`)
  const [indication, ...others] = given.reasons.filter((reason) => !isDiagnosis(reason))
  if (others.length > 0) unwritten(sheet, `${at}.reasonCode`, 'more than one indication')
  return node(
    'Forskrivning',
    [
      text('Bruksomrade', indication?.text ?? indication?.coding?.[0]?.display),
      dosing.text,
      flag('IngenKombinasjon', extOf(extension, EXT.noCombination)?.valueBoolean),
      cs('Bruk', use, 9101),
      dosing.shortDose,
      administration(sheet, given),
      ...dosing.blocks,
      medicationToLegemiddel(sheet, given.medication, `${at}.medication`),
    ],
    { xmlns: NS.forskrivning },
  )
}

function administration(sheet: Sheet, { at, dosages, extension }: Prescribed): XmlNode | undefined {
  const stated = extOf(extension, EXT.administration)
  const by = cs('AdmVed', partOf(stated, 'by')?.valueCodeableConcept, 9074)
  const method = cs('AdmMate', partOf(stated, 'method')?.valueCodeableConcept, 9075)
  if (by === undefined || method === undefined) {
    for (const part of ['route', 'method', 'site'] as const)
      if (dosages.some((dosage) => dosage[part] !== undefined))
        unwritten(sheet, `${at}.dosage.${part}`, 'how or where it is given')
    return undefined
  }
  return node('AdministreringForskrivning', [
    by,
    method,
    flag('AdmEtterSkjema', partOf(stated, 'by-chart')?.valueBoolean),
    text('AdmSkjema', partOf(stated, 'chart')?.valueString),
  ])
}

const isDiagnosis = (reason: CodeableConcept): boolean =>
  reason.coding?.some(({ system }) => DIAGNOSES.has(system ?? '')) ?? false

const herOf = (identifier: Identifier | undefined): string | undefined => identifier?.value

/** The contained Medication, or one made of a codeable concept. */
export function medicationOf(resource: {
  readonly contained?: readonly Resource[] | undefined
  readonly medicationReference?: Reference | undefined
  readonly medicationCodeableConcept?: CodeableConcept | undefined
}): Medication {
  const id = resource.medicationReference?.reference?.replace(/^#/, '')
  const contained = resource.contained?.find((one) => one.id === id)
  return isMedication(contained)
    ? contained
    : {
        resourceType: 'Medication',
        ...(resource.medicationCodeableConcept === undefined
          ? {}
          : { code: resource.medicationCodeableConcept }),
      }
}

const isMedication = (resource: Resource | undefined): resource is Medication =>
  resource?.resourceType === 'Medication'

/** Quantity of a dispense: packages, or an amount. */
export const suppliedOf = (
  quantity: Quantity | undefined,
): Pick<Prescribed, 'packages'> & { readonly amount: Quantity | undefined } =>
  quantity?.unit === PACKAGE_UNIT
    ? { packages: quantity.value, amount: undefined }
    : { packages: undefined, amount: quantity }
