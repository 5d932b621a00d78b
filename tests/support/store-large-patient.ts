/** A large patient in a store, as if years of messages had been applied. */
import { FNR } from '../../src/core/canonical.js'
import type { PersonId } from '../../src/core/ids.js'
import { indexResource } from '../../src/core/search-parameters.js'
import type { Store } from '../../src/store/contract.js'
import type { ResourceWrite } from '../../src/store/effect.js'
import { FNR_OF_NOBODY, type LargeSize, largePatientFacts, largePatientSources } from './large-patient.js'

const WRITES_MAX = 500

/** All of it, as effects that no message caused and from which no list was derived yet. */
export async function storeLargePatient(
  store: Store,
  person: PersonId,
  now: number,
  size: LargeSize,
): Promise<void> {
  let writes: ResourceWrite[] = []
  const commit = async (first: boolean): Promise<void> => {
    await store.commit(undefined, {
      message: { kind: 'none' },
      personId: person,
      writes,
      amendments: [],
      identities: first ? [{ system: FNR, value: FNR_OF_NOBODY, use: 'official' }] : [],
      sources: first ? largePatientSources(now) : [],
      list: undefined,
      nextChangeAt: undefined,
      merge: undefined,
      assignment: undefined,
      devices: [],
      at: new Date(now).toISOString(),
      ...(first ? { makesPerson: true as const } : {}),
    })
    writes = []
  }
  let first = true
  for (const one of largePatientFacts(person, now, size)) {
    const index = indexResource(one.resource)
    writes.push({ personId: person, stored: one, previousVersion: 0, method: 'POST', index })
    if (writes.length < WRITES_MAX) continue
    await commit(first)
    first = false
  }
  await commit(first)
}
