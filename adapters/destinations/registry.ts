/** The kinds of destinations that this hub can send to. */
import type { DestinationKind } from './destination-kind.js'
import { eresept } from './eresept.js'
import { fhirList } from './fhir-list.js'

export const DESTINATION_KINDS: readonly DestinationKind[] = [eresept, fhirList]
