/** Legemiddel of a Forskrivning → contained Medication (eresept.md 11.2). */
import type { CodeableConcept, Coding, Extension, Medication, MedicationIngredient } from 'fhir/r4.js'
import { FEST, FEST_BRAND, FEST_DOSE, FEST_PACKAGE, FEST_SUBSTANCE_GROUP } from '../../src/core/canonical.js'
import { codingOf, concept, ext, filled, nested, quantity } from './build.js'
import { EXT, NO_BASIS_PRESCRIPTION_GROUP } from './extensions.js'
import type { Bestanddel, Blanding, Felles, Innhold, Legemiddel, Pakning } from './legemiddel.js'
import { VOLVEN_OID } from './namespaces.js'
import { detailExtensions } from './product-details.js'
import type { Coded } from './reader.js'

export const MEDICATION_ID = 'medication'

/** Item number (Varenr) in the national medicine registry's own naming. */
export const ITEM_NUMBER = 'http://dmp.no/fhir/NamingSystem/fest-varenummer'
export const LMR_NUMBER = 'http://dmp.no/fhir/NamingSystem/lmrLopenummer'
const FEST_SUBSTANCE = 'http://ehelse.no/fhir/CodeSystem/FEST'
export const GTIN = 'https://www.gs1.org/gtin'
const FORM = 7448

/** The Medication with id `medication`, to be contained in what prescribes, lists or dispenses it. */
export function legemiddelToMedication(legemiddel: Legemiddel, batch?: string): Medication {
  const common = {
    resourceType: 'Medication' as const,
    id: MEDICATION_ID,
    ...(batch === undefined ? {} : { batch: { lotNumber: batch } }),
  }
  if (legemiddel.kind === 'mixture') return { ...common, ...mixture(legemiddel) }
  const form = formOf(legemiddel)
  return {
    ...common,
    ...filled('extension', [
      ...ext(EXT.registrationKind, 'valueCode', legemiddel.kind),
      ...productExtensions(legemiddel),
    ]),
    code: codeOf(legemiddel),
    ...(form === undefined ? {} : { form }),
  }
}

type Product = Exclude<Legemiddel, Blanding>

function codeOf(product: Product): CodeableConcept {
  const atc = product.atc && codingOf(product.atc, 7180)
  return {
    ...filled('coding', [...productCodings(product), ...(atc === undefined ? [] : [atc])]),
    text: product.navnFormStyrke,
  }
}

/** FEST's one system for all kinds first, then the kind's own (norwegian-fhir.md 7). */
function productCodings(product: Product): Coding[] {
  const display = product.navnFormStyrke
  const both = (own: string, code: string | undefined): Coding[] =>
    code === undefined
      ? []
      : [
          { system: FEST, code, display },
          { system: own, code },
        ]
  switch (product.kind) {
    case 'brand':
      return both(FEST_BRAND, product.id)
    case 'substance':
      return both(FEST_SUBSTANCE_GROUP, product.id)
    case 'dose':
      return [
        ...both(FEST_DOSE, product.id),
        ...(product.lmrLopenr === undefined ? [] : [{ system: LMR_NUMBER, code: product.lmrLopenr }]),
      ]
    default:
      return packageCodings(product, display)
  }
}

function packageCodings(product: Pakning, display: string): Coding[] {
  return [
    { system: FEST, code: product.varenr, display },
    { system: ITEM_NUMBER, code: product.varenr },
    ...(product.id === undefined ? [] : [{ system: FEST_PACKAGE, code: product.id }]),
    ...(product.ean === undefined ? [] : [{ system: GTIN, code: product.ean }]),
  ]
}

function formOf(product: Product): CodeableConcept | undefined {
  const long = product.kind === 'brand' ? product.legemiddelformLang : undefined
  if (product.legemiddelformKort === undefined) return long === undefined ? undefined : { text: long }
  const form = concept(product.legemiddelformKort, FORM)
  return long === undefined || form.text !== undefined ? form : { ...form, text: long }
}

const prescriptionGroup = (group: Coded): readonly Extension[] =>
  nested(NO_BASIS_PRESCRIPTION_GROUP, [
    // Documents that are not held to a schema may leave it out.
    ext(
      'prescriptiongroup',
      'valueCodeableConcept',
      group.V === undefined ? undefined : concept(group, 7421),
    ),
  ])

function felles(product: Felles): readonly Extension[] {
  return [
    ...prescriptionGroup(product.reseptgruppe),
    ...ext(EXT.substitutionGroup, 'valueString', product.byttegruppe),
    ...product.refVilkar.flatMap((id) => ext(EXT.prescribingCondition, 'valueString', id)),
    ...ext(
      EXT.productType,
      'valueCodeableConcept',
      product.preparattype && concept(product.preparattype, 7424),
    ),
    ...ext(
      EXT.applicationType,
      'valueCodeableConcept',
      product.typeSoknadSlv && concept(product.typeSoknadSlv, 7422),
    ),
    ...ext(EXT.opioidApplication, 'valueBoolean', product.opioidsoknad),
    ...detailExtensions(product.details ?? []),
  ]
}

