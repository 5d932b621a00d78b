/**
 * What is taken, packed or offered on one day as a multiset of (slot, amount), and how two such days compare: in active
 * substance where all parts carry strength of one base, form group and route, else in units of one product
 * (medication-list.md 1).
 */
import type { DoseAmount } from '../dosage/amount.js'
import { add, compare, type Decimal, equals, isPositive, multiply, ZERO } from '../dosage/decimal.js'
import type { Dose } from '../dosage/expand.js'
import type { Medicine } from '../facts/fact.js'
import { inSubstance, kinship } from '../facts/read-medicine.js'

export interface SlotAmount {
  /** `Timing.repeat.when` code, where one is named. */
  readonly slot: string | undefined
  /** Local minutes after midnight; undefined for a dose at any time of its day. */
  readonly minutes: number | undefined
  /** Undefined where nothing states how much. */
  readonly amount: DoseAmount | undefined
  /** The medicine whose units `amount` counts. */
  readonly medicine: Medicine | undefined
  /** Facts that say so. */
  readonly refs: readonly string[]
}

/** The doses of an expanded dosage, in units of a medicine. */
export const slotAmounts = (
  doses: readonly Dose[],
  medicine: Medicine | undefined,
  refs: readonly string[],
): SlotAmount[] =>
  doses.map(({ slot, minutes, entry }) => ({ slot, minutes, amount: entry.amount, medicine, refs }))

export interface DayAmounts {
  /** False when part of the day is not known: words without structure, content not told, no phase. */
  readonly known: boolean
  readonly doses: readonly SlotAmount[]
}

export const NO_DOSES: DayAmounts = { known: true, doses: [] }

/**
 * `sum`: the day's amounts differ. `slots`: the same amount at other times. `unknown`: they cannot be compared.
 */
export type DayComparison = 'equal' | 'slots' | 'sum' | 'unknown'

/** @param toleranceMinutes how far apart two clock times may be and still be one slot */
export function compareDays(a: DayAmounts, b: DayAmounts, toleranceMinutes: number): DayComparison {
  if (!a.known || !b.known) return 'unknown'
  if (a.doses.length === 0 && b.doses.length === 0) return 'equal'
  if (a.doses.length === 0 || b.doses.length === 0) return 'sum'
  const measure = measureOf([...a.doses, ...b.doses])
  if (measure === undefined) return 'unknown'
  const first = a.doses.map(measure.of)
  const second = b.doses.map(measure.of)
  if (!meets(sumOf(first), sumOf(second))) return 'sum'
  return sameSlots(placed(a.doses, first), placed(b.doses, second), toleranceMinutes) ? 'equal' : 'slots'
}

export interface Range {
  readonly low: Decimal
  readonly high: Decimal
}

export interface Measure {
  /** `mg`, another unit of substance, or the countable unit; empty where the sources state none. */
  readonly unit: string
  readonly of: (dose: SlotAmount) => Range
}

/** A measure that all doses share; undefined where there is none. */
export function measureOf(doses: readonly SlotAmount[]): Measure | undefined {
  return substanceMeasure(doses) ?? unitMeasure(doses)
}

/** The doses' sum in their common measure; undefined where they have none. */
export function daySum(doses: readonly SlotAmount[]): (Range & { readonly unit: string }) | undefined {
  const measure = measureOf(doses)
  return measure === undefined ? undefined : { ...sumOf(doses.map(measure.of)), unit: measure.unit }
}

export const sumOf = (ranges: readonly Range[]): Range =>
  ranges.reduce((sum, { low, high }) => ({ low: add(sum.low, low), high: add(sum.high, high) }), {
    low: ZERO,
    high: ZERO,
  })

function substanceMeasure(doses: readonly SlotAmount[]): Measure | undefined {
  let unit: string | undefined
  for (const dose of doses) {
    const range = substanceOf(dose)
    if (range === undefined || (unit !== undefined && range.unit !== unit)) return undefined
    unit = range.unit
  }
  if (unit === undefined || !allAgree(doses, sharesBase)) return undefined
  return { unit, of: (dose) => substanceOf(dose) ?? NOTHING }
}

const NOTHING = { low: ZERO, high: ZERO, unit: '' }

function substanceOf({ amount, medicine }: SlotAmount): (Range & { readonly unit: string }) | undefined {
  if (amount === undefined) return undefined
  const low = inSubstance(amount.low, amount.unit)
  const high = inSubstance(amount.high, amount.unit)
  if (low !== undefined && high !== undefined) return { low: low.value, high: high.value, unit: low.unit }
  const strength = medicine?.unitStrength
  if (strength === undefined || !isCountable(amount.unit)) return undefined
  return {
    low: multiply(amount.low, strength.value),
    high: multiply(amount.high, strength.value),
    unit: strength.unit,
  }
}

