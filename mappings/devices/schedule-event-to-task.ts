/** What became of a program sent to a device, as Task: received, accepted with the version that it holds, rejected (devices.md 2.5). */
import type { Task } from 'fhir/r4.js'
import { scheduleReference } from './dose-event-to-medication-administration.js'
import { eventConcept, sourceCoding } from './event-concept.js'
import { type EventFrame, personResource, plainIdentifier, topicIdentity, type Yield } from './event-frame.js'
import { present, said } from './present.js'

export type ScheduleAnswer = 'received' | 'accepted' | 'rejected'

/** That it came says less than what the device made of it, whichever is heard first. */
const ANSWERS: Readonly<Record<ScheduleAnswer, { readonly status: Task['status']; readonly rank: number }>> =
  {
    received: { status: 'received', rank: 1 },
    accepted: { status: 'completed', rank: 2 },
    rejected: { status: 'rejected', rank: 2 },
  }

/** Nothing for an event that names no schedule: of what it tells is not known. */
export function scheduleEventToTask(frame: EventFrame, answer: ScheduleAnswer): Yield {
  const { schedule, occurredAt, eventId } = frame.event
  const scheduleId = said(schedule?.scheduleId)
  if (scheduleId === undefined) return {}
  const version = schedule?.version
  const { status, rank } = ANSWERS[answer]
  const parts = ['schedule', scheduleId, ...(version === undefined ? [] : [`${version}`])]
  const identity = topicIdentity(frame, ...parts)
  const reason = answer === 'rejected' ? schedule?.reason : undefined
  const task: Task = {
    resourceType: 'Task',
    meta: frame.meta,
    ...present({ extension: [...frame.timeExtensions] }),
    identifier: [identity, plainIdentifier('event', eventId)],
    status,
    ...(reason === undefined ? {} : { statusReason: { coding: [sourceCoding(frame, reason)] } }),
    intent: 'order',
    code: eventConcept(frame),
    focus: scheduleReference(frame, scheduleId, version),
    for: frame.patient,
    lastModified: occurredAt,
    owner: frame.deviceReference,
    ...(answer === 'accepted' && version !== undefined
      ? { output: [{ type: { text: 'version' }, valueInteger: version }] }
      : {}),
  }
  return {
    resources: [personResource(frame, identity, task, `${rank}|${frame.order}`)],
    used: ['/schedule/scheduleId', '/schedule/version', '/schedule/reason'],
  }
}
