/** `$roll-chain`: a person's rolls as a chain of facts, made of what is known now. Nothing is stored. */
import type { Parameters } from 'fhir/r4.js'
import { HubError } from '../core/errors.js'
import type { PersonId } from '../core/ids.js'
import type { Language } from '../core/list-view.js'
import { rangeOfDateTime } from '../core/zone.js'
import { chainParameters } from '../medication-list/roll-chain/chain-parameters.js'
import { type ChainQuery, rollChains } from '../medication-list/roll-chain/roll-chain.js'
import type { Store } from '../store/contract.js'
import { type SituationDeps, situationNow } from './situation-now.js'

export interface RollChainDeps extends SituationDeps {
  readonly store: SituationDeps['store'] & Pick<Store, 'read'>
}

const DATE = /^\d{4}-\d{2}-\d{2}$/

/**
 * @returns undefined when the person is unknown
 * @throws HubError QUERY_INVALID for a date that is none, NOT_FOUND for a roll that is not known
 */
export async function readRollChain(
  deps: RollChainDeps,
  person: PersonId,
  query: ChainQuery,
  language: Language,
): Promise<Parameters | undefined> {
  const { day } = query
  if (day !== undefined && (!DATE.test(day) || rangeOfDateTime(day, 'UTC') === undefined))
    throw new HubError('QUERY_INVALID', 'a date is year, month and day', { at: 'date' })
  const stored = await deps.store.read('Patient', person)
  if (stored === undefined || stored.deleted) return undefined
  const rolls = rollChains(await situationNow(deps, person), query)
  if (rolls.length === 0 && query.roll !== undefined)
    throw new HubError('NOT_FOUND', 'no such roll of this patient')
  return chainParameters(rolls, { zone: deps.config.zone, language })
}
