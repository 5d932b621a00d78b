/** What is wrong with the dosage of a medicine that is never daily (medication-list.md 12.8), from its own line alone. */
import { addDays, daysBetween, localDate } from '../../core/zone.js'
import type { ListConfig, NeverDaily } from '../contract.js'
import { compare, type Decimal, decimal } from '../dosage/decimal.js'
import { expand } from '../dosage/expand.js'
import type { DosagePlan } from '../dosage/plan.js'
import { unitKeyOfWord } from '../dosage/units.js'
import type { Medicine } from '../facts/fact.js'
import { inSubstance } from '../facts/read-medicine.js'

export type DosageProblem =
  /** Two days with doses lie closer than the shortest interval. */
  | 'too-often'
  /** Words alone, or nothing. */
  | 'text-only'
  /** No weekday, no anchor date: nobody knows which days. */
  | 'no-day'

/** Undefined for a medicine that may be daily. */
export const neverDailyRule = (
  medicine: Medicine | undefined,
  { neverDaily }: Pick<ListConfig, 'neverDaily'>,
): NeverDaily | undefined =>
  medicine === undefined ? undefined : neverDaily.find((rule) => isOf(medicine, rule))

function isOf(medicine: Medicine, { atc, routes, forms, strengthFrom }: NeverDaily): boolean {
  return (
    atc.some((prefix) => medicine.atc?.startsWith(prefix) === true) &&
    (routes === undefined || (medicine.routeGroup !== undefined && routes.includes(medicine.routeGroup))) &&
    (forms === undefined || (medicine.formGroup !== undefined && forms.includes(medicine.formGroup))) &&
    (strengthFrom === undefined || isStrong(medicine, strengthFrom))
  )
}

/** The catalogue's strength, else the one that stands in the medicine's name. */
function isStrong(medicine: Medicine, least: NonNullable<NeverDaily['strengthFrom']>): boolean {
  const floor = decimal(least.value)
  const wanted = floor === undefined ? undefined : comparable(floor, least.unit)
  const stated = medicine.unitStrength
  const known =
    stated === undefined ? namedStrength(medicine.name ?? '') : comparable(stated.value, stated.unit)
  return (
    wanted !== undefined &&
    known !== undefined &&
    known.unit === wanted.unit &&
    compare(known.value, wanted.value) >= 0
  )
}

interface Strength {
  readonly value: Decimal
  readonly unit: string
}

/** Masses in one unit, other units by their key. */
function comparable(value: Decimal, unit: string): Strength {
  const key = unitKeyOfWord(unit.replace(/\/.*$/, ''))
  return inSubstance(value, key) ?? { value, unit: key }
}

const NAMED = /(\d[\d ]*(?:[.,]\d+)?)\s*(mg|mikrogram|mikrog|mcg|µg|g|IE|IU|E)\b/iu

function namedStrength(name: string): Strength | undefined {
  const [, number = '', unit = ''] = NAMED.exec(name) ?? []
  const value = decimal(number.replaceAll(' ', '').replace(',', '.'))
  return value === undefined ? undefined : comparable(value, unit)
}

/** Two intervals are enough to see two days too close. */
const WINDOW_DAYS_MIN = 28

/** Undefined where the dosage keeps the interval. As-needed doses have no days. */
export function dosageProblem(
  plan: DosagePlan,
  start: string | undefined,
  rule: NeverDaily,
  at: number,
  zone: string,
): DosageProblem | undefined {
  switch (plan.kind) {
    case 'none':
    case 'text':
      return 'text-only'
    case 'chart':
      return 'no-day'
    case 'structured': {
      const from = localDate(at, zone)
      const to = addDays(from, Math.max(WINDOW_DAYS_MIN, 2 * rule.intervalDays))
      const { doses, complete } = expand(plan, from, to, { zone, start })
      if (isTooOften(doses, rule) || isDailyRhythm(plan)) return 'too-often'
      if (plan.entries.some(({ asNeeded }) => asNeeded)) return 'no-day'
      return complete ? undefined : 'no-day'
    }
  }
}

function isTooOften(doses: readonly { readonly date: string }[], { intervalDays }: NeverDaily): boolean {
  const days = [...new Set(doses.map(({ date }) => date))].sort()
  return days.some((day, index) => {
    const before = days[index - 1]
    return before !== undefined && daysBetween(before, day) < intervalDays
  })
}

/** So many times a day that names no slot, or a week without saying which days. */
const isDailyRhythm = (plan: DosagePlan & { kind: 'structured' }): boolean =>
  plan.entries.some(
    ({ period, weekdays, frequency = 1 }) =>
      weekdays.length === 0 && period !== undefined && period.unit === 'wk' && frequency > period.value * 6,
  )
