/** Reactions that stand beside the list. */
import type { FactOrigin } from './fact.js'

/** A reaction to a medicine that is not refuted. */
export interface Allergy extends FactOrigin {
  readonly kind: 'allergy'
  readonly active: boolean
  readonly name: string | undefined
  /** ATC codes of any level. */
  readonly atc: readonly string[]
  /** Substances, groups and products in any other system, `<system>|<code>` or `fest|<id>`. */
  readonly tokens: readonly string[]
  /** The substances of a product that it names, `fest|<id>`. */
  readonly substances: readonly string[]
  /** To an excipient of the named product, and not to its substance. */
  readonly excipient: boolean
}
