/** What the mappings of M1 and M25.1 cannot know of a statement, put onto what they made of it. */
import type { Dosage, Resource } from 'fhir/r4.js'
import type { MappedResource } from '../../src/core/message.js'
import { filled, keyOf } from '../kith/build.js'
import { EXT } from '../kith/extensions.js'
import type { SfmStatement } from './statement.js'

/** The product in its own words, where it is none of the catalogue's kinds. */
export function asStated(
  resource: { readonly contained?: readonly Resource[] | undefined },
  { prescribed }: SfmStatement,
): { contained?: Resource[] } {
  const { local } = prescribed.product
  return local === undefined || resource.contained === undefined ? {} : { contained: [local] }
}

/** Its own dosing where it is written as R4 has it; words, short dose and instructions stand on the first. */
export function withInstructions(
  dosages: readonly Dosage[] | undefined,
  { prescribed }: SfmStatement,
): Dosage[] {
  const { instructions, patientInstruction, structured } = prescribed
  const wording = prescribed.dok.forskrivning.dosVeiledEnkel
  const [words] = dosages ?? []
  const [first = words, ...rest] = structured.length > 0 ? structured : (dosages ?? [])
  if (first === undefined && instructions.length === 0 && patientInstruction === undefined) return []
  const shortDose = (words?.extension ?? []).filter(({ url }) => url === EXT.shortDose)
  const told: Dosage = {
    ...(first ?? { sequence: 1 }),
    ...(structured.length > 0 && wording !== undefined ? { text: wording } : {}),
    ...(structured.length > 0 ? filled('extension', [...shortDose, ...(first?.extension ?? [])]) : {}),
    ...(instructions.length === 0 ? {} : { additionalInstruction: [...instructions] }),
    ...(patientInstruction === undefined ? {} : { patientInstruction }),
  }
  return [told, ...rest]
}

export function changed<Type extends 'MedicationRequest' | 'MedicationStatement'>(
  mapped: MappedResource,
  type: Type,
  change: (
    resource: Extract<MappedResource['resource'], { resourceType: Type }>,
  ) => MappedResource['resource'],
): MappedResource {
  const { resource } = mapped
  if (resource.resourceType !== type) return mapped
  // The comparison above has decided the type.
  const next = change(resource as Extract<MappedResource['resource'], { resourceType: Type }>)
  const [first] = 'identifier' in next && Array.isArray(next.identifier) ? next.identifier : []
  return {
    ...mapped,
    ...(first?.system === undefined || first.value === undefined
      ? {}
      : { key: keyOf({ system: first.system, value: first.value }) }),
    resource: next,
  }
}
