/**
 * What the engine may know of a product, out of the catalogue's entries (medication-list.md 3.1: K2 product, K3
 * substitution group, K4 base substances with strength, form group, route group). What the catalogue leaves open, or
 * states in two ways, stays unknown.
 */
import type {
  BrandItem,
  Composed,
  DoseItem,
  PackageItem,
  Strength,
  StrengthItem,
  SubstanceGroupItem,
  SubstanceItem,
} from '../../../mappings/fest/item.js'
import type { Product } from '../../medication-list/contract.js'
import {
  decimal,
  decimalText,
  divide,
  isWritable,
  multiply,
  whole,
} from '../../medication-list/dosage/decimal.js'
import { formGroup, isSlow, routeGroup } from './form-and-route.js'

/** Substances and strengths by id: small, and needed by all products. */
export interface Substances {
  readonly componentsOf: (composed: Composed) => readonly Component[] | undefined
}

interface Component {
  readonly code: string
  readonly name: string
  readonly strength?: { readonly value: string; readonly unit: string }
  /** Codes by which interactions name it. */
  readonly also: readonly string[]
}

export function openSubstances(
  substances: readonly SubstanceItem[],
  strengths: readonly StrengthItem[],
): Substances {
  const byId = new Map(substances.map((one) => [one.id, one]))
  const bases = new Map<string, Set<string>>()
  for (const { id, variants } of substances)
    for (const variant of variants) bases.set(variant, new Set([...(bases.get(variant) ?? []), id]))
  const strengthById = new Map(strengths.map((one) => [one.id, one]))
  /** The base that a salt belongs to; itself, where it is a base or belongs to several. */
  const baseOf = (id: string): string => {
    const of = bases.get(id)
    const [base] = of ?? []
    return of?.size === 1 && base !== undefined && byId.has(base) ? base : id
  }
  const component = (substance: string, stated: StrengthItem | undefined): Component | undefined => {
    const code = baseOf(substance)
    const name = byId.get(code)?.name
    if (name === undefined) return undefined
    // A strength of the salt is no strength of the base.
    const strength = code === substance && stated?.exact ? comparable(stated) : undefined
    return {
      code,
      name,
      ...(strength === undefined ? {} : { strength }),
      also: [substance, ...(stated?.atc === undefined ? [] : [stated.atc])],
    }
  }
  return {
    componentsOf: ({ strengths: refs, substances: plain }) => {
      const components = [
        ...refs.map((id) => {
          const stated = strengthById.get(id)
          return stated === undefined ? undefined : component(stated.substance, stated)
        }),
        ...plain.map((id) => component(id, undefined)),
      ]
      // A combination of which a part is unknown is not known.
      const known = components.filter((one) => one !== undefined)
      return known.length === 0 || known.length < components.length ? undefined : known
    },
  }
}

const MASS_IN_MG: Readonly<Record<string, readonly [times: number, by: number]>> = {
  g: [1000, 1],
  mg: [1, 1],
  mikrog: [1, 1000],
  nanog: [1, 1_000_000],
}

/** Masses in mg, per one unit of the denominator, so that equal strengths are equal texts. */
function comparable({ strength, alternative }: StrengthItem): Component['strength'] {
  return inOneUnit(strength) ?? (alternative && inOneUnit(alternative))
}

function inOneUnit({ value, unit, per }: Strength): Component['strength'] {
  const mass = Object.hasOwn(MASS_IN_MG, unit) ? MASS_IN_MG[unit] : undefined
  const amount = decimal(value)
  if (unit.includes('%') || amount === undefined) return undefined
  const scaled = mass === undefined ? amount : divide(multiply(amount, whole(mass[0])), whole(mass[1]))
  const divisor = per === undefined ? whole(1) : decimal(per.value)
  const quotient = scaled === undefined || divisor === undefined ? undefined : divide(scaled, divisor)
  // A number that its text would cut is another number.
  if (quotient === undefined || !isWritable(quotient)) return undefined
  const name = mass === undefined ? unit : 'mg'
  return { value: decimalText(quotient, '.'), unit: per === undefined ? name : `${name}/${per.unit}` }
}

/** Groups of a package that are in force on a day (ISO date). */
export const groupsOn = ({ exchangeGroups }: PackageItem, day: string): string[] =>
  exchangeGroups
    .filter(({ from, to }) => (from === undefined || from <= day) && (to === undefined || day <= to))
    .map(({ id }) => id)

/** The one that all agree on. */
export function agreed(groups: readonly string[]): string | undefined {
  const [first, ...others] = new Set(groups)
  return others.length === 0 ? first : undefined
}

export interface Resolved {
  readonly product: Product
  /** ATC codes and substance ids, for interactions that changed. */
  readonly names: readonly string[]
}

/** @param packages of this brand alone, kits left out */
export function resolveBrand(
  brand: BrandItem,
  packages: readonly PackageItem[],
  substances: Substances,
  day: string,
): Resolved {
  const group = agreed(packages.flatMap((one) => groupsOn(one, day)))
  return resolve(brand, brand.id, group, substances)
}

export function resolveSubstanceGroup(
  item: SubstanceGroupItem,
  brands: readonly Product[],
  packages: readonly PackageItem[],
  substances: Substances,
  day: string,
): Resolved {
  const stated = packages.flatMap((one) => groupsOn(one, day))
  const group = agreed(
    stated.length > 0 ? stated : brands.flatMap(({ substitutionGroup }) => substitutionGroup ?? []),
  )
  return resolve(item, item.id, group, substances)
}

function resolve(
  item: BrandItem | SubstanceGroupItem,
  productId: string,
  substitutionGroup: string | undefined,
  substances: Substances,
): Resolved {
  const components = substances.componentsOf(item)
  const route = routeGroup(item.routes)
  const form = formGroup(item.form)
  const names = [
    ...new Set([
      ...(item.atc === undefined ? [] : [item.atc]),
      ...(components ?? []).flatMap(({ code, also }) => [code, ...also]),
    ]),
  ].sort()
  return {
    product: {
      productId,
      name: item.name,
      ...(substitutionGroup === undefined ? {} : { substitutionGroup }),
      ...(components === undefined
        ? {}
        : { substances: components.map(({ also: _also, ...component }) => component) }),
      ...(item.atc === undefined ? {} : { atc: item.atc }),
      ...(form === undefined ? {} : { formGroup: form }),
      ...(route === undefined ? {} : { routeGroup: route }),
      ...(isSlow(item.form) ? { withoutK4: true } : {}),
      interactsAs: names,
    },
    names,
  }
}

/** A package is its brand, with the exchange group of the package itself; a kit is no product of one brand. */
export function resolvePackage(item: PackageItem, brand: Product | undefined, day: string): Resolved {
  const group = agreed(groupsOn(item, day))
  if (item.brands.length !== 1 || brand === undefined)
    return named({
      productId: item.id,
      name: item.name,
      ...(item.atc === undefined ? {} : { atc: item.atc }),
    })
  if (group === brand.substitutionGroup) return named(brand)
  const { substitutionGroup: _ofBrand, ...own } = brand
  return named(group === undefined ? own : { ...own, substitutionGroup: group })
}

export const resolveDose = (item: DoseItem, brand: Product | undefined): Resolved =>
  named(
    brand ?? { productId: item.id, name: item.name, ...(item.atc === undefined ? {} : { atc: item.atc }) },
  )

const named = (product: Product): Resolved => ({
  product,
  names: product.interactsAs ?? (product.atc === undefined ? [] : [product.atc]),
})
