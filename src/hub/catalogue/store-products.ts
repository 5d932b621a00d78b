/** Works the products out of a version's entries, in the store and page by page. */
import type {
  BrandItem,
  DoseItem,
  PackageItem,
  StrengthItem,
  SubstanceGroupItem,
  SubstanceItem,
} from '../../../mappings/fest/item.js'
import type { Product } from '../../medication-list/contract.js'
import type { CatalogueEntry, CatalogueNo, CatalogueStore } from '../../store/catalogue-contract.js'
import {
  openSubstances,
  type Resolved,
  resolveBrand,
  resolveDose,
  resolvePackage,
  resolveSubstanceGroup,
  type Substances,
} from './resolve-products.js'

const PAGE_ENTRIES = 500

/** @param day ISO date on which exchange groups must be in force */
export async function storeProducts(store: CatalogueStore, no: CatalogueNo, day: string): Promise<void> {
  const substances = openSubstances(
    await all<SubstanceItem>(store, no, 'substance'),
    await all<StrengthItem>(store, no, 'strength'),
  )
  await storeBrands(store, no, substances, day)
  await eachPage<PackageItem>(store, no, 'package', async (items) => {
    const brands = await productsOf(
      store,
      no,
      items.flatMap((item) => item.brands),
    )
    return items.map((item) => ({
      codes: [...new Set([item.itemNumber, item.id])],
      ...resolvePackage(item, brands.get(item.brands[0] ?? ''), day),
    }))
  })
  await eachPage<DoseItem>(store, no, 'dose', async (items) => {
    const brands = await productsOf(
      store,
      no,
      items.map((item) => item.brand),
    )
    return items.map((item) => ({
      codes: [item.id, ...(item.lmrNumber === undefined ? [] : [item.lmrNumber])],
      ...resolveDose(item, brands.get(item.brand)),
    }))
  })
  await eachPage<SubstanceGroupItem>(store, no, 'substance-group', async (items) => {
    const brands = await productsOf(
      store,
      no,
      items.flatMap((item) => item.brands),
    )
    const named = await store.entriesById(
      no,
      'package',
      items.flatMap((item) => item.packages),
    )
    const packages = new Map(named.map((entry) => [entry.id, itemOf<PackageItem>(entry)]))
    return items.map((item) => ({
      codes: [item.id],
      ...resolveSubstanceGroup(
        item,
        item.brands.flatMap((id) => brands.get(id) ?? []),
        item.packages.flatMap((id) => packages.get(id) ?? []),
        substances,
        day,
      ),
    }))
  })
}

const storeBrands = (
  store: CatalogueStore,
  no: CatalogueNo,
  substances: Substances,
  day: string,
): Promise<void> =>
  eachPage<BrandItem>(store, no, 'brand', async (items) => {
    const entries = await store.packagesOf(
      no,
      items.map((item) => item.id),
    )
    const packages = new Map<string, PackageItem[]>()
    for (const one of entries.map(itemOf<PackageItem>)) {
      const [brand] = one.brands
      if (brand === undefined || one.brands.length > 1) continue
      packages.set(brand, [...(packages.get(brand) ?? []), one])
    }
    return items.map((item) => ({
      codes: [item.id],
      ...resolveBrand(item, packages.get(item.id) ?? [], substances, day),
    }))
  })

interface ItemOfKind {
  readonly id: string
  readonly kind: string
}

/** Sound because the entry was made of an item of this kind (load-catalogue.ts). */
const itemOf = <Item>(entry: CatalogueEntry): Item => JSON.parse(entry.content) as Item

async function* pages<Item extends ItemOfKind>(
  store: CatalogueStore,
  no: CatalogueNo,
  kind: Item['kind'],
): AsyncIterable<Item[]> {
  let after = ''
  for (;;) {
    const entries = await store.entries(no, kind, after, PAGE_ENTRIES)
    const last = entries.at(-1)
    if (last === undefined) return
    yield entries.map(itemOf<Item>)
    after = last.id
  }
}

async function all<Item extends ItemOfKind>(
  store: CatalogueStore,
  no: CatalogueNo,
  kind: Item['kind'],
): Promise<Item[]> {
  const items: Item[] = []
  for await (const page of pages<Item>(store, no, kind)) items.push(...page)
  return items
}

async function eachPage<Item extends ItemOfKind>(
  store: CatalogueStore,
  no: CatalogueNo,
  kind: Item['kind'],
  resolve: (items: readonly Item[]) => Promise<readonly (Resolved & { readonly codes: readonly string[] })[]>,
): Promise<void> {
  for await (const items of pages<Item>(store, no, kind)) {
    const resolved = await resolve(items)
    await store.addProducts(
      no,
      resolved.map(({ codes, names, product }, index) => ({
        // Ids are unique within a kind only.
        id: `${kind} ${items[index]?.id}`,
        codes,
        names,
        content: JSON.stringify(product),
      })),
    )
  }
}

async function productsOf(
  store: CatalogueStore,
  no: CatalogueNo,
  brands: readonly string[],
): Promise<ReadonlyMap<string, Product>> {
  const ids = [...new Set(brands)].map((id) => `brand ${id}`)
  const products = await store.productsById(no, ids)
  // Written above by eachPage.
  return new Map(products.map(({ id, content }) => [id.slice(6), JSON.parse(content) as Product]))
}
