/** Medication → the product element of a Forskrivning, in its five kinds (eresept.md 4): the way back of legemiddel-to-medication. */
import type { CodeableConcept, Coding, Extension, Medication, MedicationIngredient } from 'fhir/r4.js'
import {
  ATC,
  FEST,
  FEST_BRAND,
  FEST_DOSE,
  FEST_PACKAGE,
  FEST_SUBSTANCE_GROUP,
} from '../../../src/core/canonical.js'
import { EXT, NO_BASIS_PRESCRIPTION_GROUP } from '../extensions.js'
import { GTIN, ITEM_NUMBER, LMR_NUMBER } from '../legemiddel-to-medication.js'
import { node, type XmlNode } from '../xml-write.js'
import { lacks, type Sheet } from './sheet.js'
import { amountOf, cs, cv, extOf, extsOf, flag, partOf, pq, text } from './values.js'

type Product = Pick<Medication, 'code' | 'form' | 'extension' | 'amount'>
type Nodes = readonly (XmlNode | undefined)[]

/**
 * @param at place of the medication, for problems
 * @returns undefined (and a problem) when the product is none that a prescription can name
 */
export function medicationToLegemiddel(
  sheet: Sheet,
  medication: Medication,
  at: string,
): XmlNode | undefined {
  switch (extOf(medication.extension, EXT.registrationKind)?.valueCode) {
    case 'mixture':
      return mixture(sheet, medication, at)
    case 'dose':
      return dosePackage(sheet, medication, at)
    default:
      return product(sheet, medication, at)
  }
}

function product(sheet: Sheet, medication: Product, at: string): XmlNode | undefined {
  const { extension } = medication
  const brand = codeOf(medication.code, FEST_BRAND)
  const brandName = extOf(extension, EXT.brandName)?.valueString
  const group = codeOf(medication.code, FEST_SUBSTANCE_GROUP)
  const item = codeOf(medication.code, ITEM_NUMBER)
  if (item !== undefined) return packageNode(sheet, medication, item, at)
  if (group !== undefined)
    return node('LegemiddelVirkestoff', [
      ...common(sheet, medication, at),
      node('Id', group),
      ...substances(extension),
    ])
  if (brandName === undefined)
    return lacks(sheet, `${at}.code`, 'the product has no number of FEST by which it can be prescribed')
  return node('LegemiddelMerkevare', [
    ...common(sheet, medication, at),
    text('Id', brand),
    node('Varenavn', brandName),
    text('LegemiddelformLang', medication.form?.text),
    ...substances(extension),
  ])
}

function packageNode(sheet: Sheet, medication: Product, item: string, at: string): XmlNode {
  const { code, extension } = medication
  return node('Legemiddelpakning', [
    ...common(sheet, medication, at),
    text('Id', codeOf(code, FEST_PACKAGE)),
    node('Varenr', item),
    text('Ean', codeOf(code, GTIN)),
    flag('IkkeKonservering', extOf(extension, EXT.noPreservative)?.valueBoolean),
    cs('Oppbevaring', extOf(extension, EXT.storage)?.valueCodeableConcept, 7446),
    ...extsOf(extension, EXT.packageInfo).map((info) =>
      node('PakningsinfoResept', [
        node('Varenavn', partOf(info, 'name')?.valueString ?? ''),
        node('Pakningsstr', partOf(info, 'size')?.valueString ?? ''),
        cv('EnhetPakning', partOf(info, 'unit')?.valueCodeableConcept, 7452) ?? node('EnhetPakning'),
      ]),
    ),
  ])
}

function dosePackage(sheet: Sheet, medication: Medication, at: string): XmlNode | undefined {
  const { code, extension } = medication
  const id = codeOf(code, FEST_DOSE)
  const related = extsOf(extension, EXT.relatedProduct).flatMap(({ valueCoding }) => valueCoding ?? [])
  const brand = related.find(({ system }) => system === FEST_BRAND)?.code
  const amount = amountOf(extOf(extension, EXT.medicationAmount)?.valueQuantity)
  if (id === undefined || brand === undefined || amount === undefined)
    return lacks(sheet, `${at}.code`, 'a single dose needs its id, its brand and its amount')
  return node('Legemiddeldose', [
    ...common(sheet, medication, at),
    node('Id', id),
    text('LmrLopenr', codeOf(code, LMR_NUMBER)),
    pq('Mengde', amount),
    cv('Pakningstype', extOf(extension, EXT.packageType)?.valueCodeableConcept, 7449),
    node('RefLegemiddelMerkevare', brand),
    ...related.flatMap(({ system, code: ref }) =>
      system === FEST_PACKAGE && ref !== undefined ? [node('RefPakning', ref)] : [],
    ),
  ])
}

