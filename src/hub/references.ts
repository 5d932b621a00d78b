/** Walks over the references and identifiers of a FHIR resource. */
import type { FhirResource, Identifier, Reference } from 'fhir/r4.js'
import { type Identity, SUBJECT_REFERENCE } from '../core/message.js'

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

const isObject = (value: unknown): value is { readonly [key: string]: unknown } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The business identifiers of a resource that have both system and value. */
export function identifiersOf(resource: FhirResource): readonly Identity[] {
  // Every R4 resource type that has identifiers has them in this element, as a list or (Composition, Bundle) as one.
  const value = (resource as { identifier?: Identifier | readonly Identifier[] }).identifier
  const list =
    value === undefined ? [] : Array.isArray(value) ? (value as readonly Identifier[]) : [value as Identifier]
  return list.flatMap((item) =>
    item.system !== undefined && item.value !== undefined ? [{ system: item.system, value: item.value }] : [],
  )
}

/** Calls `visit` for every reference that names its target by type and identifier only. */
export function eachLogicalReference(
  value: unknown,
  visit: (type: string, identity: Identity, reference: Reference) => void,
): void {
  if (Array.isArray(value)) {
    for (const item of value) if (typeof item === 'object') eachLogicalReference(item, visit)
    return
  }
  if (!isObject(value)) return
  const logical = asLogicalReference(value)
  if (logical !== undefined) {
    visit(logical.type, logical.identity, logical.reference)
    return
  }
  for (const key in value) {
    const child = value[key]
    if (typeof child === 'object' && child !== null) eachLogicalReference(child, visit)
  }
}

function asLogicalReference(value: {
  readonly [key: string]: unknown
}): { type: string; identity: Identity; reference: Reference } | undefined {
  const { type, identifier, reference } = value
  if (typeof type !== 'string' || reference !== undefined || !isObject(identifier)) return undefined
  const { system, value: number } = identifier
  if (typeof system !== 'string' || typeof number !== 'string') return undefined
  // The three fields just checked are what makes an element of a FHIR resource a Reference.
  return { type, identity: { system, value: number }, reference: value as Reference }
}

/**
 * A copy of the resource in which the patient's placeholder is `Patient/<id>` and every logical reference whose target
 * `find` knows also has its literal `reference`. Shares what does not change.
 */
export function resolveReferences<T extends FhirResource>(
  resource: T,
  patientRef: string,
  find: (type: string, identity: Identity) => string | undefined,
): T {
  const walk = (value: Json): Json => {
    if (Array.isArray(value)) {
      const items: readonly Json[] = value
      const copy = items.map(walk)
      return copy.some((item, index) => item !== items[index]) ? copy : value
    }
    if (!isObject(value)) return value
    const object: { readonly [key: string]: Json } = value as { readonly [key: string]: Json }
    if (object['reference'] === SUBJECT_REFERENCE) return { ...object, reference: patientRef }
    const logical = asLogicalReference(object)
    if (logical !== undefined) {
      const target = find(logical.type, logical.identity)
      return target === undefined ? object : { reference: target, ...object }
    }
    let changed: Record<string, Json> | undefined
    for (const key in object) {
      const child = object[key]
      if (typeof child !== 'object' || child === null) continue
      const next = walk(child)
      if (next !== child) {
        changed ??= { ...object }
        changed[key] = next
      }
    }
    return changed ?? object
  }
  // Walking replaces references only; the shape of the resource stays.
  return walk(resource as unknown as Json) as unknown as T
}
