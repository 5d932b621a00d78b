/** The list as of an instant, over a worker's store. */
import type { Parameters as FhirParameters } from 'fhir/r4.js'
import { sha256Hex } from '../../src/core/deterministic-id.js'
import type { PersonId } from '../../src/core/ids.js'
import type { ListAnswer } from '../../src/hub/list-answer.js'
import { openListCache } from '../../src/hub/list-cache.js'
import { type AskedAsOf, readListAsOf } from '../../src/hub/read-as-of.js'
import { readMedicationList } from '../../src/hub/read-list.js'
import { readListDiff } from '../../src/hub/read-list-diff.js'
import { workLane } from '../../src/hub/work-lane.js'
import type { Worker } from './worker.js'

export interface Reader {
  /** Undefined: nobody knows the person. */
  readonly asOf: (person: PersonId, asked: AskedAsOf, ifNoneMatch?: readonly string[]) => Promise<ListAnswer>
  readonly now: (person: PersonId) => Promise<ListAnswer>
  readonly diff: (person: PersonId, from: string, to: string) => Promise<FhirParameters | undefined>
}

export function openReader({ deps }: Worker): Reader {
  const own = {
    ...deps,
    workLane: (lane: Parameters<typeof workLane>[1]) => workLane(deps, lane),
    config: deps.derive.config,
    hash: sha256Hex,
    publicUrl: 'http://hub.test',
    cache: openListCache(1),
  }
  const known = (answer: ListAnswer | undefined): ListAnswer => {
    if (answer === undefined) throw new Error('nobody knows this person')
    return answer
  }
  return {
    asOf: async (person, asked, ifNoneMatch = []) =>
      known(await readListAsOf(own, person, asked, ifNoneMatch)),
    diff: (person, from, to) => readListDiff(own, person, { from, to }),
    now: async (person) => known(await readMedicationList(own, person, [])),
  }
}

/** An instant that nothing before or after shares. */
export async function mark(): Promise<string> {
  await new Promise((resolve) => setTimeout(resolve, 3))
  const instant = new Date().toISOString()
  await new Promise((resolve) => setTimeout(resolve, 3))
  return instant
}
