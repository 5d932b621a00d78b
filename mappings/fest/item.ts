/** What the hub keeps of the national drug catalogue (FEST, message M30; eresept.md 10): one entry, by its kind. */

/** A code with its display text. */
export interface Coded {
  readonly code: string
  readonly display?: string
}

/** What trade products, packages and groups of equal products state alike. */
export interface Described {
  /** Name, form and strength in one text. */
  readonly name: string
  /** ATC code. */
  readonly atc?: string
  /** Volven 7448. */
  readonly form?: Coded
  /** Volven 7477. */
  readonly routes: readonly Coded[]
  /** The entry is marked as gone from the catalogue's active part. */
  readonly withdrawn: boolean
}

export interface Composed {
  /** Ids of substances with strength, in the catalogue's order. */
  readonly strengths: readonly string[]
  /** Ids of substances that stand without strength. */
  readonly substances: readonly string[]
}

/** LegemiddelMerkevare. */
export interface BrandItem extends Described, Composed {
  readonly kind: 'brand'
  readonly id: string
  readonly brandName?: string
}

/** Legemiddelpakning. `id` is the catalogue's own, or the item number where it has none. */
export interface PackageItem extends Described {
  readonly kind: 'package'
  readonly id: string
  /** Varenr: six digits, leading zeros count. */
  readonly itemNumber: string
  /** More than one in a kit. */
  readonly brands: readonly string[]
  readonly exchangeGroups: readonly { readonly id: string; readonly from?: string; readonly to?: string }[]
  readonly size?: string
  /** Volven 7452. */
  readonly unit?: Coded
  /** ISO dates. */
  readonly marketedFrom?: string
  readonly deregistered?: string
  readonly expired?: string
}

/** LegemiddelVirkestoff: products that are equal for the prescriber. */
export interface SubstanceGroupItem extends Described, Composed {
  readonly kind: 'substance-group'
  readonly id: string
  readonly brands: readonly string[]
  readonly packages: readonly string[]
}

/** Legemiddeldose: the smallest unit that can be picked. */
export interface DoseItem extends Described {
  readonly kind: 'dose'
  readonly id: string
  readonly lmrNumber?: string
  readonly brand: string
  readonly packages: readonly string[]
}

/** Virkestoff. */
export interface SubstanceItem {
  readonly kind: 'substance'
  readonly id: string
  readonly name: string
  /** Ids of its salts, esters and hydrates. */
  readonly variants: readonly string[]
}

/** VirkestoffMedStyrke. */
export interface StrengthItem {
  readonly kind: 'strength'
  readonly id: string
  readonly substance: string
  readonly strength: Strength
  /** The same in other units. */
  readonly alternative?: Strength
  /** False for "more than", ranges and the like. */
  readonly exact: boolean
  /** ATC code of this substance where the product is a combination. */
  readonly atc?: string
}

/** Decimal text, dot as mark. */
export interface Strength {
  readonly value: string
  readonly unit: string
  readonly per?: { readonly value: string; readonly unit: string }
}

/** Byttegruppe: what pharmacies may exchange. */
export interface ExchangeGroupItem {
  readonly kind: 'exchange-group'
  readonly id: string
  readonly group: Coded
  readonly from?: string
  readonly to?: string
}

/** Interaksjon. */
export interface InteractionItem {
  readonly kind: 'interaction'
  readonly id: string
  /** 1 should be avoided, 2 take precautions, 3 no measures needed. */
  readonly relevance: string
  readonly consequence: string
  readonly criterion?: string
  readonly mechanism?: string
  readonly handling?: string
  /** Any of one group together with any of another; ATC codes and substance ids. */
  readonly groups: readonly (readonly string[])[]
}

export type CatalogueItem =
  | BrandItem
  | PackageItem
  | SubstanceGroupItem
  | DoseItem
  | SubstanceItem
  | StrengthItem
  | ExchangeGroupItem
  | InteractionItem
