/** The operator's list of medicines that are never daily, in place of the default (docs/dosage.md). */
import { readFileSync } from 'node:fs'
import { type Config, ConfigError } from '../config.js'
import type { NeverDaily } from '../medication-list/contract.js'
import { NEVER_DAILY } from '../medication-list/never-daily/default-list.js'

const NAME = 'STAFETT_NEVER_DAILY'
const ATC = /^[A-Z](\d{2}([A-Z]([A-Z](\d{2})?)?)?)?$/
const INTERVAL_DAYS_MAX = 400

/** Before anything is opened. @throws ConfigError with every fault of the file */
export function readNeverDailyList({
  neverDailyFile: path,
}: Pick<Config, 'neverDailyFile'>): readonly NeverDaily[] {
  if (path === undefined) return NEVER_DAILY
  let stated: unknown
  try {
    stated = JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    throw new ConfigError([`${NAME}: ${path} cannot be read as JSON`])
  }
  const faults: string[] = []
  const list = parseNeverDailyList(stated, (at, rule) => faults.push(`${NAME}: ${at} ${rule}`))
  if (faults.length > 0) throw new ConfigError(faults)
  return list
}

type Fault = (at: string, rule: string) => void

/** `{"medicines": [{"id", "atc": ["L04AX03"], "routes"?, "forms"?, "strengthFrom"?: {"value", "unit"}, "intervalDays": 7}]}` */
export function parseNeverDailyList(stated: unknown, fault: Fault): NeverDaily[] {
  const medicines = isObject(stated) ? stated['medicines'] : undefined
  if (!Array.isArray(medicines)) {
    fault('medicines', 'must be a list')
    return []
  }
  return medicines.flatMap((one: unknown, index) => medicineOf(one, `medicines[${index}]`, fault))
}

const KEYS = new Set(['id', 'atc', 'routes', 'forms', 'strengthFrom', 'intervalDays'])

/** A condition that is misspelt would make the row hold for more medicines or for none: it is a fault. */
function medicineOf(stated: unknown, at: string, fault: Fault): NeverDaily[] {
  if (!isObject(stated)) {
    fault(at, 'must be an object')
    return []
  }
  const { id, atc, routes, forms, strengthFrom, intervalDays } = stated
  const checks: readonly (readonly [key: string, holds: boolean, rule: string])[] = [
    ...Object.keys(stated).map((key) => [key, KEYS.has(key), 'is no condition of this list'] as const),
    ['id', typeof id === 'string' && id !== '', 'must be a name'],
    [
      'atc',
      isTexts(atc) && atc.every((code) => ATC.test(code)),
      'must be a list of ATC codes or their beginnings',
    ],
    ['routes', routes === undefined || isTexts(routes), 'must be a list of route groups'],
    ['forms', forms === undefined || isTexts(forms), 'must be a list of form groups'],
    ['strengthFrom', strengthFrom === undefined || isStrength(strengthFrom), 'must have value and unit'],
    ['intervalDays', isDays(intervalDays), `must be a number of days from 2 to ${INTERVAL_DAYS_MAX}`],
  ]
  const broken = checks.filter(([, holds]) => !holds)
  for (const [key, , rule] of broken) fault(`${at}.${key}`, rule)
  // Sound because every part was looked at above.
  return broken.length > 0 ? [] : [stated as unknown as NeverDaily]
}

const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'string')
const isStrength = (value: unknown): boolean =>
  isObject(value) &&
  typeof value['value'] === 'number' &&
  value['value'] > 0 &&
  typeof value['unit'] === 'string'
const isDays = (value: unknown): boolean =>
  typeof value === 'number' && Number.isInteger(value) && value >= 2 && value <= INTERVAL_DAYS_MAX
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
