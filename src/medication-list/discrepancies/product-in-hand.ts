/** The product that a person has in hand, set against the one prescribed (medication-list.md 4, 6.2). */
import type { Coding } from 'fhir/r4.js'
import { FEST_SUBSTANCE_GROUP } from '../../core/canonical.js'
import { handedOutAt } from '../facts/event-time.js'
import type { Medicine, Prescription, Supply } from '../facts/fact.js'
import { kinship } from '../facts/read-medicine.js'
import { type LineModel, prescriptionsOf } from '../lines/line.js'
import { isOpen } from './discrepancy.js'

export interface OtherProduct {
  readonly supply: Supply
  readonly inHand: Medicine
  readonly prescribed: Medicine
  /** Ref of the fact that governs the product. */
  readonly by: string
  readonly allowed: boolean
  readonly why: 'forbidden' | 'other-group' | undefined
}

/** Undefined where the product in hand is the one prescribed, or where that cannot be told. */
export function otherProduct(line: LineModel): OtherProduct | undefined {
  const newest = isOpen(line) ? newestDelivered(line) : undefined
  if (newest === undefined) return undefined
  const { fact: supply, medicine: inHand } = newest
  const prescription = governing(line, supply)
  const fact = prescription ?? line.state?.decision.fact
  if (fact === undefined || isBySubstance(fact.medicine) || !isOther(inHand, fact.medicine)) return undefined
  // Another strength of the same substance and form is a matter of dose, not of substitution (6.3, no. 4).
  if (isOtherStrength(inHand, fact.medicine)) return undefined
  const group = sameGroup(inHand, fact.medicine)
  const forbidden = prescription?.substitutionAllowed === false
  if (group === undefined && !forbidden) return undefined
  const why = forbidden ? 'forbidden' : group === false ? 'other-group' : undefined
  return { supply, inHand, prescribed: fact.medicine, by: fact.ref, allowed: why === undefined, why }
}

function newestDelivered({ group }: LineModel): LineModel['group']['supplies'][number] | undefined {
  const delivered = group.supplies.filter(({ fact }) => fact.status === 'completed')
  return delivered.sort(
    (a, b) => handedOutAt(b.fact) - handedOutAt(a.fact) || (a.fact.ref < b.fact.ref ? 1 : -1),
  )[0]
}

/** The prescription that the supply names, else the newest one. */
function governing(line: LineModel, supply: Supply): Prescription | undefined {
  const prescriptions = prescriptionsOf(line).filter(({ status }) => status !== 'error')
  const tokens = new Set(supply.keys.map(({ token }) => token))
  return prescriptions.find(({ own }) => own.some((token) => tokens.has(token))) ?? prescriptions.at(-1)
}

const CATALOGUE = 'catalogue|'
const ids = ({ products }: Medicine, catalogue: boolean): string[] =>
  products.filter((id) => id.startsWith(CATALOGUE) === catalogue)

/** Both name a product in the same way, and not the same one. */
function isOther(a: Medicine, b: Medicine): boolean {
  if (a.products.some((id) => b.products.includes(id))) return false
  const known = ids(a, true).length > 0 && ids(b, true).length > 0
  return known || (a.atc !== undefined && a.atc === b.atc && namesBrand(a) && namesBrand(b))
}

/** Prescribed by substance: every product of it is the one prescribed. */
const isBySubstance = ({ codings }: Medicine): boolean =>
  codings.some(({ system }) => system === FEST_SUBSTANCE_GROUP) && !codings.some(isBrand)

const BRAND = /Merkevare$|Pakning$/
const isBrand = ({ system }: Coding): boolean => BRAND.test(system ?? '')
const namesBrand = ({ codings }: Medicine): boolean => codings.some(isBrand)

const isOtherStrength = (a: Medicine, b: Medicine): boolean =>
  kinship(a, b) === 'share' &&
  a.formGroup !== undefined &&
  a.formGroup === b.formGroup &&
  a.routeGroup === b.routeGroup &&
  a.unitStrength !== undefined &&
  b.unitStrength !== undefined &&
  (a.unitStrength.unit !== b.unitStrength.unit ||
    a.unitStrength.value.n * b.unitStrength.value.d !== b.unitStrength.value.n * a.unitStrength.value.d)

/** Undefined where the catalogue does not know both: what no source gives stays unknown (3.1). */
function sameGroup(a: Medicine, b: Medicine): boolean | undefined {
  if (ids(a, true).length === 0 || ids(b, true).length === 0) return undefined
  return a.substitutionGroup !== undefined && a.substitutionGroup === b.substitutionGroup
}
