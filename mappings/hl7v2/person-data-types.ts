/** XPN, XAD and XTN as HumanName, Address and ContactPoint (hl7v2.md 4.6). */
import type { Address, ContactPoint, HumanName, Period } from 'fhir/r4.js'
import { readDateTime, type Scope } from './scope.js'
import type { ValueReader } from './trail.js'

const NAME_USE: Readonly<Record<string, HumanName['use']>> = {
  L: 'official',
  R: 'official',
  D: 'usual',
  M: 'maiden',
  N: 'nickname',
  MSK: 'anonymous',
  NAV: 'temp',
  TEMP: 'temp',
  BAD: 'old',
}

/** Extensions for the parts of a family name (FN.2 to FN.5). */
const FAMILY_PARTS: readonly (readonly [number, string])[] = [
  [2, 'http://hl7.org/fhir/StructureDefinition/humanname-own-prefix'],
  [3, 'http://hl7.org/fhir/StructureDefinition/humanname-own-name'],
  [4, 'http://hl7.org/fhir/StructureDefinition/humanname-partner-prefix'],
  [5, 'http://hl7.org/fhir/StructureDefinition/humanname-partner-name'],
]

/** @param use what the field itself says, where XPN.7 says nothing */
export function xpnToHumanName(
  value: ValueReader,
  scope: Scope,
  use?: HumanName['use'],
): HumanName | undefined {
  const family = value.text(1, 1)
  const familyParts = FAMILY_PARTS.flatMap(([part, url]) => {
    const text = value.text(1, part)
    return text === undefined ? [] : [{ url, valueString: text }]
  })
  const given = textsOf(value, [2, 3])
  const suffix = textsOf(value, [4, 6, 14])
  const prefix = textsOf(value, [5])
  const type = value.text(7)
  const nameUse = (type === undefined ? undefined : NAME_USE[type.toUpperCase()]) ?? use
  if (type !== undefined && NAME_USE[type.toUpperCase()] === undefined) value.reject('unknown-code', 7)
  const period = periodOf(value, 12, 13, scope)
  if (family === undefined && given.length === 0 && prefix.length === 0 && suffix.length === 0)
    return undefined
  return {
    ...(nameUse === undefined ? {} : { use: nameUse }),
    ...(family === undefined ? {} : { family }),
    ...(family === undefined || familyParts.length === 0 ? {} : { _family: { extension: familyParts } }),
    ...(given.length === 0 ? {} : { given }),
    ...(prefix.length === 0 ? {} : { prefix }),
    ...(suffix.length === 0 ? {} : { suffix }),
    ...(period === undefined ? {} : { period }),
  }
}

const ADDRESS_USE: Readonly<Record<string, Address['use']>> = {
  H: 'home',
  HV: 'home',
  P: 'home',
  B: 'work',
  O: 'work',
  C: 'temp',
  TM: 'temp',
  BA: 'old',
  BI: 'billing',
}

export function xadToAddress(value: ValueReader, scope: Scope): Address | undefined {
  const street = [value.text(1, 1), value.text(1, 2), value.text(1, 3)].filter((part) => part !== undefined)
  const second = value.text(2)
  const line = [...(street.length === 0 ? [] : [street.join(' ')]), ...(second === undefined ? [] : [second])]
  const [city, state, postalCode, country] = [3, 4, 5, 6].map((component) => value.text(component))
  const kind = value.text(7)?.toUpperCase()
  const district = value.text(9)
  const use = kind === undefined ? undefined : ADDRESS_USE[kind]
  const type: Address['type'] = kind === 'M' ? 'postal' : undefined
  if (kind !== undefined && use === undefined && type === undefined) value.reject('unknown-code', 7)
  const start = readDateTime(scope, value, 13)
  const end = readDateTime(scope, value, 14)
  const address: Address = {
    ...(use === undefined ? {} : { use }),
    ...(type === undefined ? {} : { type }),
    ...(line.length === 0 ? {} : { line }),
    ...(city === undefined ? {} : { city }),
    ...(district === undefined ? {} : { district }),
    ...(state === undefined ? {} : { state }),
    ...(postalCode === undefined ? {} : { postalCode }),
    ...(country === undefined ? {} : { country }),
    ...(start === undefined && end === undefined
      ? {}
      : { period: { ...(start === undefined ? {} : { start }), ...(end === undefined ? {} : { end }) } }),
  }
  const holds =
    line.length > 0 || [city, state, postalCode, country, district].some((part) => part !== undefined)
  return holds ? address : undefined
}

