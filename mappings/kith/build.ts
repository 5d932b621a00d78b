/** KITH data types as FHIR ones: coded values, amounts, identifiers, extensions (eresept.md 2.2, 11.1). */
import type {
  CodeableConcept,
  Coding,
  Duration,
  Extension,
  Identifier,
  Money,
  Quantity,
  Reference,
} from 'fhir/r4.js'
import { ATC, senderSidUrl, UCUM, URI_SYSTEM, urnUuid } from '../../src/core/canonical.js'
import type { Identity } from '../../src/core/message.js'
import { TIME_UNIT } from './code-lists.js'
import { VOLVEN_OID } from './namespaces.js'
import type { Amount, Coded } from './reader.js'

const ATC_OID = `${VOLVEN_OID}7180`
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

export const isUuid = (text: string): boolean => UUID.test(text)

/** An id that should be a UUID: `urn:uuid:` when it is one, else kept apart per sender. */
export const idIdentity = (id: string, sender: string, authority: string): Identity =>
  isUuid(id)
    ? { system: URI_SYSTEM, value: urnUuid(id) }
    : { system: senderSidUrl(sender, authority), value: id }

export const keyOf = (identity: Identity): string => `${identity.system}|${identity.value}`

export const identifier = (identity: Identity, type: string): Identifier => ({
  type: { text: type },
  system: identity.system,
  value: identity.value,
})

/** Logical reference: the hub adds `reference` when it knows the target. */
export const logical = (type: string, identity: Identity, display?: string): Reference => ({
  type,
  identifier: { system: identity.system, value: identity.value },
  ...(display === undefined ? {} : { display }),
})

/** `list`: the code list that the element implies, used where the sender gave no S. */
export function concept(value: Coded, list: number): CodeableConcept {
  const coding = codingOf(value, list)
  const text = value.OT ?? (coding === undefined ? value.DN : undefined)
  return {
    ...(coding === undefined ? {} : { coding: [coding] }),
    ...(text === undefined ? {} : { text }),
  }
}

export function codingOf(value: Coded, list: number): Coding | undefined {
  if (value.V === undefined) return undefined
  return {
    system: systemOf(value.S, list),
    code: value.V,
    ...(value.DN === undefined ? {} : { display: value.DN }),
  }
}

function systemOf(oid: string | undefined, list: number): string {
  const known = oid !== undefined && /^\d+(\.\d+)+$/.test(oid) ? oid : `${VOLVEN_OID}${list}`
  return known === ATC_OID ? ATC : `urn:oid:${known}`
}

/** UCUM codes of units that the code lists and free unit texts name beyond doubt; any other unit stays text. */
const UCUM_CODES: ReadonlyMap<string, string> = new Map([
  ['kg', 'kg'],
  ['g', 'g'],
  ['mg', 'mg'],
  ['mikrog', 'ug'],
  ['mikrogram', 'ug'],
  ['µg', 'ug'],
  ['μg', 'ug'],
  ['ng', 'ng'],
  ['l', 'L'],
  ['L', 'L'],
  ['dl', 'dL'],
  ['cl', 'cL'],
  ['ml', 'mL'],
  ['mL', 'mL'],
  ['ML', 'mL'],
  ['mikroliter', 'uL'],
  ['IE', '[iU]'],
  ['IU', '[iU]'],
  ['mill IE', '10*6.[iU]'],
  ['mol', 'mol'],
  ['mmol', 'mmol'],
  ['MBq', 'MBq'],
  ['GBq', 'GBq'],
  ['m', 'm'],
  ['cm', 'cm'],
  ['cm2', 'cm2'],
  ['mm', 'mm'],
])

/** An amount whose value was checked to be a decimal; a zero exponent aside, digits are kept as JSON keeps them. */
export function quantity(amount: Amount): Quantity {
  const code = amount.U === undefined ? undefined : UCUM_CODES.get(amount.U)
  return {
    value: Number(amount.V),
    ...(amount.U === undefined ? {} : { unit: amount.U }),
    ...(code === undefined ? {} : { system: UCUM, code }),
  }
}

/** An amount of time in a unit of 9088; undefined when the unit is another. */
export function duration(amount: Amount): Duration | undefined {
  const code = TIME_UNIT.get(amount.U ?? '')
  if (code === undefined) return undefined
  return { value: Number(amount.V), unit: amount.U ?? code, system: UCUM, code }
}

export const money = (amount: Amount): Money => ({
  value: Number(amount.V),
  ...(amount.U === undefined ? {} : { currency: amount.U }),
})

/** One extension, or none where there is no value: spread into an array. */
export function ext<Key extends ExtensionValueKey>(
  url: string,
  key: Key,
  value: Extension[Key] | undefined,
): readonly Extension[] {
  return value === undefined ? [] : [{ url, [key]: value }]
}
export const nested = (url: string, parts: readonly (readonly Extension[])[]): readonly Extension[] => {
  const extension = parts.flat()
  return extension.length === 0 ? [] : [{ url, extension }]
}

type ExtensionValueKey = Extract<keyof Extension, `value${string}`>

/** A property that is only there when the array has something in it. */
export function filled<Name extends string, T>(
  name: Name,
  values: readonly T[],
): { readonly [K in Name]?: T[] } {
  // Both results have at most the one property `name` of type T[].
  return (values.length === 0 ? {} : { [name]: [...values] }) as { readonly [K in Name]?: T[] }
}
