/** From a resource's medication to the keys of medication-list.md 3.1, with the catalogue's help where it has any. */
import type {
  CodeableConcept,
  Coding,
  Medication,
  MedicationIngredient,
  Reference,
  Resource,
} from 'fhir/r4.js'
import { ATC, FEST, FEST_BRAND, FEST_DOSE, FEST_PACKAGE, FEST_SUBSTANCE_GROUP } from '../../core/canonical.js'
import type { Product, ProductKnowledge } from '../contract.js'
import { amountOfQuantity } from '../dosage/amount.js'
import { type Decimal, decimal, decimalText, divide, multiply, whole } from '../dosage/decimal.js'
import { unitKeyOfWord } from '../dosage/units.js'
import type { SachetItem } from './chain-fact.js'
import type { Medicine, ProductStatement } from './fact.js'
import {
  hasNoComposition,
  MODIFIED_RELEASE,
  namesSingleSubstance,
  routeGroupOfCode,
  SYSTEMIC_ROUTES,
} from './medicine-codes.js'

/** The medication elements that the medication resources share. */
export interface MedicationBearer {
  readonly medicationCodeableConcept?: CodeableConcept | undefined
  readonly medicationReference?: Reference | undefined
  readonly contained?: readonly Resource[] | undefined
}

/** @param route the dosage's route, used where the catalogue knows no route */
export function readMedicine(
  bearer: MedicationBearer,
  products: ProductKnowledge,
  route: CodeableConcept | undefined,
): Medicine {
  const medication = containedMedication(bearer)
  const concept = bearer.medicationCodeableConcept ?? medication?.code
  const named = bearer.medicationReference?.display
  return medicineOf(concept, named, medication, products, route)
}

export const isSachet = ({ code, ingredient }: Medication): boolean =>
  code?.text === 'multidose sachet' || (code?.coding ?? []).length + (ingredient ?? []).length === 0

/** The medicines of a sachet of known content, each with its amount where the sachet states it. */
export const sachetItems = (medication: Medication, products: ProductKnowledge): SachetItem[] =>
  (medication.ingredient ?? []).flatMap(({ itemCodeableConcept, strength }) =>
    itemCodeableConcept === undefined
      ? []
      : [
          {
            medicine: medicineOf(itemCodeableConcept, undefined, undefined, products, undefined),
            amount:
              strength?.denominator?.value === undefined || strength.denominator.value === 1
                ? amountOfQuantity(strength?.numerator)
                : undefined,
          },
        ],
  )

export function containedMedication(bearer: MedicationBearer): Medication | undefined {
  const id = bearer.medicationReference?.reference?.startsWith('#')
    ? bearer.medicationReference.reference.slice(1)
    : undefined
  const found = id === undefined ? undefined : bearer.contained?.find((resource) => resource.id === id)
  return found !== undefined && isMedication(found) ? found : undefined
}

/** Sound because `resourceType` decides the shape of every resource that came through validation. */
const isMedication = (resource: Resource): resource is Medication => resource.resourceType === 'Medication'

/** What a line may repeat word for word. */
export function productStatement(bearer: MedicationBearer): ProductStatement {
  const contained = containedMedication(bearer)
  return {
    ...(bearer.medicationCodeableConcept === undefined
      ? {}
      : { medicationCodeableConcept: bearer.medicationCodeableConcept }),
    ...(bearer.medicationReference === undefined ? {} : { medicationReference: bearer.medicationReference }),
    ...(contained === undefined ? {} : { contained: [contained] }),
  }
}

const PRODUCT_SYSTEMS = new Set([
  FEST,
  FEST_BRAND,
  FEST_PACKAGE,
  FEST_SUBSTANCE_GROUP,
  FEST_DOSE,
  'http://hl7.org/fhir/sid/ndc',
])