function productExtensions(product: Product): readonly Extension[] {
  const common = felles(product)
  switch (product.kind) {
    case 'brand':
      return [
        ...common,
        ...ext(EXT.brandName, 'valueString', product.varenavn),
        ...product.virkestoffMedStyrke.flatMap((id) => ext(EXT.substanceWithStrength, 'valueString', id)),
      ]
    case 'substance':
      return [
        ...common,
        ...product.virkestoffMedStyrke.flatMap((id) => ext(EXT.substanceWithStrength, 'valueString', id)),
      ]
    case 'dose':
      return [
        ...common,
        ...ext(EXT.medicationAmount, 'valueQuantity', quantity(product.mengde)),
        ...ext(
          EXT.packageType,
          'valueCodeableConcept',
          product.pakningstype && concept(product.pakningstype, 7449),
        ),
        ...ext(EXT.relatedProduct, 'valueCoding', { system: FEST_BRAND, code: product.refMerkevare }),
        ...product.refPakning.flatMap((code) =>
          ext(EXT.relatedProduct, 'valueCoding', { system: FEST_PACKAGE, code }),
        ),
      ]
    default:
      return [...common, ...packageExtensions(product)]
  }
}

function packageExtensions(product: Pakning): readonly Extension[] {
  return [
    ...ext(EXT.noPreservative, 'valueBoolean', product.ikkeKonservering),
    ...ext(EXT.storage, 'valueCodeableConcept', product.oppbevaring && concept(product.oppbevaring, 7446)),
    ...product.pakningsinfo.flatMap((info) =>
      nested(EXT.packageInfo, [
        ext('name', 'valueString', info.varenavn),
        ext('size', 'valueString', info.pakningsstr),
        ext('unit', 'valueCodeableConcept', info.enhetPakning && concept(info.enhetPakning, 7452)),
      ]),
    ),
  ]
}

function mixture(blanding: Blanding): Omit<Medication, 'resourceType' | 'id' | 'batch'> {
  return {
    extension: [
      ...ext(EXT.registrationKind, 'valueCode', 'mixture'),
      ...ext(EXT.medicationAmount, 'valueQuantity', quantity(blanding.mengde)),
      ...ext(EXT.preparation, 'valueString', blanding.tilbOppl),
    ],
    code: { text: blanding.navn },
    form: concept(blanding.legemiddelform, FORM),
    ...filled('ingredient', blanding.bestanddeler.map(ingredient)),
  }
}

function ingredient(part: Bestanddel): MedicationIngredient {
  const extension = [...contentExtensions(part.innhold)]
  if (part.kind === 'product')
    extension.push(...productExtensions(part.legemiddel), ...formExtensions(part.legemiddel))
  return {
    ...filled('extension', extension),
    itemCodeableConcept: ingredientCode(part),
    ...(part.kind === 'substance' ? { isActive: true } : {}),
    ...(part.innhold.kind === 'strength' && part.innhold.nevner !== undefined
      ? {
          strength: {
            numerator: quantity(part.innhold.teller),
            denominator: quantity(part.innhold.nevner),
          },
        }
      : {}),
  }
}

/** An ingredient has no form in R4. */
function formExtensions(product: Product): readonly Extension[] {
  const { legemiddelformKort: code } = product
  const long = product.kind === 'brand' ? product.legemiddelformLang : undefined
  return detailExtensions([
    ...(code === undefined
      ? []
      : [
          {
            name: 'LegemiddelformKort',
            value: { kind: 'code' as const, code: { S: `${VOLVEN_OID}${FORM}`, ...code } },
          },
        ]),
    ...(long === undefined
      ? []
      : [{ name: 'LegemiddelformLang', value: { kind: 'text' as const, text: long } }]),
  ])
}

function ingredientCode(part: Bestanddel): CodeableConcept {
  switch (part.kind) {
    case 'product':
      return codeOf(part.legemiddel)
    case 'other':
      return { text: part.navnFormStyrke }
    default:
      return {
        coding: [part.id, ...part.refVirkestoff].map((code) => ({ system: FEST_SUBSTANCE, code })),
        text: part.navn,
      }
  }
}

/** What R4 has no element for: an amount instead of a strength, a strength without denominator, "ad" and "q.s.". */
function contentExtensions(content: Innhold): readonly Extension[] {
  switch (content.kind) {
    case 'strength':
      return content.nevner === undefined
        ? ext(EXT.ingredientAmount, 'valueQuantity', quantity(content.teller))
        : []
    case 'amount':
      return ext(EXT.ingredientAmount, 'valueQuantity', quantity(content.mengde))
    default:
      return ext(EXT.ingredientDilution, 'valueCodeableConcept', concept(content.adqs, 7502))
  }
}
