/** A person's facts as lines with their state, arranged of what is known now. Nothing is stored. */
import { type PersonId, personId } from '../core/ids.js'
import type { Clock } from '../core/ports.js'
import type { ListConfig, ProductKnowledge } from '../medication-list/contract.js'
import { arrange } from '../medication-list/derive-list.js'
import type { Situation } from '../medication-list/discrepancies/discrepancy.js'
import type { Store } from '../store/contract.js'
import { engineInput } from './list-input.js'
import { openWorkspace } from './workspace.js'

export interface SituationDeps {
  readonly store: Pick<Store, 'loadPerson'>
  readonly products: ProductKnowledge
  readonly config: ListConfig
  readonly clock: Clock
}

/** Of a person who was merged the survivor's, who has the facts. */
export async function situationNow(deps: SituationDeps, person: PersonId): Promise<Situation> {
  const at = new Date(deps.clock()).toISOString()
  const own = await deps.store.loadPerson(person, at)
  const state = own.mergedInto === undefined ? own : await deps.store.loadPerson(personId(own.mergedInto), at)
  return arrange(engineInput(openWorkspace(state), deps, at)).situation
}
