/** The catalogue in force, in memory: what the engine asks for at every derivation. Compact, and never changed. */
import type { InteractionItem } from '../../../mappings/fest/item.js'
import {
  FEST,
  FEST_BRAND,
  FEST_DOSE,
  FEST_ITEM_NUMBER,
  FEST_PACKAGE,
  FEST_SUBSTANCE_GROUP,
  LMR_NUMBER,
} from '../../core/canonical.js'
import type {
  Interaction,
  InteractionSide,
  Product,
  ProductKnowledge,
} from '../../medication-list/contract.js'

export interface ProductIndexBuilder {
  readonly addProduct: (codes: readonly string[], content: string) => void
  readonly addInteraction: (content: string) => void
  readonly build: () => ProductKnowledge
}

const SYSTEMS: ReadonlySet<string> = new Set([
  FEST,
  FEST_BRAND,
  FEST_DOSE,
  FEST_ITEM_NUMBER,
  FEST_PACKAGE,
  FEST_SUBSTANCE_GROUP,
  LMR_NUMBER,
])
const NONE: readonly InteractionSide[] = []

export function openProductIndex(): ProductIndexBuilder {
  const byCode = new Map<string, Product>()
  const byName = new Map<string, InteractionSide[]>()
  // A brand and its packages mostly say the same: one object for one text.
  const byContent = new Map<string, Product>()
  return {
    addProduct: (codes, content) => {
      const known = byContent.get(content)
      // Written by store-products.ts.
      const product = known ?? (JSON.parse(content) as Product)
      if (known === undefined) byContent.set(content, product)
      for (const code of codes) byCode.set(code, product)
    },
    addInteraction: (content) => {
      // Written by load-catalogue.ts.
      const item = JSON.parse(content) as InteractionItem
      const interaction = interactionOf(item)
      if (interaction === undefined) return
      for (const [side, names] of item.groups.entries()) {
        const stands: InteractionSide = { interaction, side }
        for (const name of names) {
          const sides = byName.get(name)
          if (sides === undefined) byName.set(name, [stands])
          else sides.push(stands)
        }
      }
    },
    build: () => {
      byContent.clear()
      return {
        find: ({ system, code }) =>
          code !== undefined && system !== undefined && SYSTEMS.has(system) ? byCode.get(code) : undefined,
        interactions: (code) => byName.get(code) ?? NONE,
      }
    },
  }
}

/** Undefined for a relevance outside the code list: what it means is not known. */
function interactionOf({ id, relevance, consequence, criterion }: InteractionItem): Interaction | undefined {
  const known = relevance === '1' ? 1 : relevance === '2' ? 2 : relevance === '3' ? 3 : undefined
  return known === undefined
    ? undefined
    : { id, relevance: known, consequence, ...(criterion === undefined ? {} : { criterion }) }
}
