/** The one Patient of a person, from all the descriptions that messages give of it. */
import type { Identifier, Patient } from 'fhir/r4.js'
import type { Identity } from '../core/message.js'

/**
 * Element by element the newer description wins, and what it does not speak of stays; identifiers are the union, since
 * a number that a message leaves out is not withdrawn by that (hl7v2.md 4.4).
 */
export function mergePatient(
  stored: Patient | undefined,
  stated: Patient,
  newer: boolean,
  identities: readonly (Identity & { readonly use?: 'official' | 'old' })[],
): Patient {
  const {
    identifier: _stored,
    id: _id,
    meta: _meta,
    ...before
  } = stored ?? { resourceType: 'Patient' as const }
  const { identifier: _stated, ...now } = stated
  const identifier = unionOfIdentifiers(stored?.identifier ?? [], stated.identifier ?? [], identities)
  const merged: Patient = newer ? { ...before, ...now } : { ...now, ...before }
  const result: Patient = { ...merged, ...(identifier.length === 0 ? {} : { identifier }) }
  return dropDeleted(result)
}

/** An element that a snapshot deletes (`""` in HL7 v2) is handed over as null. */
function dropDeleted(patient: Patient): Patient {
  // Comparing with null: mappings mark a deleted element so, which the FHIR type cannot say.
  const kept = Object.entries(patient).filter(([, value]) => value !== null)
  return Object.fromEntries(kept) as unknown as Patient
}

function unionOfIdentifiers(
  stored: readonly Identifier[],
  stated: readonly Identifier[],
  identities: readonly (Identity & { readonly use?: 'official' | 'old' })[],
): Identifier[] {
  const result = new Map<string, Identifier>()
  for (const identifier of [...stored, ...stated]) {
    const key = `${identifier.system}|${identifier.value}`
    const known = result.get(key)
    result.set(key, known === undefined ? identifier : { ...known, ...identifier })
  }
  for (const { system, value, use } of identities) {
    const key = `${system}|${value}`
    const known = result.get(key)
    if (known === undefined) result.set(key, { ...(use === 'old' ? { use } : {}), system, value })
    else if (use === 'old') result.set(key, { ...known, use })
  }
  return [...result.values()]
}
