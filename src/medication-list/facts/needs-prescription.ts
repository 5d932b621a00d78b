/** Whether a product needs a prescription, as the sources say it. */
import type { Extension, Medication, Resource } from 'fhir/r4.js'
import type { DecisionFact } from './fact.js'

/** Norwegian prescription group (Volven 7421) of a contained Medication, as no-basis-Medication carries it. */
const PRESCRIPTION_GROUP = 'http://hl7.no/fhir/StructureDefinition/no-basis-prescriptiongroup'
/** Sold freely; food supplements. */
const WITHOUT = new Set(['F', 'K'])

/** Undefined where no fact says; what was once prescribed for supply needs one. */
export function needsPrescription(facts: readonly DecisionFact[]): boolean | undefined {
  const groups = facts.flatMap(({ product }) => (product.contained ?? []).flatMap(groupsOf))
  if (groups.length > 0) return groups.some((group) => !WITHOUT.has(group))
  return facts.some((fact) => fact.kind === 'prescription' && fact.dispensable) ? true : undefined
}

const groupsOf = (resource: Resource): string[] =>
  isMedication(resource)
    ? (resource.extension ?? [])
        .filter(({ url }) => url === PRESCRIPTION_GROUP)
        .flatMap(({ extension }) => extension ?? [])
        .flatMap(codesOf)
    : []

const codesOf = ({ valueCodeableConcept }: Extension): string[] =>
  (valueCodeableConcept?.coding ?? []).flatMap(({ code }) => code ?? [])

/** Sound because `resourceType` decides the shape of every resource that came through validation. */
const isMedication = (resource: Resource): resource is Medication => resource.resourceType === 'Medication'
