/**
 * Who has which device, as DeviceUseStatement (devices.md 6.2). Each event tells one thing, the begin, a hold or the end,
 * and sets only that: so the order in which events arrive does not matter, and what happened last decides the status.
 */
import type { DeviceUseStatement } from 'fhir/r4.js'
import { extensionUrl, sidUrl } from '../../src/core/canonical.js'
import { HubError } from '../../src/core/errors.js'
import type { AssignmentChange, Identity } from '../../src/core/message.js'
import { assignmentRefOf, type CanonicalEvent } from './canonical-event.js'
import { eventConcept, sourceCoding } from './event-concept.js'
import { amendment, type EventFrame, personResource, type Yield } from './event-frame.js'

export type AssignmentStep = 'assigned' | 'activated' | 'suspended' | 'ended'

export interface AssignmentYield extends Yield {
  readonly assignment: AssignmentChange
}

/** Reasons that end an assignment out of order: then it was stopped and not completed. */
const OUT_OF_ORDER: ReadonlySet<string> = new Set([
  'broken',
  'lost',
  'died',
  'dead',
  'stolen',
  'fault',
  'replaced',
])

/** @throws HubError MESSAGE_INVALID when the event names no assignment */
export function assignmentEventToDeviceUseStatement(
  frame: EventFrame,
  step: AssignmentStep,
): AssignmentYield {
  const { event } = frame
  const ref = requireRef(event)
  const identity = assignmentIdentity(ref)
  const status = statusOf(step, event)
  const reason = event.assignment?.reason
  const period = periodOf(step, event.occurredAt)
  const statement: DeviceUseStatement = {
    resourceType: 'DeviceUseStatement',
    identifier: [identity],
    status,
    subject: frame.patient,
    device: frame.deviceReference,
    ...(period === undefined ? {} : { timingPeriod: period }),
  }
  return {
    // All events of an assignment agree on what stands here but for status and period, which the amendments set.
    resources: [personResource(frame, identity, statement, `${step === 'activated' ? 1 : 0}|${frame.order}`)],
    amendments: [
      amendment(frame, 'DeviceUseStatement', identity, {
        set: {
          status,
          extension: [{ url: extensionUrl('event-kind'), valueCodeableConcept: eventConcept(frame) }],
          ...(reason === undefined ? {} : { reasonCode: [{ coding: [sourceCoding(frame, reason)] }] }),
        },
        ...(period === undefined ? {} : { merge: { timingPeriod: period } }),
      }),
    ],
    assignment: {
      device: frame.device.identities,
      ref,
      person: [],
      status,
      ...spanOf(step, event.occurredAt),
    },
    used: ['/assignmentRef', '/assignment/assignmentRef', '/assignment/reason'],
  }
}

export const assignmentIdentity = (ref: string): Identity => ({ system: sidUrl('assignment'), value: ref })

function requireRef(event: CanonicalEvent): string {
  const ref = assignmentRefOf(event)
  if (ref === undefined)
    throw new HubError('MESSAGE_INVALID', `is required for ${event.type}`, { at: '/assignmentRef' })
  return ref
}

function statusOf(step: AssignmentStep, event: CanonicalEvent): AssignmentChange['status'] {
  if (step === 'assigned') return 'intended'
  if (step === 'activated') return 'active'
  if (step === 'suspended') return 'on-hold'
  const outOfOrder =
    event.type === 'assignment.replaced' ||
    event.type === 'assignment.lost' ||
    OUT_OF_ORDER.has(event.assignment?.reason?.code ?? '')
  return outOfOrder ? 'stopped' : 'completed'
}

function periodOf(step: AssignmentStep, at: string): { start?: string; end?: string } | undefined {
  if (step === 'activated') return { start: at }
  return step === 'ended' ? { end: at } : undefined
}

function spanOf(step: AssignmentStep, at: string): { from?: string; to?: string } {
  if (step === 'activated') return { from: at }
  return step === 'ended' ? { to: at } : {}
}
