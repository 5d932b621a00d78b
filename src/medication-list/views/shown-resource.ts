/** What an entry of the list's Bundle is, for all that is made of it. */
import type { DetectedIssue, FhirResource, List, MedicationStatement } from 'fhir/r4.js'

export const isList = (resource: FhirResource | undefined): resource is List =>
  resource?.resourceType === 'List'
export const isLine = (resource: FhirResource | undefined): resource is MedicationStatement =>
  resource?.resourceType === 'MedicationStatement'
export const isIssue = (resource: FhirResource | undefined): resource is DetectedIssue =>
  resource?.resourceType === 'DetectedIssue'

/** Part of another line. */
export const isMerged = ({ statusReason }: MedicationStatement): boolean =>
  statusReason?.some(({ coding }) => coding?.some(({ code }) => code === 'merged')) === true
