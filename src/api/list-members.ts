/** `_list` (R4 search, 3.1.1.4.4): the members of a list as ids to search for. */
import type { List } from 'fhir/r4.js'
import { HubError } from '../core/errors.js'
import { bundleIn, listIn } from '../hub/list-answer.js'
import type { SearchClause } from '../store/views.js'
import type { ApiDeps } from './deps.js'
import { CURRENT_MEDICATIONS } from './search-query.js'

/**
 * @param clauses the other criteria: `$current-medications` is the list of the one person that they name
 * @returns ids of MedicationStatements; none where there is no such list
 * @throws HubError QUERY_INVALID without a person
 */
export async function membersOf(
  deps: Pick<ApiDeps, 'store' | 'medicationList'>,
  list: string,
  clauses: readonly SearchClause[],
): Promise<string[]> {
  const found = list === CURRENT_MEDICATIONS ? await currentList(deps, clauses) : await storedList(deps, list)
  return (found?.entry ?? []).flatMap(({ item }) => {
    const [type, id] = item.reference?.split('/') ?? []
    return type === 'MedicationStatement' && id !== undefined ? [id] : []
  })
}

async function currentList(
  deps: Pick<ApiDeps, 'medicationList'>,
  clauses: readonly SearchClause[],
): Promise<List | undefined> {
  const persons = clauses.flatMap((clause) => (clause.kind === 'person' ? clause.anyOf : []))
  const [person] = persons
  if (person === undefined || persons.length > 1)
    throw new HubError(
      'QUERY_INVALID',
      `${CURRENT_MEDICATIONS} is the list of one patient: name the patient too`,
      {
        at: '_list',
      },
    )
  const answer = await deps.medicationList(person, { view: 'all' })
  return answer === undefined ? undefined : listIn(bundleIn(answer))
}

async function storedList({ store }: Pick<ApiDeps, 'store'>, id: string): Promise<List | undefined> {
  const found = await store.read('List', id)
  return found === undefined || found.deleted ? undefined : (JSON.parse(found.text) as List)
}
