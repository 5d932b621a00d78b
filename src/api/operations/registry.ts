/** All FHIR operations of the hub: one line each. */
import { getMedicationOperation } from './get-medication.js'
import { medicationListOperation } from './medication-list.js'
import type { FhirOperation } from './operation.js'

export const OPERATIONS: readonly FhirOperation[] = [medicationListOperation, getMedicationOperation]
