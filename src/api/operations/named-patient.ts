/** The patient of an operation: the one of the URL, or on the type the one who has an identifier. */
import { HubError } from '../../core/errors.js'
import { type PersonId, personId } from '../../core/ids.js'
import type { ApiDeps } from '../deps.js'
import { isObject } from '../fhir-json.js'
import type { OperationInput } from './operation.js'

const IDENTIFIER_PLACE = "Parameters.parameter.where(name='identifier')"

/** @throws HubError RESOURCE_STRUCTURE, NOT_FOUND when nobody has the identifier */
export async function namedPatient(
  store: Pick<ApiDeps['store'], 'findPersons'>,
  { id, parameters }: OperationInput,
): Promise<PersonId> {
  const [identifier] = parameters.get('identifier') ?? []
  if (id !== undefined) {
    if (identifier === undefined) return personId(id)
    throw new HubError('RESOURCE_STRUCTURE', 'the patient is named by the URL already', {
      at: IDENTIFIER_PLACE,
    })
  }
  if (
    !isObject(identifier) ||
    typeof identifier['system'] !== 'string' ||
    typeof identifier['value'] !== 'string'
  )
    throw new HubError('RESOURCE_STRUCTURE', 'an Identifier with system and value is expected', {
      at: IDENTIFIER_PLACE,
    })
  const [person] = await store.findPersons([{ system: identifier['system'], value: identifier['value'] }])
  if (person === undefined) throw new HubError('NOT_FOUND', 'nobody has this identifier')
  return person
}