function medicineOf(
  concept: CodeableConcept | undefined,
  named: string | undefined,
  medication: Medication | undefined,
  products: ProductKnowledge,
  route: CodeableConcept | undefined,
): Medicine {
  const codings = (concept?.coding ?? []).filter(({ code }) => code !== undefined)
  const known = knowledgeOf(codings, products)
  const atc = known.atc ?? codings.find(({ system }) => system === ATC)?.code
  const routeGroup = known.routeGroup ?? routeOf(route)
  const ingredients = medication?.ingredient ?? []
  const ids = productIds(codings, known)
  const composition = compositionOf(known, ingredients, medication, atc, routeGroup)
  return {
    name:
      concept?.text ?? named ?? codings.find(({ display }) => display !== undefined)?.display ?? known.name,
    substanceName:
      known.substances?.map(({ name }) => name).join(' + ') ??
      codings.find(({ system }) => system === ATC)?.display,
    codings,
    products: ids,
    substitutionGroup: known.substitutionGroup,
    composition,
    keys: keysOf(ids, known.substitutionGroup, composition),
    substances: substancesOf(known, ingredients, atc),
    atc,
    interactsAs: [...new Set([...(atc === undefined ? [] : [atc]), ...(known.interactsAs ?? [])])],
    formGroup: known.formGroup ?? formGroupOf(medication?.form),
    routeGroup,
    systemic: known.systemic ?? (routeGroup !== undefined && SYSTEMIC_ROUTES.has(routeGroup)),
    mgPerUnit: mgPerUnitOf(known, ingredients),
    unitStrength: unitStrengthOf(known, ingredients),
  }
}

const keysOf = (
  products: readonly string[],
  substitutionGroup: string | undefined,
  composition: string | undefined,
): Medicine['keys'] => [
  ...products.map((id) => ({ basis: 'K2' as const, key: `K2 ${id}` })),
  ...(substitutionGroup === undefined ? [] : [{ basis: 'K3' as const, key: `K3 ${substitutionGroup}` }]),
  ...(composition === undefined ? [] : [{ basis: 'K4' as const, key: `K4 ${composition}` }]),
]

const NOTHING_KNOWN: Product = {}
/** The first coding that the catalogue knows speaks for the product: message codings are ordered by the mapping. */
const knowledgeOf = (codings: readonly Coding[], products: ProductKnowledge): Product =>
  codings
    .map(({ system, code }) =>
      products.find({ ...(system === undefined ? {} : { system }), ...(code === undefined ? {} : { code }) }),
    )
    .find((product) => product !== undefined) ?? NOTHING_KNOWN

function productIds(codings: readonly Coding[], known: Product): string[] {
  const ids = codings.flatMap(({ system, code }) =>
    // The FEST system and the system of the kind carry the same code: one id, so that either finds the other.
    PRODUCT_SYSTEMS.has(system ?? '') ? [`${system?.includes('ndc') ? 'ndc' : 'fest'}|${code}`] : [],
  )
  return [...new Set(known.productId === undefined ? ids : [`catalogue|${known.productId}`, ...ids])].sort()
}

const routeOf = (route: CodeableConcept | undefined): string | undefined =>
  route?.coding?.map(({ code }) => routeGroupOfCode(code ?? '')).find((group) => group !== undefined)

function substancesOf(
  known: Product,
  ingredients: readonly MedicationIngredient[],
  atc: string | undefined,
): ReadonlyMap<string, ReadonlySet<string>> {
  const bySystem = new Map<string, Set<string>>()
  const put = (system: string, code: string): void => {
    const set = bySystem.get(system)
    if (set === undefined) bySystem.set(system, new Set([code]))
    else set.add(code)
  }
  for (const { code } of known.substances ?? []) put('catalogue', code)
  for (const { itemCodeableConcept } of ingredients)
    for (const { system, code } of itemCodeableConcept?.coding ?? [])
      if (system !== undefined && code !== undefined && system !== ATC) put(system, code)
  if (atc !== undefined && (known.substances?.length === 1 || namesSingleSubstance(atc))) put(ATC, atc)
  return bySystem
}

function compositionOf(
  known: Product,
  ingredients: readonly MedicationIngredient[],
  medication: Medication | undefined,
  atc: string | undefined,
  routeGroup: string | undefined,
): string | undefined {
  if (known.withoutK4 === true || routeGroup === undefined || (atc !== undefined && hasNoComposition(atc)))
    return undefined
  if (MODIFIED_RELEASE.test(known.formGroup ?? '')) return undefined
  if (known.substances !== undefined && known.substances.length > 0 && known.formGroup !== undefined) {
    const parts = known.substances.map(({ code, strength }) =>
      strength === undefined
        ? undefined
        : partKey(`catalogue|${code}`, decimal(strength.value), strength.unit),
    )
    return parts.every((part) => part !== undefined)
      ? `${parts.sort().join('+')} ${known.formGroup} ${routeGroup}`
      : undefined
  }
  return compositionOfMessage(ingredients, medication?.form, routeGroup)
}

