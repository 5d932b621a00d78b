/** The patient of an operation: the one of the URL, or on the type the one who has an identifier. */
import { HubError } from '../../core/errors.js'
import { type PersonId, personId } from '../../core/ids.js'
import type { Identity } from '../../core/message.js'
import type { ApiDeps } from '../deps.js'
import { isObject } from '../fhir-json.js'
import { type OperationInput, placeOf } from './operation.js'

/** @throws HubError RESOURCE_STRUCTURE, NOT_FOUND when nobody has the identifier */
export async function namedPatient(
  store: Pick<ApiDeps['store'], 'findPersons'>,
  { id, parameters }: OperationInput,
): Promise<PersonId> {
  if (id !== undefined) return patientOfUrl(id, parameters, ['identifier'])
  const [identifier] = parameters.get('identifier') ?? []
  const identity = identityOf(identifier)
  if (identity === undefined)
    throw new HubError('RESOURCE_STRUCTURE', 'an Identifier with system and value is expected', {
      at: placeOf('identifier'),
    })
  const [person] = await store.findPersons([identity])
  if (person === undefined) throw new HubError('NOT_FOUND', 'nobody has this identifier')
  return person
}

/**
 * @param others parameters that would name a patient too
 * @throws HubError RESOURCE_STRUCTURE when one of them is given
 */
export function patientOfUrl(
  id: string,
  parameters: OperationInput['parameters'],
  others: readonly string[],
): PersonId {
  const other = others.find((name) => parameters.has(name))
  if (other === undefined) return personId(id)
  throw new HubError('RESOURCE_STRUCTURE', 'the patient is named by the URL already', { at: placeOf(other) })
}

/** Of an Identifier with system and value. */
export const identityOf = (value: unknown): Identity | undefined =>
  isObject(value) && typeof value['system'] === 'string' && typeof value['value'] === 'string'
    ? { system: value['system'], value: value['value'] }
    : undefined
