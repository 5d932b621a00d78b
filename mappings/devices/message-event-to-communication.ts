/** Messages shown on a device and words of people around it, as Communication (devices.md 2.2). */
import type { Communication } from 'fhir/r4.js'
import type { Identity } from '../../src/core/message.js'
import { eventConcept } from './event-concept.js'
import {
  type EventFrame,
  eventIdentity,
  personResource,
  plainIdentifier,
  topicIdentity,
  type Yield,
} from './event-frame.js'
import { present, said } from './present.js'

export type MessageState = 'shown' | 'not-acknowledged' | 'acknowledged' | 'said'

/** Of what is told of one message the furthest holds, whatever comes first. */
const STATES: Readonly<Record<MessageState, { status: Communication['status']; rank: number }>> = {
  shown: { status: 'in-progress', rank: 1 },
  'not-acknowledged': { status: 'stopped', rank: 2 },
  acknowledged: { status: 'completed', rank: 3 },
  said: { status: 'completed', rank: 3 },
}

export function messageEventToCommunication(frame: EventFrame, state: MessageState): Yield {
  const { message, occurredAt, eventId } = frame.event
  const { status, rank } = STATES[state]
  const identity = messageIdentity(frame)
  const text = said(message?.text)
  const toPerson = state !== 'said'
  const communication: Communication = {
    resourceType: 'Communication',
    meta: frame.meta,
    ...present({ extension: [...frame.timeExtensions] }),
    identifier: [identity, plainIdentifier('event', eventId)],
    status,
    category: [eventConcept(frame)],
    subject: frame.patient,
    ...(state === 'acknowledged' ? { received: occurredAt } : { sent: occurredAt }),
    ...(toPerson ? { recipient: [frame.patient] } : {}),
    sender: frame.deviceReference,
    ...(text === undefined ? {} : { payload: [{ contentString: text }] }),
  }
  return {
    resources: [personResource(frame, identity, communication, `${rank}|${frame.order}`)],
    used: ['/message/messageId', '/message/text'],
  }
}

/** One message of a device, or the event where the message has no number. */
function messageIdentity(frame: EventFrame): Identity {
  const messageId = said(frame.event.message?.messageId)
  return messageId === undefined ? eventIdentity(frame) : topicIdentity(frame, 'message', messageId)
}
