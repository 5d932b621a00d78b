/**
 * What a resource is found by. One extraction for all writers, made of the same table that searches are read by,
 * so that what can be asked for and what is indexed cannot part ways (fhir-api.md 6).
 */

import { extensionUrl } from './canonical.js'
import { BEGINNING_OF_TIME, DEFAULT_ZONE, dateRange, type InstantRange, periodRange } from './date-range.js'
import { assertNever } from './exhaustive.js'
import { COMMON_PARAMETERS, SEARCH_PARAMETERS, type SearchParameter } from './search-parameter-table.js'
import {
  anySystemToken,
  exactToken,
  prefixTokens,
  referenceToken,
  systemToken,
  token,
  uriToken,
} from './search-tokens.js'

/** Values to search by: the shape that the store keeps (`SearchIndex` of its contract). */
export interface SearchValues {
  readonly tokens: readonly string[]
  /** Per date parameter: [from, to) as ISO instants. */
  readonly dates: Readonly<Record<string, readonly [string, string]>>
}

/** `undefined`: no such parameter for this type. */
export const searchParameter = (type: string, name: string): SearchParameter | undefined =>
  SEARCH_PARAMETERS.get(type)?.find((parameter) => parameter.name === name) ??
  COMMON_PARAMETERS.find((parameter) => parameter.name === name)

/**
 * Tokens and date ranges of one resource. `_id` and `_lastUpdated` are columns of the store and not indexed here.
 * @param zone IANA zone in which dates and times without an offset are read
 */
export function indexResource(
  resource: { readonly resourceType: string },
  zone: string = DEFAULT_ZONE,
): SearchValues {
  const tokens = new Set<string>()
  const dates: Record<string, InstantRange> = {}
  for (const { parameter, paths } of EXTRACTIONS.get(resource.resourceType) ?? []) {
    const values = valuesOf(resource, paths)
    if (values.length === 0) continue
    if (parameter.type === 'date') {
      const range = envelope(values, zone)
      if (range) dates[parameter.name] = range
    } else for (const value of values) for (const found of tokensOf(parameter, value)) tokens.add(found)
  }
  for (const coding of containedMedicationCodes(resource))
    for (const found of codingTokens('code', coding)) tokens.add(found)
  return { tokens: [...tokens], dates }
}

interface Extraction {
  readonly parameter: SearchParameter
  readonly paths: readonly (readonly string[])[]
}

/** Paths split once: this runs at every write. */
const EXTRACTIONS: ReadonlyMap<string, readonly Extraction[]> = new Map(
  [...SEARCH_PARAMETERS.entries()].map(([type, own]) => [
    type,
    [...COMMON_PARAMETERS, ...own]
      .filter(({ name, indexedAs }) => name !== '_id' && name !== '_lastUpdated' && indexedAs === undefined)
      .map((parameter) => ({ parameter, paths: parameter.paths.map((path) => path.split('.')) })),
  ]),
)

function tokensOf(parameter: SearchParameter, value: unknown): string[] {
  const { name } = parameter
  switch (parameter.type) {
    case 'token':
      return valueTokens(parameter, value)
    case 'reference':
      return referenceTokens(name, value)
    case 'person':
      // The Patient itself is the store's own column.
      return referenceTokens(name, value).filter((found) => !found.startsWith(`${name}=Patient/`))
    case 'string':
      return typeof value === 'string' ? [...prefixTokens(name, value), exactToken(name, value)] : []
    case 'uri':
      return typeof value === 'string' ? [uriToken(name, value)] : []
    case 'date':
      return []
    default:
      return assertNever(parameter.type)
  }
}

const OWN_EXTENSION = 'extension:'

/** The elements at a path; arrays are walked through. */
const valuesAt = (node: unknown, path: readonly string[]): unknown[] => valuesOf(node, [path])

function valuesOf(node: unknown, paths: readonly (readonly string[])[]): unknown[] {
  const found: unknown[] = []
  for (const path of paths) collect(node, path, 0, found)
  return found
}

