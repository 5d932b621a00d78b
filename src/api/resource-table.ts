/**
 * The one table of types and interactions. Router, CapabilityStatement and tests are made of it: what is not here does
 * not exist (fhir-api.md, before 1).
 */
import type { ResourceType } from '../core/stored.js'

export type Interaction = 'read' | 'vread' | 'history-instance' | 'search-type' | 'create' | 'update'

export interface ResourceRow {
  readonly type: ResourceType
  readonly interactions: readonly Interaction[]
  /** `definitions`: what the hub itself uses, out of fhir-profiles. */
  readonly source: 'store' | 'definitions'
}

const READ: readonly Interaction[] = ['read', 'vread', 'history-instance', 'search-type']
const READ_WRITE: readonly Interaction[] = [...READ, 'create', 'update']

const clientWritten = (type: ResourceType): ResourceRow => ({
  type,
  interactions: READ_WRITE,
  source: 'store',
})
const hubWritten = (type: ResourceType): ResourceRow => ({ type, interactions: READ, source: 'store' })
const definition = (type: ResourceType): ResourceRow => ({
  type,
  interactions: ['read', 'search-type'],
  source: 'definitions',
})

const ROWS: readonly ResourceRow[] = [
  clientWritten('Patient'),
  clientWritten('MedicationRequest'),
  clientWritten('MedicationStatement'),
  clientWritten('MedicationDispense'),
  clientWritten('MedicationAdministration'),
  clientWritten('Medication'),
  clientWritten('Device'),
  clientWritten('DeviceUseStatement'),
  clientWritten('Observation'),
  clientWritten('CareTeam'),
  clientWritten('Basic'),
  clientWritten('Practitioner'),
  clientWritten('Organization'),
  hubWritten('List'),
  hubWritten('DetectedIssue'),
  { type: 'Provenance', interactions: ['read', 'vread', 'search-type'], source: 'store' },
  hubWritten('PractitionerRole'),
  hubWritten('Location'),
  hubWritten('Encounter'),
  hubWritten('AllergyIntolerance'),
  hubWritten('Communication'),
  hubWritten('Consent'),
  hubWritten('SupplyDelivery'),
  hubWritten('SupplyRequest'),
  hubWritten('DeviceRequest'),
  hubWritten('Task'),
  hubWritten('Flag'),
  hubWritten('CarePlan'),
  hubWritten('DeviceDefinition'),
  hubWritten('DiagnosticReport'),
  definition('StructureDefinition'),
  definition('ValueSet'),
  definition('CodeSystem'),
  definition('ConceptMap'),
  definition('OperationDefinition'),
  definition('SearchParameter'),
]

/** A Map, since it is looked up by words out of URLs. */
export const RESOURCE_TABLE: ReadonlyMap<string, ResourceRow> = new Map(ROWS.map((row) => [row.type, row]))

/** What can be done to a path of a kind, as methods. `HEAD` goes with `GET`. */
export const INTERACTION_METHODS: Readonly<Record<Interaction, readonly string[]>> = {
  read: ['GET', 'HEAD'],
  vread: ['GET', 'HEAD'],
  'history-instance': ['GET', 'HEAD'],
  'search-type': ['GET', 'HEAD'],
  create: ['POST'],
  update: ['PUT'],
}
