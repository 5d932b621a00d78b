/** Whose resource a FHIR write makes or changes: the stored one's owner, else the person whom the body names. */
import type { FhirResource } from 'fhir/r4.js'
import { SHARED_WRITE_TYPES } from '../core/client-types.js'
import { HubError } from '../core/errors.js'
import { type PersonId, personId } from '../core/ids.js'
import type { NewId } from '../core/ports.js'
import { SHARED } from '../core/stored.js'
import type { Store } from '../store/contract.js'
import type { FoundResource } from '../store/views.js'
import { identifiersOf } from './references.js'
import type { WriteRequest } from './write-request.js'
import { isMergedAway } from './write-target.js'

export interface OwnerDeps {
  readonly store: Pick<Store, 'read' | 'findPersons'>
  readonly newId: NewId
}

export interface Owner {
  /** Undefined for resources of no person. */
  readonly person: PersonId | undefined
  /** The person begins with this write. */
  readonly isNew: boolean
  /** What the client wrote; references to a Patient that was merged away lead to the survivor. */
  readonly body: FhirResource
}

/**
 * @param target the resource that the request meets
 * @throws HubError REFERENCE_UNKNOWN (no such patient), RESOURCE_INVALID (another patient than the stored one's, a
 *   Patient that was merged away), IDENTITY_CONFLICT (identifiers of a Patient that exists, or of two persons)
 */
export async function findOwner(
  deps: OwnerDeps,
  request: WriteRequest,
  target: FoundResource | undefined,
): Promise<Owner> {
  const { body, type } = request
  if (SHARED_WRITE_TYPES.has(type)) return { person: undefined, isNew: false, body }
  if (type === 'Patient') return target === undefined ? newPatient(deps, body) : knownPatient(target, body)
  if (target?.personId === SHARED && subjectOf(body) === undefined)
    return { person: undefined, isNew: false, body }
  const { named, person } = await findSubject(deps, request)
  if (target !== undefined && target.personId !== person)
    throw new HubError('RESOURCE_INVALID', 'the patient of a stored resource cannot be changed', {
      at: `${type}.subject`,
    })
  return { person, isNew: false, body: named === person ? body : withPatient(body, named, person) }
}

function knownPatient(target: FoundResource, body: FhirResource): Owner {
  if (isMergedAway(target))
    throw new HubError('RESOURCE_INVALID', `this Patient was merged: write to Patient/${target.personId}`, {
      at: 'Patient.id',
    })
  return { person: personId(target.id), isNew: false, body }
}

/** The patient that the body names, and whose resources these are by now. */
async function findSubject(
  deps: OwnerDeps,
  { body, type }: WriteRequest,
): Promise<{ readonly named: string; readonly person: PersonId }> {
  const at = `${type}.subject`
  const named = /^Patient\/([A-Za-z0-9\-.]{1,64})$/.exec(subjectOf(body) ?? '')?.[1]
  if (named === undefined)
    throw new HubError(
      'REFERENCE_UNKNOWN',
      'the patient must be a reference Patient/<id> that this server holds',
      { at },
    )
  const patient = await deps.store.read('Patient', named)
  if (patient === undefined || patient.deleted)
    throw new HubError('REFERENCE_UNKNOWN', 'no such Patient on this server', { at })
  return { named, person: patient.personId === SHARED ? personId(named) : patient.personId }
}

function subjectOf(resource: FhirResource): string | undefined {
  // R4 names the patient `subject` in some types and `patient` in others.
  const { subject, patient } = resource as {
    subject?: { reference?: string }
    patient?: { reference?: string }
  }
  return subject?.reference ?? patient?.reference
}

function withPatient(body: FhirResource, from: string, to: PersonId): FhirResource {
  const reference = (id: string) => `"reference":"Patient/${id}"`
  // Quotes inside a text are escaped in JSON, so that only references are met: the shape of the resource stays.
  return JSON.parse(JSON.stringify(body).replaceAll(reference(from), reference(to))) as FhirResource
}

/** One Patient per person: a number that is known already belongs to the Patient that has it. */
async function newPatient(deps: OwnerDeps, body: FhirResource): Promise<Owner> {
  const identifiers = identifiersOf(body)
  const known = identifiers.length === 0 ? [] : await deps.store.findPersons(identifiers)
  if (known.length > 1)
    throw new HubError('IDENTITY_CONFLICT', 'the identifiers belong to two persons', {
      at: 'Patient.identifier',
    })
  const person = known[0]
  if (person === undefined) return { person: personId(deps.newId()), isNew: true, body }
  if ((await deps.store.read('Patient', person)) !== undefined) throw patientExists()
  return { person, isNew: false, body }
}

export const patientExists = (): HubError =>
  new HubError('IDENTITY_CONFLICT', 'a Patient with this identifier exists: use If-None-Exist or an update', {
    at: 'Patient.identifier',
  })
