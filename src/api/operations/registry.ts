/** All FHIR operations of the hub: one line each; those that write are in src/hub/operations/registry.ts. */
import { CLIENT_OPERATIONS } from '../../hub/operations/registry.js'
import { clientOperation } from './client-operation.js'
import { findOperation, medicationCardOperation, summaryOperation } from './documents.js'
import { getMedicationOperation } from './get-medication.js'
import { medicationListOperation } from './medication-list.js'
import { medicationListDiffOperation } from './medication-list-diff.js'
import type { FhirOperation } from './operation.js'
import { rollChainOperation } from './roll-chain.js'

export const OPERATIONS: readonly FhirOperation[] = [
  medicationListOperation,
  medicationListDiffOperation,
  getMedicationOperation,
  summaryOperation,
  medicationCardOperation,
  findOperation,
  rollChainOperation,
  ...CLIENT_OPERATIONS.map(({ name }) => clientOperation(name)),
]
