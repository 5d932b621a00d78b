/** What the rest of the hub may ask of the stored drug catalogue. */

/** Number of one version of the catalogue. */
export type CatalogueNo = number

export interface CatalogueEntry {
  readonly kind: string
  readonly id: string
  /** Brands of a package, codes of an interaction; else empty. */
  readonly refs: readonly string[]
  /** JSON. */
  readonly content: string
}

export interface CatalogueProduct {
  readonly id: string
  /** Codes that messages name it by. */
  readonly codes: readonly string[]
  /** ATC codes and substance ids. */
  readonly names: readonly string[]
  /** JSON. */
  readonly content: string
}

export interface CurrentCatalogue {
  readonly no: CatalogueNo
  /** ISO instants. */
  readonly fetchedAt: string
  readonly currentSince: string
  readonly hash: string
  readonly counts: Readonly<Record<string, number>>
  /** Whether the persons whom it concerns were looked up. */
  readonly compared: boolean
  /** Persons still to be derived again, counted up to 10,000. */
  readonly stale: number
}

export interface NewCatalogue {
  readonly no: CatalogueNo
  /** ISO instant. */
  readonly fetchedAt: string
  readonly hash: string
  readonly counts: Readonly<Record<string, number>>
  /** Take over even from a newer one. */
  readonly force: boolean
}

export interface CatalogueStore {
  readonly current: () => Promise<CurrentCatalogue | undefined>
  /** A version to fill, beside the one in force. Throws away what loads left behind that were given up. */
  readonly begin: () => Promise<CatalogueNo>
  /** An id that came before is replaced. */
  readonly addEntries: (no: CatalogueNo, entries: readonly CatalogueEntry[]) => Promise<void>
  readonly addProducts: (no: CatalogueNo, products: readonly CatalogueProduct[]) => Promise<void>
  /** In order of id. */
  readonly entries: (
    no: CatalogueNo,
    kind: string,
    after: string,
    limit: number,
  ) => Promise<readonly CatalogueEntry[]>
  readonly entriesById: (
    no: CatalogueNo,
    kind: string,
    ids: readonly string[],
  ) => Promise<readonly CatalogueEntry[]>
  /** Packages whose first brand is one of these. */
  readonly packagesOf: (no: CatalogueNo, brands: readonly string[]) => Promise<readonly CatalogueEntry[]>
  /** In order of id. */
  readonly products: (no: CatalogueNo, after: string, limit: number) => Promise<readonly CatalogueProduct[]>
  readonly productsById: (no: CatalogueNo, ids: readonly string[]) => Promise<readonly CatalogueProduct[]>
  /** Takes over in one step. `older`: a newer one is in force and stays; `same`: this content is in force already. */
  readonly activate: (catalogue: NewCatalogue) => Promise<'activated' | 'older' | 'same'>
  /** Deletes a version that was not activated. */
  readonly abandon: (no: CatalogueNo) => Promise<void>
  /**
   * Once a version: notes the persons of whom a fact names a product that it changed, and lets go of the version before.
   * Waits until it has been in force for `afterMs`, so that every process has it by then.
   */
  readonly compare: (afterMs: number) => Promise<boolean>
  /** Lets the lanes of some of these persons fall due; how many. */
  readonly ringStale: (limit: number) => Promise<number>
}
