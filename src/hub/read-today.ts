/** The doses of today, made of what is known now. Nothing is stored. */
import type { Extension } from 'fhir/r4.js'
import { type PersonId, personId } from '../core/ids.js'
import type { Clock } from '../core/ports.js'
import type { ListConfig, ProductKnowledge } from '../medication-list/contract.js'
import { arrange } from '../medication-list/derive-list.js'
import { dosesOfDay } from '../medication-list/views/today.js'
import type { Store } from '../store/contract.js'
import { engineInput } from './list-input.js'
import { openWorkspace } from './workspace.js'

export interface TodayDeps {
  readonly store: Pick<Store, 'loadPerson'>
  readonly products: ProductKnowledge
  readonly config: ListConfig
  readonly clock: Clock
}

/** Extensions `today-dose` by line id. */
export async function readToday(
  deps: TodayDeps,
  person: PersonId,
): Promise<ReadonlyMap<string, readonly Extension[]>> {
  const at = new Date(deps.clock()).toISOString()
  const own = await deps.store.loadPerson(person, at)
  const state = own.mergedInto === undefined ? own : await deps.store.loadPerson(personId(own.mergedInto), at)
  return dosesOfDay(arrange(engineInput(openWorkspace(state), deps, at)).situation)
}