/** Units whose number tells no tablets: strength is stated for one countable unit. */
const MEASURED = new Set(['ml', 'mg', 'g', 'microgram', 'mmol', 'unit', 'drop', 'puff'])
const isCountable = (unit: string): boolean => !MEASURED.has(unit)

function unitMeasure(doses: readonly SlotAmount[]): Measure | undefined {
  let unit = ''
  for (const { amount } of doses) {
    if (amount === undefined) return undefined
    if (amount.unit === '' || amount.unit === unit) continue
    if (unit !== '') return undefined
    unit = amount.unit
  }
  if (!allAgree(doses, isSameProduct)) return undefined
  return { unit, of: ({ amount }) => amount ?? NOTHING }
}

function allAgree(doses: readonly SlotAmount[], agree: (a: Medicine, b: Medicine) => boolean): boolean {
  const first = doses[0]?.medicine
  return doses.every(
    ({ medicine }) =>
      medicine === first || (medicine !== undefined && first !== undefined && agree(medicine, first)),
  )
}

/** Strength for the same base, form group and route (3.1). */
export const sharesBase = (a: Medicine, b: Medicine): boolean =>
  kinship(a, b) === 'share' &&
  a.formGroup !== undefined &&
  a.formGroup === b.formGroup &&
  a.routeGroup === b.routeGroup

/** The same product, or one of equal strength and form: its units count the same. */
export const isSameProduct = (a: Medicine, b: Medicine): boolean =>
  a.products.some((id) => b.products.includes(id)) ||
  (a.substitutionGroup !== undefined && a.substitutionGroup === b.substitutionGroup) ||
  (a.composition !== undefined && a.composition === b.composition) ||
  (a.products.length === 0 &&
    b.products.length === 0 &&
    a.name !== undefined &&
    a.name.toLowerCase() === b.name?.toLowerCase())

/** A range agrees with what lies within it. */
const meets = (a: Range, b: Range): boolean =>
  equals(a.low, b.low) && equals(a.high, b.high)
    ? true
    : (!equals(a.low, a.high) || !equals(b.low, b.high)) &&
      compare(a.low, b.high) <= 0 &&
      compare(b.low, a.high) <= 0

interface PlacedAmount {
  readonly slot: string | undefined
  readonly minutes: number
  readonly amount: Decimal
}

/** Undefined when a dose has no time or leaves open how much: then only sums can be compared. */
function placed(doses: readonly SlotAmount[], ranges: readonly Range[]): PlacedAmount[] | undefined {
  const all: PlacedAmount[] = []
  for (const [index, { slot, minutes }] of doses.entries()) {
    const range = ranges[index]
    if (minutes === undefined || range === undefined || !equals(range.low, range.high)) return undefined
    if (isPositive(range.low)) all.push({ slot, minutes, amount: range.low })
  }
  return all.sort((a, b) => a.minutes - b.minutes)
}

/** Whether the amounts of equal sums can be carried from slot to slot without going further than the tolerance. */
function sameSlots(
  a: readonly PlacedAmount[] | undefined,
  b: readonly PlacedAmount[] | undefined,
  tolerance: number,
): boolean {
  if (a === undefined || b === undefined) return true
  const rest = (amount: Decimal, less: Decimal): Decimal => add(amount, { n: -less.n, d: less.d })
  let [i, j] = [0, 0]
  let left = a[0]?.amount ?? ZERO
  let right = b[0]?.amount ?? ZERO
  for (let [x, y] = [a[0], b[0]]; x !== undefined && y !== undefined; [x, y] = [a[i], b[j]]) {
    if (!isSameSlot(x, y, tolerance)) return false
    const moved = compare(left, right) <= 0 ? left : right
    left = rest(left, moved)
    right = rest(right, moved)
    if (!isPositive(left)) left = a[++i]?.amount ?? ZERO
    if (!isPositive(right)) right = b[++j]?.amount ?? ZERO
  }
  return true
}

/** The same part of day, or clock times at most the tolerance apart. */
export const isSameSlot = (
  a: Pick<PlacedAmount, 'slot' | 'minutes'>,
  b: Pick<PlacedAmount, 'slot' | 'minutes'>,
  toleranceMinutes: number,
): boolean =>
  (a.slot !== undefined && a.slot === b.slot) || Math.abs(a.minutes - b.minutes) <= toleranceMinutes
