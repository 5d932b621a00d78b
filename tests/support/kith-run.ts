/** Runs e-prescription messages through door check, parse and map, as intake and worker do. */
import assert from 'node:assert/strict'
import type { Extension, FhirResource } from 'fhir/r4.js'
import { kithProtocol } from '../../mappings/kith/protocol.js'
import { extensionUrl } from '../../src/core/canonical.js'
import type {
  DoorResult,
  DoorSettings,
  Envelope,
  MapContext,
  Mapped,
  MessageType,
} from '../../src/core/message.js'
import { bytes } from './kith-fixtures.js'

export const SETTINGS: DoorSettings = { zone: 'Europe/Oslo', syntheticIds: 'accept', processingIds: ['P'] }
export const RECEIVED_AT = '2024-03-02T12:00:00.000Z'
export const ANSWER = { newId: 'a1b2c3d4-0000-4000-8000-0000000000ff', now: '2024-03-02T12:00:00.000Z' }

export const check = (xml: string, settings: DoorSettings = SETTINGS): DoorResult =>
  kithProtocol.check(bytes(xml), settings)

export interface Ran extends Mapped {
  readonly envelope: Envelope
  readonly type: MessageType
  readonly message: unknown
}

/** @throws AssertionError when the door does not accept the message */
export function run(xml: string | Uint8Array, receivedAt = RECEIVED_AT, part = 0): Ran {
  const raw = typeof xml === 'string' ? bytes(xml) : xml
  const door = kithProtocol.check(raw, SETTINGS)
  assert.equal(door.kind, 'accept', door.kind === 'accept' ? '' : JSON.stringify(door.refusal))
  const envelope = door.kind === 'accept' ? door.items[part] : undefined
  assert.ok(envelope)
  const type = kithProtocol.types.get(envelope.kind)
  assert.ok(type)
  const context: MapContext = { zone: SETTINGS.zone, receivedAt, sender: envelope.sender }
  const message = type.parse(raw, envelope.part, context)
  return { envelope, type, message, ...type.map(message, context) }
}

/** Resources of one type, in order. */
export function all<T extends FhirResource['resourceType']>(
  ran: Mapped,
  type: T,
): Extract<FhirResource, { resourceType: T }>[] {
  return ran.resources.flatMap(({ resource }) =>
    resource.resourceType === type
      ? // The resource type tells the interface.
        [resource as Extract<FhirResource, { resourceType: T }>]
      : [],
  )
}

/** The one resource of a type. */
export function only<T extends FhirResource['resourceType']>(
  ran: Mapped,
  type: T,
): Extract<FhirResource, { resourceType: T }> {
  const found = all(ran, type)
  assert.equal(found.length, 1, `${found.length} of ${type}`)
  return found[0]!
}

/** Protocol codes of a refusal, with their places. */
export const faults = (door: DoorResult): string[] =>
  door.kind === 'accept' ? [] : door.refusal.problems.map(({ at, protocolCode }) => `${protocolCode} ${at}`)

/** What was not mapped, without what was set aside as administrative. */
export const lost = (ran: Mapped): string[] =>
  ran.unmapped.filter(({ reason }) => reason !== 'administrative').map(({ at, reason }) => `${reason} ${at}`)

/** One of the hub's own extensions. */
export const extension = (
  of: { readonly extension?: readonly Extension[] | undefined } | undefined,
  name: string,
): Extension | undefined => of?.extension?.find(({ url }) => url === extensionUrl(name))
