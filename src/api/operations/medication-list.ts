/** `$medication-list`: the shared list of one patient, stored bytes straight out (fhir-api.md O-02, surfaces.md). */
import { CANONICAL_BASE } from '../../core/canonical.js'
import { HubError } from '../../core/errors.js'
import { type PersonId, personId } from '../../core/ids.js'
import { isObject } from '../fhir-json.js'
import { entityTagsOf } from '../interactions/read.js'
import type { FhirOperation, OperationInput } from './operation.js'

const IDENTIFIER_PLACE = "Parameters.parameter.where(name='identifier')"

export const medicationListOperation: FhirOperation = {
  definition: `${CANONICAL_BASE}/OperationDefinition/medication-list`,
  handle: async (deps, input) => {
    const person = input.id === undefined ? await personOf(deps.store, input) : idOf(input, input.id)
    const noneMatch = input.request.header('if-none-match')
    const list = await deps.medicationList(
      person,
      noneMatch === undefined ? {} : { ifNoneMatch: entityTagsOf(noneMatch) },
    )
    if (list === undefined) throw new HubError('NOT_FOUND', 'no such patient')
    const headers = { ETag: list.etag }
    return list.notModified ? { status: 304, headers } : { status: 200, headers, body: list.body }
  },
}

function idOf(input: OperationInput, id: string): PersonId {
  if (input.parameters.has('identifier'))
    throw new HubError('RESOURCE_STRUCTURE', 'the patient is named by the URL already', {
      at: IDENTIFIER_PLACE,
    })
  return personId(id)
}

/** @throws HubError NOT_FOUND when nobody has the identifier */
async function personOf(
  store: Parameters<FhirOperation['handle']>[0]['store'],
  { parameters }: OperationInput,
): Promise<PersonId> {
  const [identifier] = parameters.get('identifier') ?? []
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
