/**
 * Which version of a fact says what was true at an instant, out of those that are known (medication-list.md 4.1 and 10):
 * a decision counts from its own time, however late it came; what is taken back as an error never was.
 */
import type { FhirResource } from 'fhir/r4.js'
import { extensionUrl } from '../../core/canonical.js'
import { rangeOfDateTime } from '../../core/zone.js'

/** One version of a fact. */
export interface FactVersion {
  readonly type: string
  readonly id: string
  readonly version: number
  readonly resource: FhirResource
  /** ISO instant at which the hub had it. */
  readonly lastUpdated: string
  readonly deleted: boolean
}

/**
 * Of each resource the newest version whose own time has come at `at`; none where nothing of it had.
 * @param versions in any order
 * @param at milliseconds since the epoch
 * @param zone in which dates without a clock time are read
 */
export function factsInForce<V extends FactVersion>(versions: readonly V[], at: number, zone: string): V[] {
  const byRef = new Map<string, V[]>()
  for (const version of versions) {
    const ref = `${version.type}/${version.id}`
    byRef.set(ref, [...(byRef.get(ref) ?? []), version])
  }
  return [...byRef.keys()].sort().flatMap((ref) => {
    const newestFirst = (byRef.get(ref) ?? []).sort((a, b) => b.version - a.version)
    const [newest] = newestFirst
    if (newest !== undefined && !newest.deleted && isError(newest.resource)) return [newest]
    const standing = newestFirst.find(
      (version, index) => ownTime(version, zone, newestFirst[index + 1]) <= at,
    )
    return standing === undefined || standing.deleted ? [] : [standing]
  })
}

const isError = (resource: FhirResource): boolean => statusOf(resource) === 'entered-in-error'

/**
 * When what a version says was decided or happened; where it does not say so, when the hub heard of it.
 * @param former version before it: what a prescription's status is without a date holds since it was heard of
 */
export function ownTime(
  { resource, lastUpdated, deleted }: FactVersion,
  zone: string,
  former?: FactVersion,
): number {
  const heard = Date.parse(lastUpdated)
  if (deleted) return heard
  const instant = (text: string | undefined): number =>
    (text === undefined ? undefined : rangeOfDateTime(text, zone)?.from) ?? heard
  switch (resource.resourceType) {
    case 'MedicationRequest': {
      const authored = instant(resource.authoredOn)
      const since = resource.extension?.find(({ url }) => url === extensionUrl('status-date'))?.valueDateTime
      if (since !== undefined) return Math.max(authored, instant(since))
      return former === undefined || statusOf(former.resource) === resource.status
        ? authored
        : Math.max(authored, heard)
    }
    case 'MedicationStatement':
      return instant(resource.dateAsserted)
    case 'MedicationDispense':
      return instant(resource.whenHandedOver ?? resource.whenPrepared)
    case 'MedicationAdministration':
      return instant(resource.effectiveDateTime ?? resource.effectivePeriod?.start)
    case 'SupplyDelivery':
      return instant(resource.occurrenceDateTime ?? resource.occurrencePeriod?.start)
    case 'Communication':
      return instant(resource.sent)
    case 'List':
      return resource.status === 'current' ? instant(resource.date) : heard
    case 'CareTeam': {
      const starts = (resource.participant ?? []).flatMap(({ period }) => period?.start ?? [])
      return starts.length === 0 || resource.status === 'inactive' ? heard : Math.min(...starts.map(instant))
    }
    case 'Encounter':
      return instant(resource.period?.start)
    case 'DeviceUseStatement':
      return resource.status === 'active'
        ? instant(resource.timingPeriod?.start ?? resource.recordedOn)
        : instant(resource.timingPeriod?.end)
    // An act of a person on the list counts from when it was done.
    case 'Provenance':
      return instant(resource.occurredDateTime ?? resource.recorded)
    case 'DetectedIssue':
      return resource.status === 'preliminary' ? instant(resource.identifiedDateTime) : heard
    default:
      return heard
  }
}

const statusOf = (resource: FhirResource): unknown => ('status' in resource ? resource.status : undefined)