/** The message's own ingredients: only with coded substance, strength and form, and never for slow release. */
function compositionOfMessage(
  ingredients: readonly MedicationIngredient[],
  form: CodeableConcept | undefined,
  routeGroup: string,
): string | undefined {
  const formCode = form?.coding?.find(({ code }) => code !== undefined)
  const formWords = [form?.text, ...(form?.coding ?? []).map(({ display }) => display)].filter(
    (word) => word !== undefined,
  )
  if (formCode === undefined || ingredients.length === 0 || formWords.length === 0) return undefined
  if (formWords.some((word) => MODIFIED_RELEASE.test(word))) return undefined
  const parts = ingredients.map(({ itemCodeableConcept, strength }) => {
    const coding = itemCodeableConcept?.coding?.find(({ code }) => code !== undefined)
    const amount = strength?.numerator?.value === undefined ? undefined : decimal(strength.numerator.value)
    const per = strength?.denominator?.value === undefined ? undefined : decimal(strength.denominator.value)
    const value = amount === undefined || per === undefined ? undefined : divide(amount, per)
    return coding === undefined
      ? undefined
      : partKey(
          `${coding.system}|${coding.code}`,
          value,
          `${strength?.numerator?.code ?? strength?.numerator?.unit}/${strength?.denominator?.code ?? strength?.denominator?.unit}`,
        )
  })
  return parts.every((part) => part !== undefined)
    ? `${parts.sort().join('+')} ${formCode.system}|${formCode.code} ${routeGroup}`
    : undefined
}

const partKey = (substance: string, value: Decimal | undefined, unit: string): string | undefined =>
  value === undefined || unit === '' ? undefined : `${substance} ${decimalText(value, '.')} ${unit}`

function mgPerUnitOf(known: Product, ingredients: readonly MedicationIngredient[]): Decimal | undefined {
  const strength = unitStrengthOf(known, ingredients)
  return strength?.unit === 'mg' ? strength.value : undefined
}

function unitStrengthOf(
  known: Product,
  ingredients: readonly MedicationIngredient[],
): Medicine['unitStrength'] {
  const [substance] = known.substances ?? []
  if (known.substances?.length === 1 && substance?.strength !== undefined)
    return inSubstance(decimal(substance.strength.value), substance.strength.unit)
  const [ingredient] = ingredients
  const numerator = ingredient?.strength?.numerator
  const denominator = ingredient?.strength?.denominator
  if (ingredients.length !== 1 || numerator?.value === undefined || denominator?.value !== 1) return undefined
  return inSubstance(decimal(numerator.value), numerator.code ?? numerator.unit ?? '')
}

/** Units in which active substance is told beside those of mass. */
const SUBSTANCE_UNITS: ReadonlySet<string> = new Set(['unit', 'mmol'])

/** An amount of active substance in mg, or in the key of another substance unit; undefined for countable units. */
export function inSubstance(value: Decimal | undefined, unit: string): Medicine['unitStrength'] {
  const mg = inMg(value, unit)
  if (mg !== undefined) return { value: mg, unit: 'mg' }
  const key = unitKeyOfWord(unit)
  return value === undefined || !SUBSTANCE_UNITS.has(key) ? undefined : { value, unit: key }
}

const formGroupOf = (form: CodeableConcept | undefined): string | undefined => {
  const coding = form?.coding?.find(({ code }) => code !== undefined)
  return coding === undefined ? undefined : `${coding.system ?? ''}|${coding.code}`
}

/** Amounts of mass in mg; undefined for other units. */
export function inMg(value: Decimal | undefined, unit: string): Decimal | undefined {
  if (value === undefined) return undefined
  switch (unitKeyOfWord(unit)) {
    case 'mg':
      return value
    case 'g':
      return multiply(value, whole(1000))
    case 'microgram':
      return divide(value, whole(1000))
    default:
      return undefined
  }
}

export type Kinship = 'share' | 'disjoint' | 'unknown'

/** Whether two medicines share a base substance, as far as both are named in one code system. */
export function kinship(a: Medicine, b: Medicine): Kinship {
  if (a.products.some((id) => b.products.includes(id))) return 'share'
  let answer: Kinship = 'unknown'
  for (const [system, codes] of a.substances) {
    const others = b.substances.get(system)
    if (others === undefined) continue
    for (const code of codes) if (others.has(code)) return 'share'
    answer = 'disjoint'
  }
  return answer
}
