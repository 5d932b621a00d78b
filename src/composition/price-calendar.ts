/** The price calendar that an operator gives (docs/packing.md): which product of a substitution group is chosen when. */
import { readFileSync } from 'node:fs'
import { type Config, ConfigError } from '../config.js'
import type { PricedProduct, PricePeriod } from '../medication-list/packing/price-periods.js'

const NAME = 'STAFETT_PRICE_CALENDAR'
const DATE = /^\d{4}-\d{2}-\d{2}$/

/** Before anything is opened. @throws ConfigError with every fault of the file */
export function readPriceCalendar({
  priceCalendarFile: path,
}: Pick<Config, 'priceCalendarFile'>): PricePeriod[] {
  if (path === undefined) return []
  let stated: unknown
  try {
    stated = JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    throw new ConfigError([`${NAME}: ${path} cannot be read as JSON`])
  }
  const faults: string[] = []
  const periods = parsePriceCalendar(stated, (at, rule) => faults.push(`${NAME}: ${at} ${rule}`))
  if (faults.length > 0) throw new ConfigError(faults)
  return periods
}

type Fault = (at: string, rule: string) => void

/** `{"periods": [{"from": "2026-03-09", "products": {"<group>": {"productId", "name", "look"?}}}]}` */
export function parsePriceCalendar(stated: unknown, fault: Fault): PricePeriod[] {
  const periods = isObject(stated) ? stated['periods'] : undefined
  if (!Array.isArray(periods)) {
    fault('periods', 'must be a list')
    return []
  }
  const seen = new Set<string>()
  return periods.flatMap((period: unknown, index): PricePeriod[] => {
    const at = `periods[${index}]`
    const from = isObject(period) ? period['from'] : undefined
    if (!isObject(period) || typeof from !== 'string' || !DATE.test(from)) {
      fault(`${at}.from`, 'must be a date')
      return []
    }
    if (seen.has(from)) fault(`${at}.from`, 'begins on the same day as another')
    seen.add(from)
    return [{ from, products: productsOf(period['products'], `${at}.products`, fault) }]
  })
}

function productsOf(stated: unknown, at: string, fault: Fault): Record<string, PricedProduct> {
  if (!isObject(stated)) {
    fault(at, 'must name a product for each substitution group')
    return {}
  }
  return Object.fromEntries(
    Object.entries(stated).flatMap(([group, product]): [string, PricedProduct][] => {
      const { productId, name, look } = isObject(product) ? product : {}
      if (typeof productId !== 'string' || typeof name !== 'string') {
        fault(`${at}.${group}`, 'must have productId and name')
        return []
      }
      return [[group, { productId, name, ...(typeof look === 'string' ? { look } : {}) }]]
    }),
  )
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
