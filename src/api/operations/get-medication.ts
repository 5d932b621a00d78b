/** `$getMedication`: the shared list in the form in which SFM gives a patient's medicines (surfaces.md, docs/sfm.md). */
import type { Bundle, Parameters } from 'fhir/r4.js'
import { CANONICAL_BASE, DNR, FHN, FNR } from '../../core/canonical.js'
import { HubError } from '../../core/errors.js'
import type { PersonId } from '../../core/ids.js'
import type { ApiDeps } from '../deps.js'
import { isObject } from '../fhir-json.js'
import { identityOf, patientOfUrl } from './named-patient.js'
import { type FhirOperation, type OperationInput, placeOf } from './operation.js'

export const getMedicationOperation: FhirOperation = {
  definition: `${CANONICAL_BASE}/OperationDefinition/get-medication`,
  handle: async (deps, input) => {
    if (input.parameters.has('historyTimestamp'))
      throw new HubError('QUERY_INVALID', 'the list as of a former time is not given in this form', {
        at: placeOf('historyTimestamp'),
      })
    const person =
      input.id === undefined
        ? await personOf(deps.store, input)
        : patientOfUrl(input.id, input.parameters, ['patient', 'identifier'])
    const document = await deps.sfmDocument(person)
    if (document === undefined) throw new HubError('NOT_FOUND', 'no such patient')
    // Who asks as SFM is asked gets the answer that SFM gives.
    const body = input.parameters.has('patient') ? asParameters(document) : document
    return { status: 200, headers: {}, body: JSON.stringify(body) }
  },
}

function asParameters(document: Bundle): Parameters {
  return {
    resourceType: 'Parameters',
    parameter: [{ name: 'medication', resource: document }],
  }
}

/** @throws HubError RESOURCE_STRUCTURE, NOT_FOUND when nobody has the identifier, IDENTITY_CONFLICT when several have */
async function personOf(store: ApiDeps['store'], { parameters }: OperationInput): Promise<PersonId> {
  const [patient] = parameters.get('patient') ?? []
  const named = [...(parameters.get('identifier') ?? []), ...identifiersOf(patient)]
  const identities = named.flatMap((one) => identityOf(one) ?? [])
  if (identities.length === 0)
    throw new HubError(
      'RESOURCE_STRUCTURE',
      'a patient with a national number, or an identifier with system and value, is expected',
      {
        at: placeOf('patient'),
      },
    )
  const persons = await store.findPersons(identities)
  const [person] = persons
  if (person === undefined) throw new HubError('NOT_FOUND', 'nobody has this identifier')
  if (persons.length > 1) throw new HubError('IDENTITY_CONFLICT', 'the identifiers are of several patients')
  return person
}

const NATIONAL: ReadonlySet<string> = new Set([FNR, DNR, FHN])

/** Of a whole patient the national numbers count: other numbers are each sender's own. */
const identifiersOf = (patient: unknown): unknown[] =>
  isObject(patient) && Array.isArray(patient['identifier'])
    ? patient['identifier'].filter((one: unknown) => isObject(one) && NATIONAL.has(String(one['system'])))
    : []
