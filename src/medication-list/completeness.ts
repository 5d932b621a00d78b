/** What the list does not know (medication-list.md 4.3). */
import { assertNever } from '../core/exhaustive.js'
import type { SourceRole } from '../core/message.js'
import type { Completeness, SourceCondition, SourceFact } from './contract.js'

/** Devices are the only sources with an interval of their own when none is configured. */
const DEVICE_INTERVAL_MS = 86_400_000

export type SourceWithCondition = SourceFact & { readonly condition: SourceCondition }

export interface Whole {
  readonly completeness: Completeness
  readonly sources: readonly SourceWithCondition[]
  /** Messages of this person that are not applied yet, whatever their source. */
  readonly waiting: number
  /** Messages of this person that were parked. */
  readonly dead: number
}

/**
 * @param waiting messages received for this person and not yet applied, beyond those counted by source
 * @param dead messages that were parked: something is missing until they are replayed
 * @param at ISO instant
 */
export function completenessOf(input: {
  readonly sources: readonly SourceFact[]
  readonly waiting: number
  readonly dead: number
  readonly at: string
}): Whole {
  const at = Date.parse(input.at)
  const sources = [...input.sources]
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map((source) => ({ ...source, condition: conditionOf(source, at) }))
  const { waiting, dead } = input
  return { completeness: sum(sources, waiting + dead), sources, waiting, dead }
}

function conditionOf(source: SourceFact, at: number): SourceCondition {
  if (source.failed !== undefined) return 'failed'
  if (source.waiting > 0) return 'waiting'
  const heard = Date.parse(source.lastHeard)
  if (Number.isNaN(heard)) return 'silent'
  const interval = intervalMs(source.role)
  return interval !== undefined && at - heard > interval ? 'late' : 'current'
}

function sum(sources: readonly SourceWithCondition[], open: number): Completeness {
  const heard = sources.filter(({ condition }) => condition !== 'silent')
  if (heard.length === 0) return 'unknown'
  return open === 0 && sources.every(({ condition }) => condition === 'current') ? 'complete' : 'partial'
}

function intervalMs(role: SourceRole): number | undefined {
  switch (role) {
    case 'device':
      return DEVICE_INTERVAL_MS
    case 'prescriber':
    case 'source-list':
    case 'hospital':
    case 'pharmacy':
    case 'home-care':
    case 'patient':
    case 'client':
      return undefined
    default:
      return assertNever(role)
  }
}

/** Instants at which a source that is current becomes late. */
export const lateFrom = (sources: readonly SourceFact[]): number[] =>
  sources.flatMap(({ role, lastHeard }) => {
    const interval = intervalMs(role)
    const heard = Date.parse(lastHeard)
    return interval === undefined || Number.isNaN(heard) ? [] : [heard + interval + 1]
  })
