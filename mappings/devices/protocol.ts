/** The channel of canonical device events: door check, answers, the one message type (devices.md 8.2, 9.1; surfaces.md). */
import { DNR, FHN, FNR } from '../../src/core/canonical.js'
import { HubError, isHubError, type Problem } from '../../src/core/errors.js'
import type {
  ChannelProtocol,
  DoorResult,
  DoorSettings,
  Envelope,
  Identity,
  MessageType,
  Refusal,
} from '../../src/core/message.js'
import { readNationalNumber } from '../hl7v2/national-number.js'
import { assignmentRefOf, type CanonicalEvent, parseCanonicalEvent } from './canonical-event.js'
import { deviceEventToFhir } from './device-event-to-fhir.js'
import { deviceIdentity, senderOf, systemOf } from './device-identity.js'
import { isAbsoluteUri } from './json-shape.js'
import { type JsonLimits, readStrictJson } from './json-text.js'
import { acceptedReply, conflictReply, refusalReply } from './problem-reply.js'

export const EVENT_LIMITS: JsonLimits = { bytesMax: 256 * 1024, depthMax: 32, keysMax: 5000 }
export const DEVICE_EVENT = 'device-event'

export const canonicalDeviceProtocol: ChannelProtocol = {
  channel: 'devices',
  check: checkDeviceEvent,
  answer(_envelope, _raw, outcome) {
    switch (outcome.kind) {
      case 'accepted':
        return acceptedReply()
      case 'conflict':
        return conflictReply()
      case 'refused':
        return refusalReply(outcome.refusal)
    }
  },
  answersWithEffect: new Set(),
  // What `parse` gives is what `map` gets; the registry of all channels cannot say so in its type.
  types: new Map([[DEVICE_EVENT, deviceEventType() as MessageType]]),
}

function deviceEventType(): MessageType<CanonicalEvent> {
  return {
    kind: DEVICE_EVENT,
    parse: (raw) => parseCanonicalEvent(readStrictJson(raw, EVENT_LIMITS)),
    map: deviceEventToFhir,
  }
}

/** The whole schema is judged at the door: what passes can be mapped (reliability.md 3, rule 1). */
function checkDeviceEvent(raw: Uint8Array, settings: DoorSettings): DoorResult {
  let body: unknown
  try {
    body = readStrictJson(raw, EVENT_LIMITS)
    const event = parseCanonicalEvent(body)
    const person = personIdentities(event, settings)
    return { kind: 'accept', items: [envelopeOf(event, person)] }
  } catch (error) {
    if (!isHubError(error)) throw error
    const refusal = refusalOf(error)
    const envelope = addressable(body)
    return envelope === undefined ? { kind: 'unreadable', refusal } : { kind: 'refuse', envelope, refusal }
  }
}

const refusalOf = (error: HubError): Refusal => ({
  code: error.code,
  problems: error.issues.length > 0 ? error.issues : [{ at: error.at ?? '', text: error.message }],
})

function envelopeOf(event: CanonicalEvent, person: readonly Identity[]): Envelope {
  const sender = senderOf(event.source)
  const ref = assignmentRefOf(event)
  return {
    channel: 'devices',
    kind: DEVICE_EVENT,
    sender,
    messageId: event.eventId,
    part: 0,
    sentAt: event.occurredAt,
    subject: {
      by: 'device',
      identifiers: deviceIdentity(event.device, sender).identities,
      occurredAt: event.occurredAt,
      ...(ref === undefined ? {} : { assignmentRef: ref }),
      ...(person.length === 0 ? {} : { person }),
    },
  }
}

/** What a refused event can be stored under: its sender and its number. */
function addressable(body: unknown): Envelope | undefined {
  const source = member(body, 'source')
  const system = member(source, 'system')
  const vendor = member(source, 'vendor')
  const eventId = member(body, 'eventId')
  if (typeof system !== 'string' || !isAbsoluteUri(system)) return undefined
  if (typeof eventId !== 'string' || eventId.length < 8 || eventId.length > 128) return undefined
  return {
    channel: 'devices',
    kind: DEVICE_EVENT,
    sender: senderOf({ system, ...(typeof vendor === 'string' ? { vendor } : {}) }),
    messageId: eventId,
    part: 0,
    subject: { by: 'none' },
  }
}

function member(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
  // An own property of an object that JSON.parse made.
  return (value as Readonly<Record<string, unknown>>)[name]
}

const NATIONAL: ReadonlySet<string> = new Set([FNR, DNR, FHN])

/** @throws HubError IDENTITY_INVALID */
function personIdentities(event: CanonicalEvent, settings: DoorSettings): readonly Identity[] {
  const problems: Problem[] = []
  const sender = senderOf(event.source)
  const identities = (event.subject?.identifiers ?? []).map(({ system, value }, index): Identity => {
    if (!NATIONAL.has(system)) return { system: systemOf(system, sender), value }
    const number = readNationalNumber(value, system)
    const refused =
      number.kind === 'invalid'
        ? 'is not a valid national number'
        : number.synthetic && settings.syntheticIds === 'refuse'
          ? 'is a synthetic national number, which this hub does not take'
          : undefined
    if (refused !== undefined) problems.push({ at: `/subject/identifiers/${index}/value`, text: refused })
    return { system: number.kind === 'valid' ? number.system : system, value }
  })
  const first = problems[0]
  if (first !== undefined)
    throw new HubError('IDENTITY_INVALID', `${first.at}: ${first.text}`, { at: first.at, issues: problems })
  return identities
}
