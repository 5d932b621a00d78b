/** Where a message belongs: the person whose lane works it off, the device it speaks of, the person it merges. */
import type { Device } from 'fhir/r4.js'
import { HubError } from '../core/errors.js'
import { type LaneKey, type PersonId, personId, personLane, personOfLane } from '../core/ids.js'
import type { Mapped, Subject } from '../core/message.js'
import type { NewId } from '../core/ports.js'
import { token } from '../core/search-tokens.js'
import type { StoredResource } from '../core/stored.js'
import type { Store } from '../store/contract.js'
import type { Claim, LaneRow } from '../store/inbox.js'
import { identifiersOf } from './references.js'

export interface PlaceDeps {
  readonly store: Pick<Store, 'resolveDevice' | 'ensurePerson' | 'read' | 'search'>
  readonly newId: NewId
}

export interface Here {
  readonly kind: 'here'
  readonly person: PersonId | undefined
  /** The Device resource that a device event speaks of, when it is registered. */
  readonly device: StoredResource | undefined
  /** Of a merge: who is joined into `person`. */
  readonly prior: PersonId | undefined
}
export type Place = Here | { readonly kind: 'elsewhere'; readonly lane: LaneKey }

export async function findPlace(deps: PlaceDeps, claim: Claim, row: LaneRow, mapped: Mapped): Promise<Place> {
  const person = personOfLane(claim.lane)
  const { subject } = row.envelope
  switch (subject.by) {
    case 'device':
      return placeOfDeviceEvent(deps, person, subject, mapped)
    case 'merge':
      return placeOfMerge(claim)
    case 'resource':
      return placeOfResource(deps, person, subject)
    case 'none':
      // A fact of a person must never end among those of nobody.
      if (person === undefined && yieldsPersonFacts(mapped))
        throw new HubError(
          'IDENTITY_INVALID',
          'the message says something about a person whom it does not name',
        )
      return { kind: 'here', person, device: undefined, prior: undefined }
    case 'person':
      return { kind: 'here', person, device: undefined, prior: undefined }
  }
}

async function placeOfDeviceEvent(
  deps: PlaceDeps,
  person: PersonId | undefined,
  subject: Extract<Subject, { by: 'device' }>,
  mapped: Mapped,
): Promise<Place> {
  const found = await deps.store.resolveDevice(subject.identifiers, subject.occurredAt, subject.assignmentRef)
  if (found.ambiguous)
    throw new HubError('ASSIGNMENT_CONFLICT', 'the identifiers name two devices', {
      at: 'device.identifiers',
    })
  const device = found.deviceId === undefined ? undefined : await readDevice(deps, found.deviceId)
  const stated = mapped.assignment?.person ?? []
  const target =
    stated.length > 0
      ? await deps.store.ensurePerson(stated, personId(deps.newId()))
      : (found.personId ?? (mapped.assignment === undefined ? undefined : person))
  if (target !== undefined && target !== person) return { kind: 'elsewhere', lane: personLane(target) }
  if (target === undefined && yieldsPersonFacts(mapped)) {
    if (device === undefined && found.deviceId === undefined)
      throw new HubError('DEVICE_UNKNOWN', 'no device is registered under these identifiers', {
        at: 'device.identifiers',
      })
    throw new HubError('DEVICE_UNASSIGNED', 'the device was assigned to nobody at that time', {
      at: 'occurredAt',
    })
  }
  return { kind: 'here', person: target, device, prior: undefined }
}

const yieldsPersonFacts = (mapped: Mapped): boolean =>
  (mapped.enclosed ?? []).some(yieldsPersonFacts) ||
  mapped.assignment !== undefined ||
  mapped.resources.some((item) => item.scope === 'person' && item.onlyWithPerson !== true) ||
  mapped.amendments.some((amendment) => amendment.onlyWithPerson !== true)

async function readDevice(deps: PlaceDeps, id: string): Promise<StoredResource | undefined> {
  const found = await deps.store.read('Device', id)
  if (found === undefined || found.deleted) return undefined
  const resource = JSON.parse(found.text) as Device // The store holds Devices under this type.
  const first = identifiersOf(resource)[0]
  return {
    type: 'Device',
    id,
    version: found.version,
    key: first === undefined ? `id|${id}` : `${first.system}|${first.value}`,
    order: '',
    layer: 'fact',
    resource,
    sourceKey: '',
    messageId: undefined,
    lastUpdated: found.lastUpdated,
  }
}

/** The owner of what the message names. Without one it has nothing to be applied to, and is parked until there is. */
async function placeOfResource(
  deps: PlaceDeps,
  person: PersonId | undefined,
  subject: Extract<Subject, { by: 'resource' }>,
): Promise<Place> {
  const { identifier, types } = subject
  const owners = new Set<PersonId>()
  for (const type of types) {
    const anyOf = [token('identifier', identifier.system, identifier.value)]
    const clauses = [{ kind: 'token', param: 'identifier', anyOf }] as const
    for (const { personId: owner } of await deps.store.search({ type, clauses, count: 2, after: undefined }))
      if (owner !== '') owners.add(owner)
  }
  const [owner, ...others] = owners
  if (owner === undefined)
    throw new HubError('REFERENCE_UNKNOWN', 'nobody has what the message speaks of', { at: types.join(', ') })
  if (others.length > 0)
    throw new HubError('IDENTITY_CONFLICT', 'several persons have what the message speaks of', {
      at: types.join(', '),
    })
  return owner === person
    ? { kind: 'here', person, device: undefined, prior: undefined }
    : { kind: 'elsewhere', lane: personLane(owner) }
}

/** A merge row stands in the survivor's lane first and holds the prior's as its second. */
function placeOfMerge(claim: Claim): Place {
  const survivor = personOfLane(claim.lane)
  const prior = claim.second === undefined ? undefined : personOfLane(claim.second.lane)
  return { kind: 'here', person: survivor, device: undefined, prior }
}
