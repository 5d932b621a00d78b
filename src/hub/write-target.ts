/** What a FHIR write is about: the resource it meets, and the person it belongs to. */
import type { FhirResource } from 'fhir/r4.js'
import { SHARED_WRITE_TYPES } from '../core/client-types.js'
import { HubError } from '../core/errors.js'
import { type PersonId, personId } from '../core/ids.js'
import type { Clock, NewId } from '../core/ports.js'
import { SHARED } from '../core/stored.js'
import type { Store } from '../store/contract.js'
import type { FoundResource } from '../store/views.js'
import { identifiersOf } from './references.js'
import type { WriteCondition, WriteRequest } from './write-request.js'

export interface TargetDeps {
  readonly store: Pick<Store, 'read' | 'search' | 'findPersons' | 'ensurePerson'>
  readonly clock: Clock
  readonly newId: NewId
}

/** The resource that the request is about, if it exists. */
export async function findTarget(
  deps: TargetDeps,
  request: WriteRequest,
): Promise<FoundResource | undefined> {
  if (request.id !== undefined) {
    const found = await deps.store.read(request.type, request.id)
    if (found === undefined)
      throw new HubError('METHOD_NOT_ALLOWED', 'an update cannot create: no resource has this id', {
        at: 'id',
      })
    if (found.deleted) throw new HubError('GONE', 'the resource was deleted', { at: 'id' })
    return found
  }
  if (request.condition === undefined) return undefined
  const found = await findByCondition(deps, request.type, request.condition)
  if (found.length > 1)
    throw new HubError('MULTIPLE_MATCHES', 'more than one resource meets the condition', { at: 'identifier' })
  if (request.method === 'update' && request.body.id !== undefined && request.body.id !== found[0]?.id)
    throw new HubError(
      'RESOURCE_STRUCTURE',
      'the id in the body is not that of the resource that meets the condition',
      {
        at: `${request.type}.id`,
      },
    )
  return found[0]
}

async function findByCondition(
  deps: TargetDeps,
  type: string,
  condition: WriteCondition,
): Promise<readonly FoundResource[]> {
  if (condition.kind === 'id') {
    const found = await deps.store.read(type, condition.id)
    return found === undefined || found.deleted ? [] : [found]
  }
  const identifier = `identifier=${condition.system}|${condition.value}`
  return deps.store.search({
    type,
    clauses: [{ kind: 'token', param: 'identifier', anyOf: [identifier] }],
    count: 2,
    after: undefined,
    asOf: new Date(deps.clock() + 60_000).toISOString(),
  })
}

/** The person whose lane the write belongs to; undefined for shared resources. */
export async function findOwner(
  deps: TargetDeps,
  request: WriteRequest,
  target: FoundResource | undefined,
): Promise<PersonId | undefined> {
  if (SHARED_WRITE_TYPES.has(request.type)) return undefined
  if (request.type === 'Patient') {
    if (target !== undefined) return personId(target.id)
    return ownerOfNewPatient(deps, request.body)
  }
  const reference = subjectOf(request.body)
  const id = /^Patient\/([A-Za-z0-9\-.]{1,64})$/.exec(reference ?? '')?.[1]
  if (id === undefined)
    throw new HubError(
      'REFERENCE_UNKNOWN',
      'the patient must be a reference Patient/<id> that this server holds',
      {
        at: `${request.type}.subject`,
      },
    )
  const patient = await deps.store.read('Patient', id)
  if (patient === undefined || patient.deleted)
    throw new HubError('REFERENCE_UNKNOWN', 'no such Patient on this server', {
      at: `${request.type}.subject`,
    })
  return patient.personId === SHARED ? personId(id) : patient.personId
}

function subjectOf(resource: FhirResource): string | undefined {
  // R4 names the patient `subject` in some types and `patient` in others.
  const { subject, patient } = resource as {
    subject?: { reference?: string }
    patient?: { reference?: string }
  }
  return subject?.reference ?? patient?.reference
}

/** One Patient per person: a number that is known already belongs to the Patient that has it. */
async function ownerOfNewPatient(deps: TargetDeps, body: FhirResource): Promise<PersonId> {
  const identifiers = identifiersOf(body)
  const known = identifiers.length === 0 ? [] : await deps.store.findPersons(identifiers)
  if (known.length > 1)
    throw new HubError('IDENTITY_CONFLICT', 'the identifiers belong to two persons', {
      at: 'Patient.identifier',
    })
  const person = known[0]
  if (person === undefined) {
    const fresh = personId(deps.newId())
    return identifiers.length === 0 ? fresh : deps.store.ensurePerson(identifiers, fresh)
  }
  if ((await deps.store.read('Patient', person)) !== undefined)
    throw new HubError(
      'IDENTITY_CONFLICT',
      'a Patient with this identifier exists: use If-None-Exist or an update',
      {
        at: 'Patient.identifier',
      },
    )
  return person
}
