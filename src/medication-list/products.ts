/** The catalogue of a hub that has loaded none: every question is answered with "unknown". */
import type { ProductKnowledge } from './contract.js'

export const NO_PRODUCTS: ProductKnowledge = { find: () => undefined, interactions: () => [] }
