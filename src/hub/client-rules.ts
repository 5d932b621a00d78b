/** Rules of the list for what clients write, beyond R4 and the profiles. */
import type { FhirResource } from 'fhir/r4.js'
import { HubError, type Problem } from '../core/errors.js'
import { calendarProblems } from '../medication-list/packing/check-calendar.js'

/**
 * @param now milliseconds since the epoch
 * @throws HubError RESOURCE_INVALID with each place and rule
 */
export function checkClientContent(body: FhirResource, now: number, zone: string): void {
  const problems: readonly Problem[] = body.resourceType === 'Basic' ? calendarProblems(body, now, zone) : []
  const [first] = problems
  if (first === undefined) return
  throw new HubError('RESOURCE_INVALID', `${first.at}: ${first.text}`, { at: first.at, issues: problems })
}
