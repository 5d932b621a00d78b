/** Sources that could not be read: their lines keep their last state, as of when they were last heard (medication-list.md 4.2). */
import type { SourceFact } from '../contract.js'

const NONE: ReadonlyMap<string, string> = new Map()

/** By key: the instant at which each was last heard. */
export const unreadSources = (sources: readonly SourceFact[]): ReadonlyMap<string, string> =>
  sources.some(({ failed }) => failed !== undefined)
    ? new Map(
        sources.flatMap(({ failed, key, lastHeard }) =>
          failed === undefined ? [] : [[key, lastHeard] as const],
        ),
      )
    : NONE
