/** The name by which words in a message speak of a medicine. */
import type { Medication, MedicationStatement, Resource } from 'fhir/r4.js'

export function medicineName({ contained, medicationCodeableConcept }: MedicationStatement): string {
  const inside = (contained ?? []).find(isMedication)
  const concept = medicationCodeableConcept ?? inside?.code
  return (
    concept?.text ?? concept?.coding?.find(({ display }) => display !== undefined)?.display ?? 'uten navn'
  )
}

const isMedication = (resource: Resource): resource is Medication => resource.resourceType === 'Medication'