/** What every kind but the mixture has, in the order of the schema. */
function common(sheet: Sheet, medication: Product, at: string): Nodes {
  const { code, extension, form } = medication
  const name = code?.text ?? code?.coding?.find(({ display }) => display !== undefined)?.display
  const atc = code?.coding?.find(({ system }) => system === ATC)
  const group = partOf(
    extOf(extension, NO_BASIS_PRESCRIPTION_GROUP),
    'prescriptiongroup',
  )?.valueCodeableConcept
  const brand = extOf(extension, EXT.brandName) !== undefined
  const substitution = extOf(extension, EXT.substitutionGroup)?.valueString
  return [
    atc && cv('Atc', { coding: [atc] }, 7180),
    name === undefined
      ? lacks(sheet, `${at}.code.text`, 'the name, form and strength of the product are missing')
      : node('NavnFormStyrke', name),
    cs('Reseptgruppe', group, 7421) ??
      lacks(sheet, `${at}.extension`, 'the prescription group (Volven 7421) of the product is missing'),
    // A brand's text of the form is its long form, which has an element of its own.
    form?.coding === undefined && brand ? undefined : cv('LegemiddelformKort', shortForm(form, brand), 7448),
    ...extsOf(extension, EXT.prescribingCondition).map(({ valueString }) => text('RefVilkar', valueString)),
    cs('Preparattype', extOf(extension, EXT.productType)?.valueCodeableConcept, 7424),
    cs('TypeSoknadSlv', extOf(extension, EXT.applicationType)?.valueCodeableConcept, 7422),
    flag('Opioidsoknad', extOf(extension, EXT.opioidApplication)?.valueBoolean),
    substitution === undefined
      ? undefined
      : node('PakningByttegruppe', [node('RefByttegruppe', substitution)]),
  ]
}

const shortForm = (form: CodeableConcept | undefined, brand: boolean): CodeableConcept | undefined =>
  brand && form?.coding !== undefined ? { coding: form.coding } : form

const substances = (extension: readonly Extension[] | undefined): Nodes =>
  extsOf(extension, EXT.substanceWithStrength).map(({ valueString }, index) =>
    node('SortertVirkestoffMedStyrke', [
      node('Sortering', String(index + 1)),
      node('RefVirkestoffMedStyrke', valueString ?? ''),
    ]),
  )

function mixture(sheet: Sheet, medication: Medication, at: string): XmlNode | undefined {
  const amount = amountOf(extOf(medication.extension, EXT.medicationAmount)?.valueQuantity)
  const form = cv('Legemiddelform', medication.form, 7448)
  if (medication.code?.text === undefined || amount === undefined || form === undefined)
    return lacks(sheet, at, 'a mixture needs its name, its amount and its form')
  const parts = (medication.ingredient ?? []).flatMap(
    (part, index) => ingredient(sheet, part, `${at}.ingredient[${index}]`) ?? [],
  )
  const of = (name: string): XmlNode[] => parts.filter((part) => part.name === name)
  return node('Legemiddelblanding', [
    node('Navn', medication.code.text),
    node('TilbOppl', extOf(medication.extension, EXT.preparation)?.valueString ?? ''),
    pq('Mengde', amount),
    form,
    ...of('BestanddelLegemiddel'),
    ...of('BestanddelAnnet'),
    ...of('BestanddelVirkestoff'),
  ])
}

function ingredient(sheet: Sheet, part: MedicationIngredient, at: string): XmlNode | undefined {
  const { extension, itemCodeableConcept: code } = part
  if (code === undefined) return lacks(sheet, at, 'an ingredient needs a code or a name of its own')
  const content = contentOf(sheet, part, at)
  if (extOf(extension, NO_BASIS_PRESCRIPTION_GROUP) !== undefined)
    return node('BestanddelLegemiddel', [
      product(sheet, { code, ...(extension === undefined ? {} : { extension }) }, at),
      content,
    ])
  if (part.isActive !== true)
    return node('BestanddelAnnet', [node('NavnFormStyrke', code.text ?? ''), content])
  const [id, ...others] = (code.coding ?? []).filter(({ system }) => system === FEST)
  return node('BestanddelVirkestoff', [
    node('Virkestoff', [
      text('Id', id?.code) ?? lacks(sheet, at, 'an active ingredient needs its number of FEST'),
      node('Navn', code.text ?? ''),
      ...others.map((one) => text('RefVirkestoff', one.code)),
    ]),
    content,
  ])
}

function contentOf(sheet: Sheet, part: MedicationIngredient, at: string): XmlNode | undefined {
  const dilution = extOf(part.extension, EXT.ingredientDilution)?.valueCodeableConcept
  if (dilution !== undefined) return node('Utblanding', [cs('Adqs', dilution, 7502)])
  const numerator = amountOf(part.strength?.numerator)
  if (numerator !== undefined)
    return node('Styrke', [pq('Teller', numerator), pq('Nevner', amountOf(part.strength?.denominator))])
  const amount = amountOf(extOf(part.extension, EXT.ingredientAmount)?.valueQuantity)
  if (amount === undefined) return lacks(sheet, at, 'the amount of an ingredient is missing')
  return node('MengdeBestanddel', [pq('Mengde', amount)])
}

const codeOf = (concept: CodeableConcept | undefined, system: string): string | undefined =>
  concept?.coding?.find((coding: Coding) => coding.system === system)?.code
