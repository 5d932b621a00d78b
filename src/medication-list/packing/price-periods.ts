/**
 * Price periods (medication-list.md 8.4): which one a roll is packed under, and which products it will probably hold
 * instead of those prescribed. A price period never changes what is intended.
 */
import { addDays, localDate, startOfLocalDay } from '../../core/zone.js'
import type { Medicine } from '../facts/fact.js'
import type { PackingPeriod } from './calendar.js'

export interface PricePeriod {
  /** Local date of the first day; it lasts until the next one begins. */
  readonly from: string
  /** By substitution group (K3): the product that is cheapest then. */
  readonly products: Readonly<Record<string, PricedProduct>>
}

export interface PricedProduct {
  readonly productId: string
  /** Name, form and strength. */
  readonly name: string
  /** What it looks like, where the calendar says. */
  readonly look?: string
}

export interface ExpectedChange {
  readonly from: string | undefined
  readonly to: PricedProduct
  readonly period: PackingPeriod
}

/** Days before the delivery from which an expected change is shown. */
const SHOWN_DAYS = 3

/** The price period in force at the cut-off of a packing period; undefined where either is not known. */
export function pricePeriodOf(
  prices: readonly PricePeriod[],
  { cutoff }: PackingPeriod,
  zone: string,
): PricePeriod | undefined {
  if (cutoff === undefined) return undefined
  const day = localDate(cutoff, zone)
  return prices.reduce<PricePeriod | undefined>(
    (found, one) => (one.from <= day && (found === undefined || one.from > found.from) ? one : found),
    undefined,
  )
}

/**
 * The change of product that is expected in a roll, from three days before its delivery on: only within the substitution
 * group and only where the prescription allows it.
 * @param inHand the product that the person has now, else the one prescribed
 */
export function expectedChange(
  prices: readonly PricePeriod[],
  period: PackingPeriod,
  inHand: Medicine,
  substitutionAllowed: boolean,
  at: number,
  zone: string,
): ExpectedChange | undefined {
  if (!substitutionAllowed || inHand.substitutionGroup === undefined) return undefined
  if (period.state === 'cancelled' || at < shownFrom(period, zone)) return undefined
  const cheapest = pricePeriodOf(prices, period, zone)?.products[inHand.substitutionGroup]
  if (cheapest === undefined || inHand.products.some((product) => product.endsWith(`|${cheapest.productId}`)))
    return undefined
  return { from: inHand.name, to: cheapest, period }
}

/** The beginning of the day, three days before the delivery, or before the first day where no delivery is stated. */
export function shownFrom({ expectedDelivery, start }: PackingPeriod, zone: string): number {
  const day = expectedDelivery === undefined ? start : localDate(expectedDelivery, zone)
  return startOfLocalDay(addDays(day, -SHOWN_DAYS), zone)
}