function collect(node: unknown, path: readonly string[], step: number, found: unknown[]): void {
  if (node === undefined || node === null) return
  if (Array.isArray(node)) {
    for (const item of node) collect(item, path, step, found)
    return
  }
  const name = path[step]
  if (name === undefined) found.push(node)
  else if (!isRecord(node)) return
  else if (name.startsWith(OWN_EXTENSION)) {
    const url = extensionUrl(name.slice(OWN_EXTENSION.length))
    for (const extension of Array.isArray(node['extension']) ? node['extension'] : [])
      if (isRecord(extension) && extension['url'] === url) collect(extension, path, step + 1, found)
  } else collect(node[name], path, step + 1, found)
}

function valueTokens(parameter: SearchParameter, value: unknown): string[] {
  const { name, system } = parameter
  if (typeof value === 'string' || typeof value === 'boolean') {
    const code = String(value)
    return [
      anySystemToken(name, code),
      token(name, '', code),
      ...(system === undefined ? [] : [token(name, system, code), systemToken(name, system)]),
    ]
  }
  if (!isRecord(value)) return []
  if (Array.isArray(value['coding'])) return value['coding'].flatMap((coding) => codingTokens(name, coding))
  return 'value' in value
    ? codingTokens(name, { system: value['system'], code: value['value'] })
    : codingTokens(name, value)
}

function codingTokens(name: string, coding: unknown): string[] {
  if (!isRecord(coding)) return []
  const { system, code } = coding
  const known = typeof system === 'string' && system !== ''
  if (typeof code !== 'string' || code === '') return known ? [systemToken(name, system)] : []
  return [
    anySystemToken(name, code),
    ...(known ? [token(name, system, code), systemToken(name, system)] : [token(name, '', code)]),
  ]
}

function referenceTokens(name: string, value: unknown): string[] {
  if (!isRecord(value)) return []
  const { reference, identifier } = value
  const literal = typeof reference === 'string' ? referenceToken(name, reference) : undefined
  const logical = isRecord(identifier)
    ? codingTokens(`${name}:identifier`, { system: identifier['system'], code: identifier['value'] })
    : []
  return literal === undefined ? logical : [literal, ...logical]
}

/** Codings of the contained Medication that `medicationReference` points to: KITH messages state the product there. */
function containedMedicationCodes(resource: object): unknown[] {
  const [reference] = valuesAt(resource, ['medicationReference', 'reference'])
  if (typeof reference !== 'string' || !reference.startsWith('#')) return []
  return valuesAt(resource, ['contained'])
    .filter(
      (item) => isRecord(item) && item['resourceType'] === 'Medication' && `#${item['id']}` === reference,
    )
    .flatMap((medication) => valuesAt(medication, ['code', 'coding']))
}

/** From the earliest start to the latest end of dates, Periods and Timings (R4 search, date: a Timing is its outer limits). */
function envelope(values: readonly unknown[], zone: string): InstantRange | undefined {
  const ranges = values.flatMap((value) => rangesOf(value, zone))
  // ISO instants of one form sort as text.
  const from = ranges.map((range) => range[0]).sort()[0]
  const to = ranges
    .map((range) => range[1])
    .sort()
    .at(-1)
  return from === undefined || to === undefined ? undefined : [from, to]
}

function rangesOf(value: unknown, zone: string): InstantRange[] {
  if (typeof value === 'string') return present(dateRange(value, zone))
  if (!isRecord(value)) return []
  if ('start' in value || 'end' in value) return present(periodRange(value, zone))
  const bounds = valuesAt(value, ['repeat', 'boundsPeriod']).flatMap((period) => rangesOf(period, zone))
  return [...bounds, ...valuesAt(value, ['event']).flatMap((event) => rangesOf(event, zone))]
}

const present = (range: InstantRange | undefined): InstantRange[] =>
  range === undefined || range[1] <= BEGINNING_OF_TIME ? [] : [range]

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What a parameter leads to in a resource: its literal references, as they stand. */
export function referencesBy(resource: object, parameter: SearchParameter): string[] {
  const paths = parameter.paths.map((path) => path.split('.'))
  return valuesOf(resource, paths).flatMap((value) =>
    isRecord(value) && typeof value['reference'] === 'string' ? [value['reference']] : [],
  )
}
