/**
 * What a written amount must be to count as a dose. Whatever else a source writes (a decimal comma, nothing or less, more
 * than anybody takes) stays its own words: a structured amount would be acted on (hl7v2.md 10, medication-list.md 12).
 */

/** The least amount whose digits the dosage texts can write out. */
const DOSE_AMOUNT_MIN = 0.000001
const DOSE_AMOUNT_MAX = 100_000
/** Units of biological activity are given in millions (penicillin, colistin). */
const DOSE_ACTIVITY_UNITS_MAX = 100_000_000
const ACTIVITY_UNITS: ReadonlySet<string> = new Set(['[iU]', '[IU]', 'U'])

/** Digits with a decimal point: no comma, no exponent, no comparator; a sign is one of them. */
export const isPlainDecimal = (text: string): boolean => /^[+-]?(\d+(\.\d*)?|\.\d+)$/.test(text.trim())

/**
 * @param text the amount as written
 * @param ucum code of its unit, where it has one
 */
export function isDoseAmount(text: string, ucum: string | undefined): boolean {
  if (!isPlainDecimal(text)) return false
  const value = Number(text)
  const most = ACTIVITY_UNITS.has(ucum ?? '') ? DOSE_ACTIVITY_UNITS_MAX : DOSE_AMOUNT_MAX
  return value >= DOSE_AMOUNT_MIN && value <= most
}

/** Longest time between doses, and longest course, that a dosage can state. */
const LENGTH_YEARS_MAX = 100
/** Whole units of a year, rounded down: the limit needs no more. */
const UNITS_OF_A_YEAR: Readonly<Record<string, number>> = {
  s: 31_536_000,
  min: 525_600,
  h: 8_760,
  d: 365,
  wk: 52,
  mo: 12,
  a: 1,
}

/**
 * Whether a length of time is one that doses can be planned by: above nothing, at most 100 years.
 * @param ucum code of the unit; an unknown one has no length
 */
export function isLengthOfTime(value: number, ucum: string): boolean {
  const units = Object.hasOwn(UNITS_OF_A_YEAR, ucum) ? UNITS_OF_A_YEAR[ucum] : undefined
  return units !== undefined && value > 0 && value <= LENGTH_YEARS_MAX * units
}
