/**
 * What every resource made from a device event has in common: its names, its place in the order of things, its marks
 * and its times (devices.md 2.8, 8.3 to 8.5).
 */
import type { Extension, Identifier, Meta, Reference } from 'fhir/r4.js'
import { codeSystemUrl, extensionUrl, sidUrl } from '../../src/core/canonical.js'
import type { Amendment, Identity, MapContext, MappedResource } from '../../src/core/message.js'
import { SUBJECT_REFERENCE } from '../../src/core/message.js'
import type { CanonicalEvent } from './canonical-event.js'
import { type DeviceIdentity, deviceIdentity, deviceReference, senderOf } from './device-identity.js'
import { present, said } from './present.js'

export interface EventFrame {
  readonly event: CanonicalEvent
  readonly sender: string
  readonly device: DeviceIdentity
  readonly deviceReference: Reference
  readonly patient: Reference
  readonly meta: Meta
  /** Extension about the clock, where there is something to say. */
  readonly timeExtensions: readonly Extension[]
  /** `occurredAt` in UTC and the event id behind it, so that no two events are equal. */
  readonly order: string
}

/** What one rule makes of an event, and the places (JSON pointers, each with all below it) that it has read. */
export interface Yield {
  readonly resources?: readonly MappedResource[]
  readonly amendments?: readonly Amendment[]
  readonly used?: readonly string[]
}

/** An event this far ahead of the hub's clock is marked, in milliseconds (devices.md 8.5). */
const FUTURE_TOLERANCE_MS = 120_000

/** @throws HubError MESSAGE_INVALID when no identifier names the unit */
export function eventFrame(event: CanonicalEvent, context: Pick<MapContext, 'receivedAt'>): EventFrame {
  const sender = senderOf(event.source)
  const device = deviceIdentity(event.device, sender)
  return {
    event,
    sender,
    device,
    deviceReference: deviceReference(device, event),
    patient: { reference: SUBJECT_REFERENCE },
    meta: { source: event.source.system, ...present({ tag: marks(event, context.receivedAt) }) },
    timeExtensions: timeExtensions(event),
    order: `${utc(event.occurredAt)}|${event.eventId}`,
  }
}

/** ISO instant in UTC with milliseconds: comparable as text. */
export const utc = (instant: string): string => new Date(instant).toISOString()

/** Parts that may hold anything, as one text that no other parts can give. */
const joined = (parts: readonly string[]): string => parts.map(encodeURIComponent).join('/')

/** What is numbered within its device only: the device is part of the value. */
const ofDevice = ({ device }: EventFrame, parts: readonly string[]): string =>
  joined([device.primary.system, device.primary.value, ...parts])

/**
 * `<base>/sid/dose`: a dose number is unique within its device only. The assignment is no part of the value: one event of
 * a dose may name it and the next not, and a resource belongs to a person anyway.
 */
export const doseIdentity = (frame: EventFrame, doseId: string, ...parts: readonly string[]): Identity => ({
  system: sidUrl('dose'),
  value: ofDevice(frame, [doseId, ...parts]),
})

/** `<base>/sid/event`: an event number is unique within the system that sent it. */
export const eventIdentity = (frame: EventFrame, ...parts: readonly string[]): Identity => ({
  system: sidUrl('event'),
  value: joined([frame.event.source.system, frame.event.eventId, ...parts]),
})

/** `<base>/sid/event`: what several events of one device tell of (a message, a program, a roll), whichever comes first. */
export const topicIdentity = (frame: EventFrame, ...parts: readonly string[]): Identity => ({
  system: sidUrl('event'),
  value: ofDevice(frame, parts),
})

/** `<base>/sid/alert`: a standing condition of the device or of one dose, whatever number of events tell of it. */
export const alertIdentity = (frame: EventFrame, ...parts: readonly string[]): Identity => ({
  system: sidUrl('alert'),
  value: ofDevice(frame, parts),
})

/** The number as the sender knows it, to search by; not unique, so never the natural identifier. */
export const plainIdentifier = (name: 'dose' | 'event', value: string): Identifier => ({
  use: 'secondary',
  system: sidUrl(name),
  value,
})

export const keyOf = (identity: Identity): string => `${identity.system}|${identity.value}`

/** Logical reference to a resource that this or another event makes. */
export const logicalReference = (type: string, identity: Identity): Reference => ({
  type,
  identifier: { ...identity },
})

export const personResource = (
  frame: EventFrame,
  identity: Identity,
  resource: MappedResource['resource'],
  order = frame.order,
): MappedResource => ({ key: keyOf(identity), resource, order, scope: 'person', ...onlyWithPerson(frame) })

/** What a device tells of itself applies whether or not somebody has it. */
export const onlyWithPerson = (frame: EventFrame): { onlyWithPerson?: true } =>
  frame.event.type.startsWith('device.') ? { onlyWithPerson: true } : {}

/** A later word on a resource; named by its event, so that no two of them replace each other. */
export const amendment = (
  frame: EventFrame,
  type: Amendment['type'],
  target: Identity,
  change: Pick<Amendment, 'set' | 'merge'>,
): Amendment => ({
  type,
  key: keyOf(target),
  name: keyOf(eventIdentity(frame)),
  at: utc(frame.event.occurredAt),
  ...change,
  ...onlyWithPerson(frame),
})

function marks(event: CanonicalEvent, receivedAt: string): NonNullable<Meta['tag']> {
  const codes: string[] = []
  if (event.time.backfill === true) codes.push('back-filled')
  if (event.time.clock === 'corrected') codes.push('clock-corrected')
  if (Date.parse(event.occurredAt) > Date.parse(receivedAt) + FUTURE_TOLERANCE_MS) codes.push('future-time')
  return codes.map((code) => ({ system: codeSystemUrl('event-mark'), code }))
}

/** What is known of the clock behind `occurredAt`; nothing for a plain synchronised one. */
function timeExtensions(event: CanonicalEvent): readonly Extension[] {
  const { time } = event
  const parts: Extension[] = []
  if (time.clock !== 'synced') parts.push({ url: 'clock', valueCode: time.clock })
  const reported = said(time.deviceReported)
  if (reported !== undefined) parts.push({ url: 'deviceReported', valueString: reported })
  if (time.correctionMs !== undefined) parts.push({ url: 'correctionMs', valueDecimal: time.correctionMs })
  if (time.accuracyMs !== undefined) parts.push({ url: 'accuracyMs', valueDecimal: time.accuracyMs })
  if (time.vendorReceivedAt !== undefined)
    parts.push({ url: 'vendorReceivedAt', valueDateTime: time.vendorReceivedAt })
  if (parts.length === 0) return []
  const zone = said(time.zone)
  if (zone !== undefined) parts.push({ url: 'zone', valueString: zone })
  return [{ url: extensionUrl('event-time'), extension: parts }]
}
