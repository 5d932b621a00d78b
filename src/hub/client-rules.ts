/** Rules of the list for what clients write, beyond R4 and the profiles. */
import type { FhirResource } from 'fhir/r4.js'
import { calendarProblems } from '../medication-list/packing/check-calendar.js'
import { refuse } from './refuse.js'

/**
 * @param now milliseconds since the epoch
 * @throws HubError RESOURCE_INVALID with each place and rule
 */
export function checkClientContent(body: FhirResource, now: number, zone: string): void {
  if (body.resourceType === 'Basic') refuse(calendarProblems(body, now, zone))
}