const TELECOM_USE: Readonly<Record<string, ContactPoint['use']>> = {
  PRN: 'home',
  ORN: 'home',
  VHN: 'home',
  WPN: 'work',
  PRS: 'mobile',
}
const TELECOM_SYSTEM: Readonly<Record<string, ContactPoint['system']>> = {
  PH: 'phone',
  CP: 'phone',
  SAT: 'phone',
  TDD: 'other',
  TTY: 'other',
  FX: 'fax',
  BP: 'pager',
  INTERNET: 'email',
  'X.400': 'email',
  MD: 'other',
}

/** @param use of the field, where XTN.2 says nothing */
export function xtnToContactPoint(
  value: ValueReader,
  scope: Scope,
  use: ContactPoint['use'] | undefined,
): ContactPoint | undefined {
  const equipment = value.text(3)?.toUpperCase()
  const stated = value.text(2)?.toUpperCase()
  const email = value.text(4)
  const built = builtNumber(value)
  const whole = value.text(12)
  const first = value.text(1)
  const isAddress = equipment === 'INTERNET' || equipment === 'X.400'
  const text = isAddress ? (email ?? first) : (whole ?? built ?? first ?? email)
  if (text === undefined) return undefined
  rejectOthers(value, text)
  const system =
    (equipment === undefined ? undefined : TELECOM_SYSTEM[equipment]) ??
    (email !== undefined && text === email ? 'email' : undefined)
  if (stated !== undefined && TELECOM_USE[stated] === undefined && stated !== 'NET')
    value.reject('unknown-code', 2)
  if (equipment !== undefined && TELECOM_SYSTEM[equipment] === undefined) value.reject('unknown-code', 3)
  const contactUse =
    equipment === 'CP' ? 'mobile' : ((stated === undefined ? undefined : TELECOM_USE[stated]) ?? use)
  const period = periodOf(value, 13, 14, scope)
  return {
    // R4 rule cpt-2: a value has a system.
    ...(system === undefined
      ? { _system: { extension: [{ url: DATA_ABSENT, valueCode: 'unknown' }] } }
      : { system }),
    value: text,
    ...(contactUse === undefined ? {} : { use: contactUse }),
    ...(period === undefined ? {} : { period }),
  }
}

/** XTN may hold several forms of a number; one that is not the chosen one in other clothes is another number. */
function rejectOthers(value: ValueReader, chosen: string): void {
  const bare = (text: string) => text.replace(/[\s()+.-]/g, '').toLowerCase()
  for (const component of [1, 4, 7, 12]) {
    const other = value.text(component)
    if (other !== undefined && !bare(chosen).includes(bare(other)) && !bare(other).includes(bare(chosen)))
      value.reject('superseded', component, 'another form of the number counts')
  }
}

export const DATA_ABSENT = 'http://hl7.org/fhir/StructureDefinition/data-absent-reason'

/** `+47 22 000000 x12` from country code, area, local number and extension. */
function builtNumber(value: ValueReader): string | undefined {
  const [country, area, local, extension] = [5, 6, 7, 8].map((component) => value.text(component))
  if (local === undefined) return undefined
  return [
    country === undefined ? undefined : `+${country.replace(/^\+/, '')}`,
    area,
    local,
    extension === undefined ? undefined : `x${extension}`,
  ]
    .filter((part) => part !== undefined)
    .join(' ')
}

function periodOf(value: ValueReader, from: number, to: number, scope: Scope): Period | undefined {
  const start = readDateTime(scope, value, from)
  const end = readDateTime(scope, value, to)
  if (start === undefined && end === undefined) return undefined
  return { ...(start === undefined ? {} : { start }), ...(end === undefined ? {} : { end }) }
}

/** Given names, suffixes …: one entry a component. */
const textsOf = (value: ValueReader, components: readonly number[]): string[] =>
  components.flatMap((component) => {
    const text = value.text(component)
    return text === undefined ? [] : [text]
  })
