/** The list of a person of whom nothing is applied: it says so, and whether something waits or was parked (4.3). */
import type { PersonId } from '../core/ids.js'
import type { Whole } from '../medication-list/completeness.js'
import { buildList } from '../medication-list/list-resource.js'

/** @param at ISO instant of the Bundle and its List */
export function emptyBundle(person: PersonId, whole: Whole, at: string): string {
  const open = whole.waiting + whole.dead
  const list = buildList({
    result: {
      lines: [],
      issues: [],
      completeness: whole.completeness,
      sources: whole.sources,
      nextChangeAt: undefined,
      emptyReason: open > 0 ? 'unavailable' : 'notstarted',
      unattached: [],
      proposals: [],
    },
    references: new Map(),
    patientRef: `Patient/${person}`,
    date: at,
    ...(open > 0 ? { note: `${open}` } : {}),
  })
  return JSON.stringify({
    resourceType: 'Bundle',
    type: 'collection',
    timestamp: at,
    entry: [{ resource: list }],
  })
}
