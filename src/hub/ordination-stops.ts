/**
 * Which lines that have ended an ordination (M25.1) carries, with their stop, beside the lines of its list: the one place
 * where this is decided. Pure.
 *
 * A line that ends stands on one version of the list, and of several ordinations that wait only the newest is sent. So
 * each carries every line of which the hub has known the end for at most 30 days before the newest ordination that the
 * receiver has acknowledged (AppRec). Where it has acknowledged none, before the first that the hub knows to have been
 * meant for it, and where there is none, before this one.
 *
 * So a stop goes out with every ordination until one that carried it is acknowledged: it was carried by all later than
 * its end, and what was acknowledged before its end moves nothing. The 30 days are what the receiver is told at least
 * (eresept.md 11.5, "those stopped recently"), and far more than the clocks of two processes differ.
 */
import type { Communication, MedicationStatement } from 'fhir/r4.js'
import { codeSystemUrl, extensionUrl, sidUrl } from '../core/canonical.js'
import type { StoredResource } from '../core/stored.js'

export const TOLD_DAYS = 30
const DAY_MS = 86_400_000

export interface StopsAsked {
  /** Every resource of the person. */
  readonly facts: readonly StoredResource[]
  /** Lines of the version that is sent. */
  readonly lines: readonly MedicationStatement[]
  /** Id of the destination. */
  readonly destination: string
  /** ISO instant of the ordination. */
  readonly at: string
}

/** @returns in order of when the hub knew that they ended, the last first */
export function stopsToTell({ at, destination, facts, lines }: StopsAsked): readonly MedicationStatement[] {
  const shown = new Set(lines.map(({ id }) => id))
  const since = knownBy(facts, destination, Date.parse(at)) - TOLD_DAYS * DAY_MS
  return facts
    .flatMap(({ lastUpdated, layer, resource }) => {
      const ended = Date.parse(lastUpdated)
      return layer === 'line' &&
        resource.resourceType === 'MedicationStatement' &&
        hasEnded(resource) &&
        // What nobody decided was never part of an ordination.
        resource.dateAsserted !== undefined &&
        !shown.has(resource.id) &&
        ended >= since
        ? [{ line: resource, ended }]
        : []
    })
    .sort((a, b) => b.ended - a.ended || ((a.line.id ?? '') < (b.line.id ?? '') ? -1 : 1))
    .map(({ line }) => line)
}

export const hasEnded = ({ status }: MedicationStatement): boolean =>
  status === 'stopped' || status === 'completed'

/** Instant of the newest list that the receiver is known to have; else of the first meant for it; else this one's. */
function knownBy(facts: readonly StoredResource[], destination: string, at: number): number {
  const sent = facts.flatMap(({ layer, resource }) =>
    layer === 'fact' && resource.resourceType === 'Communication' && isOrdination(resource, destination)
      ? [{ stated: statedAt(resource), known: resource.status === 'completed' }]
      : [],
  )
  const known = sent.filter((one) => one.known).map(({ stated }) => stated)
  if (known.length > 0) return Math.min(Math.max(...known), at)
  return Math.min(...sent.map(({ stated }) => stated), at)
}

/** The hub's own record of what became of an ordination (docs/facts.md). */
const isOrdination = ({ category, recipient }: Communication, destination: string): boolean =>
  category?.some(({ coding }) =>
    coding?.some(
      ({ code, system }) => system === codeSystemUrl('communication-kind') && code === 'ordination',
    ),
  ) === true &&
  recipient?.some(
    ({ identifier }) => identifier?.system === sidUrl('destination') && identifier.value === destination,
  ) === true

/** Of one that does not say when it was made nothing is taken as told. */
function statedAt({ extension }: Communication): number {
  const stated = Date.parse(
    extension?.find(({ url }) => url === extensionUrl('stated-at'))?.valueDateTime ?? '',
  )
  return Number.isNaN(stated) ? Number.NEGATIVE_INFINITY : stated
}
